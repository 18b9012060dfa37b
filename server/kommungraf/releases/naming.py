"""Names for what nobody named: memberships, sources, claims, disagreements and coordinates, told by the names of what they are of."""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from typing import Final
from urllib.parse import unquote, urlsplit

from kommungraf.quads.spool import Lines, starting_with
from kommungraf.quads.tokens import language, text
from kommungraf.releases.namesakes import Located, tell_apart
from kommungraf.releases.quotations import phrases
from kommungraf.terms import well_known
from kommungraf.texts import LANGUAGES, plainly, translations
from kommungraf.vocab import iri

__all__ = ["told", "write_names"]

_MEMBER: Final = iri("org:member")
_ORGANISATION: Final = iri("org:organization")
_CITES: Final = (iri("prov:wasQuotedFrom"), iri("prov:wasDerivedFrom"))
_CONFLICT_KIND: Final = iri("kg:conflictKind")
_CONFLICT_SUBJECT: Final = iri("kg:conflictSubject")
_URL: Final = iri("schema:url")
_PUBLISHER: Final = iri("dcterms:publisher")
_ISSUED: Final = iri("dcterms:issued")
_ROW: Final = iri("csvw:rownum")
_FILE: Final = iri("kg:tableFile")
_PART_OF: Final = iri("dcterms:isPartOf")
_COMPARES: Final = iri("kg:compares")
_FORM: Final = iri("skosxl:literalForm")
_REGISTER: Final = iri("kg:Register")
_LIES: Final = iri("geo:hasDefaultGeometry")
_LINKS: Final = frozenset(
    {*_CITES, _MEMBER, _ORGANISATION, _CONFLICT_KIND, _CONFLICT_SUBJECT, _URL, _PUBLISHER, _PART_OF}
)
_TEXTS: Final = frozenset({_ISSUED, _ROW, _FILE, _FORM})
_KINDS, _RULES = "/id/conflict-kind/", "/id/rule/"
_NAMES: Final = "SELECT lang, MIN(text) FROM label WHERE iri = ? AND rank = 0 GROUP BY lang ORDER BY lang DESC"
_CURATED: Final = "INSERT OR IGNORE INTO label SELECT iri, 0, ?, ? FROM graph WHERE iri LIKE '%/id/graph/curation'"
_PHRASES: Final = "CREATE TEMP TABLE phrase (claim TEXT PRIMARY KEY, text TEXT) WITHOUT ROWID"
_ENDING: Final = re.compile(r"(\.\d{1,4})?(\.[0-9a-f]{20,80})?\.(html?|aspx?|php)$")
#: Longer phrases, and longer last parts of an address, are cut.
_LONGEST: Final = 60
#: What an address asks for is told up to so many characters: longer ones are for machines.
_LONGEST_QUERY: Final = 30

#: A name with its language tag.
_Name = tuple[str, str]


def told(subject: bytes, predicate: str, value: bytes) -> Iterator[bytes]:
    """What a statement says that names are made of, as records: `part`s of things."""
    if subject[:1] == b"<":
        name = subject[1:-1]
        if value[:1] == b"<" and predicate in _LINKS:
            yield b"part\t%s\t%s\t%s\n" % (name, predicate.encode(), value[1:-1])
        elif value[:1] == b'"' and predicate in _TEXTS:
            yield b"part\t%s\t%s\t%s\n" % (name, predicate.encode(), value)
        elif value[:1] == b"<" and predicate == _COMPARES:
            yield b"compared\t%s\n" % value[1:-1]
        elif value[:1] == b"<" and predicate == _LIES:
            yield b"part\t%s\t%s\t%s\n" % (value[1:-1], predicate.encode(), name)


def write_names(connection: sqlite3.Connection, records: Lines) -> None:
    """Adds a name to every thing that has none and can be told by others; sources are found by theirs, too."""
    connection.execute(_PHRASES)
    connection.executemany(
        "INSERT OR IGNORE INTO phrase VALUES (?, ?)", ((claim, _cut(words)) for claim, words in phrases(records))
    )
    label = "INSERT OR IGNORE INTO label VALUES (?, 0, ?, ?)"
    words = "INSERT INTO words (iri, tier, lang, text, plain) VALUES (?, 1, ?, ?, ?)"
    for thing, tag, name in _composed(records, connection, _source):
        connection.execute(label, (thing, tag, name))
        connection.execute(words, (thing, tag, name, plainly(name)))
    tell_apart(connection, _located(records))
    connection.executemany(
        "INSERT OR IGNORE INTO label VALUES (?, 4, ?, ?)", _composed(records, connection, _brief)
    )
    connection.executemany(label, _composed(records, connection, _simple))
    connection.executemany(label, _composed(records, connection, _made_of_those))
    for tag in LANGUAGES:
        connection.execute(_CURATED, (tag, translations(tag).gettext("The publisher’s own statements")))
    connection.execute("DROP TABLE phrase")


class _Known:
    """The names that the index holds by now."""

    def __init__(self, connection: sqlite3.Connection, compared: Iterable[str]) -> None:
        self._connection = connection
        self._compared = {_local(name): name for name in compared}
        self._kinds = [
            str(kind) for (kind,) in connection.execute("SELECT DISTINCT kind FROM thing ORDER BY kind")
        ]
        self.names = lru_cache(maxsize=4096)(self.own)

    def own(self, name: str) -> dict[str, str]:
        """The names of a thing by language."""
        return dict(self._connection.execute(_NAMES, (name,)))

    def type(self, name: str) -> str:
        """The class by which a thing is known."""
        found = self._connection.execute("SELECT type FROM thing WHERE iri = ?", (name,)).fetchone()
        return str(found[0]) if found else ""

    def phrase(self, claim: str) -> str | None:
        """The words of its source that a claim rests on."""
        found = self._connection.execute("SELECT text FROM phrase WHERE claim = ?", (claim,)).fetchone()
        return str(found[0]) if found else None

    def contested(self, part: str, whole: str) -> dict[str, str]:
        """What a part of a claim is about: a property that disagreements are over, or the thing of that key."""
        key, (base, _, _) = part.removeprefix(f"{whole}-"), whole.partition("/claim/")
        if (name := self._compared.get(key)) is not None:
            return self.names(name) or {tag: well_known(tag).get(name, key) for tag in LANGUAGES}
        things = (self.names(f"{base}/{kind}/{key}") for kind in self._kinds)
        return next(filter(None, things), {"": key})


#: From a thing and what is said of it to names: of which thing, in which language, and what.
_Composer = Callable[[str, Mapping[str, str], _Known], Iterator[tuple[str, str, str]]]


def _composed(
    records: Lines, connection: sqlite3.Connection, compose: _Composer
) -> Iterator[tuple[str, str, str]]:
    known = _Known(
        connection, (line[:-1].decode().split("\t")[1] for line in starting_with(records, b"compared\t"))
    )
    for thing, said in _said(records):
        yield from compose(thing, said, known)


def _said(records: Lines) -> Iterator[tuple[str, dict[str, str]]]:
    """What is said of each thing that names are made of."""
    parts = (line[:-1].decode().split("\t", 3)[1:] for line in starting_with(records, b"part\t"))
    for thing, fields in groupby(parts, lambda each: each[0]):
        yield thing, {predicate: value for _, predicate, value in fields}


def _located(records: Lines) -> Iterator[Located]:
    for thing, said in _said(records):
        if _URL in said:
            year = text(said[_ISSUED])[:4] if _ISSUED in said else ""
            yield Located(thing, said.get(_PUBLISHER, ""), year, said[_URL])


def _source(thing: str, said: Mapping[str, str], known: _Known) -> Iterator[tuple[str, str, str]]:
    """A page without a title is called by its publisher and its address, with the year where that is known."""
    if _URL not in said or known.own(thing):
        return
    year = f" ({text(said[_ISSUED])[:4]})" if _ISSUED in said else ""
    address = _address(said[_URL]) + year
    publisher = known.names(said.get(_PUBLISHER, "")) or {"": ""}
    yield from ((thing, tag, f"{name}: {address}" if name else address) for tag, name in publisher.items())


def _brief(thing: str, said: Mapping[str, str], known: _Known) -> Iterator[tuple[str, str, str]]:
    """Who says what a source says: its publisher or else the host of its address, with the year where that is known.

    A register without a publisher is called by its title, as where it is kept says nothing of it.
    """
    if _URL not in said or (_PUBLISHER not in said and known.type(thing) == _REGISTER):
        return
    year = f" {text(said[_ISSUED])[:4]}" if _ISSUED in said else ""
    whose = known.names(said.get(_PUBLISHER, "")) or {"": _address(said[_URL]).partition("/")[0]}
    yield from ((thing, tag, f"{name}{year}") for tag, name in whose.items())


def _simple(thing: str, said: Mapping[str, str], known: _Known) -> Iterator[tuple[str, str, str]]:
    """A membership is called by its member and its cooperation, coordinates by what lies there, a written name by itself."""
    if not said.keys() & {_MEMBER, _LIES, _FORM} or known.own(thing):
        return
    pair = _paired(known.names(said.get(_MEMBER, "")), known.names(said.get(_ORGANISATION, "")))
    yield from ((thing, tag, f"{one} – {other}") for tag, one, other in pair)
    for tag, name in _spoken(known.names(said.get(_LIES, ""))):
        yield thing, tag, f"{translations(tag).gettext('coordinates').capitalize()}: {name}"
    if _FORM in said:
        yield thing, language(said[_FORM]), text(said[_FORM])


def _made_of_those(thing: str, said: Mapping[str, str], known: _Known) -> Iterator[tuple[str, str, str]]:
    """A disagreement is called by its kind and its subject, a claim by its source and its words or its row in it."""
    if not said.keys() & {*_CITES, _CONFLICT_KIND} or known.own(thing):
        return
    kind = said.get(_CONFLICT_KIND, "")
    kinds = known.names(kind)
    pair = _paired(kinds, known.names(said.get(_CONFLICT_SUBJECT, "")))
    yield from ((thing, tag, f"{one}: {other}") for tag, one, other in pair)
    rule = kind.replace(_KINDS, _RULES)  # what finds them is named by what it finds
    yield from ((rule, tag, label) for tag, label in kinds.items())
    for source in (said[each] for each in _CITES if each in said):
        names = _claim(thing, said, known.names(source), known)
        yield from ((thing, *name) for name in _parted(thing, said.get(_PART_OF), names, known))


def _parted(part: str, whole: str | None, names: Iterable[_Name], known: _Known) -> Iterator[_Name]:
    """The names of a claim; what is a part of another is told from it and its like by what it is about."""
    matter = known.contested(part, whole) if whole and part.startswith(f"{whole}-") else {}
    for tag, name in names:
        about = matter.get(tag) or next(iter(matter.values()), "")
        yield tag, f"{name} ({about})" if about else name


def _claim(thing: str, said: Mapping[str, str], source: Mapping[str, str], known: _Known) -> Iterator[_Name]:
    phrase = known.phrase(thing)
    number = text(said[_ROW]) if _ROW in said else ""
    if phrase:
        for tag, name in source.items():
            yield tag, f"{'”' if tag == 'sv' else '“'}{phrase}” – {name}"
    elif number.isascii() and number.isdecimal():
        for tag in LANGUAGES if source else ():
            name = source.get(tag) or next(iter(source.values()))
            yield tag, f"{name}, {_row(int(number) + 1, said.get(_FILE), tag)}"
    else:
        yield from ((tag, f"{name}: {thing.rpartition('/')[2]}") for tag, name in source.items())


def _row(number: int, file: str | None, tag: str) -> str:
    told = translations(tag).gettext
    if file is None:
        return told("row %(row)s") % {"row": number}
    return told("row %(row)s of %(file)s") % {"row": number, "file": text(file)}


def _spoken(names: Mapping[str, str]) -> Iterator[_Name]:
    """Names with a language for the words beside them; one without a language goes with any of ours."""
    for tag, name in names.items():
        yield from ((each, name) for each in ((tag,) if tag else LANGUAGES) if tag or each not in names)


def _paired(first: Mapping[str, str], second: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Each name of the first thing beside one of the second, in the same language where there is one."""
    if second:
        for tag, label in first.items():
            yield tag, label, second.get(tag) or next(iter(second.values()))


def _address(url: str) -> str:
    """A web address as people read it: its host, and the last part of its path with what it asks for."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:  # brackets out of place, for one
        return _cut(url)
    steps = [_step(unquote(step)) for step in parts.path.split("/") if step]
    last = "/".join(["", *(["…"] if len(steps) > 1 else []), *steps[-1:]])
    asked = unquote(parts.query)
    asked = "…" if len(asked) > _LONGEST_QUERY else asked
    return _host(host) + _cut(last + (f"?{asked}" if asked else ""))


def _local(name: str) -> str:
    return name.replace("#", "/").rpartition("/")[2]


def _step(step: str) -> str:
    """A step of a path without the ending and the long number that some content systems give it."""
    return _ENDING.sub("", step) or step


def _host(host: str) -> str:
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rstrip()}…"
