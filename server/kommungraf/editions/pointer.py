"""Which release an engine holds whole: the named graph that a push empties first and fills last."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Triple

from kommungraf.engine.endpoint import Endpoint
from kommungraf.engine.engine import Answer, Engine, Query, Workload
from kommungraf.engine.ownqueries import query_text
from kommungraf.engine.remote import RemoteEvaluator
from kommungraf.errors import EngineFailed, NotPushed, RequestError
from kommungraf.releases.manifest import Manifest
from kommungraf.settings.limits import Limits
from kommungraf.vocab import iri

__all__ = ["PAGE", "POINTER", "PointedEvaluator", "Pointer", "listing", "pages", "pointer", "verdict"]

POINTER: Final = "urn:x-kommungraf:release"
#: How many rows are asked for at once: below the cap of every engine that we know.
PAGE: Final = 5000
_MOST_PAGES: Final = 2000


@dataclass(frozen=True, slots=True)
class Pointer:
    """The content hash of the release that is there, and when its push ended, as xsd:dateTime."""

    content_hash: str
    since: str


def pointer(engine: Engine) -> Pointer | None:
    """What the engine points at, or None where it holds no whole release."""
    rows = engine.select(query_text("pointer"))
    return Pointer(rows[0]["hash"].value, rows[0]["since"].value) if len(rows) == 1 else None


def pages(engine: Engine, name: str, *, most: int = PAGE * _MOST_PAGES) -> Iterator[Mapping[str, Any]]:
    """The first `most` rows of queries/<name>.rq, asked for page by page."""
    for offset in range(0, most, PAGE):
        # SPARQL takes no variable in OFFSET, so the number itself is written over the file's OFFSET 0.
        rows = engine.select(query_text(name).replace("OFFSET 0", f"OFFSET {offset}"))
        yield from rows
        if len(rows) < PAGE:
            return


def listing(graphs: Iterable[str]) -> Iterator[Triple]:
    """What a pointer says while a push is under way: the graphs that are its own; texts, which link to nothing."""
    here = NamedNode(POINTER)
    return (Triple(here, NamedNode(iri("dcterms:hasPart")), Literal(name)) for name in graphs)


def verdict(found: Pointer) -> Iterator[Triple]:
    """What makes a pointer point."""
    here = NamedNode(POINTER)
    yield Triple(here, NamedNode(iri("dcterms:identifier")), Literal(found.content_hash))
    time = NamedNode(iri("xsd:dateTime"))
    yield Triple(here, NamedNode(iri("dcterms:modified")), Literal(found.since, datatype=time))


class PointedEvaluator:
    """Answers queries over one release by the engine that points at it, for as long as it does."""

    def __init__(self, endpoints: Sequence[Endpoint], manifest: Manifest, limits: Limits) -> None:
        self._hash = manifest.content_hash
        self._remote = _holder(endpoints, manifest, limits)
        self._lost = False

    def look(self) -> None:
        """Find out whether the engine still points at the release; an engine that is silent may still do."""
        try:
            found = pointer(self._remote)
        except RequestError:
            return
        self._lost = found is None or found.content_hash != self._hash

    def _require(self) -> RemoteEvaluator:
        if self._lost:
            raise EngineFailed(
                "The engine at {engine} doesn't hold the release that is served any more: it is being loaded with another, or has lost it. Try again later.",
                engine=self._remote.url,
            )
        return self._remote

    def evaluate(self, query: Query) -> Answer:
        """The whole answer to `query`; raises a RequestError where there is none."""
        return self._require().evaluate(query)

    def select(self, text: str, **bindings: NamedNode | str) -> list[Mapping[str, Any]]:
        """The solutions of the site's own SELECT, each a mapping of the bound variables to terms."""
        return self._require().select(text, **bindings)

    def workload(self) -> Workload:
        """Of its workers, also where the engine points elsewhere."""
        return self._remote.workload()

    def close(self) -> None:
        """End its workers."""
        self._remote.close()


def _holder(endpoints: Sequence[Endpoint], manifest: Manifest, limits: Limits) -> RemoteEvaluator:
    """The first of the engines that points at the release; raises NotPushed where none does."""
    told = []
    for each in endpoints:
        remote = RemoteEvaluator(each, limits)
        try:
            found = pointer(remote)
        except RequestError as error:
            found, reason = None, str(error)
        else:
            reason = f"{each.url} holds {'no whole release' if found is None else 'release ' + found.content_hash[:12]}."
        if found is not None and found.content_hash == manifest.content_hash:
            return remote
        remote.close()
        told.append(reason)
    raise NotPushed(f"No engine holds release {manifest.name}. Run `kommungraf push`. {' '.join(told)}")
