"""What a site offers to download: the catalogue, and each file against the size and the hash that are told of it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from pyoxigraph import BlankNode, Dataset, Literal, NamedNode, Triple

from kommungraf.doctor.examination import Check, Site, Verdict, absent, failed, passed
from kommungraf.doctor.readings import GRAPH_TYPES, RDF_TYPES, object_of, quads_of
from kommungraf.doctor.visits import Reply
from kommungraf.errors import VisitFault
from kommungraf.vocab import iri

__all__ = ["CHECKS", "MANIFEST"]

MANIFEST: Final = "dataset/manifest"
_CATALOGUE: Final = "catalogue"
_MOST_FILES: Final = 40
Subject = NamedNode | BlankNode | Triple
_REGISTRY: Final = "https://www.iana.org/assignments/media-types/"


@dataclass(frozen=True, slots=True)
class _Listed:
    """A file as a site describes it; what it doesn't tell is None."""

    url: str
    size: int | None
    sha256: str | None
    media_type: str | None
    encoding: str | None = None


def manifest(site: Site) -> Iterator[Verdict]:
    """Every file of the manifest is there with the size, hash and media type that stand in it."""
    url = site.visitor.site + MANIFEST
    reply = site.visitor.follow(url, {"Accept": "application/json"})
    if reply.status != 200:
        yield absent("There is no manifest at <{url}>.", url)
        return
    listed = list(_of_manifest(reply))
    if not listed:
        yield failed("The manifest at <{url}> lists no files.", url)
    for entry in listed[:_MOST_FILES]:
        yield from _compared(site, entry)


def _of_manifest(reply: Reply) -> Iterator[_Listed]:
    files = object_of(reply).get("files")
    for entry in files if isinstance(files, list) else ():
        if not isinstance(entry, dict) or not isinstance(entry.get("path"), str):
            raise VisitFault("The manifest at <{url}> can't be read: {entry}", reply.url, entry=entry)
        url = urljoin(reply.url, entry["path"])
        # A catalogue stands beside the folder of dumps, at an address without a suffix of its own.
        if entry.get("describes") == "catalogue":
            url = urljoin(reply.url, f"../{entry['path']}")
        yield _Listed(url, entry.get("bytes"), entry.get("sha256"), entry.get("mediaType"), entry.get("encoding"))


def catalogue(site: Site) -> Iterator[Verdict]:
    """The catalogue parses in each format, and what it offers for download is there as described."""
    url = site.visitor.site + _CATALOGUE
    reply = site.visitor.follow(url, {"Accept": "text/turtle"})
    if reply.status != 200:
        yield absent("There is no catalogue at <{url}>.", url)
        return
    said = Dataset(quads_of(reply))
    kinds = {quad.object for quad in said.quads_for_predicate(NamedNode(iri("rdf:type")))}
    if not kinds & {NamedNode(iri("dcat:Catalog")), NamedNode(iri("dcat:Dataset"))}:
        yield failed("<{url}> describes no dcat:Catalog and no dcat:Dataset.", url)
    yield from _formats(site, url)
    offered = list(_of_catalogue(said, site))
    if not offered:
        yield absent("The catalogue offers nothing to download.", url)
    for entry in offered[:_MOST_FILES]:
        yield from _headed(site, entry)


def _formats(site: Site, url: str) -> Iterator[Verdict]:
    for kind in GRAPH_TYPES:
        reply = site.visitor.follow(url, {"Accept": kind})
        if reply.status == 200 and reply.media_type == kind:
            said = len(quads_of(reply))
            yield (passed if said else failed)("The catalogue is had as {kind}.", url, kind=kind)
        else:
            yield absent("The catalogue isn't had as {kind}.", url, kind=kind)


def _of_catalogue(said: Dataset, site: Site) -> Iterator[_Listed]:
    for quad in sorted(said.quads_for_predicate(NamedNode(iri("dcat:downloadURL"))), key=str):
        if not isinstance(quad.object, NamedNode):
            continue
        url = site.address(quad.object.value)
        size = _literal(said, quad.subject, "dcat:byteSize")
        told = int(size) if size and size.isascii() and size.isdigit() else None
        yield _Listed(url, told, None, _media_type(said, quad.subject))


def _objects(said: Dataset, subject: Subject, predicate: str) -> list[NamedNode | Literal]:
    found = (quad.object for quad in said.quads_for_subject(subject) if quad.predicate.value == iri(predicate))
    return [term for term in found if isinstance(term, NamedNode | Literal)]


def _literal(said: Dataset, subject: Subject, predicate: str) -> str | None:
    return next((term.value for term in _objects(said, subject, predicate) if isinstance(term, Literal)), None)


def _media_type(said: Dataset, subject: Subject) -> str | None:
    names = (term.value for term in _objects(said, subject, "dcat:mediaType"))
    return next((name.removeprefix(_REGISTRY) for name in names if not name.startswith("http:")), None)


def _headed(site: Site, entry: _Listed) -> Iterator[Verdict]:
    """Compared without fetching it."""
    if not site.visitor.is_ours(entry.url):
        yield absent("<{url}> is at another host and wasn't visited.", entry.url)
        return
    reply = site.visitor.ask(entry.url, "HEAD")
    wrong = list(_differences(entry, reply, reply.headers.get("content-length")))
    if reply.status != 200:
        yield failed("<{url}> is offered for download and answers {status}.", entry.url, status=reply.status)
    elif wrong:
        yield failed("<{url}> isn't what is told of it: {differences}.", entry.url, differences="; ".join(wrong))
    else:
        yield passed("<{url}> is what is told of it.", entry.url)


def _differences(entry: _Listed, reply: Reply, size: str | None) -> Iterator[str]:
    if entry.size is not None and size is not None and size != str(entry.size):
        yield f"bytes {size} ≠ {entry.size}"
    if entry.media_type is not None and entry.encoding is None and reply.media_type != entry.media_type.lower():
        yield f"media type {reply.media_type} ≠ {entry.media_type}"


def _compared(site: Site, entry: _Listed) -> Iterator[Verdict]:
    """Compared byte by byte, as far as the bound of size lets it be fetched."""
    reply = site.visitor.ask(entry.url, headers={"Accept": "*/*"})
    if reply.status in {404, 410} and entry.encoding is not None:
        yield absent("<{url}> isn't had by itself.", entry.url)
        return
    if reply.status != 200:
        yield failed("<{url}> is listed and answers {status}.", entry.url, status=reply.status)
        return
    if not reply.whole:
        yield absent("<{url}> is larger than what is fetched of one file. Allow more with --size.", entry.url)
        yield from _headed(site, entry)
        return
    wrong = list(_differences(entry, reply, str(len(reply.body))))
    digest = hashlib.sha256(reply.body).hexdigest()
    if entry.sha256 is not None and digest != entry.sha256:
        wrong.append(f"SHA-256 {digest[:12]}… ≠ {entry.sha256[:12]}…")
    if wrong:
        yield failed("<{url}> isn't what is told of it: {differences}.", entry.url, differences="; ".join(wrong))
        return
    yield passed("<{url}> is what is told of it.", entry.url)
    yield from _ranges(site, reply)
    yield from _packed(site, reply)
    if reply.media_type in RDF_TYPES and entry.encoding is None:
        yield passed("<{url}> parses, with {count} statements.", entry.url, count=len(quads_of(reply)))


def _ranges(site: Site, whole: Reply) -> Iterator[Verdict]:
    url, body = whole.url, whole.body
    first = site.visitor.ask(url, headers={"Range": "bytes=0-9"})
    if first.status == 200:
        if "bytes" in whole.values("accept-ranges"):
            yield failed("<{url}> says that it takes ranges and doesn't.", url)
        return
    length = len(body)
    last = site.visitor.ask(url, headers={"Range": "bytes=-5"})
    beyond = site.visitor.ask(url, headers={"Range": f"bytes={length + 10}-"})
    stale = site.visitor.ask(url, headers={"Range": "bytes=0-9", "If-Range": '"never-was-a-tag-7d1c"'})
    wrong = []
    if (first.status, first.body) != (206, body[:10]) or not _ranged(first, 0, min(10, length), length):
        wrong.append("bytes=0-9")
    if (last.status, last.body) != (206, body[-5:]) or not _ranged(last, max(0, length - 5), length, length):
        wrong.append("bytes=-5")
    # Content-Range is only recommended here (RFC 9110 §15.5.17).
    told = beyond.headers.get("content-range", f"bytes */{length}")
    if beyond.status != 416 or told != f"bytes */{length}":
        wrong.append(f"bytes={length + 10}-")
    if (stale.status, stale.body) != (200, body):
        wrong.append("If-Range")
    if wrong:
        yield failed("<{url}> answers ranges wrongly: {ranges}.", url, ranges=", ".join(wrong))
    else:
        yield passed("<{url}> answers ranges.", url)


def _ranged(reply: Reply, start: int, end: int, length: int) -> bool:
    return reply.headers.get("content-range") == f"bytes {start}-{end - 1}/{length}"


def _packed(site: Site, plain: Reply) -> Iterator[Verdict]:
    packed = site.visitor.ask(plain.url, headers={"Accept": "*/*", "Accept-Encoding": "gzip"})
    if packed.headers.get("content-encoding") != "gzip":
        return
    if not packed.whole or packed.unpacked(len(plain.body) + 1) != plain.body:
        yield failed("<{url}> is something else in gzip than without.", plain.url)
    elif packed.headers.get("etag", "W/").startswith("W/") or packed.headers["etag"] != plain.headers.get("etag"):
        yield passed("<{url}> is had in gzip.", plain.url)
    else:
        yield failed("<{url}> has the same strong ETag in gzip as without.", plain.url)


CHECKS: Final = (
    Check("manifest", "FIPS 180-4; RFC 9110 §14", manifest),
    Check("catalogue", "DCAT 3", catalogue),
)
