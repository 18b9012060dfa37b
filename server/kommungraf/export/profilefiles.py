"""Which files of an export hold a document in a profile that isn't its format's default: one of its own, or that of another format."""

from collections.abc import Iterator
from typing import Final

from kommungraf.export.placement import profiled
from kommungraf.formats import HTML, RDF
from kommungraf.resources.profiles import HELD, Profile, default_profile

__all__ = ["SHARED", "ends_of", "has_own_file"]

#: In the held view, which has no named graphs, TriG is the same bytes as Turtle, and N-Quads as N-Triples: by ending.
SHARED: Final = {"trig": "ttl", "nq": "nt"}

_SHARED_TYPES: Final = frozenset(form.media_type for form in RDF if form.suffix in SHARED)


def has_own_file(media_type: str, profile: Profile | None) -> bool:
    """Whether a representation isn't the same bytes as one in another format."""
    return profile != HELD or media_type not in _SHARED_TYPES


def ends_of(profile: Profile) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The media types of the files that hold documents in a profile, after what their names have for it."""
    forms = (HTML, *(form.media_type for form in RDF))
    yield "", tuple(each for each in forms if default_profile(each) == profile)
    others = tuple(
        each for each in profile.offers if default_profile(each) != profile and has_own_file(each, profile)
    )
    if others:
        yield profiled(profile.token), others
