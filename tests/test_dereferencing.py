"""A thing with thousands of links is looked up as a client does, page by page."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from kommungraf.rendering.excerpts import FIRST
from kommungraf.resources.resources import PAGE
from kommungraf.vocab import BASE, iri
from serving_client import client_of

MANY = 5_200


def in_membership(number: int) -> str:
    """A membership of another cooperation, whose page tells it apart as a table of its own."""
    return (
        f"<{BASE}id/membership/{number}> <{iri('org:member')}> <{BASE}id/municipality/m{number}> ; "
        f"<{iri('org:organization')}> <{BASE}id/partnership/loose> ."
    )


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """One cooperation with thousands of members and as many memberships that refer to it, each in a claim of one source."""
    cooperation, source = f"{BASE}id/partnership/large", f"{BASE}id/source/large"
    trig = [
        f'<{cooperation}> a <{BASE}def/MunicipalPartnership> ; <{iri("skos:prefLabel")}> "Large"@en ; <urn:note> [ <urn:in> "x" ] .'
    ]
    for number in range(MANY):
        claim, member = f"<{BASE}id/claim/large/{number}>", f"<{BASE}id/municipality/m{number}>"
        said = f"{member} <{iri('org:memberOf')}> <{cooperation}> ."
        trig += [
            f"{said} <{cooperation}> <{iri('org:hasMember')}> {member} . {claim} a <{BASE}def/Claim> ;",
            f"<{BASE}def/status> <{BASE}def/Accepted> ; <{iri('prov:wasDerivedFrom')}> <{source}> .",
            f"{claim} {{ {said} }}",
            *(begin + in_membership(number) + end for begin, end in (("", ""), (f"{claim} {{ ", " }"))),
        ]
    with client_of(tmp_path_factory.mktemp("large"), "\n".join(trig)) as opened:
        yield opened


def pages_of(client: FlaskClient, path: str, form: RdfFormat) -> Iterator[set[Quad]]:
    """Every page of a document, found as a client finds it: by the link to the next."""
    address: str | None = path
    while address is not None:
        response = client.get(address, headers={"Accept": form.media_type})
        assert response.status_code == 200, response.text
        yield set(parse(response.data, form))
        links = ", ".join(response.headers.getlist("Link")).split(", <")
        following = [link.partition(">")[0] for link in links if 'rel="next"' in link]
        address = following[0] if following else None


@pytest.mark.parametrize("form", [RdfFormat.TURTLE, RdfFormat.TRIG], ids=["held view", "claims"])
def test_thousands_of_links_come_in_pages_that_hold_each_once(large: FlaskClient, form: RdfFormat) -> None:
    pages = list(pages_of(large, "/doc/partnership/large", form))
    assert len(pages) == -(-(MANY + 3) // PAGE)
    cooperation = NamedNode(f"{BASE}id/partnership/large")
    triples = [{quad.triple for quad in page if quad.triple is not None} for page in pages]
    for property_, at_object in ((iri("org:hasMember"), False), (iri("org:memberOf"), True)):
        ours = [
            {each for each in page if each.predicate.value == property_ and cooperation in each}
            for page in triples
        ]
        assert max(map(len, ours)) <= PAGE, at_object
        assert sum(map(len, ours)) == len(set().union(*ours)) == MANY


def test_every_page_says_which_it_is_of_how_many(large: FlaskClient) -> None:
    hydra = iri("hydra:totalItems").removesuffix("totalItems")
    for number, page in enumerate(pages_of(large, "/doc/partnership/large", RdfFormat.TURTLE), start=1):
        said = {
            quad.predicate.value.removeprefix(hydra): quad.object
            for quad in page
            if quad.predicate.value.startswith(hydra)
        }
        document = f"{BASE}doc/partnership/large"
        assert said["totalItems"] == Literal(2 * MANY + 3)
        assert said["view"] == NamedNode(f"{document}?page={number}")
        assert said["first"] == NamedNode(f"{document}?page=1")
        assert ("previous" in said, "next" in said) == (number > 1, number < 11)


def test_first_page_has_the_name_and_what_hangs_below(large: FlaskClient) -> None:
    first, second = islice(pages_of(large, "/doc/partnership/large", RdfFormat.N_TRIPLES), 2)
    assert any(isinstance(quad.subject, BlankNode) for quad in first)
    assert Literal("Large", language="en") in {quad.object for quad in first}
    assert not any(isinstance(quad.subject, BlankNode) for quad in second)


@pytest.mark.parametrize(
    "path",
    ["/doc/partnership/large", "/doc/partnership/loose", "/doc/source/large", "/def/Claim", "/def/Accepted"],
)
def test_pages_of_large_resources_stay_small(large: FlaskClient, path: str) -> None:
    response = large.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 200
    assert len(response.data) < 1_000_000
    assert 'rel="next"' in response.text


def test_one_triple_is_not_said_twice(large: FlaskClient) -> None:
    page = next(iter(pages_of(large, "/doc/source/large", RdfFormat.N_TRIPLES)))
    own = {quad.triple for quad in page if not quad.subject.value.startswith(f"{BASE}doc/")}
    assert own == {
        Triple(each.subject, NamedNode(iri("prov:wasDerivedFrom")), NamedNode(f"{BASE}id/source/large"))
        for each in own
    }
    assert len(own) == PAGE


def test_table_of_thousands_begins_on_the_page_and_goes_on_in_pages_that_hold_each_row_once(
    large: FlaskClient,
) -> None:
    text = large.get("/doc/partnership/loose?lang=en", headers={"Accept": "text/html"}).text
    [table] = re.findall(r'<section id="table-1">.*?</section>', text, re.DOTALL)
    assert len(set(re.findall(r"/doc/municipality/(m\d+)", table))) == FIRST
    assert f"1–{FIRST} of {MANY}" in table
    address, found = re.findall(r'href="(/around[^"]+)"', table)[0].replace("&amp;", "&"), list[set[str]]()
    last = -(-MANY // 50)
    for number in (1, 2, last):
        shown = large.get(f"{address}&page={number}", headers={"Accept": "text/html"})
        assert f"of {MANY}" in shown.text
        assert ('rel="next"' in shown.text) == (number < last)
        found.append(set(re.findall(r"/doc/municipality/(m\d+)", shown.text)))
    assert [len(each) for each in found] == [50, 50, (MANY - 1) % 50 + 1]
    assert len(set().union(*found)) == sum(map(len, found))
    assert large.get(f"{address}&page={last + 1}", headers={"Accept": "text/html"}).status_code == 404


def test_sheet_of_a_table_holds_all_of_its_rows(large: FlaskClient) -> None:
    address = f"/around?thing={quote(BASE + 'id/partnership/loose', safe='')}&table=members&format=csv"
    rows = list(csv.DictReader(io.StringIO(large.get(address).text)))
    assert {row["iri"] for row in rows} == {f"{BASE}id/municipality/m{number}" for number in range(MANY)}
    assert len(rows) == MANY
