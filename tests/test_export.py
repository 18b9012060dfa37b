"""A static export: what is in it, and that nginx, Apache and Caddy answer from it as our own server does."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, parse

from exported_site import HOST, addresses, dead_links, exported, file_of, live, standing, values
from hosting import PROGRAMS, Host
from kommungraf.errors import ExportError, OutputFault
from kommungraf.export.export import MARKER, Job, export
from kommungraf.formats import RDF
from kommungraf.resources.links import path_of
from kommungraf.texts import LANGUAGES
from kommungraf.vocab import BASE
from serving_client import LIMITS
from serving_release import write_release
from test_documents import TRIG as ODD
from waiting import PATIENCE, comes_true

HUB = f"<{BASE}id/hub/1> <http://www.w3.org/2004/02/skos/core#note> " + ", ".join(f'"{n}"' for n in range(1203))
MANY = 53
WIDE = "".join(f" <{BASE}id/project/p{n}> <{BASE}def/participant> <{BASE}id/wide/1> ." for n in range(MANY))
TRIG = f"{ODD[: ODD.index('kgi:m' + chr(92) + '/0')]}{HUB}.{WIDE} <{BASE}id/graph/register> {{{WIDE}}}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("export")
    exported(found, TRIG)
    return found


@pytest.fixture(scope="module")
def releases(folder: Path) -> Path:
    return folder / "releases"


@pytest.fixture(scope="module")
def target(folder: Path) -> Path:
    return folder / "export"


@pytest.fixture(scope="module", params=PROGRAMS)
def host(request: pytest.FixtureRequest, target: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with standing(request.param, target, tmp_path_factory) as running:
        yield running


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[FlaskClient]:
    with live(folder) as found:
        yield found


def test_every_link_of_every_page_leads_to_a_file(target: Path, client: FlaskClient) -> None:
    assert len(list(target.rglob("*.html"))) > 60
    assert dead_links(target / "site", client) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_table_that_is_too_long_for_its_page_is_there_whole_in_pages_and_as_a_sheet(
    target: Path, language: str
) -> None:
    files = [path for path in (target / "site").glob(f"around~*.{language}.*") if path.suffix != ".gz"]
    sheets = [path for path in files if path.suffix == ".csv"]
    pages = [path.read_text("utf-8") for path in files if path.suffix == ".html"]
    found = [set(re.findall(r"/doc/project/(p\d+)", text)) for text in pages]
    assert sorted(len(each) for each in found) == [MANY - 50, 50]
    assert len(set().union(*found)) == MANY
    assert [len(path.read_text("utf-8").splitlines()) for path in sheets] == [1 + MANY]
    assert f"/{sheets[0].name.partition('~page')[0]}" in (
        target / "site" / "doc" / "wide" / f"1.{language}.html"
    ).read_text("utf-8")


def test_no_page_mentions_what_takes_a_program(target: Path) -> None:
    for path in target.rglob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r'(href|action)="[^"]*/(sparql|reconcile|asof|opensearch\.xml)', text), path
        assert set(re.findall(r'<form action="([^"]*)"', text)) <= {"/search.sv.html", "/search.en.html"}, path
        assert "<form method" not in text
        assert 'list="suggestions"' not in text


def test_two_exports_are_the_same_bytes(releases: Path, target: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    export(Job(releases, LIMITS, HOST, processes=2), again, lambda _step: None)
    one, other = (
        {path.relative_to(folder): (path.read_bytes(), int(path.stat().st_mtime)) for path in files(folder)}
        for folder in (target, again)
    )
    assert one.keys() == other.keys()
    assert {name for name in one if one[name][0] != other[name][0]} == set()
    assert {name.parts[0] for name in one if one[name][1] != other[name][1]} <= {
        MARKER,
        "nginx",
        "apache",
        "caddy",
    }


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_export_takes_the_place_of_an_earlier_one_only(releases: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "letter.txt").write_text("mine")
    with pytest.raises(OutputFault, match="no earlier export"):
        export(Job(releases, LIMITS), own, lambda _step: None)
    assert [path.name for path in tmp_path.iterdir()] == ["own"]
    assert (own / "letter.txt").read_text() == "mine"


def test_failed_export_leaves_the_earlier_one_and_nothing_beside_it(tmp_path: Path) -> None:
    write_release(tmp_path / "releases", "<urn:a> <urn:b> <urn:c> .")
    target = tmp_path / "site"
    job = Job(tmp_path / "releases", LIMITS, processes=1)
    export(job, target, lambda _step: None)
    before = {path: path.read_bytes() for path in files(target)}

    def interrupted(step: str) -> None:
        raise ExportError(step)

    with pytest.raises(ExportError):
        export(job, target, interrupted)
    assert {path: path.read_bytes() for path in files(target)} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["releases", "site"]
    export(job, target, lambda _step: None)
    assert {path: path.read_bytes() for path in files(target)} == before


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_interrupted_export_leaves_nothing_behind(releases: Path, tmp_path: Path, sent: signal.Signals) -> None:
    target = tmp_path / "site"
    # A shell without job control has what runs in its background ignore SIGINT, and that is inherited.
    heard = ("env", "--default-signal=INT")
    command = (*heard, sys.executable, "-m", "kommungraf.cli", "export", target, "--releases", releases)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert comes_true(lambda: any(tmp_path.iterdir()) or process.poll() is not None)
    assert process.poll() is None
    process.send_signal(sent)
    assert process.wait(PATIENCE) != 0
    assert list(tmp_path.iterdir()) == []


def test_marker_says_what_was_exported(target: Path) -> None:
    told = json.loads((target / MARKER).read_text("utf-8"))
    assert told["version"] == "2026-01-01"
    assert told["files"] == len(files(target)) - 1


def test_what_names_its_host_names_the_one_that_was_told(target: Path) -> None:
    assert "https://graph.example/sitemap-1.xml" in (target / "site/sitemap.xml").read_text("utf-8")


def in_dump(client: FlaskClient) -> list[str]:
    with client.get("/dataset/dataset.nq") as response:
        quads = list(parse(response.data, RdfFormat.N_QUADS))
    named = {term.value for quad in quads for term in quad if isinstance(term, NamedNode)}
    paths = {name: path_of(name, BASE) for name in named if name.startswith(BASE)}
    return sorted(path for path in paths.values() if "?" not in path)


def test_every_thing_leads_to_its_document_in_every_format(host: Host, client: FlaskClient) -> None:
    paths = in_dump(client)
    assert len(paths) > 20
    for path in paths:
        thing = f"/{path.replace('doc/', 'id/', 1)}"
        if thing.startswith("/id/"):
            ours = client.get(thing, headers={"Accept": "text/turtle"})
            theirs = host.get(thing, "text/turtle")
            assert (theirs.status, theirs.headers["location"]) == (
                ours.status_code,
                ours.headers.get("Location", ""),
            ), thing
        for form in RDF:
            live = client.get(f"/{path}", headers={"Accept": form.media_type})
            reply = host.get(f"/{path}", form.media_type)
            assert reply.status == live.status_code, path
            if reply.status == 200:
                assert (reply.media_type, reply.body) == (form.media_type, live.data), path
                assert {"accept", "accept-language"} <= values(reply.headers["vary"])


CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
ACCEPTS = (
    *(form.media_type for form in RDF),
    "text/html",
    "*/*",
    "",
    CHROME,
    "text/*",
    "application/*",
    "text/html, */*",
    "text/html;q=0.5, text/turtle;q=0.4",
    "text/html;q=0.4, text/turtle;q=0.45",
    "text/turtle;q=0.9, application/ld+json",
    "application/ld+json;q=0.3, application/n-triples;q=0.30, */*;q=0.1",
    "TEXT/TURTLE",
    "text/turtle;charset=utf-8",
    "text/turtle; charset=utf-8; q=0.2, text/html; q=0.1",
    "application/rdf+xml;q=0.001, text/html;q=0",
    "image/png",
    "image/png, */*;q=0.01",
    "text/turtle;q=0",
    "application/trig;q=1.0, application/n-quads;q=1.000",
    "text/turtleneck, application/n-quads",
)


@pytest.mark.parametrize(
    "path", ["/doc/a/1", "/def/Place", "/def/", "/shape/S", "/other/layout", "/doc/place/v1.0"]
)
@pytest.mark.parametrize("accept", ACCEPTS)
def test_accept_is_read_as_the_live_server_reads_it(
    host: Host, client: FlaskClient, path: str, accept: str
) -> None:
    live, reply = client.get(path, headers={"Accept": accept}), host.get(path, accept)
    assert (reply.status, reply.media_type) == (live.status_code, live.mimetype)


LANGUAGES_ASKED = (
    "",
    "sv",
    "en",
    "en-GB",
    "de",
    "de, en;q=0.5",
    "sv;q=0.4, en;q=0.7",
    "en;q=0.7, *",
    "*",
    "sv-FI, en",
)


@pytest.mark.parametrize("path", ["/doc/a/1", "/doc/a/1.html", "/", "/dataset/", "/search", "/changes"])
@pytest.mark.parametrize("asked", LANGUAGES_ASKED)
def test_language_is_negotiated_as_the_live_server_does(
    host: Host, client: FlaskClient, path: str, asked: str
) -> None:
    headers = {"Accept": "text/html", "Accept-Language": asked}
    live = client.get(path, headers=headers)
    reply = host.get(path, "text/html", Accept_Language=asked)
    assert reply.status == 200
    assert reply.headers["content-language"] == live.headers["Content-Language"]
    assert f'<html lang="{live.headers["Content-Language"]}">'.encode() in reply.body
    assert "accept-language" in values(reply.headers["vary"])


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/doc/a/1.ttl", "text/html"),
        ("/doc/place/v1.0.nq", "text/html"),
        ("/doc/hub/1?page=2", "text/turtle"),
        ("/doc/hub/1?page=3", "text/turtle"),
        ("/doc/hub/1.nt?page=2", "*/*"),
        ("/doc/hub/1?page=1", "application/trig"),
        ("/doc/a/1?format=turtle", "text/html"),
        ("/doc/a/1?format=application/ld%2Bjson", "text/html"),
        ("/doc/a/1?format=png", "text/html"),
        ("/def/?format=nt", "*/*"),
        ("/doc/a/2", "text/turtle"),
        ("/doc/a/2.ttl", "text/turtle"),
        ("/nowhere", "text/html"),
        ("/id/nothing/1", "text/html"),
        ("/doc/a", "text/turtle"),
        ("/catalogue", "text/turtle"),
        ("/catalogue", "application/rdf+xml"),
        ("/catalogue", "text/html"),
        ("/catalogue", "image/png"),
        ("/catalogue.jsonld", "*/*"),
        ("/", "text/turtle"),
        ("/", "*/*"),
        ("/", "application/trig"),
        ("/dataset/", "application/ld+json"),
        ("/dataset/held.ttl", "*/*"),
        ("/dataset/dataset.trig.gz", "*/*"),
        ("/dataset/held.ttl.gz", "*/*"),
        ("/doc/a/1.rdf", "*/*"),
        ("/dataset/manifest", "*/*"),
        ("/robots.txt", "*/*"),
        ("/id/a/1?lang=en&page=1", "text/turtle"),
        ("/def", "text/turtle"),
        ("/shape?format=nt&lang=en", "text/html"),
        ("/doc/a/1/", "text/html"),
        ("/doc/a/1/?lang=en", "text/turtle"),
        ("/doc/nothing/1/", "text/html"),
        ("/id/a/1/", "*/*"),
        ("/id/nothing/1/", "*/*"),
        ("/questions/", "text/html"),
        ("/catalogue/", "text/turtle"),
        ("/dataset", "text/html"),
    ],
)
def test_address_is_answered_as_by_the_live_server(
    host: Host, client: FlaskClient, path: str, accept: str
) -> None:
    live, reply = client.get(path, headers={"Accept": accept}), host.get(path, accept)
    assert reply.status == live.status_code
    assert urljoin("/", reply.headers.get("location", "")) == urljoin("/", live.headers.get("Location", ""))
    if reply.status == 200:
        assert reply.media_type == live.mimetype
        told = live.headers["Content-Type"].partition("charset=")[2]
        assert reply.headers["content-type"].partition("charset=")[2].lower() == told
    if reply.status == 200 and reply.media_type not in {"text/html", "text/plain"}:
        assert reply.body == live.data
    if reply.status >= 400:
        assert reply.media_type == live.mimetype


@pytest.mark.parametrize("path", ["/doc/a/1?lang=en", "/doc/a/1.html?lang=en", "/doc/a/1.en.html", "/?lang=en"])
def test_language_of_the_address_goes_first(host: Host, path: str) -> None:
    assert host.get(path, "text/html", Accept_Language="sv").headers["content-language"] == "en"


def test_withdrawn_things_say_so(host: Host) -> None:
    gone = host.get("/id/gone/2", "application/json")
    assert (gone.status, gone.media_type) == (410, "application/problem+json")
    assert json.loads(gone.body)["successor"] == f"{BASE}id/a/1"
    page = host.get("/id/gone/1", "text/html", Accept_Language="en")
    assert (page.status, page.headers["content-language"]) == (410, "en")
    assert host.get("/id/old/1").headers["location"] == "/id/a/1"


def test_what_nobody_can_have_lists_the_offers(host: Host) -> None:
    reply = host.get("/doc/a/1", "image/png")
    assert set(json.loads(reply.body)["offers"]) == {"text/html", *(form.media_type for form in RDF)}
    assert "accept" in values(reply.headers["vary"])


def test_compressed_files_are_sent_to_who_takes_them(host: Host) -> None:
    plain, packed = (host.get("/doc/hub/1", "text/turtle", Accept_Encoding=each) for each in ("identity", "gzip"))
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert plain.headers["etag"] != packed.headers["etag"]
    assert "accept-encoding" in values(packed.headers["vary"])


def test_entity_tags_tell_the_representations_apart(host: Host) -> None:
    tags = {host.get("/doc/a/1", form.media_type).headers["etag"] for form in RDF}
    assert len(tags) == len(RDF)
    tag = host.get("/doc/a/1", "text/turtle").headers["etag"]
    assert host.get("/doc/a/1", "text/turtle", If_None_Match=tag).status == 304


def test_other_methods_are_refused_and_head_has_no_body(host: Host) -> None:
    head = host.get("/doc/a/1", "text/turtle", method="HEAD")
    assert (head.status, head.body, head.media_type) == (200, b"", "text/turtle")
    for method in ("POST", "PUT", "DELETE"):
        refused = host.get("/doc/a/1", method=method)
        assert refused.status == 405
        # Apache ends the list with an element that is empty, which says nothing (RFC 9110 §5.6.1.2).
        assert values(refused.headers["allow"]) - {""} == {"get", "head", "options"}
    assert host.get("/doc/a/1", method="OPTIONS").status == 204


def test_pages_of_other_sites_may_read_and_pages_may_ask_no_other(host: Host) -> None:
    reply = host.get("/doc/a/1", "text/html")
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "default-src 'none'" in reply.headers["content-security-policy"]


def test_every_link_of_a_page_is_answered(host: Host, target: Path) -> None:
    for start in ("/", "/doc/a/1", "/search", "/changes", "/dataset/", "/def/", "/id/gone/1"):
        for address in addresses(host.get(start, "text/html").body.decode()):
            asked = f"{address}index.json" if "/names." in address else address
            there = file_of(target / "site", asked).exists()
            assert host.get(asked).status == (200 if there else 404), address


def test_doctor_finds_nothing_that_fails(host: Host) -> None:
    site = f"http://127.0.0.1:{host.port}/"
    options = ("--thing", f"{BASE}id/a/1", "--base-iri", BASE, "--lang", "en")
    command = (sys.executable, "-m", "kommungraf.cli", "doctor", site, *options)
    told = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert told.returncode == 0, told.stdout
    assert "There is no SPARQL endpoint" in told.stdout
    assert " 0 failed, " in told.stdout
    assert int(told.stdout.splitlines()[-1].split()[0]) > 90
