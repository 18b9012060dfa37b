"""Typed links of a document: FAIR Signposting in its Link header, and the same as a link set (RFC 9264)."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from kommungraf.formats import HTML, RDF
from kommungraf.resources.profiles import CLAIMS, HELD, Profile, default_profile

__all__ = ["LINKSETS", "Target", "header", "linkset", "representations"]

_JSON: Final = "application/linkset+json"
_TEXT: Final = "application/linkset"
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
