"""What is answered without the application is what the application answers."""

import asyncio
import gzip
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import Client, TestResponse

from kommungraf.app import Settings, create_app
from kommungraf.editions.edition import Editions
from kommungraf.engine.callers import Caller
from kommungraf.errors import NotAcceptable, QueryLimitExceeded, QuerySyntaxError, ServiceRefused
from kommungraf.http.cache import ResponseCache
from kommungraf.serving.direct import Direct, Response
from kommungraf.settings.limits import Limits
from serving_client import LIMITS
from serving_release import ALMHULT, write_release

LOOKUP = f"SELECT ?p ?o {{ <{ALMHULT}> ?p ?o }} ORDER BY ?p ?o"
GRAPH = f"CONSTRUCT WHERE {{ <{ALMHULT}> a ?type }}"
LONG = "SELECT * { VALUES ?a { %s } VALUES ?b { %s } }"
VALUES = " ".join(str(number) for number in range(100, 200))

ENDLESS = f"SELECT (COUNT(*) AS ?n) {{ {' '.join(f'VALUES ?v{n} {{ {VALUES} }}' for n in range(6))} }}"


@dataclass(frozen=True, slots=True)
class Both:
    """The two ways to an answer, neither of which finds what the other has kept."""

    editions: Editions
    client: Client
    direct: Direct
    threads: ThreadPoolExecutor

    def answered(self, query: str, **fields: str) -> Response | None:
        return asyncio.run(self._answered(("/sparql", urlencode({"query": query})), fields))

    async def _answered(self, target: tuple[str, str], fields: dict[str, str]) -> Response | None:
        async def in_thread(work: Callable[[], Any], _caller: Caller) -> Any:
            return await asyncio.wrap_future(self.threads.submit(work))

        named = {name.replace("_", "-"): value for name, value in fields.items()}
        return await self.direct.answered(target, named, {}, in_thread)

    def at(self, path: str, parameters: str, **fields: str) -> Response | None:
        return asyncio.run(self._answered((path, parameters), fields))

    def asked(self, query: str, **fields: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        return self.client.get("/sparql", query_string={"query": query}, headers=named)


@contextmanager
def opened(releases: Path, limits: Limits) -> Iterator[Both]:
    write_release(releases)
    editions = Editions(releases, limits)
    app = create_app(editions, Settings(limits))
    with ThreadPoolExecutor() as threads:
        hidden = ResponseCache(app, lambda: editions.content_hash)
        cache = ResponseCache(app, lambda: editions.content_hash)
        yield Both(editions, Client(hidden), Direct(editions, cache), threads)
    editions.close()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    with opened(tmp_path_factory.mktemp("releases"), LIMITS) as found:
        yield found


def shown(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The headers by lower-case name; a number of a request is another each time."""
    named = {name.lower(): value for name, value in headers}
    return {**named, "x-request-id": "a number"} if "x-request-id" in named else named


def content(found: Response | None) -> bytes:
    assert found is not None
    assert isinstance(found[2], bytes)
    return found[2]


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        pytest.param(LOOKUP, "application/sparql-results+json", id="json"),
        pytest.param(LOOKUP, "application/json", id="general-json"),
        pytest.param(LOOKUP, "application/sparql-results+xml;q=0.9, text/html;q=0.1", id="xml"),
        pytest.param(LOOKUP, "text/csv", id="csv"),
        pytest.param(LOOKUP, "text/tab-separated-values", id="tsv"),
        pytest.param(LOOKUP, "*/*", id="anything"),
        pytest.param(LOOKUP, "", id="nothing-said"),
        pytest.param(f"ASK {{ <{ALMHULT}> ?p ?o }}", "application/sparql-results+json", id="boolean"),
        pytest.param(GRAPH, "text/turtle", id="turtle"),
        pytest.param(GRAPH, "application/n-triples", id="n-triples"),
        pytest.param(GRAPH, "application/rdf+xml", id="rdf-xml"),
        pytest.param(GRAPH, "application/ld+json", id="json-ld"),
        pytest.param("SELECT (RAND() < 2 AS ?r) {}", "application/sparql-results+json", id="volatile"),
        pytest.param(LONG % (VALUES, VALUES), "text/csv", id="longer-than-one-message"),
        pytest.param("SELECT ('å' AS ?x) {}", "text/csv", id="not-ascii"),
    ],
)
@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_answer_is_that_of_the_application(both: Both, query: str, accept: str, encoding: str) -> None:
    fields = {"accept": accept, "accept_encoding": encoding} if accept else {"accept_encoding": encoding}
    expected, found = both.asked(query, **fields), both.answered(query, **fields)
    assert found is not None
    assert found[0].startswith("200")
    assert shown(found[1]) == shown(expected.headers.items())
    assert content(found) == expected.data


@pytest.mark.parametrize(
    ("path", "parameters", "fields"),
    [
        pytest.param("/sparql", "", {}, id="no-query"),
        pytest.param("/sparql/", urlencode({"query": LOOKUP}), {}, id="another-path"),
        pytest.param("/sparql", urlencode({"query": LOOKUP, "format": "csv"}), {}, id="a-format"),
        pytest.param("/sparql", urlencode({"default-graph-uri": "a:", "query": LOOKUP}), {}, id="a-graph"),
        pytest.param("/sparql", urlencode({"query": LOOKUP}), {"accept": "text/html"}, id="a-page"),
        pytest.param("/sparql", urlencode({"query": LOOKUP}), {"accept": "image/png"}, id="nothing-that-fits"),
        pytest.param("/sparql", urlencode({"query": LOOKUP}), {"if-none-match": '"x"'}, id="a-condition"),
        pytest.param("/sparql", urlencode({"query": LOOKUP}), {"range": "bytes=0-1"}, id="a-range"),
        pytest.param("/sparql", urlencode({"query": LOOKUP}), {"accept-profile": "<a:>"}, id="a-profile"),
        pytest.param("/sparql", "query=%FF", {}, id="no-utf-8"),
        pytest.param("/sparql", urlencode({"query": LOOKUP + " " * 5000}), {}, id="a-long-query"),
    ],
)
def test_what_is_no_plain_query_is_left_to_the_application(
    both: Both, path: str, parameters: str, fields: dict[str, str]
) -> None:
    assert asyncio.run(both._answered((path, parameters), fields)) is None


@pytest.mark.parametrize(
    ("query", "fields", "error"),
    [
        pytest.param("SELECT * {", {}, QuerySyntaxError, id="syntax"),
        pytest.param("SELECT * { SERVICE <http://x/> { ?s ?p ?o } }", {}, ServiceRefused, id="service"),
        pytest.param(LOOKUP, {"accept": "text/turtle"}, NotAcceptable, id="another-form"),
    ],
)
def test_faults_are_those_of_the_application(
    both: Both, query: str, fields: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        both.answered(query, **fields)


def test_a_deadline_is_that_of_the_application(tmp_path: Path) -> None:
    with opened(tmp_path, replace(LIMITS, seconds=0.5)) as both, pytest.raises(QueryLimitExceeded):
        both.answered(ENDLESS)


def test_a_worker_is_free_again_after_every_kind_of_answer(both: Both) -> None:
    for query in (LOOKUP, "SELECT * {", LONG % (VALUES, VALUES), LOOKUP):
        for _ in range(2 * LIMITS.workers):
            try:
                both.answered(query, accept="text/csv")
            except QuerySyntaxError:
                continue
    assert both.answered(LOOKUP, accept="text/csv") is not None


def test_what_waits_for_a_worker_is_left_to_the_application(tmp_path: Path) -> None:
    with opened(tmp_path, replace(LIMITS, workers=1)) as both, both.editions.current() as edition:
        assert both.answered(LOOKUP) is not None
        with edition.evaluator._public.seat(Caller()):  # type: ignore[attr-defined]
            assert both.answered(LOOKUP + " LIMIT 1") is None


def test_answer_is_kept_for_both(both: Both) -> None:
    query = LOOKUP + " LIMIT 3"
    target = ("/sparql", urlencode({"query": query}))
    first = both.answered(query, accept="text/csv")
    kept = both.direct.cache.kept("GET", target, {"accept": "text/csv"})
    assert kept is not None
    assert kept[2] == content(first)


def test_what_may_change_is_not_kept(both: Both) -> None:
    query = "SELECT (RAND() AS ?r) {}"
    assert content(both.answered(query)) != content(both.answered(query))


def test_gzip_of_a_long_answer_unpacks_to_it(both: Both) -> None:
    query = LONG % (VALUES, VALUES) + " LIMIT 5000"
    plain = content(both.answered(query, accept="text/csv"))
    packed = content(both.answered(query, accept="text/csv", accept_encoding="gzip"))
    assert gzip.decompress(packed) == plain


def test_an_answer_too_long_to_be_held_is_a_file(both: Both) -> None:
    found = both.answered(
        f"SELECT * {{ VALUES ?a {{ {VALUES} }} VALUES ?b {{ {VALUES} }} VALUES ?c {{ {VALUES} }} }} LIMIT 500000",
        accept="text/csv",
    )
    assert found is not None
    assert not isinstance(found[2], bytes)
    with found[2] as file:
        assert len(file.read()) == int(dict(found[1])["Content-Length"])
