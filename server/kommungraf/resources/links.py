"""What an IRI is called on a page and where a reader can look it up."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, urlsplit

from kommungraf.editions.memory import Memory
from kommungraf.editions.search import Index, Label
from kommungraf.terms import well_known
from kommungraf.vocab import PREFIXES

__all__ = ["URI_SAFE", "Kept", "Link", "Names", "escaped_spellings", "path_of", "spellings"]

#: What stands as it is in a URI (RFC 3986 §2.2, §2.3), and % because IRIs come escaped or not.
URI_SAFE: Final = "/:?#[]@!$&'()*+,;=%~"

# Characters that a path of a URI may hold as they are (RFC 3986 §3.3), and % because IRIs come escaped or not.
_PATH: Final = "/:@!$&'()*+,;=-._~%"
# What can't be told apart in a path once a server has decoded it: those IRIs are looked up by query string.
_UNSAFE: Final = re.compile(r"[#?]|%2[Ff]|%3[Ff]|%23|%25")
#: So many slashes of a name may be escaped.
_MOST_ESCAPED: Final = 4
# What is a path as it stands, as nearly all are.
_PLAIN: Final = re.compile(r"[\w/:@!$&'()*+,;=.~-]*", re.ASCII)
_WORD_START: Final = re.compile(r"(?<=[a-zåäö0-9])(?=[A-ZÅÄÖ])|[_-]+")


@dataclass(frozen=True, slots=True)
class Link:
    """An IRI with its name; `href` is None where there is nothing to follow, `here` says that this site answers.

    `named` is False where nobody has named the thing and the text was made out of its IRI. Of a source, `whose` says in
    few words who says what it says.
    """

    iri: str
    text: str
    lang: str
    href: str | None
    here: bool
    named: bool = True
    whose: Label | None = None

    @property
    def sayer(self) -> "Link":
        """A source by who says what it says: what it is called stands on its page."""
        return replace(self, text=self.whose.text, lang=self.whose.lang) if self.whose else self


def path_of(iri: str, base_iri: str) -> str:
    """Where this site answers for `iri`, as a path without its first slash."""
    path = iri.removeprefix(base_iri)
    if not iri.startswith(base_iri) or (not _PLAIN.fullmatch(path) and _UNSAFE.search(iri)):
        return f"describe?iri={quote(iri, safe='')}"
    if not _PLAIN.fullmatch(path):
        path = quote(path, safe=_PATH)
    return f"doc/{path.removeprefix('id/')}" if path.startswith("id/") else path


def spellings(start: str, key: str) -> Iterable[str]:
    """The IRIs for which the decoded path `key` may stand below `start`: as it is, or with its characters escaped."""
    return dict.fromkeys((start + key, start + quote(key, safe=URI_SAFE), start + quote(key, safe="/")))


def escaped_spellings(start: str, key: str) -> Iterator[str]:
    """The IRIs for which it may stand whose last slashes are escaped, as a decoded path doesn't tell."""
    parts = key.split("/")
    for number in range(1, min(len(parts) - 1, _MOST_ESCAPED) + 1):
        yield start + "/".join((*parts[: -number - 1], "%2F".join(parts[-number - 1 :])))


@dataclass(frozen=True, slots=True)
class Kept:
    """What addresses keep of the request.

    The path `root` under which the site is mounted, the `language` that the reader chose, and, where they lead to
    things, the `date` as of which the page tells of them.
    """

    root: str = ""
    language: str = ""
    date: str = ""


_NOTHING: Final = Kept()


class Names:
    """The names and addresses of everything that one page in `language` mentions; addresses keep `kept`.

    `memory` holds what other pages of the release mentioned.
    """

    def __init__(
        self, index: Index, base_iri: str, *, language: str, kept: Kept = _NOTHING, memory: Memory | None = None
    ) -> None:
        self._index = index
        # There are as many links with a date as there are days, so those are kept for their page alone.
        self._links: dict[str, Link] = (
            {} if memory is None or kept.date else memory.entries((Names, language, kept))
        )
        self._base_iri = base_iri
        self.language = language
        self.kept = kept
        self._root = kept.root
        self._query = f"lang={kept.language}" if kept.language else ""
        self._date = f"date={quote(kept.date)}" if kept.date else ""
        self._labels: dict[str, Label] = {}
        self._publishers: dict[str, Label] = {}
        self._known: set[str] = set()
        self._fetched: set[str] = set()

    def fetch(self, iris: Iterable[str]) -> None:
        """Look up all of `iris` in one go."""
        wanted = set(iris)
        self._fetched |= wanted
        if missing := wanted.difference(self._links):
            self._labels.update(self._index.labels(missing, self.language))
            self._known.update(self._index.known(missing))
            self._publishers.update(self._index.publishers(missing, self.language))
            self._links.update({iri: self._link(iri) for iri in missing})

    def link(self, iri: str) -> Link:
        """The link of an IRI that was fetched; what another page looked up makes no difference to this one."""
        return self._links[iri] if iri in self._fetched else self._link(iri)

    def _link(self, iri: str) -> Link:
        found, here = self._labels.get(iri), iri in self._known
        if found is None and (name := well_known(self.language).get(iri)):
            found = Label(name, self.language)
        label = found or Label(_readable(iri), "")
        href = self._place(iri) if here else _web(iri)
        return Link(
            iri, label.text, label.lang, href, here, named=found is not None, whose=self._publishers.get(iri)
        )

    def _place(self, iri: str) -> str:
        page = self.page(path_of(iri, self._base_iri))
        is_dated = self._date and iri.startswith(f"{self._base_iri}id/")
        return f"{page}{'&' if '?' in page else '?'}{self._date}" if is_dated else page

    def page(self, path: str) -> str:
        """The address of one of the site's own pages, given as a path without its first slash."""
        if not self._query:
            return f"{self._root}/{path}"
        return f"{self._root}/{path}{'&' if '?' in path else '?'}{self._query}"


def _web(iri: str) -> str | None:
    return iri if iri.startswith(("http://", "https://", "mailto:")) else None


def _readable(iri: str) -> str:
    """The last part of an IRI as words, for a thing that nobody has named."""
    local = re.split(r"[/#]", iri.removeprefix("mailto:").rstrip("/#"))[-1] or iri
    if iri.startswith(tuple(PREFIXES.values())):
        return _WORD_START.sub(" ", local)
    host = _host(iri)
    return f"{local} ({host})" if host and host != local else local


def _host(iri: str) -> str | None:
    try:
        return urlsplit(iri).hostname
    except ValueError:  # brackets out of place, for one
        return None
