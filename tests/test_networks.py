"""The network around a thing: every member once, tied to each of its cooperations."""

import math

from kommungraf.rendering.networks import Hub, network_of
from kommungraf.resources.links import Link


def link(name: str) -> Link:
    return Link(f"https://example.org/{name}", name, "", f"/doc/{name}", here=True)


def hub(name: str, *members: str) -> Hub:
    return Hub(link(name), tuple(map(link, members)))


def test_shared_member_stands_once_and_is_tied_twice() -> None:
    picture = network_of([hub("region", "a", "b", "c"), hub("partnership", "a", "d")])
    assert picture is not None
    assert sorted(knot.text for knot in picture.knots) == ["a", "b", "c", "d"]
    assert len(picture.strands) == 2 + 3 + 2
    [shared] = [knot for knot in picture.knots if knot.text == "a"]
    assert sum((each.x2, each.y2) == (shared.x, shared.y) for each in picture.strands) == 2


def test_knots_are_apart_and_their_names_upright() -> None:
    picture = network_of([hub("one", *"abcdefgh"), hub("other", *"ijklmnop")])
    assert picture is not None
    places = [(knot.x, knot.y) for knot in picture.knots]
    assert min(math.dist(one, other) for one in places for other in places if one != other) > 20
    assert all(-90 <= (knot.turn + 180) % 360 - 180 <= 90 for knot in picture.knots)


def test_too_little_or_too_much_gives_no_picture() -> None:
    assert network_of([]) is None
    assert network_of([hub("one", "a", "b", "c")]) is None
    assert network_of([hub("one", "a"), hub("other", "b")]) is None
    assert network_of([hub("one", *map(str, range(100))), hub("other", "a")]) is None


def test_cooperation_without_others_is_left_out() -> None:
    picture = network_of([hub("one", "a", "b", "c"), hub("empty")])
    assert picture is not None
    assert [knot.text for knot in picture.hubs] == ["one"]


def test_name_without_room_is_cut() -> None:
    name = "Partnerskapet för lokal och regional utveckling"
    picture = network_of([hub("one", name, "b"), hub("other", "c")])
    assert picture is not None
    assert {knot.link.text: knot.text for knot in picture.knots} == {
        name: "Partnerskapet för",
        "b": "b",
        "c": "c",
    }
