import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import kommungraf
from kommungraf.doctor.doctor import CHECKS, Directions, diagnosis, explored
from kommungraf.doctor.examination import Check, Outcome, Verdict, examined
from kommungraf.doctor.visits import Bounds
from kommungraf.errors import VisitFault
from kommungraf.texts import translations
from other_site import Fault, Request, Response, running, tag_of
from serving_process import running as serving
from waiting import PATIENCE


def found_by(url: str, directions: Directions | None = None, only: str = "") -> list[tuple[Check, Verdict]]:
    site = explored(url, directions or Directions(), Bounds(seconds=PATIENCE))
    return list(examined(site, [check for check in CHECKS if only in {check.slug, ""}]))


def failures(found: list[tuple[Check, Verdict]]) -> set[str]:
    return {check.slug for check, verdict in found if verdict.outcome is Outcome.FAILED}


def on(path: str, change: Fault, *, status: int = 200) -> Fault:
    """A fault of the answers at one path with one status."""

    def changed(request: Request, response: Response) -> Response:
        return change(request, response) if request.path == path and response.status == status else response

    return changed


def body_of(response: Response, body: bytes) -> Response:
    return replace(response, body=body).but(etag=tag_of(body))


def asked(request: Request, words: str) -> bool:
    return any(words in value for _, value in request.query)


FAULTS: dict[str, tuple[str, Fault]] = {
    "wrong-type": ("media-types", on("/doc/a", lambda _, r: r.but(content_type="application/octet-stream"))),
    "no-turtle-inside": (
        "media-types",
        on("/doc/a", lambda q, r: body_of(r, b"<no") if "turtle" in q.header("accept") else r),
    ),
    "other-statements": (
        "same-statements",
        on(
            "/doc/a",
            lambda q, r: (
                body_of(r, b"<urn:x:a> <urn:x:b> <urn:x:c> .") if q.header("accept") == "text/turtle" else r
            ),
        ),
    ),
    "default-for-406": (
        "not-acceptable",
        on("/doc/a", lambda _, r: Response(200, {"content-type": "text/html"}, b"<html>"), status=406),
    ),
    "ignores-quality": (
        "quality",
        on(
            "/doc/a",
            lambda q, r: (
                body_of(r, b"<urn:x:a> <urn:x:b> <urn:x:c> .").but(content_type="text/turtle")
                if "," in q.header("accept")
                else r
            ),
        ),
    ),
    "no-vary": ("vary", on("/doc/a", lambda _, r: r.but(vary=None))),
    "language-without-vary": (
        "vary",
        on(
            "/doc/a",
            lambda q, r: r.but(content_language="sv" if "sv" in q.header("accept-language") else "en"),
        ),
    ),
    "no-304": (
        "validators",
        on("/doc/a", lambda _, r: replace(r, status=200, body=b"<html>"), status=304),
    ),
    "one-tag": ("validators", on("/doc/a", lambda _, r: r.but(etag='"same"'))),
    "always-304": (
        "validators",
        on("/doc/a", lambda q, r: Response(304, r.headers) if q.header("if-none-match") else r),
    ),
    "head-with-body": (
        "head",
        lambda q, r: (
            replace(r, raw=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
            if q.method == "HEAD" and q.path == "/"
            else r
        ),
    ),
    "head-refused": ("head", lambda q, r: Response(405, {"allow": "GET"}) if q.method == "HEAD" else r),
    "head-of-another-length": (
        "head",
        lambda q, r: r.but(content_length="1") if q.method == "HEAD" and q.path == "/" else r,
    ),
    "delete-accepted": ("methods", lambda q, r: Response(204) if q.method == "DELETE" else r),
    "405-without-allow": ("methods", lambda q, r: Response(405) if q.method == "DELETE" else r),
    "gzip-of-another-body": (
        "compression",
        on("/doc/a", lambda q, r: replace(r, body=b"no gzip") if "content-encoding" in r.headers else r),
    ),
    "gzip-without-vary": (
        "compression",
        on("/doc/a", lambda q, r: r.but(vary="Accept") if "content-encoding" in r.headers else r),
    ),
    "gzip-unasked": ("compression", on("/doc/a", lambda _, r: r.but(content_encoding="gzip"))),
    "another-origin": (
        "cross-origin",
        lambda _, r: r.but(access_control_allow_origin="https://friend.example"),
    ),
    "no-preflight": (
        "cross-origin",
        lambda q, r: Response(403) if q.header("access-control-request-method") else r,
    ),
    "link-to-nothing": (
        "links",
        on("/doc/a", lambda _, r: r.but(link='</nowhere>; rel=alternate; type="text/turtle"')),
    ),
    "thing-is-302": ("things", on("/id/a", lambda _, r: replace(r, status=302), status=303)),
    "thing-leads-to-nothing": ("things", on("/id/a", lambda _, r: r.but(location="/doc/b"), status=303)),
    "soft-404": (
        "unknown",
        lambda _, r: Response(200, {"content-type": "text/html"}, b"<html>Sorry") if r.status == 404 else r,
    ),
    "withdrawn-is-there": ("withdrawn", on("/id/old", lambda _, r: Response(200), status=410)),
    "moved-is-404": ("withdrawn", on("/id/moved", lambda _, r: Response(404), status=308)),
    "json-cut": (
        "results",
        on("/sparql", lambda q, r: replace(r, body=r.body[:-9]) if asked(q, "VALUES") else r),
    ),
    "language-lost": (
        "results",
        on("/sparql", lambda _, r: replace(r, body=r.body.replace(b',"xml:lang":"sv"', b"").replace(b"@sv", b""))),
    ),
    "wrong-graph-type": (
        "graphs",
        on("/sparql", lambda q, r: r.but(content_type="text/plain") if asked(q, "CONSTRUCT") else r),
    ),
    "no-direct-post": (
        "operations",
        lambda q, r: Response(415) if q.header("content-type").startswith("application/sparql-query") else r,
    ),
    "syntax-is-500": ("refusals", on("/sparql", lambda q, _: Response(500), status=400)),
    "syntax-is-200": ("refusals", on("/sparql", lambda _, r: replace(r, status=200), status=400)),
    "405-of-endpoint-allows-less": (
        "refusals",
        on("/sparql", lambda _, r: r.but(allow="GET"), status=405),
    ),
    "update-accepted": (
        "updates",
        lambda q, r: Response(204) if q.header("content-type") == "application/sparql-update" else r,
    ),
    "update-as-query-accepted": (
        "updates",
        lambda q, r: Response(200) if b"query=INSERT" in q.body else r,
    ),
    "dataset-ignored": (
        "datasets",
        on(
            "/sparql",
            lambda q, r: (
                replace(r, body=r.body.replace(b"false", b"true"))
                if any(name == "default-graph-uri" for name, _ in q.query)
                else r
            ),
        ),
    ),
    "another-endpoint": (
        "description",
        on(
            "/sparql",
            lambda q, r: r if q.query else body_of(r, r.body.replace(b"#endpoint> <http", b"#endpoint> <urn")),
        ),
    ),
    "counts-wrong": (
        "description",
        on("/sparql", lambda q, r: r if q.query else body_of(r, r.body.replace(b" 9", b" 99"))),
    ),
    "asks-anybody": (
        "federation",
        on("/sparql", lambda q, r: Response(502) if asked(q, "SERVICE") else r, status=403),
    ),
    "answers-for-others": (
        "federation",
        on(
            "/sparql",
            lambda q, r: Response(200, {"content-type": "text/csv"}, b"s\n") if asked(q, "SERVICE") else r,
            status=403,
        ),
    ),
    "answer-without-vary": ("varying", on("/sparql", lambda _, r: r.but(vary=None))),
    "answer-without-304": (
        "reasked",
        on("/sparql", lambda _, r: replace(r, status=200, body=b"{}"), status=304),
    ),
    "dump-changed": ("manifest", on("/dataset/all.nt", lambda _, r: body_of(r, r.body[:-1] + b"\t"))),
    "dump-longer": ("manifest", on("/dataset/all.nt", lambda _, r: body_of(r, r.body + b"\n"))),
    "dump-gone": ("catalogue", on("/dataset/all.nt", lambda _, __: Response(404))),
    "ranges-off-by-one": (
        "manifest",
        on("/dataset/all.nt", lambda _, r: replace(r, body=r.body[1:]), status=206),
    ),
    "range-beyond-is-200": ("manifest", on("/dataset/all.nt", lambda _, r: Response(200), status=416)),
    "dump-is-no-triples": (
        "manifest",
        on("/dataset/manifest", lambda _, r: body_of(r, b"[]")),
    ),
    "catalogue-of-another-size": (
        "catalogue",
        on("/dataset/all.nt", lambda q, r: r.but(content_length="7") if q.method == "HEAD" else r),
    ),
    "catalogue-broken": ("catalogue", on("/catalogue", lambda _, r: body_of(r, b"<broken"))),
}


def test_a_site_without_fault_has_none_to_find() -> None:
    with running() as (url, _):
        found = found_by(url)
    assert failures(found) == set()
    assert {check.slug for check, verdict in found if verdict.outcome is Outcome.PASSED} == {
        check.slug for check in CHECKS
    }


@pytest.mark.parametrize("name", FAULTS)
def test_an_injected_fault_is_found(name: str) -> None:
    slug, fault = FAULTS[name]
    with running(fault) as (url, _):
        assert slug in failures(found_by(url, only=slug))


def test_every_check_has_a_fault_that_it_finds() -> None:
    assert {slug for slug, _ in FAULTS.values()} == {check.slug for check in CHECKS}


def test_nothing_is_written_and_nothing_asked_of_another_host() -> None:
    with running() as (url, site):
        found_by(url)
    bodies = [request.body for request in site.requests if request.method in {"POST", "PUT", "DELETE"}]
    assert not any(
        b"INSERT" in body and b"INSERT+DATA+%7B%7D" not in body and body != b"INSERT DATA {}" for body in bodies
    )
    assert not any(b"DELETE" in body or b"DROP" in body or b"LOAD" in body for body in bodies)


def test_what_a_site_does_not_offer_is_no_fault() -> None:
    def bare(request: Request, response: Response) -> Response:
        page = Response(200, {"content-type": "text/html"}, b"<html>Only a page")
        return page if request.path == "/" and request.method in {"GET", "HEAD"} else Response(404)

    with running(bare) as (url, _):
        found = found_by(url)
    assert failures(found) == set()
    told = " ".join(verdict.told("en") for _, verdict in found)
    for words in ("no SPARQL endpoint", "no catalogue", "no manifest", "No thing is known"):
        assert words in told


FEATURE = b"<urn:x:s> <http://www.w3.org/ns/sparql-service-description#feature> <http://www.w3.org/ns/sparql-service-description#BasicFederatedQuery> ."


def federating(request: Request, response: Response) -> Response:
    """A site that says that it asks others, and finds nobody there."""
    if request.path != "/sparql":
        return response
    if not request.query and request.method == "GET" and "turtle" in request.header("accept"):
        return body_of(response, response.body + FEATURE)
    return Response(502) if asked(request, "SERVICE") else response


def test_a_site_that_says_that_it_asks_others_may_fail_where_there_is_nobody() -> None:
    with running(federating) as (url, _):
        found = [verdict for check, verdict in found_by(url, only="federation") if check.slug == "federation"]
    assert [verdict.outcome for verdict in found] == [Outcome.PASSED, Outcome.PASSED]
    assert "fails with 502" in found[1].told("en")


@pytest.mark.parametrize("nested", [True, False])
def test_documents_are_found_by_the_map_of_a_site_without_an_endpoint(nested: bool) -> None:
    maps = {
        "/sitemap.xml": "<sitemapindex><sitemap><loc>{}part.xml</loc></sitemap></sitemapindex>",
        "/part.xml": "<urlset><url><loc>{0}about/us</loc></url><url><loc>{0}doc/a</loc></url></urlset>",
    }
    if not nested:
        maps = {"/sitemap.xml": maps["/part.xml"]}

    def without(request: Request, response: Response) -> Response:
        host = f"http://{request.header('host')}/"
        if request.path in maps:
            return Response(200, {"content-type": "application/xml"}, maps[request.path].format(host).encode())
        return Response(404) if request.path == "/sparql" else response

    with running(without) as (url, _):
        site = explored(url, Directions(), Bounds(seconds=PATIENCE))
        assert site.documents == (f"{url}doc/a",)
        assert failures(list(diagnosis(site))) == set()


def test_directions_take_the_place_of_what_is_found_out() -> None:
    with running() as (url, site):
        found = found_by(url, Directions("/sparql", "https://things.example/", ("https://things.example/id/a",)))
    assert failures(found) == set()
    assert any(request.path == "/id/a" for request in site.requests)


def test_a_site_that_answers_nonsense_is_told_and_crashes_nothing() -> None:
    with running(lambda _, r: replace(r, raw=b"\x00\xff nonsense\r\n\r\n")) as (url, _), pytest.raises(VisitFault):
        found_by(url)
    with running(lambda q, r: replace(r, raw=b"junk\r\n\r\n") if q.path != "/" else r) as (url, _):
        assert failures(found_by(url))


def test_time_that_runs_out_is_a_failure() -> None:
    with running() as (url, _):
        site = explored(url, Directions(), Bounds(seconds=PATIENCE))
        site.visitor._deadline = 0
        found = list(diagnosis(site))
    assert {verdict.outcome for _, verdict in found} == {Outcome.FAILED}
    assert found[0][1].told("sv").startswith("Tiden tog slut")


def sentences(module: str) -> set[str]:
    """The texts of a module that read as sentences, without its docstrings."""
    (path,) = Path(kommungraf.__file__).parent.rglob(f"{module}.py")
    tree = ast.parse(path.read_text("utf-8"))
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, holders)}
    texts = {
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {text for text in texts - docstrings if " " in text and text.endswith((".", "}")) and "\n" not in text}


@pytest.mark.parametrize(
    "module", ["visits", "examination", "readings", "negotiated", "endpoints", "delivery", "doctor"]
)
def test_every_sentence_is_translated(module: str) -> None:
    swedish = translations("sv")
    queries = ("SELECT", "CONSTRUCT", "ASK", "INSERT")
    untold = [text for text in sentences(module) if swedish.gettext(text) == text]
    assert [text for text in untold if not text.startswith(queries)] == []


def test_our_own_server_keeps_to_the_standards(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        found = found_by(f"http://127.0.0.1:{server.port}/")
    faults = [verdict.told("en") for _, verdict in found if verdict.outcome is Outcome.FAILED]
    assert faults == []
    assert len(found) > 100


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kommungraf.cli", "doctor", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


@pytest.fixture(scope="module")
def faulty() -> Iterator[str]:
    with running(FAULTS["moved-is-404"][1]) as (url, _):
        yield url


def test_the_command_prints_what_fails_and_says_so_by_its_status(faulty: str) -> None:
    answer = run(faulty, "--lang", "en", "--failures")
    assert answer.returncode == 1
    assert answer.stdout.startswith("FAIL   withdrawn: <")
    assert answer.stdout.count("\n") == 2
    assert "1 failed" in answer.stdout
    with running() as (url, _):
        assert run(url).returncode == 0


def test_the_command_speaks_swedish(faulty: str) -> None:
    answer = run(faulty, "--lang", "sv")
    assert "FEL    withdrawn: <" in answer.stdout
    assert "ersattes av" in answer.stdout
    assert "1 fel" in answer.stdout


def test_the_command_answers_programs(faulty: str) -> None:
    told = json.loads(run(faulty, "--format", "json").stdout)
    assert told["counts"]["failed"] == 1
    assert [row["check"] for row in told["verdicts"] if row["outcome"] == "failed"] == ["withdrawn"]
    assert told["verdicts"][0].keys() == {"check", "standard", "outcome", "url", "message"}


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("localhost:8000", "ingen webbplats"),
        ("http://127.0.0.1:1/", "inget svar"),
        ("http://[", "ingen giltig adress"),
    ],
)
def test_a_site_that_is_none_is_one_clear_line(address: str, words: str) -> None:
    answer = run(address, "--lang", "sv")
    assert answer.returncode == 1
    assert words in answer.stderr
    assert answer.stderr.count("\n") == 1
