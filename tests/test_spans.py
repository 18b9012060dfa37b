"""When things began and ended: memberships within their cooperations, organisations between changes, and what goes on."""

from collections.abc import Iterator
from datetime import date

import pytest

from indexes import indexed
from kommungraf.editions.search import Index
from kommungraf.editions.tenures import spans
from kommungraf.releases.moments import Bounds
from kommungraf.vocab import BASE

PREFIXES = f"""
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix edtf: <http://id.loc.gov/datatypes/edtf/> .
@prefix kg: <{BASE}def/> .
@prefix kgi: <{BASE}id/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<{BASE}dataset/> dcterms:modified "2026-01-31"^^xsd:date .
"""
MEMBERS = "".join(
    f"kgi:membership\\/{whole}-{member} org:organization kgi:c\\/{whole} ; org:member kgi:place\\/{member} .\n"
    for whole, members in {
        "pair": "ab",
        "own": "ab",
        "many": "abc",
        "told": "ab",
        "ended": "ab",
        "listed": "ab",
        "closed": "ab",
        "merged": "no",
        "lone": "a",
        "nothing": "ab",
        "later": "ab",
    }.items()
    for member in members
)
TRIG = f"""{PREFIXES}{MEMBERS}
kgi:c\\/pair kg:period "1990/.."^^edtf:EDTF ; kg:earliestStart "1990-01-01"^^xsd:date ; kg:latestStart "1990-12-31"^^xsd:date .
kgi:c\\/own kg:period "1990/.."^^edtf:EDTF ; kg:earliestStart "1990-01-01"^^xsd:date ; kg:latestStart "1990-12-31"^^xsd:date .
kgi:membership\\/own-a kg:period "2000-05-01/"^^edtf:EDTF ; kg:earliestStart "2000-05-01"^^xsd:date ; kg:latestStart "2000-05-01"^^xsd:date .
kgi:c\\/many kg:earliestStart "1999-01-01"^^xsd:date ; kg:latestStart "1999-12-31"^^xsd:date ; kg:period "1999/.."^^edtf:EDTF .
kgi:membership\\/told-a kg:earliestStart "2001-01-01"^^xsd:date ; kg:latestStart "2001-01-01"^^xsd:date ; kg:period "2001-01-01/.."^^edtf:EDTF .
kgi:membership\\/told-b kg:earliestStart "2003-01-01"^^xsd:date ; kg:latestStart "2003-01-01"^^xsd:date ;
  kg:earliestEnd "2010-01-01"^^xsd:date ; kg:latestEnd "2010-12-31"^^xsd:date .
kgi:c\\/ended kg:standing kg:Ended ; kg:period "1970/"^^edtf:EDTF ; kg:earliestStart "1970-01-01"^^xsd:date ; kg:latestStart "1970-12-31"^^xsd:date .
kgi:c\\/listed kg:standing kg:Listed .
kgi:c\\/closed kg:earliestEnd "2012-01-01"^^xsd:date ; kg:latestEnd "2012-12-31"^^xsd:date .
kgi:membership\\/closed-a kg:period "2005/.."^^edtf:EDTF ; kg:earliestStart "2005-01-01"^^xsd:date ; kg:latestStart "2005-12-31"^^xsd:date .
kgi:c\\/merged kg:period "2000/.."^^edtf:EDTF ; kg:earliestStart "2000-01-01"^^xsd:date ; kg:latestStart "2000-12-31"^^xsd:date .
kgi:change\\/1 org:originalOrganization kgi:place\\/o ; org:resultingOrganization kgi:place\\/n ;
  kg:earliestStart "2016-08-01"^^xsd:date ; kg:latestStart "2016-08-31"^^xsd:date ;
  kg:earliestEnd "2016-08-01"^^xsd:date ; kg:latestEnd "2016-08-31"^^xsd:date .
kgi:claim\\/1 {{ kgi:c\\/nothing kg:earliestStart "1950-01-01"^^xsd:date . }}
"""


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with indexed(TRIG, tmp_path_factory.mktemp("spans")) as opened:
        yield opened


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        pytest.param(
            "membership/pair-a", ("1990-01-01", "1990-12-31", "", "", True), id="as long as the tie of two"
        ),
        pytest.param("membership/own-a", ("2000-05-01", "2000-05-01", "", "", False), id="dates of its own"),
        pytest.param("membership/many-a", ("1999-01-01", "", "", "", False), id="one of three: only not before"),
        pytest.param(
            "c/told", ("2003-01-01", "2003-01-01", "2010-01-01", "2010-12-31", False), id="while both are in it"
        ),
        pytest.param(
            "membership/told-a",
            ("2003-01-01", "2001-01-01", "2010-01-01", "2010-12-31", False),
            id="within the tie",
        ),
        pytest.param("c/ended", ("1970-01-01", "1970-12-31", "", "2026-01-31", False), id="ended by the edition"),
        pytest.param("c/listed", ("", "2026-01-31", "", "", True), id="listed in the edition"),
        pytest.param("membership/listed-b", ("", "2026-01-31", "", "", True), id="as the listed tie"),
        pytest.param(
            "membership/closed-a",
            ("2005-01-01", "2005-12-31", "2012-01-01", "2012-12-31", False),
            id="not after the tie",
        ),
        pytest.param("place/n", ("2016-08-01", "2016-08-31", "", "", True), id="begins with the change"),
        pytest.param("place/o", ("", "", "2016-08-01", "2016-08-31", False), id="ends with the change"),
        pytest.param("membership/merged-n", ("2016-08-01", "2000-12-31", "", "", True), id="not before it exists"),
        pytest.param(
            "membership/merged-o",
            ("2000-01-01", "2000-12-31", "2016-08-01", "2016-08-31", False),
            id="not after it is gone",
        ),
    ],
)
def test_span_follows_from_what_is_held(
    index: Index, thing: str, expected: tuple[str, str, str, str, bool]
) -> None:
    *days, ongoing = expected
    assert spans(index, [f"{BASE}id/{thing}"]) == {f"{BASE}id/{thing}": Bounds(*map(day, map(str, days)), ongoing)}


@pytest.mark.parametrize("thing", ["c/nothing", "membership/nothing-a", "place/a", "unheard-of"])
def test_what_nobody_dates_in_the_held_view_has_no_span(index: Index, thing: str) -> None:
    assert spans(index, [f"{BASE}id/{thing}"]) == {}
