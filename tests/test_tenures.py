"""Who was in what with whom, over our own data: the index agrees with SPARQL and with a count over the text of the periods."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions, Store

from indexes import own_indexed
from kommungraf.editions.search import Index
from kommungraf.editions.tenures import is_tied, membership_tallies, spans, tallies, tie_count, ties
from kommungraf.releases.moments import Holds, moment
from kommungraf.vocab import BASE, PREFIXES, iri
from own_content import own_content

QUESTIONS = Path(__file__).parents[1] / "questions"
DECADES = [f"{year}-12-31" for year in range(1939, 2020, 10)]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with own_indexed(tmp_path_factory.mktemp("tenures")) as opened:
        yield opened


@pytest.fixture(scope="module")
def store() -> Store:
    found = Store()
    found.bulk_extend(own_content().dataset.held)
    return found


def answers(store: Store, text: str) -> QuerySolutions:
    found = store.query(text, prefixes=PREFIXES)
    assert isinstance(found, QuerySolutions)
    return found


def question(store: Store, slug: str) -> QuerySolutions:
    return answers(store, (QUESTIONS / f"{slug}.rq").read_text("utf-8"))


def test_number_of_twinnings_over_time_is_the_same_in_the_index(index: Index, store: Store) -> None:
    answered = {
        row["day"].value: (int(row["certain"].value), int(row["perhaps"].value))
        for row in question(store, "twin-towns-over-time")
    }
    begun = [(bounds, count) for bounds, count in tallies(index, iri("kg:Twinning")) if bounds.earliest_start]
    for text in DECADES:
        found: Counter[Holds] = Counter()
        for bounds, count in begun:
            found[bounds.hold(moment(text))] += count
        assert answered[text] == (found[Holds.YES], found[Holds.UNKNOWN])


def written(store: Store) -> dict[str, str]:
    """The period of each twinning that has one, as it is written."""
    rows = answers(store, "SELECT ?t ?p { ?t a kg:Twinning ; kg:period ?p }")
    return {row["t"].value: row["p"].value for row in rows}


def test_sure_number_of_twinnings_over_time_follows_from_the_written_years(store: Store) -> None:
    """Counted over the text of the periods: begun by the year that it names, the last of a decade, and not over by then."""
    undated = answers(
        store, "SELECT ?t { ?t a kg:Twinning ; kg:latestStart ?s FILTER NOT EXISTS { ?t kg:period ?p } }"
    )
    bounded = len(list(undated))
    ended = {row["t"].value for row in answers(store, "SELECT ?t { ?t kg:standing kg:Ended }")}
    listed = {row["t"].value for row in answers(store, "SELECT ?t { ?t kg:standing kg:Listed, ?s }")}
    for row in question(store, "twin-towns-over-time"):
        year, counted = int(row["day"].value[:4]), 0
        for twinning, period in written(store).items():
            start, _, end = period.partition("/")
            begun = bool(start) and int(start[:4].replace("X", "9")) <= year
            goes_on = twinning not in ended and (end == ".." or (end == "" and twinning in listed))
            lasts = int(end[:4]) > year if end[:1].isdigit() else goes_on
            last_day = end[:4] == str(year) and end[4:] == "-12-31"
            counted += begun and (lasts or last_day)
        assert counted <= int(row["certain"].value) <= counted + bounded


def test_twinnings_of_1945_are_those_whose_written_start_is_before(store: Store) -> None:
    answered = {row["twinning"].value for row in question(store, "twinned-on-1945-06-01")}
    before = {
        twinning
        for twinning, period in written(store).items()
        if re.match(r"\d", period)
        and (int(period[:4].replace("X", "9")) < 1945 or "1945-01-01" <= period[:10] <= "1945-06-01")
        and not re.fullmatch(r"19[0-4]\d", period.partition("/")[2][:4])
    }
    assert answered == before


def test_twinnings_that_had_ended_by_2008_are_those_with_an_earlier_written_end(store: Store) -> None:
    answered = {row["twinning"].value: row["ended"].value for row in question(store, "twinnings-ended-by-2008")}
    periods = written(store)
    ends = {twinning: period.rpartition("/")[2] for twinning, period in periods.items()}
    sure = {twinning for twinning, end in ends.items() if re.match(r"\d", end) and int(end[:4]) < 2008}
    assert {twinning for twinning, ended in answered.items() if ended == "yes"} == sure
    ended = {row["t"].value for row in answers(store, "SELECT ?t { ?t a kg:Twinning ; kg:standing kg:Ended }")}
    unknown = {twinning for twinning in ended if not re.match(r"\d", ends.get(twinning, ""))}
    assert {twinning for twinning, told in answered.items() if told == "unknown"} == unknown


def test_partners_of_vaxjo_on_a_day_are_those_of_the_question(index: Index, store: Store) -> None:
    """The question asks for known starts of twinnings and partnerships; what is sure there is never a no in the index."""
    day, thing = moment("2010-01-01"), f"{BASE}id/municipality/se-0780"
    found = {(tie.partner, tie.cooperation): tie.hold(day) for tie in ties(index, thing, limit=1000)}
    asked = {
        (row["partner"].value, row["cooperation"].value) for row in question(store, "vaxjo-partners-on-2010-01-01")
    }
    assert asked
    assert all(found[pair] is not Holds.NO for pair in asked)
    sure = {
        pair
        for pair, answer in found.items()
        if answer is Holds.YES and re.search("/(twinning|partnership)/", pair[1])
    }
    assert sure <= asked


def test_pages_of_ties_are_parts_of_one_list(index: Index) -> None:
    thing = f"{BASE}id/municipality/se-0780"
    whole = ties(index, thing, limit=1000)
    assert tie_count(index, thing) == len(whole) > 5
    assert (*ties(index, thing, limit=3), *ties(index, thing, limit=1000, offset=3)) == whole
    assert ties(index, f"{BASE}id/municipality/se-9999", limit=10) == ()


def test_a_member_and_what_it_is_a_member_of_are_tied_and_nothing_else_is(index: Index) -> None:
    thing = f"{BASE}id/municipality/se-0780"
    cooperation = ties(index, thing, limit=1)[0].cooperation
    assert is_tied(index, thing)
    assert is_tied(index, cooperation)
    assert not is_tied(index, f"{BASE}id/municipality/se-9999")


def test_tallies_count_each_membership_once(index: Index) -> None:
    thing = f"{BASE}id/municipality/se-0780"
    assert sum(count for _, count in membership_tallies(index, thing)) == len(
        {tie.membership for tie in ties(index, thing, limit=1000)}
    )
    total = sum(count for _, count in tallies(index, iri("kg:Twinning")))
    assert total == index.count(iri("kg:Twinning"))


def test_no_membership_is_outside_its_cooperation(index: Index) -> None:
    rows = index.rows("SELECT iri, whole FROM part")
    known = spans(index, {name for row in rows for name in row})
    for membership, whole in rows:
        inner, outer = known.get(membership), known.get(whole)
        if inner and outer and outer.latest_end:
            assert inner.latest_end is not None, json.dumps([membership, whole])
            assert inner.latest_end <= outer.latest_end
