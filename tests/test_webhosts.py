"""Lists, their data and what describes them, asked of nginx, Apache and Caddy over an export by the live server's addresses."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urljoin
from xml.etree import ElementTree

import pytest
from csvw import CSVW
from flask.testing import FlaskClient

from exported_site import FOREIGN, HOST, PROJECTS, TOWN, dead_links, exported, live, standing, values
from hosting import PROGRAMS, Host
from kommungraf.texts import LANGUAGES
from kommungraf.vocab import BASE

TOWNS = f"/list?type={quote(f'{BASE}def/Municipality', safe='')}"
ELSEWHERE = f"/around?thing={quote(TOWN, safe='')}&table=elsewhere"
TAKES_PART = f"/around?table=participations&thing={quote(TOWN, safe='')}"
YEARS = f"/years?thing={quote(TOWN, safe='')}"
COUNTY = f"{TOWNS}&county={quote(f'{BASE}id/county/se-01', safe='')}"
LISTS = [
    pytest.param(TOWNS, id="list"),
    pytest.param(COUNTY, id="list-of-a-county"),
    pytest.param(
        f"/list?type={quote('http://www.w3.org/ns/org#Membership', safe='')}", id="list-of-another-vocabulary"
    ),
    pytest.param(TAKES_PART, id="around"),
    pytest.param("/conflicts?municipality=se-0001", id="conflicts"),
    pytest.param("/conflicts?municipality=0001", id="conflicts-by-code"),
    pytest.param(ELSEWHERE, id="elsewhere"),
    pytest.param("/check/se-0001", id="check"),
    pytest.param("/changes", id="changes"),
]
ROWS = [pytest.param(YEARS, id="years")]
DATA = ("text/csv", "application/json", "application/csvm+json")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("webhosts")
    exported(found)
    return found


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[FlaskClient]:
    with live(folder) as found:
        yield found


@pytest.fixture(scope="module", params=PROGRAMS)
def host(request: pytest.FixtureRequest, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with standing(request.param, folder / "export", tmp_path_factory) as running:
        yield running


def test_every_link_of_a_page_and_every_file_that_data_name_is_there(folder: Path, client: FlaskClient) -> None:
    site = folder / "export" / "site"
    assert dead_links(site, client) == set()
    sheets = list(site.rglob("*.csv"))
    assert any(path.name in (site / "changes.sv.html").read_text("utf-8") for path in sheets)
    for path in sheets:
        rows = json.loads(path.with_suffix(".json").read_text("utf-8"))
        metadata = json.loads((path.parent / rows["describedby"]).read_text("utf-8"))
        assert rows["csv"] == metadata["url"] == path.name
        assert f"{metadata['url']}-metadata.json" == rows["describedby"]


def test_page_of_what_is_not_there_does_not_name_the_file_that_it_is(folder: Path) -> None:
    assert "errors/404" not in re.sub(
        '(href|content)="[^"]*"', "", (folder / "export/site/errors/404.sv.html").read_text("utf-8")
    )


def content(body: bytes) -> object:
    """What JSON says, but for where it leads, which is to files in an export."""
    found = json.loads(body)
    return {name: value for name, value in found.items() if name not in {"csv", "describedby", "url", "query"}}


@pytest.mark.parametrize("address", [*LISTS, *ROWS])
@pytest.mark.parametrize("language", LANGUAGES)
def test_list_is_answered_in_each_form_as_by_the_live_server(
    host: Host, client: FlaskClient, address: str, language: str
) -> None:
    joint = "&" if "?" in address else "?"
    for form, media_type in zip(("csv", "json", "csvm"), DATA, strict=True):
        ours = client.get(f"{address}{joint}format={form}&lang={language}")
        named = host.get(f"{address}{joint}format={form}&lang={language}", "text/html")
        accepted = host.get(address, media_type, Accept_Language=language)
        assert (named.status, named.media_type) == (accepted.status, accepted.media_type) == (200, media_type)
        assert named.body == accepted.body
        if form == "csv":
            assert named.body == ours.data
        else:
            assert content(named.body) == content(ours.data)
        assert {"accept", "accept-language"} <= values(accepted.headers["vary"])


ACCEPTS = (
    "*/*",
    "",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "text/csv;q=0.4, application/json;q=0.5",
    "text/html;q=0.5, text/csv",
    "application/json, text/html;q=0.9",
    "text/*",
    "application/*",
    "text/turtle",
    "image/png",
    "text/html",
)


@pytest.mark.parametrize("address", [TOWNS, TAKES_PART, YEARS])
@pytest.mark.parametrize("accept", ACCEPTS)
def test_form_of_a_list_is_negotiated_as_by_the_live_server(
    host: Host, client: FlaskClient, address: str, accept: str
) -> None:
    ours, theirs = client.get(address, headers={"Accept": accept}), host.get(address, accept)
    assert (theirs.status, theirs.media_type) == (ours.status_code, ours.mimetype)


@pytest.mark.parametrize("address", [*LISTS, pytest.param(f"{TAKES_PART}&page=2", id="second-page")])
def test_page_of_a_list_is_found_by_its_live_address(host: Host, client: FlaskClient, address: str) -> None:
    joint = "&" if "?" in address else "?"
    ours, theirs = client.get(f"{address}{joint}lang=en"), host.get(f"{address}{joint}lang=en", "text/html")
    assert (theirs.status, ours.status_code, theirs.headers["content-language"]) == (200, 200, "en")
    assert heading(theirs.body) == heading(ours.data) != ""
    assert host.get(address.replace("%3A", ":").replace("%2F", "/"), "text/html").status == 200


def heading(page: bytes) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page.decode(), re.DOTALL)
    return "" if found is None else re.sub("<[^>]+>", "", found[1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_browser_is_told_how_to_search_without_a_program(host: Host, language: str) -> None:
    page = host.get("/", "text/html", Accept_Language=language).body.decode()
    [told] = re.findall(r'<link rel="search" [^>]*href="([^"]*)"', page)
    described = host.get(told)
    assert (described.status, described.media_type) == (200, "application/opensearchdescription+xml")
    negotiated = host.get("/opensearch.xml", Accept_Language=language)
    assert (negotiated.body, negotiated.media_type) == (described.body, described.media_type)
    assert "accept-language" in values(negotiated.headers["vary"])
    urls = ElementTree.fromstring(described.body).findall("{http://a9.com/-/spec/opensearch/1.1/}Url")
    templates = {each.get("type", ""): each.get("template", "") for each in urls}
    assert templates.keys() == {"text/html", described.media_type}
    for template in templates.values():
        assert host.get(template.replace(HOST, "/").replace("{searchTerms}", "%C3%85torp")).status == 200


def test_pages_of_a_table_hold_all_its_rows(host: Host) -> None:
    found = [
        set(re.findall(rb"/doc/project/(p\d+)", host.get(f"{TAKES_PART}{page}", "text/html").body))
        for page in ("", "&page=2")
    ]
    assert len(found[0] | found[1]) == PROJECTS
    assert not found[0] & found[1]


@pytest.mark.parametrize("path", ["/search", "/search.html"])
@pytest.mark.parametrize(
    "asked",
    ["q=town", "q=a%26b%22&page=2", f"type={quote(TOWN, safe='')}&county=x&country=%22&status=y%20z&page=12"],
)
def test_page_of_the_search_is_there_whatever_it_is_to_search(host: Host, path: str, asked: str) -> None:
    reply = host.get(f"{path}?{asked}&lang=en", "text/html")
    assert (reply.status, reply.headers["content-language"]) == (200, "en")
    assert "data-names" in reply.body.decode()


@pytest.mark.parametrize(
    "address",
    [
        f"{TOWNS}&country=x",
        f"{TOWNS}&date=2019",
        f"{TOWNS}&page=9",
        f"{TOWNS}&county={quote(f'{BASE}id/county/se-99', safe='')}",
        f"{TOWNS}&county=%22quoted%22",
        f"{TAKES_PART}&q=p1",
        f"{TAKES_PART}&holds=yes",
        "/doc/municipality/se-0001?date=2019",
        "/doc/municipality/se-0001.html?date=2019",
        "/doc/municipality/se-0001?page=99",
        "/search?q=x&date=2019",
        "/list",
        "/list?type=nothing",
        "/describe",
        "/describe?iri=nothing",
        "/describe?iri=http://nowhere.example/a/b%23c",
        "/sparql?query=ASK%7B%7D",
        "/asof?thing=x&date=2019",
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_no_file_answers_is_said_not_to_be_there_with_what_to_do(
    host: Host, address: str, language: str
) -> None:
    reply = host.get(address, "text/html", Accept_Language=language)
    assert (reply.status, reply.headers["content-language"]) == (404, language)
    words = {"en": "runs no program", "sv": "körs inget program"}[language]
    assert words in reply.body.decode()
    assert f"/dataset/index.{language}.html" in reply.body.decode()


@pytest.mark.parametrize(
    "address", [f"{YEARS}&date=2019", "/around?thing=nothing&table=elsewhere", f"{TOWNS}&date=2019"]
)
def test_rows_that_no_file_holds_are_said_not_to_be_there(host: Host, address: str) -> None:
    assert host.get(address, "text/csv").status == 404


@pytest.mark.parametrize("iri", [FOREIGN, TOWN, f"{BASE}def/Municipality"])
@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "application/trig", "image/png"])
def test_iri_is_described_as_by_the_live_server(host: Host, client: FlaskClient, iri: str, accept: str) -> None:
    address = f"/describe?iri={quote(iri, safe='')}"
    ours, theirs = client.get(address, headers={"Accept": accept}), host.get(address, accept)
    assert (theirs.status, theirs.media_type) == (ours.status_code, ours.mimetype)
    if accept in {"text/turtle", "application/trig"}:
        assert theirs.body == ours.data


@pytest.mark.parametrize("address", [*LISTS, *ROWS])
def test_outside_tool_of_csv_on_the_web_finds_the_metadata_of_a_file_and_the_file_valid(
    host: Host, address: str
) -> None:
    joint = "&" if "?" in address else "?"
    asked = f"http://127.0.0.1:{host.port}{address}{joint}format=csv"
    [told] = links(host.get(f"{address}{joint}format=csv").headers["link"])["describedby"]
    metadata = json.loads(host.get(told).body)
    assert host.get(urljoin(told, metadata["url"])).body == host.get(f"{address}{joint}format=csv").body
    found = CSVW(urljoin(asked, told), validate=True)
    assert found.is_valid, [str(each.message) for each in found.warnings]


def links(header: str) -> dict[str, set[str]]:
    """The targets of a Link header, with their attributes, by relation."""
    found: dict[str, set[str]] = {}
    for target, relation, _ in re.findall(r'<([^>]*)>; rel="([^"]+)"((?:; \w+="[^"]*")*)', header):
        found.setdefault(relation, set()).add(target)
    return found


#: What says more than a file's name does, or leads to what takes a program.
OTHERS = {"first", "prev", "next", "last", "item"}


@pytest.mark.parametrize(
    "path",
    [
        "/doc/municipality/se-0001",
        "/doc/twinning/t1",
        "/doc/claim/c/1",
        "/def/Municipality",
        "/def/",
        "/dataset/",
        "/catalogue.ttl",
    ],
)
@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "application/trig", "application/ld+json"])
def test_links_of_a_document_are_those_of_the_live_server(
    host: Host, client: FlaskClient, path: str, accept: str
) -> None:
    ours, theirs = client.get(path, headers={"Accept": accept}), host.get(path, accept)
    assert theirs.status == ours.status_code
    kept = OTHERS if path.startswith("/doc") else OTHERS - {"item"}
    expected = {
        (each[0], each[1], each[2])
        for each in targets(", ".join(ours.headers.getlist("Link")))
        if each[1] not in kept
    }
    assert targets(theirs.headers.get("link", "")) == expected
    assert theirs.headers.get("content-profile") == ours.headers.get("Content-Profile")
    for target, _, _ in expected:
        if target.startswith("/"):
            assert host.get(target, "*/*").status in {200, 303}, target


def targets(header: str) -> set[tuple[str, str, str]]:
    return set(re.findall(r'<([^>]*)>; rel="([^"]+)"((?:; \w+="[^"]*")*)', header))


@pytest.mark.parametrize("path", ["/llms.txt", "/robots.txt", "/sitemap.xml", "/sitemap-1.xml", "/changes.atom"])
def test_every_address_that_is_told_to_machines_is_answered(host: Host, path: str) -> None:
    text = host.get(path).body.decode()
    examples = re.compile("`[^`]*<[^`]*`")
    told = {html.unescape(each) for each in re.findall(rf"{HOST[:-1]}(/[^\s()\"<>`]*)", examples.sub("", text))}
    assert len(told) >= (1 if path in {"/robots.txt", "/sitemap.xml"} else 2)
    assert {each: host.get(each, "*/*").status for each in told} == dict.fromkeys(told, 200)
    assert not re.search("sparql|reconcile|asof", text, re.IGNORECASE)
