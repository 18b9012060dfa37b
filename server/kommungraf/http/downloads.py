"""The files of a release: dumps with ranges and precomputed gzip, the manifest, and the catalogue by negotiation."""

from pathlib import Path
from typing import Final

from flask import Blueprint, Response, g, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.wsgi import wrap_file

from kommungraf.editions.edition import Edition
from kommungraf.errors import UnknownResource
from kommungraf.formats import GRAPH, HTML, TextFormat
from kommungraf.http.compression import accepts_gzip
from kommungraf.http.freshness import fixed
from kommungraf.http.negotiation import required
from kommungraf.releases.manifest import MANIFEST, FileEntry

__all__ = ["blueprint", "held_view"]

blueprint = Blueprint("downloads", __name__)

_GZIP: Final = "application/gzip"
#: Smaller files are read at once, so that the cache of responses can keep them.
_WHOLE: Final = 256 << 10
_CHUNK: Final = 256 << 10


@blueprint.get("/dataset/manifest")
def manifest() -> Response:
    """The list of the release's files."""
    edition: Edition = g.edition
    content = (edition.folder / MANIFEST).read_bytes()
    return fixed(Response(content, mimetype="application/json"), edition.etag("manifest"))


@blueprint.get("/dataset/<name>")
def file(name: str) -> Response:
    """A file of the release as it is, or its precomputed gzip as the encoding of it."""
    return _file(name)


def held_view(form: TextFormat) -> Response:
    """The dump of the default graph in one format; each N-Triples file is N-Quads too, and each Turtle file is TriG."""
    plain = {"nq": "nt", "trig": "ttl"}.get(form.suffix, form.suffix)
    return _file(f"held.{plain}", media_type=form.media_type)


def _file(name: str, *, media_type: str | None = None) -> Response:
    edition: Edition = g.edition
    entry = edition.manifest.entry(name)
    if entry is None:
        raise UnknownResource(f"{edition.base_iri}dataset/{name}")
    named = media_type or (_GZIP if entry.encoding else entry.media_type)
    packed = edition.manifest.entry(f"{name}.gz")
    if (
        packed is None
        or "Range" in request.headers
        or not accepts_gzip(request.headers.get("Accept-Encoding", ""))
    ):
        response = _sent(edition.folder, entry, media_type=named)
    else:
        response = _sent(edition.folder, packed, media_type=named)
        response.content_encoding = "gzip"
    if packed is not None:
        response.vary.add("Accept-Encoding")
    return response


@blueprint.get("/catalogue")
def catalogue() -> ResponseReturnValue:
    """The catalogue in the format that fits; a browser is sent on to the page of the dataset."""
    media_type = required(request, (*(form.media_type for form in GRAPH), HTML))
    if media_type == HTML:
        response = redirect("dataset/", 303)
        response.vary.add("Accept")
        return response
    sent = _catalogue(next(form.suffix for form in GRAPH if form.media_type == media_type))
    sent.vary.add("Accept")
    return sent


@blueprint.get("/catalogue.<suffix>")
def catalogue_file(suffix: str) -> Response:
    """The catalogue in one format."""
    return _catalogue(suffix)


def _catalogue(suffix: str) -> Response:
    edition: Edition = g.edition
    entry = edition.manifest.entry(f"catalogue.{suffix}")
    if entry is None:
        raise UnknownResource(f"{edition.base_iri}catalogue.{suffix}")
    response = _sent(edition.folder, entry, media_type=entry.media_type)
    response.headers["Content-Location"] = f"/catalogue.{suffix}"
    for form in GRAPH:
        link = f'</catalogue.{form.suffix}>; rel="alternate"; type="{form.media_type}"'
        response.headers.add("Link", link)
    return response


def _sent(folder: Path, entry: FileEntry, *, media_type: str) -> Response:
    """The file with its hash as its tag, whole or the ranges that were asked for."""
    stream = (folder / entry.path).open("rb")
    if entry.bytes <= _WHOLE:
        with stream:
            response = Response(stream.read(), mimetype=media_type)
    else:
        chunks = wrap_file(request.environ, stream, _CHUNK)
        response = Response(chunks, mimetype=media_type, direct_passthrough=True)
        response.content_length = entry.bytes
    try:
        return fixed(response, _tag(entry, media_type), length=entry.bytes)
    except HTTPException:  # a range beyond the end
        response.close()
        raise


def _tag(entry: FileEntry, media_type: str) -> str:
    """The file's hash, apart for each media type by which it goes."""
    own = media_type in {entry.media_type, _GZIP}
    return entry.sha256[:32] if own else f"{entry.sha256[:32]}-{media_type.rpartition('/')[2]}"
