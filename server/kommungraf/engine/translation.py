"""Another engine's result, in SPARQL JSON or N-Triples, as our own engine writes it in any media type."""

import io
import re
from typing import IO, Any, BinaryIO, Final

from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    parse,
    parse_query_results,
    serialize,
)

from kommungraf.engine.wellformed import XmlCheck

__all__ = ["SOURCES", "rewritten", "translate"]

#: What an engine is asked for, by form of query.
SOURCES: Final = {
    "boolean": QueryResultsFormat.JSON.media_type,
    "solutions": QueryResultsFormat.JSON.media_type,
    "triples": RdfFormat.N_TRIPLES.media_type,
}
#: Virtuoso labels blank nodes by IRIs, which no syntax allows. Within a string of JSON every quotation mark follows
#: a backslash, so this finds the labels alone.
_VIRTUOSO_LABEL: Final = re.compile(rb'("type"\s*:\s*"bnode"\s*,\s*"value"\s*:\s*")nodeID://')
_TRUE: Final = b'{"head":{},"boolean":true}'
_FALSE: Final = b'{"head":{},"boolean":false}'
_CHUNK: Final = 64 << 10
#: Longer than what the pattern finds.
_OVERLAP: Final = 100


def translate(source: BinaryIO, output: IO[bytes], *, form: str, media_type: str) -> None:
    """Write the result in `source` to `output`.

    Raises SyntaxError where it isn't a result of this form, ValueError or OSError where the media type can't hold it.
    """
    if form == "triples":
        quads = parse(source, RdfFormat.N_TRIPLES)
        serialize(quads, output, RdfFormat.from_media_type(media_type))
        return
    results = _read(source)
    if form == "boolean" and isinstance(results, QuerySolutions):
        results = _as_boolean(results)
    if isinstance(results, QueryBoolean) != (form == "boolean"):
        raise SyntaxError(f"it is no result of the form {form}")
    results.serialize(output, QueryResultsFormat.from_media_type(media_type))


def rewritten(source: BinaryIO, output: IO[bytes], *, written: str) -> None:
    """Write the solutions in `source`, which is in SPARQL JSON or XML, to `output` as SPARQL JSON.

    Raises SyntaxError or ValueError where they aren't solutions, or aren't whole.
    """
    if written == QueryResultsFormat.JSON.media_type:
        results = _read(source)
    else:
        _require_whole(source)  # the engine's parser takes a document without its end for one
        results = parse_query_results(source, QueryResultsFormat.XML)
    if isinstance(results, QueryBoolean):
        raise ValueError("it is no table of solutions")  # noqa: TRY004  of the document, not of the program
    results.serialize(output, QueryResultsFormat.JSON)


def _read(source: BinaryIO) -> QuerySolutions | QueryBoolean:
    return parse_query_results(io.BufferedReader(_Relabelled(source)), QueryResultsFormat.JSON)


def _require_whole(document: BinaryIO) -> None:
    """Raise ValueError where an XML document has no end, or is none; then be at its beginning again."""
    check = XmlCheck()
    while chunk := document.read(_CHUNK):
        check.feed(chunk)
    check.feed(b"", last=True)
    document.seek(0)


def _as_boolean(results: QuerySolutions) -> QuerySolutions | QueryBoolean:
    """The answer to ASK, which Virtuoso at times writes as a solution of a variable of its own."""
    if [variable.value for variable in results.variables] != ["__ASK_RETVAL"]:
        return results
    told = any(row[0] is not None and row[0].value == "1" for row in results)
    return parse_query_results(_TRUE if told else _FALSE, QueryResultsFormat.JSON)


class _Relabelled(io.RawIOBase):
    """The bytes of `source` with labels of blank nodes that are legal."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._kept = b""
        self._ready = bytearray()

    def readable(self) -> bool:
        """This is read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` as far as there is something; nothing is the end."""
        while not self._ready and (chunk := self._source.read(_CHUNK)):
            data = _VIRTUOSO_LABEL.sub(rb"\1", self._kept + chunk)
            self._kept = data[-_OVERLAP:]
            self._ready += data[:-_OVERLAP]
        if not self._ready:
            self._ready, self._kept = bytearray(self._kept), b""
        given = self._ready[: len(buffer)]
        buffer[: len(given)] = given
        del self._ready[: len(given)]
        return len(given)
