"""Headers that the live server sends and that follow from the name of a file of an export: links, and the profile of a document."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from kommungraf.editions.edition import Edition
from kommungraf.export.placement import METADATA_END
from kommungraf.export.profilefiles import ends_of
from kommungraf.formats import GRAPH, HTML, RDF
from kommungraf.pages.schemaorg import types_of
from kommungraf.rendering.rowlists import METADATA
from kommungraf.resources.links import path_of
from kommungraf.resources.profiles import PROFILES, Profile
from kommungraf.resources.signposting import Target, dataset_signposts, header, linksets, published, signposts
from kommungraf.texts import LANGUAGES

__all__ = ["FileHeader", "file_headers"]

#: The name of a file without its ending, where it stands in a header as it is.
_NAME: Final = "[A-Za-z0-9_./-]+"
_LIST: Final = "[A-Za-z0-9_./~=@!-]+"
_NUMBER: Final = "(?:~page-[0-9]+)?"
_GROUPS: Final = ("def", "shape")
#: The address of a document: its kind, and what it is called among those.
_PLACE: Final = re.compile(f"(doc/[A-Za-z0-9_-]+|{'|'.join(_GROUPS)})/({_NAME})")
#: So many things of other types than the rest of their kind are told apart.
_MOST_NAMED: Final = 100
_BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class FileHeader:
    """One header of the files whose names match a pattern; in its value, ``<v>`` stands for what the group ``(?<v>…)`` matched.

    Without a value the header isn't sent.
    """

    name: str
    pattern: str
    value: str


def file_headers(edition: Edition) -> Iterator[FileHeader]:
    """The headers of documents, of ontology and shapes, of the catalogue, and of lists as CSV; of two that match, the first holds."""
    yield from _wholes(edition)
    for types, names in _by_types(edition):
        documents = sorted(each.removeprefix("doc/") for each in names if each.startswith("doc/"))
        terms = sorted(each for each in names if not each.startswith("doc/"))
        for start, place, found in (("doc/", "id/", documents), ("", "", terms)):
            if found:
                stem = f"^/{start}(?<v>{'|'.join(found)})"
                canonical = f"{edition.base_iri}{place}<v>"
                yield from _documents(edition, stem, f"/{start}<v>", canonical=canonical, types=types)
    for profile in PROFILES:
        yield FileHeader("Content-Profile", f"^/(?<v>describe)/[^~]+{_files(profile)}$", f"<{profile.iri}>")
    described_by = Target(f"<v>.{METADATA_END}", "describedby", METADATA)
    yield FileHeader("Link", rf"^(?<v>/{_LIST})\.csv$", header([described_by]))


def _wholes(edition: Edition) -> Iterator[FileHeader]:
    """Those of the ontology, the shapes, the dataset and the catalogue as a whole."""
    forms = (form.media_type for form in RDF)
    ends = f"{_NUMBER}{_ends(HTML, *forms)}$"
    for group in _GROUPS:
        types = types_of(edition.index.type(f"{edition.base_iri}{group}/"))
        links = signposts(f"/{group}/", f"{edition.base_iri}{group}/", types=types, profiled=False)
        told = _told(edition, links, iri=f"{edition.base_iri}{group}/")
        yield FileHeader("Link", f"^/(?<v>{group})/index{ends}", told)
        yield FileHeader("Content-Profile", f"^/(?<v>{group})/index{ends}", "")
    dataset = header(dataset_signposts(edition.manifest, root=""))
    yield FileHeader("Link", f"^/dataset/(?<v>index){_ends(HTML)}$", dataset)
    others = (Target(f"/catalogue.{form.suffix}", "alternate", form.media_type) for form in GRAPH)
    yield FileHeader("Link", f"^/(?<v>catalogue){_ends(*(form.media_type for form in GRAPH))}$", header(others))


def _documents(
    edition: Edition, stem: str, address: str, *, canonical: str, types: tuple[str, ...]
) -> Iterator[FileHeader]:
    """Those of documents that are about things of the same types, in each profile the formats that have it."""
    told = _told(edition, signposts(address, canonical, types=types, profiled=True), iri=canonical)
    for profile in PROFILES:
        pattern = f"{stem}{_files(profile)}$"
        yield FileHeader("Link", pattern, f"{told}, {header([Target(profile.iri, 'profile')])}")
        yield FileHeader("Content-Profile", pattern, f"<{profile.iri}>")


def _told(edition: Edition, links: Iterable[Target], *, iri: str) -> str:
    collection = Target("/dataset/", "collection", HTML)
    return header((*links, collection, *linksets("", iri), *published(edition.manifest)))


def _files(profile: Profile) -> str:
    """The end of a pattern: how the names of files of documents in a profile go on."""
    ends = "|".join(f"{before}{_NUMBER}{_ends(*forms)}" for before, forms in ends_of(profile))
    return f"(?:{ends})"


def _ends(*media_types: str) -> str:
    """The end of a pattern: what files in one of the media types end in."""
    pages = [rf"{language}\.html" for language in LANGUAGES if HTML in media_types]
    return rf"\.(?:{'|'.join([*pages, *(form.suffix for form in RDF if form.media_type in media_types)])})"


def _by_types(edition: Edition) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Types, with patterns for the addresses of what has them: a kind as a whole has those of most of its things, others are named."""
    found: dict[str, dict[tuple[str, ...], list[str]]] = defaultdict(lambda: defaultdict(list))
    counts: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for start in range(0, edition.index.size(), _BATCH):
        for name in edition.index.things(limit=_BATCH, offset=start):
            place = _PLACE.fullmatch(path_of(name, edition.base_iri))
            if place:
                types = types_of(edition.index.type(name))
                counts[place[1]][types] += 1
                if len(keys := found[place[1]][types]) < _MOST_NAMED:
                    keys.append(place[2])
    most = {kind: max(sorted(each), key=lambda types: each[types]) for kind, each in counts.items()}
    for kind, named in sorted(found.items()):
        for types in sorted(set(named) - {most[kind]}):
            yield types, [f"{kind}/{re.escape(key)}" for key in sorted(named[types])]
    for types in sorted(set(most.values())):
        yield types, [f"{kind}/{_NAME}" for kind in sorted(most) if most[kind] == types]
