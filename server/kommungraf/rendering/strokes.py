"""The marks that pictures have by the hundred as SVG and HTML: points and ties of maps, bars and rows of years.

They are functions and not macros of a template, which take several times as long.
"""

# ruff: noqa: S704  what is marked as HTML here is written here, and every text of the data in it is escaped

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

from kommungraf.rendering.networks import Knot, Strand
from kommungraf.rendering.yearcounts import YearBar
from kommungraf.resources.links import Link

__all__ = ["MANY", "Spot", "Tie", "knots_of", "spots_of", "tie_path", "year_bars", "year_rows"]

#: With more points than that each is small, and all of them are one stop for the keyboard: a script goes from one to the next.
MANY: Final = 60
#: How far beside its point a name begins, ends or has its middle, and how far below or above.
_BESIDE: Final = {"start": (11, 7), "end": (-11, 7), "middle": (0, -15), "below": (0, 29)}


class Spot(NamedTuple):
    """A place on the picture; `anchor` says on which side its name stands (`middle`: above, or `below`), None where it has no room."""

    link: Link
    x: float
    y: float
    centre: bool = False
    anchor: str | None = None


class Tie(NamedTuple):
    """A line between two places of the picture, `width` wide where that says something."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float | None = None


def tie_path(ties: Iterable[Tie | Strand]) -> Markup:
    """The lines of ties as one path."""
    return Markup("".join([f"M{each.x1} {each.y1}L{each.x2} {each.y2}" for each in ties]))


def spots_of(spots: Sequence[Spot], lang: str, escaped: Callable[[str], str]) -> Markup:
    """The points of a map, each a link with its name."""
    many = len(spots) > MANY
    return Markup("".join([_spot(each, lang, escaped, many=many) for each in spots]))


def _spot(spot: Spot, lang: str, escaped: Callable[[str], str], *, many: bool) -> str:
    name, kind, passed = (
        escaped(spot.link.text),
        " centre" if spot.centre else "",
        ' tabindex="-1"' if many else "",
    )
    point = _point(kind, spot.x, spot.y, "9" if kind else "3.5" if many else "6.5")
    return _linked(spot.link, f"{point}<title>{name}</title></circle>{_name(spot, name)}", lang, escaped, passed)


def _point(kind: str, x: float, y: float, radius: str) -> str:
    return f'<circle class="spot{kind}" cx="{x}" cy="{y}" r="{radius}">'


def _linked(to: Link, mark: str, lang: str, escaped: Callable[[str], str], passed: str = "") -> str:
    href = f' href="{escaped(to.href)}"' if to.href else ""
    foreign = f' lang="{escaped(to.lang)}"' if to.lang and to.lang != lang else ""
    return f'<a{href}{passed}{foreign} aria-label="{escaped(to.text)}">{mark}</a>\n'


def _name(spot: Spot, name: str) -> str:
    if not (anchor := spot.anchor):
        return ""
    across, down = _BESIDE[anchor]
    x, y = spot.x + across, spot.y + down
    anchor = "middle" if anchor == "below" else anchor
    return f'<text x="{round(x, 1)}" y="{round(y, 1)}" text-anchor="{anchor}">{name}</text>'


def knots_of(knots: Sequence[Knot], lang: str, escaped: Callable[[str], str], *, hubs: bool) -> Markup:
    """The points on a ring of a network, each a link with its name: of cooperations (`hubs`) larger, and nothing beside them."""
    kind, radius = (" hub", "9") if hubs else ("", "5")
    marks = (
        f"{_point(kind, each.x, each.y, radius)}<title>{escaped(each.link.text)}</title></circle>"
        + ("" if hubs else _turned(each, escaped))
        for each in knots
    )
    return Markup(
        "".join(_linked(each.link, mark, lang, escaped) for each, mark in zip(knots, marks, strict=True))
    )


def _turned(knot: Knot, escaped: Callable[[str], str]) -> str:
    """The name beside a point, read outwards."""
    if not knot.text:
        return ""
    place = f"translate({knot.x} {knot.y}) rotate({knot.turn})"
    aside = 10 if knot.anchor == "start" else -10
    return f'<text transform="{place}" x="{aside}" y="5" text-anchor="{knot.anchor}">{escaped(knot.text)}</text>'


def year_bars(bars: Iterable[YearBar], *, width: float, height: float) -> Markup:
    """A bar for what is certain in each year, and above it one for what is possible."""
    wide, found = f'width="{round(width * 0.8, 2)}"', []
    for each in bars:
        sure, more = each.certain_height, each.possible_height
        if each.certain:
            found.append(_bar("certain", each.x, round(height - sure, 1), f'{wide} height="{sure}"'))
        if each.possible:
            found.append(_bar("possible", each.x, round(height - sure - more, 1), f'{wide} height="{more}"'))
    return Markup("".join(found))


def _bar(what: str, x: float, y: float, size: str) -> str:
    return f'<rect class="{what}" x="{x}" y="{y}" {size}/>'


def year_rows(bars: Iterable[YearBar]) -> Markup:
    """The rows of the same as a table."""
    rows = [
        f'<tr><th scope="row">{each.year}</th><td>{each.certain}</td><td>{each.possible}</td></tr>\n'
        for each in bars
    ]
    return Markup("".join(rows))
