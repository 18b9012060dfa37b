"""Sitemap, robots.txt, llms.txt and the feed, as their standards have them."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import feedparser
import pytest
from flask.testing import FlaskClient
from xmlschema import XMLSchema

from serving_client import client_of
from waiting import PATIENCE

CLIENTS: Final = Path(__file__).parent / "clients"
#: The schema of sitemaps.org, of 2008, which npm's "sitemap" brings along.
SCHEMA: Final = CLIENTS / "node_modules" / "sitemap" / "schema" / "sitemap.xsd"
NODE: Final = shutil.which("node") or ""
needs_sitemap = pytest.mark.skipif(
    not NODE or not SCHEMA.is_file(), reason='npm\'s "sitemap" is not installed: it takes Node and `make clients`'
)
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"
ATOM = "{http://www.w3.org/2005/Atom}"
HOST = "http://graph.example"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with client_of(tmp_path_factory.mktemp("releases")) as client:
        yield client


def parsed(client: FlaskClient, path: str) -> ElementTree.Element:
    response = client.get(path, base_url=HOST)
    assert response.status_code == 200
    assert "private" in response.headers["Cache-Control"]
    return ElementTree.fromstring(response.data)


def test_robots_finds_every_page_by_way_of_the_sitemaps(client: FlaskClient) -> None:
    text = client.get("/robots.txt", base_url=HOST).text
    [start] = re.findall(r"^Sitemap: (\S+)$", text, re.MULTILINE)
    maps = [each.text or "" for each in parsed(client, start.removeprefix(HOST)).iter(f"{SITEMAP}loc")]
    pages = [
        each.text or ""
        for address in maps
        for each in parsed(client, address.removeprefix(HOST)).iter(f"{SITEMAP}loc")
    ]
    assert f"{HOST}/dataset/" in pages
    assert f"{HOST}/accessibility" in pages
    assert any("/doc/" in page for page in pages)
    assert len(pages) == len(set(pages))
    for page in pages:
        assert client.get(page.removeprefix(HOST), headers={"Accept": "text/html"}).status_code == 200


def test_every_page_of_the_sitemap_has_a_date_and_leads_to_both_languages_and_the_reader_s_own(
    client: FlaskClient,
) -> None:
    for entry in parsed(client, "/sitemap-1.xml"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", entry.findtext(f"{SITEMAP}lastmod", ""))
        tags = [each.get("hreflang") for each in entry.iter(LINK)]
        assert tags == ["sv", "en", "x-default"]


@needs_sitemap
def test_sitemap_keeps_the_schema_of_sitemaps_org(client: FlaskClient) -> None:
    pages = parsed(client, "/sitemap-1.xml")
    for entry in pages:
        for link in entry.findall(LINK):
            entry.remove(link)  # which page is which language's is Google's addition; the schema has none
    schema = XMLSchema(SCHEMA)
    schema.validate(pages)
    pages[0].append(ElementTree.Element(f"{SITEMAP}loc"))
    assert not schema.is_valid(pages)


def read_by_another(*jobs: dict[str, str]) -> Any:
    command = [NODE, str(CLIENTS / "sitemaps.mjs"), json.dumps(jobs)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE).stdout)


@needs_sitemap
def test_sitemaps_are_read_by_another_s_strict_reader(client: FlaskClient) -> None:
    index, pages = (client.get(path, base_url=HOST).text for path in ("/sitemap.xml", "/sitemap-1.xml"))
    maps, entries = read_by_another({"kind": "sitemapindex", "text": index}, {"kind": "urlset", "text": pages})
    assert [each["url"] for each in maps] == [f"{HOST}/sitemap-1.xml"]
    assert [each["url"] for each in entries] == [
        each.text for each in parsed(client, "/sitemap-1.xml").iter(f"{SITEMAP}loc")
    ]
    assert {tuple(link["lang"] for link in each["links"]) for each in entries} == {("sv", "en", "x-default")}


@needs_sitemap
def test_the_strict_reader_takes_no_fault(client: FlaskClient) -> None:
    text = client.get("/sitemap-1.xml", base_url=HOST).text
    broken = re.sub("<lastmod>[^<]*", "<lastmod>yesterday", text, count=1)
    assert broken != text
    with pytest.raises(subprocess.CalledProcessError):
        read_by_another({"kind": "urlset", "text": broken})


@pytest.mark.parametrize("number", ["0", "2", "999999999"])
def test_sitemap_that_isnt_listed_is_not_there(client: FlaskClient, number: str) -> None:
    assert client.get(f"/sitemap-{number}.xml").status_code == 404


def test_robots_are_kept_out_of_what_never_ends(client: FlaskClient) -> None:
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt", base_url=HOST).text.splitlines())
    assert not robots.can_fetch("any", f"{HOST}/search?q=a&type=b")
    assert not robots.can_fetch("any", f"{HOST}/reconcile")
    assert robots.can_fetch("any", f"{HOST}/sparql?lang=sv")
    assert robots.can_fetch("any", f"{HOST}/doc/municipality/se-0780?lang=en")


def test_entries_of_the_feed_are_told_apart_and_the_feed_is_as_new_as_the_newest(client: FlaskClient) -> None:
    feed = parsed(client, "/changes.atom?lang=en")
    entries = feed.findall(f"{ATOM}entry")
    assert len({each.findtext(f"{ATOM}id") for each in entries}) == len(entries) > 0
    assert feed.findtext(f"{ATOM}updated") == max(each.findtext(f"{ATOM}updated", "") for each in entries)
    for each in entries:
        assert each.find(f"{ATOM}content") is not None
        assert [link.get("rel") for link in each.findall(f"{ATOM}link")] == ["alternate"]


def test_feed_has_what_atom_requires(client: FlaskClient) -> None:
    feed = parsed(client, "/changes.atom?lang=sv")
    assert feed.tag == f"{ATOM}feed"
    for part in (feed, *feed.findall(f"{ATOM}entry")):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", part.findtext(f"{ATOM}updated", ""))
        assert part.findtext(f"{ATOM}id")
        assert part.findtext(f"{ATOM}title")
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    assert [each.get("rel") for each in feed.findall(f"{ATOM}link")] == ["self", "alternate"]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_feed_is_read_by_another_s_reader(client: FlaskClient, language: str) -> None:
    response = client.get(f"/changes.atom?lang={language}", base_url=HOST)
    read = feedparser.parse(response.data, response_headers={"content-type": response.content_type})
    assert (read.bozo, read.version, read.feed.language) == (False, "atom10", language)
    entries = ElementTree.fromstring(response.data).findall(f"{ATOM}entry")
    assert [each.id for each in read.entries] == [each.findtext(f"{ATOM}id") for each in entries] != []
    for entry in read.entries:
        assert entry.updated_parsed is not None
        assert entry.content[0].value
        assert client.get(entry.link.removeprefix(HOST), headers={"Accept": "text/html"}).status_code == 200


def test_changes_are_a_page_or_a_feed_by_accept(client: FlaskClient) -> None:
    assert client.get("/changes", headers={"Accept": "application/atom+xml"}).mimetype == "application/atom+xml"
    assert client.get("/changes", headers={"Accept": "text/html"}).mimetype == "text/html"
    assert client.get("/changes", headers={"Accept": "image/png"}).status_code == 406


def test_introduction_for_language_models_links_to_what_is_there(client: FlaskClient) -> None:
    text = client.get("/llms.txt", base_url=HOST).text
    links = re.findall(rf"\]\({HOST}([^)]+)\)", text)
    assert len(links) >= 8
    listed = [line for line in text.splitlines() if line.startswith("- ")]
    assert all(line.startswith("- [") for line in listed)  # llmstxt.org: an item of a list is a link first
    missing = {link for link in links if client.get(link).status_code != 200}
    assert missing <= {"/def/?format=ttl"}  # a dataset without an ontology of its own has none
