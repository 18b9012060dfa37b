"""Sitemap, robots.txt, llms.txt and the feed, as their standards have them."""

import re
from collections.abc import Iterator
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
    assert any("/doc/" in page for page in pages)
    assert len(pages) == len(set(pages))
    for page in pages:
        assert client.get(page.removeprefix(HOST), headers={"Accept": "text/html"}).status_code == 200


def test_every_page_of_the_sitemap_has_a_date_and_both_languages(client: FlaskClient) -> None:
    for entry in parsed(client, "/sitemap-1.xml"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", entry.findtext(f"{SITEMAP}lastmod", ""))
        tags = [each.get("hreflang") for each in entry.iter("{http://www.w3.org/1999/xhtml}link")]
        assert tags == ["sv", "en"]


@pytest.mark.parametrize("number", ["0", "2", "999999999"])
def test_sitemap_that_isnt_listed_is_not_there(client: FlaskClient, number: str) -> None:
    assert client.get(f"/sitemap-{number}.xml").status_code == 404


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
    missing = {link for link in links if client.get(link).status_code != 200}
    assert missing <= {"/def/?format=ttl"}  # a dataset without an ontology of its own has none
