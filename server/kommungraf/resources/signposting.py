"""Typed links of a document: FAIR Signposting in its Link header, and the same as a link set (RFC 9264)."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from kommungraf.formats import GRAPH, HTML, RDF
from kommungraf.releases.manifest import Manifest
from kommungraf.resources.links import URI_SAFE
from kommungraf.resources.profiles import CLAIMS, HELD, Profile, default_profile

__all__ = [
    "LINKSETS",
    "Target",
    "dataset_signposts",
    "header",
    "linkset",
    "linksets",
    "published",
    "representations",
    "signposts",
]

_JSON: Final = "application/linkset+json"
_TEXT: Final = "application/linkset"
#: What machines that look for metadata are sent to; everything is an alternate.
_METADATA: Final = ("text/turtle", "application/ld+json")
#: The media types of a link set.
LINKSETS: Final = (_JSON, _TEXT)


@dataclass(frozen=True, slots=True)
class Target:
    """One link: `media_type` and `profile` say what is found there."""

    href: str
    rel: str
    media_type: str = ""
    profile: str = ""


def representations(address: str, *, profiled: bool) -> Iterator[tuple[str, str, Profile | None]]:
    """The address, media type and profile of every representation of the document at `address`."""
    joint = "&format=" if "?" in address else "?format=" if address.endswith("/") else "."
    for suffix, media_type in (*((form.suffix, form.media_type) for form in RDF), ("html", HTML)):
        own = default_profile(media_type) if profiled else None
        yield f"{address}{joint}{suffix}", media_type, own
        for other in (HELD, CLAIMS) if profiled else ():
            if other != own and media_type in other.offers:
                query = "&" if "?" in f"{address}{joint}" else "?"
                yield f"{address}{joint}{suffix}{query}_profile={other.token}", media_type, other


def signposts(address: str, canonical: str, *, types: Iterable[str], profiled: bool) -> Iterator[Target]:
    """Every representation of the document at `address`, and what it is about, which is of these `types`."""
    for href, media_type, profile in representations(address, profiled=profiled):
        yield Target(href, "alternate", media_type, profile.iri if profile else "")
        if media_type in _METADATA:
            yield Target(href, "describedby", media_type, profile.iri if profile else "")
    yield Target(canonical, "canonical")
    yield Target(canonical, "cite-as")
    for type_ in ("https://schema.org/AboutPage", *types):
        yield Target(type_, "type")


def published(manifest: Manifest) -> Iterator[Target]:
    """Who publishes a release, and under which licence."""
    for rel, value in (("author", manifest.publisher), ("license", manifest.license)):
        if value:
            yield Target(quote(value, safe=URI_SAFE), rel)


def linksets(root: str, iri: str) -> Iterator[Target]:
    """The link sets of the document about `iri`, which is escaped as a parameter's value."""
    for media_type in LINKSETS:
        yield Target(f"{root}/linkset?iri={iri}", "linkset", media_type)


def dataset_signposts(manifest: Manifest, *, root: str) -> Iterator[Target]:
    """The files of the dataset, and what is said of it as a whole."""
    for entry in manifest.offered():
        yield Target(f"{root}/dataset/{entry.path}", "item", entry.media_type)
    yield Target(f"{manifest.base_iri}dataset/", "cite-as")
    for form in GRAPH:
        yield Target(f"{root}/catalogue.{form.suffix}", "describedby", form.media_type)
    for type_ in ("https://schema.org/AboutPage", "https://schema.org/Dataset"):
        yield Target(type_, "type")
    yield from published(manifest)


def header(links: Iterable[Target]) -> str:
    """The links as the value of a Link header (RFC 8288)."""
    return ", ".join(f'<{each.href}>; rel="{each.rel}"{_attributes(each)}' for each in links)


def _attributes(link: Target) -> str:
    media_type = f'; type="{link.media_type}"' if link.media_type else ""
    return f'{media_type}; formats="{link.profile}"' if link.profile else media_type


def linkset(links: Iterable[Target], *, anchor: str, media_type: str) -> str:
    """The links from `anchor`, and those back to it from what describes it, as a document of its own."""
    forward = tuple(links)
    back = tuple((each.href, Target(anchor, "describes")) for each in forward if each.rel == "describedby")
    pairs = (*((anchor, each) for each in forward), *back)
    if media_type == _TEXT:
        lines = (f'<{each.href}>; rel="{each.rel}"; anchor="{start}"{_attributes(each)}' for start, each in pairs)
        return ",\n".join(lines) + "\n"
    contexts: dict[str, dict[str, Any]] = {}
    for start, each in pairs:
        context = contexts.setdefault(start, {"anchor": start})
        context.setdefault(each.rel, []).append(_as_json(each))
    return json.dumps({"linkset": list(contexts.values())}, indent=2) + "\n"


def _as_json(link: Target) -> dict[str, Any]:
    told: dict[str, Any] = {"href": link.href}
    if link.media_type:
        told["type"] = link.media_type
    if link.profile:
        told["formats"] = [link.profile]
    return told
