"""The doctor: finds its way about a site, then examines it as a strict client would."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from kommungraf.doctor import delivery, endpoints, negotiated
from kommungraf.doctor.examination import Check, Site, Verdict, examined
from kommungraf.doctor.readings import RDF_TYPES, object_of, rows_of
from kommungraf.doctor.visits import Bounds, Visitor
from kommungraf.errors import VisitFault

__all__ = ["CHECKS", "Directions", "diagnosis", "explored"]

CHECKS: Final[tuple[Check, ...]] = (*negotiated.CHECKS, *endpoints.CHECKS, *delivery.CHECKS)
_MOST_THINGS: Final = 3
_THINGS: Final = """
SELECT ?thing WHERE { { SELECT DISTINCT ?thing ?kind WHERE { ?thing a ?kind FILTER(isIRI(?thing)) } LIMIT 20000 } }
ORDER BY STRLEN(STR(?thing)) ?thing LIMIT 2000
"""
_WITHDRAWN: Final = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?thing ?successor WHERE {
  ?thing owl:deprecated true
  OPTIONAL { ?thing dcterms:isReplacedBy ?successor }
  FILTER NOT EXISTS { ?thing a ?kind FILTER(?kind IN (owl:Class, rdfs:Class, rdf:Property, owl:ObjectProperty, owl:DatatypeProperty)) }
} ORDER BY ?thing LIMIT 10
"""
_CSV: Final = "text/csv"
_MAP: Final = "sitemap.xml"
_LOCATION: Final = re.compile(r"<loc>\s*([^<\s]+)\s*</loc>")
#: How many pages of a site's map are looked at for documents in RDF.
_MOST_TRIED: Final = 6


@dataclass(frozen=True, slots=True)
class Directions:
    """What is told of a site that can't be found out: its endpoint, the IRIs it answers for, things to look up."""

    endpoint: str | None = None
    base_iri: str | None = None
    things: tuple[str, ...] = ()


def explored(address: str, directions: Directions, bounds: Bounds) -> Site:
    """The site at `address`; raises VisitFault where nobody answers there."""
    visitor = Visitor(address, bounds)
    visitor.ask(visitor.site, headers={"Accept": "*/*"})
    base_iri = directions.base_iri or _told_base_iri(visitor) or visitor.site
    endpoint = urljoin(visitor.site, directions.endpoint or "sparql")
    site = Site(visitor, base_iri, endpoint)
    named = [urljoin(visitor.site, site.address(thing)) for thing in directions.things]
    known = named or [site.address(iri) for iri in _spread(_known_things(site))]
    documents = known or list(_mapped(visitor))[:_MOST_THINGS]
    return Site(visitor, base_iri, endpoint, tuple(documents), tuple(_known_withdrawn(site)))


def diagnosis(site: Site) -> Iterator[tuple[Check, Verdict]]:
    """Every verdict in turn."""
    return examined(site, CHECKS)


def _told_base_iri(visitor: Visitor) -> str | None:
    """By the manifest, where there is one."""
    try:
        reply = visitor.follow(visitor.site + delivery.MANIFEST, {"Accept": "application/json"})
        told = object_of(reply).get("baseIri") if reply.status == 200 else None
    except VisitFault:
        return None
    return told if isinstance(told, str) and told.startswith(("http://", "https://")) else None


def _known_things(site: Site) -> list[str]:
    """IRIs of things that the endpoint knows and the site answers for."""
    return [row[0] for row in _rows(site, _THINGS) if row[0].startswith(site.base_iri) and "#" not in row[0]]


def _mapped(visitor: Visitor) -> Iterator[str]:
    """Documents in RDF that the site's map names, for a site whose endpoint tells of no things."""
    found = list(_locations(visitor, visitor.site + _MAP))
    parts = [url for url in found if url.endswith(".xml")]
    pages = [url for part in parts[:1] for url in _locations(visitor, part)] or found
    things = [url for url in pages if visitor.is_ours(url) and url != visitor.site]
    for url in _spread(things, _MOST_TRIED):
        try:
            reply = visitor.follow(url, {"Accept": "text/turtle"})
        except VisitFault:
            continue
        if reply.status == 200 and reply.media_type in RDF_TYPES:
            yield url


def _locations(visitor: Visitor, url: str) -> Iterator[str]:
    try:
        reply = visitor.follow(url, {"Accept": "*/*"}) if visitor.is_ours(url) else None
    except VisitFault:
        return
    if reply is not None and reply.status == 200:
        yield from map(html.unescape, _LOCATION.findall(reply.body.decode("utf-8", "replace")))


def _known_withdrawn(site: Site) -> Iterator[tuple[str, str | None]]:
    for row in _rows(site, _WITHDRAWN):
        if len(row) == 2 and row[0].startswith(site.base_iri):
            yield row[0], row[1] or None


def _rows(site: Site, text: str) -> list[tuple[str, ...]]:
    try:
        reply = site.visitor.follow(endpoints.question(site.endpoint, text), {"Accept": _CSV})
        return [row for row in rows_of(reply) if row] if reply.status == 200 else []
    except VisitFault:
        return []


def _spread(iris: list[str], most: int = _MOST_THINGS) -> list[str]:
    """A few, of as many kinds as there are: the first of each folder."""
    folders: dict[str, str] = {}
    for iri in iris:
        folders.setdefault(iri.rpartition("/")[0], iri)
    first = list(folders.values())
    step = max(1, len(first) // most)
    return first[::step][:most]
