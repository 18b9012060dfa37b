"""A query worker: a process that answers one query at a time and that the kernel stops at its limits."""

import errno
import io
import os
import re
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import IO, Any, Final, NoReturn, TypeAlias, cast

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Variable,
)

from kommungraf.engine import keywords
from kommungraf.engine.confinement import peak_memory, spare_descriptor
from kommungraf.engine.diagnosis import diagnosis
from kommungraf.engine.services import Fault, ServiceFault, federated, told_fault
from kommungraf.engine.translation import translate
from kommungraf.engine.wellformed import CsvCheck, XmlCheck
from kommungraf.engine.wire import Message, receive, send
from kommungraf.settings.limits import Limits

__all__ = ["serve"]

#: Larger results travel as an open file, so that a slow reader holds no worker; the site reads its own at once.
_INLINE_BYTES: Final = 64 << 10
_OWN_INLINE_BYTES: Final = 1 << 20
#: Of a pattern with a literal as the subject of a triple term, which no data can hold.
_NO_TERM: Final = "not a valid RDF 1.2 term"
_UNKNOWN_FUNCTION: Final = re.compile(r"The custom function <(.+)> is not supported")
_CODE_POINT: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")

_Results: TypeAlias = QuerySolutions | QueryBoolean | QueryTriples


class _Refusal(Exception):
    """The query gets no answer; `fields` say why, for the web process to raise."""

    def __init__(self, problem: str, **details: Any) -> None:
        super().__init__(problem)
        self.fields = {"problem": problem, **details}


class _Spool:
    """Where a result is written: memory up to `inline` bytes, then a file without a name."""

    def __init__(self, limit: int, first_free: int | None, *, inline: int) -> None:
        self.body = bytearray()
        self.file: IO[bytes] | None = None
        self._limit = limit
        self._inline = inline
        self._first_free = first_free
        self._written = 0

    def write(self, data: bytes) -> int:
        """Take the next bytes of the result."""
        self._written += len(data)
        if self._written > self._limit:
            raise _Refusal("limit", limit="result")
        self.body += data
        if self.file is not None or self._written > self._inline:
            self._empty_into_file()
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def _empty_into_file(self) -> None:
        if self.file is None:
            with spare_descriptor(self._first_free):
                self.file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  closed by close()
        while self.body:
            del self.body[: self.file.write(self.body)]

    def message(self, fields: Mapping[str, Any]) -> Message:
        """The reply that hands the result over."""
        descriptor = None if self.file is None else self.file.fileno()
        return Message({**fields, "size": self._written}, bytes(self.body), descriptor)

    def close(self) -> None:
        """Give the file back; the web process has its own descriptor of it by now."""
        if self.file is not None:
            self.file.close()


class _Readable:
    """A spool for XML or CSV; raises ValueError for what no parser would read."""

    def __init__(self, spool: _Spool, check: XmlCheck | CsvCheck) -> None:
        self._spool = spool
        self._check = check

    def write(self, data: bytes) -> int:
        """Take the next bytes of the result."""
        self._check.feed(data)
        return self._spool.write(data)

    def flush(self) -> None:
        """Nothing is held back."""


def serve(
    connection: socket.socket, store: Store, *, limits: Limits, first_free: int | None, once: bool = False
) -> None:
    """Answer queries until the web process closes `connection` or the process has grown too far to be reused.

    Where it is to be used `once`, it answers one.
    """
    with suppress(BrokenPipeError, ConnectionResetError):  # nobody waits for an answer any more
        ceiling = 0 if once else peak_memory() + limits.memory_bytes // 2
        _serve(connection, store, limits, first_free, ceiling=ceiling)


def _serve(
    connection: socket.socket, store: Store, limits: Limits, first_free: int | None, *, ceiling: int
) -> None:
    last = False
    while not last and (request := _received(connection, first_free)) is not None:
        inline = _OWN_INLINE_BYTES if request.fields.get("own") else _INLINE_BYTES
        spool = _Spool(limits.result_bytes, first_free, inline=inline)
        fields = _outcome(store, request, spool=spool, seconds=limits.seconds)
        last = peak_memory() > ceiling
        message = Message(fields) if "problem" in fields else spool.message(fields)
        send(connection, Message({**message.fields, "last": last}, message.body, message.descriptor))
        spool.close()


def _received(connection: socket.socket, first_free: int | None) -> Message | None:
    """The next request; a descriptor may come along, for which there is room while no query runs."""
    with spare_descriptor(first_free):
        return receive(connection)


def _outcome(store: Store, request: Message, *, spool: _Spool, seconds: float) -> dict[str, Any]:
    """What to tell the web process; at the deadline SIGALRM, which nothing catches, ends the process instead."""
    started = time.perf_counter()
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        fields = _answer(store, request, spool)
        return {**fields, "seconds": time.perf_counter() - started}
    except _Refusal as refusal:
        return refusal.fields
    except MemoryError:
        return {"problem": "limit", "limit": "memory"}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _answer(store: Store, message: Message, spool: _Spool) -> dict[str, Any]:
    request = message.fields
    if "translate" in request:
        return _translation(message, spool)
    text = request["text"]
    try:
        brokered = request.get("brokered", False)
        if not brokered and keywords.asks_for_service(text):
            raise _service(request)
        results = _results(store, request)
        form, media_type = _chosen(results, request)
        if request.get("examine"):
            graphs = keywords.names_graphs(text)
            return {
                "form": form,
                "media_type": media_type,
                "volatile": keywords.is_volatile(text),
                "graphs": graphs,
            }
        _serialise(results, media_type, spool)
    except SyntaxError as error:
        _refuse_text(text, error)
    except UnicodeEncodeError as error:
        raise _Refusal("bad", message="The query holds a surrogate, which is no character.") from error
    except (RuntimeError, OSError) as error:
        raise _failure(error) from error
    return {"form": form, "media_type": media_type, "volatile": brokered or _is_volatile(request)}


def _is_volatile(request: Mapping[str, Any]) -> bool:
    """Whether the next answer may differ; nobody asks that of the site's own lookups, and it takes another parsing."""
    return not request.get("own") and keywords.is_volatile(request["text"])


def _service(request: Mapping[str, Any]) -> _Refusal:
    """What becomes of a query that asks other endpoints, which this worker can't reach: another worker may."""
    if not (allowed := request.get("services")):
        return _Refusal("refused", what="service", why=None, iri=None)
    try:
        found = federated(request["text"], request["base_iri"], allowed)
    except ServiceFault as fault:
        return _Refusal("refused", what="service", why=fault.why, iri=fault.iri)
    return _Refusal("brokered", text=found.text, endpoints=found.endpoints)


def _results(store: Store, request: Mapping[str, Any]) -> _Results:
    """The lazy results; a function that the engine doesn't know is an error of its expression (SPARQL §17.6)."""
    functions: dict[NamedNode, Any] = {}
    while True:
        try:
            return store.query(request["text"], custom_functions=functions, **_options(request))
        except RuntimeError as error:
            unknown = _UNKNOWN_FUNCTION.search(str(error))
            if unknown is None or NamedNode(unknown[1]) in functions:
                raise
            functions[NamedNode(unknown[1])] = _no_value


def _no_value(*_arguments: object) -> None:
    """An error, in an expression."""


def _options(request: Mapping[str, Any]) -> dict[str, Any]:
    """The query's dataset and bindings; graphs named in the protocol replace all of FROM (Protocol §2.1.4)."""
    options: dict[str, Any] = {"base_iri": request["base_iri"]}
    if request["bindings"]:
        options["substitutions"] = {Variable(name): _named_node(iri) for name, iri in request["bindings"].items()}
    if request["default_graphs"] or request["named_graphs"]:
        options["default_graph"] = [_named_node(iri) for iri in request["default_graphs"]]
        options["named_graphs"] = [_named_node(iri) for iri in request["named_graphs"]]
    return options


def _named_node(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise _Refusal("iri", message=iri) from error


def _chosen(results: _Results, request: Mapping[str, Any]) -> tuple[str, str]:
    """The form of the results and the media type that is asked for."""
    form = _form(results)
    media_type: str | None = request[form]
    if media_type is None:
        raise _Refusal("unacceptable", form=form, media_type=None)
    return form, media_type


def _serialise(results: _Results, media_type: str, spool: _Spool) -> None:
    """Write the whole result."""
    with _written(_form(results), media_type, spool) as output:
        if isinstance(results, QueryTriples):
            results.serialize(output, format=RdfFormat.from_media_type(media_type))
        else:
            results.serialize(output, format=QueryResultsFormat.from_media_type(media_type))


@contextmanager
def _written(form: str, media_type: str, spool: _Spool) -> Iterator[IO[bytes]]:
    """Where a result is written, which is refused where the media type can't hold it."""
    try:
        yield cast(IO[bytes], _followed(spool, media_type))
    except OSError as error:
        if error.errno is not None or isinstance(error, ConnectionError) or told_fault(str(error)) is not None:
            raise
        raise _Refusal("unacceptable", form=form, media_type=media_type) from error
    except ValueError as error:
        raise _Refusal("unacceptable", form=form, media_type=media_type) from error


def _followed(spool: _Spool, media_type: str) -> _Spool | _Readable:
    """The spool, read along where the engine may write what can't be read."""
    if media_type.endswith("+xml"):
        return _Readable(spool, XmlCheck())
    return _Readable(spool, CsvCheck()) if media_type == "text/csv" else spool


def _translation(message: Message, spool: _Spool) -> dict[str, Any]:
    """Write an engine's result in the media type that is asked for; what isn't whole or legal is refused."""
    form, media_type = message.fields["form"], message.fields["translate"]
    source = io.BytesIO(message.body) if message.descriptor is None else os.fdopen(message.descriptor, "rb")
    try:
        with source, _written(form, media_type, spool) as output:
            translate(source, output, form=form, media_type=media_type)
    except SyntaxError as error:
        raise _Refusal("mistranslated", message=str(error)) from error
    except (RuntimeError, OSError) as error:
        raise _failure(error) from error
    return {"form": form, "media_type": media_type, "volatile": False}


def _form(results: _Results) -> str:
    if isinstance(results, QueryTriples):
        return "triples"
    return "boolean" if isinstance(results, QueryBoolean) else "solutions"


def _refuse_text(text: str, error: SyntaxError) -> NoReturn:
    if keywords.is_update(text):
        raise _Refusal("refused", what="update") from error
    # The engine reads code point escapes in strings and IRIs only, so a SERVICE written with them doesn't parse.
    if keywords.asks_for_service(_CODE_POINT.sub(_character, text)):
        raise _Refusal("refused", what="service", why="unread", iri=None) from error
    fault = diagnosis(text, str(error))
    if fault is None:
        raise _Refusal("syntax", line=None, column=None, reason=str(error)) from error
    raise _Refusal("syntax", **asdict(fault)) from error


def _character(escape: re.Match[str]) -> str:
    code_point = int(escape[1] or escape[2], 16)
    return chr(code_point) if code_point <= sys.maxunicode else escape[0]


def _failure(error: Exception) -> _Refusal:
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return _Refusal("limit", limit="result")
    if (fault := told_fault(str(error))) is not None:
        return _Refusal("service", **asdict(fault))
    if isinstance(error, ConnectionError):
        return _Refusal("service", **asdict(Fault("", "lost", str(error))))
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return _Refusal("full", message=str(error))
    if _NO_TERM in str(error):
        return _Refusal("bad", message="A literal can't be the subject of a triple term.")
    return _Refusal("failed", message=str(error))
