"""Where a reader reports an error of a page: a letter to the publisher that says of what, or what is known to be wrong."""

from typing import Final
from urllib.parse import quote

from kommungraf.editions.contacts import contacts, is_reserved
from kommungraf.rendering.site import Reader
from kommungraf.resources.links import Link
from kommungraf.resources.views import Behind

__all__ = ["error_report"]

_MAILTO: Final = "mailto:"
#: So much of the words of a claim is quoted: programs cut long addresses.
_LONGEST: Final = 400


def error_report(who: Reader, thing: Link, claim: Behind | None) -> Link:
    """A letter about `thing`, or the words of a `claim`, to whom the release names; else what is to be checked.

    A contact that is a page on the web is led to as it is: nothing can be written there beforehand.
    """
    reached = _reached(who)
    if not reached:
        return _known(who, thing.iri)
    href = reached if not reached.startswith(_MAILTO) else f"{reached}?{_letter(who, thing, claim)}"
    return Link(thing.iri, who.text("Report an error"), who.language, href, here=False)


def _reached(who: Reader) -> str:
    """The address at which the publisher is reached, by mail if that is told; empty where there is none."""
    found = [each for each in contacts(who.edition) if not is_reserved(each)]
    return next((each for each in found if each.startswith(_MAILTO)), next(iter(found), ""))


def _letter(who: Reader, thing: Link, claim: Behind | None) -> str:
    """Subject and body of a letter (RFC 6068), with what a publisher has to know and room for what the reader knows."""
    text = who.text
    subject = text("Error about %(name)s") % {"name": thing.text}
    lines = (
        text("What is it about: %(iri)s") % {"iri": thing.iri},
        text("Edition: %(version)s") % {"version": who.edition.manifest.version},
        text("Statement: %(words)s") % {"words": _words(claim)},
        "",
        text("What is wrong:"),
        "",
        text("What is right, and who says so:"),
        "",
    )
    parts = {"subject": subject, "body": "\r\n".join(lines)}
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in parts.items())


def _words(claim: Behind | None) -> str:
    """What the claim rests on: its words, and the sources that say them."""
    if claim is None:
        return ""
    quoted = " … ".join(claim.phrases)[:_LONGEST]
    return " · ".join(filter(None, (quoted, *(source.iri for source in claim.sources))))


def _known(who: Reader, iri: str) -> Link:
    """What a municipality should check; of anything else, where sources disagree."""
    start = f"{who.edition.base_iri}id/municipality/"
    is_ours = iri.startswith(start) and who.edition.index.exists(iri)
    path = f"check/{quote(iri.removeprefix(start))}" if is_ours else "conflicts"
    return Link(iri, who.text("Errors and gaps that are known"), who.language, who.names.page(path), here=True)
