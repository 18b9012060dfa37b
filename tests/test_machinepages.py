"""Sitemap, robots.txt, llms.txt and the feed, as their standards have them."""

import re
from collections.abc import Iterator
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from serving_client import client_of

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
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
        tags = [each.get("hreflang") for each in entry.iter("{http://www.w3.org/1999/xhtml}link")]
        assert tags == ["sv", "en", "x-default"]


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
