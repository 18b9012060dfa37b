"""What each type of problem means and what to do about it, at the IRI that names it."""

import json
from collections.abc import Iterator
from typing import Any, Final

from flask import Blueprint, Response, g, request
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from kommungraf.errors import UnknownResource
from kommungraf.formats import GRAPH, HTML
from kommungraf.http.freshness import fixed
from kommungraf.http.negotiation import required
from kommungraf.http.problems import ProblemType, problem_types
from kommungraf.rendering.site import page, reader
from kommungraf.texts import LANGUAGES, translations
from kommungraf.vocab import BASE, PREFIXES, iri

__all__ = ["blueprint"]

blueprint = Blueprint("problemtypes", __name__)

_JSON: Final = "application/json"
_OFFERS: Final = (HTML, _JSON, *(form.media_type for form in GRAPH))
_SCHEME: Final = f"{BASE}problem/"


@blueprint.get("/problem/")
def listed() -> Response:
    """All of them."""
    return _represented(problem_types())


@blueprint.get("/problem/<slug>")
def described(slug: str) -> Response:
    """One of them."""
    named = tuple(kind for kind in problem_types() if kind.slug == slug)
    if not named:
        raise UnknownResource(f"{_SCHEME}{slug}")
    return _represented(named)


def _represented(kinds: tuple[ProblemType, ...]) -> Response:
    media_type = required(request, _OFFERS)
    if media_type == HTML:
        who = reader()
        return page("problemtypes.html", who, kinds=kinds, alone=len(kinds) == 1)
    body = _as_json(kinds) if media_type == _JSON else _as_rdf(kinds, media_type)
    response = Response(body, mimetype=media_type)
    response.vary.update(("Accept", "Accept-Language"))
    return fixed(response, g.edition.etag(request.full_path, media_type))


def _as_json(kinds: tuple[ProblemType, ...]) -> str:
    rows: list[dict[str, Any]] = [
        {"type": kind.iri, "status": kind.status, "title": _said(kind.title), "meaning": _said(kind.meaning)}
        for kind in kinds
    ]
    return json.dumps(rows[0] if len(rows) == 1 else rows, ensure_ascii=False, indent=2) + "\n"


def _said(message: str) -> dict[str, str]:
    return {language: translations(language).gettext(message) for language in LANGUAGES}


def _as_rdf(kinds: tuple[ProblemType, ...], media_type: str) -> bytes:
    prefixes = {"skos": PREFIXES["skos"]}
    return serialize(_triples(kinds), format=RdfFormat.from_media_type(media_type), prefixes=prefixes) or b""


def _triples(kinds: tuple[ProblemType, ...]) -> Iterator[Triple]:
    """Each type is a concept, which is what a type without properties of its own amounts to."""
    for kind in kinds:
        node = NamedNode(kind.iri)
        yield Triple(node, NamedNode(iri("rdf:type")), NamedNode(iri("skos:Concept")))
        yield Triple(node, NamedNode(iri("skos:inScheme")), NamedNode(_SCHEME))
        yield Triple(node, NamedNode(iri("skos:notation")), Literal(kind.slug))
        for name, message in (("skos:prefLabel", kind.title), ("skos:definition", kind.meaning)):
            for language, text in _said(message).items():
                yield Triple(node, NamedNode(iri(name)), Literal(text, language=language))
