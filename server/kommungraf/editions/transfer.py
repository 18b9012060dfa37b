"""A release loaded into another engine by the SPARQL 1.1 Graph Store Protocol, counted, and only then pointed at."""

import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from pyoxigraph import Triple

from kommungraf.editions.pointer import PAGE, POINTER, Pointer, listing, pages, pointer, verdict
from kommungraf.editions.search import Index
from kommungraf.editions.sorting import DEFAULT, chunks, sorted_graphs
from kommungraf.engine.endpoint import Authentication, Call, Endpoint, credentials, endpoint
from kommungraf.engine.ownqueries import query_text
from kommungraf.engine.remote import RemoteEvaluator
from kommungraf.errors import EngineFailed, TransferRefused
from kommungraf.releases.manifest import Manifest, verified
from kommungraf.settings.limits import Limits

__all__ = ["Target", "push", "targets"]

_CHUNK: Final = 4 << 20
#: Statements with blank nodes of one graph, which have to travel together.
_MOST_TOGETHER: Final = 256 << 20
_N_TRIPLES: Final = "application/n-triples"
_NAMED_IN_ERROR: Final = 5
_UNREAD: Final = "Nothing points at it, so no server reads it. Push again; where it stays so, docs/scaling.md says what engines change."
_READ: Final = (
    "Somebody else changed them since they were pushed, and servers read them as they are. Push with --in-place to load the release again; "
    "until that has ended, servers answer 502."
)
_ABSENT: Final = 404
_NO_GRAPH: Final = "urn:x-kommungraf:nothing"
#: Where Oxigraph's server takes queries and graphs.
_OXIGRAPH: Final = ("/query", "/store")

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Target:
    """An engine: where it takes queries, and where it takes graphs."""

    query: Endpoint
    graphs: Endpoint


def targets(urls: Sequence[str], graph_stores: Sequence[str], default_graph: str | None) -> tuple[Target, ...]:
    """The engines at `urls`, asked as the environment says; Oxigraph's own server tells where it takes graphs."""
    if not urls:
        raise TransferRefused("There is no engine to push to. Give the address at which it takes queries.")
    given = graph_stores or [_graph_store(url) for url in urls]
    if len(given) != len(urls):
        raise TransferRefused(
            f"There are {len(urls)} engines and {len(given)} graph stores. Give one --graph-store for each."
        )
    who = credentials()
    return tuple(
        Target(endpoint(url, who, default_graph), endpoint(graphs, who))
        for url, graphs in zip(urls, given, strict=True)
    )


def _graph_store(url: str) -> str:
    if not url.endswith(_OXIGRAPH[0]):
        raise TransferRefused(f"Where does the engine at {url} take graphs? Say it by --graph-store.")
    return url.removesuffix(_OXIGRAPH[0]) + _OXIGRAPH[1]


@dataclass(frozen=True, slots=True)
class _Site:
    """A target with what asks it and what it points at."""

    target: Target
    engine: RemoteEvaluator
    pointer: Pointer | None


def push(
    release: Path, targets: Sequence[Target], limits: Limits, progress: Progress, *, in_place: bool = False
) -> str:
    """Load `release` into one of `targets` and give the address at which it is to be read.

    The one that holds it already is only counted and, where it has another number of triples by now, loaded again `in_place`. Else the one that points at no release, or at the one that was pushed
    longest ago, is taken, so that the others are read undisturbed; a lone target that points at a release is
    taken only `in_place`. Raises TransferRefused, EngineFailed or EngineTimedOut; until the end nothing points at what was loaded.
    """
    manifest = verified(release)
    engines = [RemoteEvaluator(target.query, limits) for target in targets]
    index = Index(release / "index.sqlite")
    try:
        sites = [_Site(target, engine, pointer(engine)) for target, engine in zip(targets, engines, strict=True)]
        site = _chosen(sites, manifest, in_place=in_place)
        expected = _expected(index, manifest, site.target)
        if not _is_whole(site, manifest, expected, progress=progress, in_place=in_place):
            _load(site, release, expected, limits=limits, progress=progress)
            if wrong := _differing(site.engine, expected, progress):
                raise TransferRefused(f"{wrong} {_UNREAD}")
            _point(site, manifest, expected, limits)
        return site.target.query.url
    finally:
        index.close()
        for engine in engines:
            engine.close()


def _chosen(sites: Sequence[_Site], manifest: Manifest, *, in_place: bool) -> _Site:
    held = [site for site in sites if site.pointer and site.pointer.content_hash == manifest.content_hash]
    if held:
        return held[0]
    site = min(sites, key=lambda each: each.pointer.since if each.pointer else "")
    if site.pointer is None:
        _require_empty(site)
    elif len(sites) == 1 and not in_place:
        raise TransferRefused(
            f"The engine at {site.engine.url} holds a release that servers may be reading. Give a second engine, "
            "so that they can go over from one to the other, or --in-place to replace it and leave them without meanwhile."
        )
    return site


def _require_empty(site: _Site) -> None:
    """What stands in a default graph that no push filled is somebody else's."""
    if not _default_count(site.engine) or any(True for _ in pages(site.engine, "pushed")):
        return
    raise TransferRefused(
        f"The default graph of the engine at {site.engine.url} holds triples that no push put there. "
        "Empty it first, or give an engine of its own; where it is the union of all graphs, see docs/scaling.md."
    )


def _expected(index: Index, manifest: Manifest, target: Target) -> dict[str, int]:
    """The triples that each graph is to hold, by the name under which it goes there."""
    counts = {target.query.default_graph or DEFAULT: manifest.triples}
    for offset in range(0, index.graph_count(), PAGE):
        counts.update(index.graphs(limit=PAGE, offset=offset))
    return counts


def _load(site: _Site, release: Path, expected: dict[str, int], *, limits: Limits, progress: Progress) -> None:
    store = _GraphStore(site.target.graphs, limits)
    before = {str(row["name"].value) for row in pages(site.engine, "pushed")}
    store.put(POINTER, _bodies(listing(sorted(before | expected.keys() - {DEFAULT}))))
    default = site.target.query.default_graph or DEFAULT
    store.put(default, iter((b"",)))
    done, total = 0, sum(expected.values())
    with sorted_graphs(release / "dataset.nq") as graphs:
        for name, statements in graphs:
            store.put(name or default, chunks(statements, _CHUNK))
            done += expected[name or default]
            progress(f"{done:,} / {total:,}")
    for name in sorted(before - expected.keys()):
        store.delete(name)


def _bodies(triples: Iterable[Triple]) -> Iterator[bytes]:
    return chunks(((True, f"{triple} .\n") for triple in triples), _CHUNK)


def _is_whole(
    site: _Site, manifest: Manifest, expected: dict[str, int], *, progress: Progress, in_place: bool
) -> bool:
    """Whether the engine points at the release and holds it; raises TransferRefused where it only points, if that isn't to be mended."""
    if site.pointer is None or site.pointer.content_hash != manifest.content_hash:
        return False
    wrong = _differing(site.engine, expected, progress)
    if wrong and not in_place:
        raise TransferRefused(f"{wrong} {_READ}")
    return not wrong


def _differing(engine: RemoteEvaluator, expected: dict[str, int], progress: Progress) -> str:
    """In which graphs the engine counts another number of triples than the release has, as a sentence; empty where in none."""
    progress("counting")
    counted = {row["name"].value: int(row["n"].value) for row in pages(engine, "counts")}
    if DEFAULT in expected:
        counted[DEFAULT] = _default_count(engine)
    wrong = [name for name, number in sorted(expected.items()) if counted.get(name, 0) != number]
    if not wrong:
        return ""
    told = "; ".join(
        f"{name or 'the default graph'}: {counted.get(name, 0):,} of {expected[name]:,}"
        for name in wrong[:_NAMED_IN_ERROR]
    )
    return f"The engine at {engine.url} holds another number of triples than the release in {len(wrong)} graphs ({told})."


def _default_count(engine: RemoteEvaluator) -> int:
    rows: list[Any] = engine.select(query_text("default-count"))
    return int(rows[0]["n"].value)


def _point(site: _Site, manifest: Manifest, expected: dict[str, int], limits: Limits) -> None:
    """Say what is there; the last request is the one that counts."""
    store = _GraphStore(site.target.graphs, limits)
    store.put(POINTER, _bodies(listing(sorted(expected.keys() - {DEFAULT}))))
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    store.post(POINTER, b"".join(_bodies(verdict(Pointer(manifest.content_hash, now)))))


class _GraphStore:
    """An engine's graphs, written one by one."""

    def __init__(self, endpoint: Endpoint, limits: Limits) -> None:
        self._endpoint = endpoint
        self._seconds = limits.load_seconds
        self._known = Authentication(endpoint)
        self._prepare()

    def _prepare(self) -> None:
        """Have the engine put its challenge before a large body is on its way."""
        if self._endpoint.credentials.user:
            self.delete(_NO_GRAPH)

    def put(self, name: str, bodies: Iterator[bytes]) -> None:
        """Replace a graph by what `bodies` say together."""
        for number, body in enumerate(bodies):
            if len(body) > _MOST_TOGETHER:
                raise TransferRefused(
                    f"The graph {name or 'without a name'} has {len(body):,} bytes of statements with blank nodes, which only "
                    f"one request could keep together; {_MOST_TOGETHER:,} is the most. Give the nodes IRIs."
                )
            self._send("POST" if number else "PUT", name, body)

    def post(self, name: str, body: bytes) -> None:
        """Add to a graph."""
        self._send("POST", name, body)

    def delete(self, name: str) -> None:
        """Remove a graph; it may not be there, where the push that listed it was interrupted."""
        try:
            self._send("DELETE", name, None)
        except EngineFailed as error:
            if error.status != _ABSENT:
                raise

    def _send(self, method: str, name: str, body: bytes | None) -> None:
        try:
            self._exchange(method, name, body)
        except EngineFailed as error:
            if (
                error.status is None and body and self._endpoint.credentials.user
            ):  # perhaps the challenge is another now
                self._prepare()
                self._exchange(method, name, body)
                return
            told = f"{method} of {name or 'the default graph'}: {error}"
            raise EngineFailed(told, status=error.status) from error

    def _exchange(self, method: str, name: str, body: bytes | None) -> None:
        address = self._endpoint.url + ("?" + urlencode({"graph": name}) if name else "?default")
        headers = {} if body is None else {"Content-Type": _N_TRIPLES}
        request = urllib.request.Request(address, body, headers, method=method)  # noqa: S310  endpoint() allows HTTP alone
        with Call(self._endpoint, self._seconds, known=self._known).answer(request) as response:
            response.read()
