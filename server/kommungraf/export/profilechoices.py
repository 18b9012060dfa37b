"""What is decided about a request for a document or its links: in which profile, in which of its formats, and by which file."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from kommungraf.export.choices import COLON, GROUP, SLASH, Choice, best, weight, weights, written
from kommungraf.export.placement import LINKSET_ENDS, profiled
from kommungraf.export.profilefiles import SHARED
from kommungraf.resources.profiles import CLAIMS, HELD, LIST, PROFILES, Profile

__all__ = ["REFUSED", "files", "linksets", "offered", "profiles"]

#: What stands for a profile or a form that there isn't.
_NONE: Final = "none"
#: What stands for a profile where nothing has one.
_WHOLE: Final = "whole"
#: The format that comes late among those of the profile with claims, and early among the others.
_LATE: Final = "jsonld"
#: The profiles for which refusals have pages of their own, by what they offer.
REFUSED: Final = (*(each.token for each in PROFILES), _NONE)
#: What takes no notice of profiles and is negotiated by the same formats as documents are.
_UNPROFILED: Final = "/(?:|dataset/|catalogue|check/[^/ ]+)"


def profiles() -> Iterator[Choice]:
    """Which profile of a document is asked for: none, one of ours, the list of them all, or one that nobody has."""
    for profile in PROFILES:
        yield Choice(f"kg_{profile.token}", "<profiles>", "0", tuple(_weights(profile)))
    yield best("kg_profile_best", (each.token for each in PROFILES), default=_NONE, whole=False)
    yield Choice("kg_profile_accepted", "<profiles>", "<kg_profile_best>", (("^$", ""),))
    named = [("^$", "<kg_profile_accepted>")]
    for profile in (*PROFILES, LIST):
        iri = re.escape(profile.iri).replace(":", COLON).replace("/", SLASH)
        named += [(f"^{profile.token}$", profile.token), (f"^{iri}$", profile.token)]
    yield Choice("kg_profile_named", "<_profile>", _NONE, tuple(named))
    # Ontology and shapes as a whole have no profiles.
    rules = (
        (rf"^/(?:def|shape)/ (?:{'|'.join(each.token for each in PROFILES)})$", _WHOLE),
        (f"^{_UNPROFILED} ", ""),
    )
    yield Choice("kg_profile", "<path> <kg_profile_named>", "<kg_profile_named>", rules)


def _weights(profile: Profile) -> Iterator[tuple[str, str]]:
    """The weight of a profile in an Accept-Profile header."""
    yield weight(f"<*{re.escape(profile.iri)}>*", "x")
    yield weight(r"<*\*>*", "w")


def offered(offers: Mapping[str, str]) -> Iterator[Choice]:
    """The best of the formats that the profile comes in."""
    for suffix, media_type in offers.items():
        lacking = [each.token for each in PROFILES if media_type not in each.offers]
        others = [*lacking, *([CLAIMS.token] if suffix == _LATE else [])]
        yield Choice(
            f"kg_may_{suffix}", "<kg_profile>", f"<kg_{suffix}>", tuple((f"^{each}$", "0") for each in others)
        )
    yield Choice("kg_may_late", "<kg_profile>", "0", ((f"^{CLAIMS.token}$", f"<kg_{_LATE}>"),))
    *data, page = (f"may_{suffix}" for suffix in offers)
    yield best("kg_may_best", (*data, "may_late", page), default="", whole=False)
    yield Choice("kg_offered", "<kg_may_best>", "", (("^may_late$", _LATE), (rf"^may_{GROUP}\w+)$", "<v>")))


def files(offers: Mapping[str, str]) -> Iterator[Choice]:
    """How the name of a document's file goes on: by the format that is negotiated, and by that of the address's ending."""
    yield Choice("kg_fixed", "<path>", "", ((rf"^.+\.{GROUP}{'|'.join(offers)})$", "<v>"),))
    for start, form in (("kg_", "<kg_form>"), ("kg_fixed_", "<kg_fixed>")):
        asked = f"<kg_profile> {form}"
        yield Choice(f"{start}told", asked, form, ((f"^(?:{_NONE}|{_WHOLE}) ", _NONE), *_lacking(offers)))
        shared = tuple((f"^{HELD.token} {suffix}$", to) for suffix, to in SHARED.items())
        yield Choice(f"{start}shared", asked, _NONE, shared)
        own = ((f"^{CLAIMS.token} {_LATE}$", profiled(CLAIMS.token)),)
        yield Choice(f"{start}profiled", asked, "", own)
    yield Choice("kg_variant", "<kg_told>", "<kg_told>", (("^html$", "<kg_language>.html"),))
    # No file holds the list of all of them.
    yield Choice("kg_listed", "<kg_profile>", "", ((f"^{LIST.token}$", profiled("!")),))
    refused = ((f"^{each} ", f"~{each}") for each in REFUSED)
    yield Choice("kg_refused", "<kg_profile> <path>", "", (*refused, ("^[^ ]* /linkset$", "~linkset")))


def _lacking(offers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The formats that each profile doesn't come in."""
    for profile in PROFILES:
        others = "|".join(suffix for suffix, media_type in offers.items() if media_type not in profile.offers)
        yield f"^{profile.token} (?:{others})$", _NONE


def linksets() -> Iterator[Choice]:
    """What the name of the file of a link set ends in."""
    slots = {f"linkset_{number}": each for number, each in enumerate(LINKSET_ENDS.items())}
    for slot, (_, media_type) in slots.items():
        yield Choice(f"kg_{slot}", "<accept>", "0", (("^$", "!w"), *weights(media_type)))
    yield best("kg_linkset_best", slots, default=_NONE, whole=False)
    accepted = tuple((f"^{slot}$", end) for slot, (end, _) in slots.items())
    yield Choice("kg_linkset_accepted", "<kg_linkset_best>", _NONE, accepted)
    named = tuple((written(media_type), end) for end, media_type in LINKSET_ENDS.items())
    yield Choice("kg_linkset", "<format>", _NONE, (("^$", "<kg_linkset_accepted>"), *named))
