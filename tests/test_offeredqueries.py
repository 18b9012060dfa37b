"""Each list offers a query that gives its rows: run by the real engine, and compared with the list's own CSV or page."""

import csv
import html
import io
import json
import re
from collections.abc import Iterable
from importlib.resources import files
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Store

from kommungraf.engine.offeredqueries import offered_query
from kommungraf.vocab import BASE
from own_release import page, sheet

KRONOBERG = f"{BASE}id/county/se-07"
DENMARK = "http://publications.europa.eu/resource/authority/country/DNK"
VAXJO = f"{BASE}id/municipality/se-0780"
OFFERED = sorted(path.name.removesuffix(".rq") for path in (files("kommungraf") / "offered").iterdir())
#: How people are told of it in English.
WORDS = "As a SPARQL query"

Row = dict[str, str]


def listed(kind: str, **facets: str) -> str:
    more = "".join(f"&{name}={quote(value, safe='')}" for name, value in facets.items())
    return f"/list?type={quote(BASE + 'def/' + kind, safe='')}{more}"


def around(thing: str, table: str, **asked: str) -> str:
    more = "".join(f"&{name}={quote(value, safe='')}" for name, value in asked.items())
    return f"/around?thing={quote(BASE + 'id/' + thing, safe='')}&table={table}{more}"


def offers(text: str) -> list[str]:
    return [html.unescape(each) for each in re.findall(rf'<a href="(/sparql\?query=[^"]+)">{WORDS}</a>', text)]


def section(text: str, name: str) -> str:
    [found] = re.findall(rf'<section[^>]* id="{name}">.*?</section>', text, re.DOTALL)
    return str(found)


def answer(client: FlaskClient, href: str) -> list[Row]:
    """The rows of a query as everybody gets them; an unbound variable is an empty cell."""
    response = client.get(href, headers={"Accept": "text/csv"})
    assert response.mimetype == "text/csv", response.text
    return list(csv.DictReader(io.StringIO(response.text)))


def offered(client: FlaskClient, path: str) -> list[Row]:
    [href] = offers(page(client, path, "en"))
    return answer(client, href)


def keys(rows: Iterable[Row], names: tuple[str, ...]) -> list[tuple[str, ...]]:
    return sorted(tuple(row[name] for name in names) for row in rows)


def words(cell: str) -> list[str]:
    """What a cell of several values holds, in whatever order."""
    return sorted(re.split(r"; | ", cell))


LISTS = [
    pytest.param(listed("Municipality"), ("thing",), id="list"),
    pytest.param(listed("Twinning", county=KRONOBERG), ("thing",), id="list-of-a-county"),
    pytest.param(listed("Twinning", country=DENMARK), ("thing",), id="list-of-a-country"),
    pytest.param(listed("Twinning", status=f"{BASE}def/Ended"), ("thing",), id="list-of-a-status"),
    pytest.param(listed("Claim", status=f"{BASE}def/Disputed"), ("thing",), id="list-of-claims"),
    pytest.param(
        listed("RegionalCooperation", county=f"{BASE}id/county/se-09", country=DENMARK),
        ("thing",),
        id="list-of-both-facets",
    ),
    pytest.param(around("municipality/se-0780", "cooperations"), ("through", "iri"), id="cooperations"),
    pytest.param(
        around("municipality/se-0780", "cooperations", kind=f"{BASE}def/Twinning"),
        ("through", "iri"),
        id="cooperations-of-a-kind",
    ),
    pytest.param(
        around("municipality/se-0780", "cooperations", country=DENMARK.replace("DNK", "FIN")),
        ("through", "iri"),
        id="cooperations-with-a-country",
    ),
    pytest.param(
        around("municipality/se-0780", "cooperations", holds="yes"),
        ("through", "iri"),
        id="cooperations-that-go-on",
    ),
    pytest.param(
        around("municipality/se-0780", "cooperations", q="kaunas"), ("through", "iri"), id="cooperations-by-words"
    ),
    pytest.param(
        around("regional-cooperation/se-entreprenorsregionen", "members"), ("through", "iri"), id="members"
    ),
    pytest.param(
        around("regional-cooperation/se-entreprenorsregionen", "members", county=KRONOBERG),
        ("through", "iri"),
        id="members-of-a-county",
    ),
    pytest.param(around("partnership/se-almhult-vaxjo-za-jb-marks", "projects"), ("iri",), id="projects"),
    pytest.param(around("municipality/se-0780", "participations"), ("iri",), id="participations"),
]


@pytest.mark.parametrize(("path", "names"), LISTS)
def test_query_of_a_list_gives_the_rows_of_its_csv(client: FlaskClient, path: str, names: tuple[str, ...]) -> None:
    rows, found = sheet(client, path), offered(client, path)
    assert rows
    assert keys(found, names) == keys(rows, names)


@pytest.mark.parametrize(("path", "names"), LISTS)
def test_query_of_a_list_says_in_each_row_what_its_csv_says(
    client: FlaskClient, path: str, names: tuple[str, ...]
) -> None:
    told = {tuple(row[name] for name in names): row for row in sheet(client, path)}
    for row in offered(client, path):
        beside = told[tuple(row[name] for name in names)]
        for name, cell in row.items():
            if not _is_told_by_one(name, row):
                assert words(cell) == words(beside[name].removeprefix("'")), name


def _is_told_by_one(name: str, row: Row) -> bool:
    """The site names in every language what has a name in one, and the query tells sources of what isn't held, too."""
    return (name.startswith("name_") and not row[name]) or (name == "sources" and row.get("held") == "no")


@pytest.mark.parametrize(
    "asked", ["", "?kind=different-start", "?municipality=0780", "?kind=x-y&municipality=0780"]
)
def test_query_of_the_disagreements_gives_the_sides_of_their_csv(client: FlaskClient, asked: str) -> None:
    path = f"/conflicts{asked.replace('x-y', 'different-start')}"
    rows, found = sheet(client, path), offered(client, path)
    assert rows
    assert keys(found, ("claim", "held", "date")) == keys(rows, ("claim", "held", "date"))


def test_query_of_the_gaps_gives_the_gaps_of_their_csv(client: FlaskClient) -> None:
    rows, found = sheet(client, "/gaps"), offered(client, "/gaps")
    assert keys(found, ("iri",)) == keys(rows, ("iri",))
    told = {row["iri"]: words(row["sources"]) for row in rows}
    assert {row["iri"]: words(row["sources"]) for row in found} == told


@pytest.mark.parametrize(
    "path", ["/check/se-0780", "/check/se-0780?years=1", "/check/se-0765", "/check/se-1480", "/check/se-0186"]
)
def test_query_of_what_to_check_gives_the_rows_of_its_csv(client: FlaskClient, path: str) -> None:
    rows, found = sheet(client, path), offered(client, path)
    assert keys(found, ("iri", "date")) == keys(rows, ("iri", "date"))
    assert {row["check"] for row in found} == {row["check"] for row in rows}


def documents(text: str) -> set[str]:
    """The things of our own that a piece of a page links to."""
    return {f"{BASE}id/{path}" for path in re.findall(r'href="/doc/([^"?#]+)"', text)}


@pytest.mark.parametrize(
    ("path", "table", "column"),
    [
        ("municipality/se-0780", "Figures", "iri"),
        ("municipality/za-nw405", "Changes", "iri"),
        ("source/vaxjo-tlokwe", "Claims", "iri"),
        ("conflict/different-start/partnership-se-almhult-vaxjo-za-jb-marks", "The sides", "iri"),
    ],
)
def test_table_of_a_page_offers_a_query_for_its_rows(
    client: FlaskClient, path: str, table: str, column: str
) -> None:
    text = page(client, f"/doc/{path}", "en")
    [found] = [
        each for each in re.findall(r"<section.*?</section>", text, re.DOTALL) if f"<h2>{table}</h2>" in each
    ]
    [href] = offers(found)
    rows = {row[column] for row in answer(client, href)}
    assert rows
    assert rows <= documents(found)
    assert len(rows) == len(re.findall(r"<tr", found)) - 1


def test_county_offers_a_query_for_how_many_things_of_each_kind_it_has(client: FlaskClient) -> None:
    text = section(page(client, "/doc/county/se-07", "en"), "table-1")
    [href] = offers(text)
    numbers = sorted(int(row["number"]) for row in answer(client, href))
    assert numbers == sorted(int(each) for each in re.findall(r"<td[^>]*>(\d+)</td>", text))


@pytest.mark.parametrize(
    ("path", "name", "column"),
    [
        ("municipality/se-0780", "links", "subject"),
        ("municipality/se-0780", "elsewhere", "claim"),
        ("claim/vaxjo-tlokwe/1", "graph", "subject"),
        ("partnership/se-almhult-vaxjo-za-jb-marks", "gaps", "iri"),
    ],
)
def test_list_below_the_tables_offers_a_query_for_it(
    client: FlaskClient, path: str, name: str, column: str
) -> None:
    text = section(page(client, f"/doc/{path}", "en"), name)
    [href] = offers(text)
    rows = {row[column] for row in answer(client, href)}
    shown = {each for each in rows if each in documents(text)}
    assert rows
    assert shown


def test_statements_of_a_page_offer_a_query_for_all_of_them(client: FlaskClient) -> None:
    text = page(client, "/doc/municipality/se-0780", "en")
    [href] = offers(section(text, "statements"))
    found = {(row["property"], row["value"]) for row in answer(client, href)}
    held = client.get("/doc/municipality/se-0780.nt").text.splitlines()
    assert len(found) == len([line for line in held if line.startswith(f"<{VAXJO}> ")])


def test_ties_of_the_map_and_the_network_are_asked_for_as_they_are_shown(client: FlaskClient) -> None:
    for path, column in (("/map", "municipality"), ("/network", "county"), (f"/network?county={KRONOBERG}", "")):
        text = page(client, path, "en")
        [href] = offers(text)
        rows = answer(client, href)
        assert rows
        body = text.partition("<h2>As a table")[2]
        if column:
            tied = {row[column] for row in rows}
            assert tied <= documents(body) or column == "county"
        else:
            assert {row["partner"] for row in rows} <= documents(body)


@pytest.mark.parametrize(
    ("language", "begins"), [("sv", "# Sakerna i en lista"), ("en", "# The things of a list")]
)
def test_query_says_in_the_language_of_the_page_what_it_asks(
    client: FlaskClient, language: str, begins: str
) -> None:
    text = page(client, listed("Twinning", county=KRONOBERG), language)
    [href] = [html.unescape(each) for each in re.findall(r'href="(/sparql\?query=[^"]+)"', text)]
    [query] = parse_qs(urlsplit(href).query)["query"]
    assert query.startswith(begins)
    assert "#?" not in query
    assert "$" not in query
    assert f"<{KRONOBERG}>" in query


def test_query_is_shown_with_its_answer_where_a_reader_follows_the_link(client: FlaskClient) -> None:
    [href] = offers(page(client, listed("Twinning", county=KRONOBERG), "en"))
    text = page(client, href, "en")
    assert "The things of a list" in text
    assert "/doc/twinning/se-0780-us-duluth" in text


def test_what_is_no_iri_has_an_empty_list_and_no_query(client: FlaskClient) -> None:
    assert offers(page(client, listed("Twinning", county="nowhere"), "en")) == []


@pytest.mark.parametrize("name", OFFERED)
def test_every_offered_query_is_one_as_it_stands(name: str) -> None:
    Store().query((files("kommungraf") / "offered" / f"{name}.rq").read_text("utf-8"))


def test_what_is_asked_for_cannot_leave_its_place_in_the_query() -> None:
    text = offered_query("checks", "en", {"thing": NamedNode(VAXJO), "oldest": Literal('"} ?s ?p ?o #')})
    Store().query(text)
    assert r'"\"} ?s ?p ?o #"' in text
    with pytest.raises(ValueError, match="IRI"):
        offered_query("cooperations", "en", {"thing": NamedNode(VAXJO), "through": ["x> } #"]})


def test_json_of_a_query_tells_texts_from_iris(client: FlaskClient) -> None:
    [href] = offers(page(client, listed("Twinning", county=KRONOBERG), "en"))
    found = json.loads(client.get(href, headers={"Accept": "application/sparql-results+json"}).text)
    assert {row["thing"]["type"] for row in found["results"]["bindings"]} == {"uri"}
