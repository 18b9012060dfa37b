"""The W3C community's Reconciliation Service API 0.2: a spreadsheet's names matched with things, and its columns filled."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeGuard

from flask import Blueprint, Response, g, request
from pyoxigraph import NamedNode

from kommungraf import __version__
from kommungraf.engine.ownqueries import query_text
from kommungraf.errors import BadRequest, UnknownResource
from kommungraf.http.freshness import fixed
from kommungraf.lookup.matching import Candidate, Wanted, candidates
from kommungraf.rendering.site import Reader, page, reader
from kommungraf.resources.links import path_of
from kommungraf.texts import folded

__all__ = ["blueprint"]

blueprint = Blueprint("reconciliation", __name__)

_JSON: Final = "application/json"
_MOST_QUERIES: Final = 50
_MOST_CANDIDATES: Final = 25
_MOST_IDS: Final = 50
_SUGGESTED: Final = 10
_MOST_SKIPPED: Final = 1000
_PREVIEW: Final = (420, 260)
#: Classes of what is said and of what rules say: nobody's column names them.
_ASIDE: Final = frozenset(
    (
        "Claim",
        "Conflict",
        "CountStatement",
        "GeneralRule",
        "KnowledgeGap",
        "PopulationStatement",
        "Register",
        "Rule",
        "Source",
    )
)
_MATCHING: Final = ("county", "country")
#: JSON can name half of a character, which no answer can repeat in UTF-8.
_HALF: Final = re.compile("[\ud800-\udfff]")
_NUMBERS: Final = ("latitude", "longitude")


@blueprint.route("/reconcile", methods=["GET", "POST"])
def service() -> Response:
    """The manifest, or the answer to a batch of `queries`, or to an `extend` query."""
    who = reader()
    if "queries" in request.values:
        return _answer(who, _batch(who, _parsed("queries")))
    if "extend" in request.values:
        return _answer(who, _extension(who, _parsed("extend")))
    return _answer(who, _manifest(who))


def _answer(who: Reader, content: object) -> Response:
    response = Response(json.dumps(content, ensure_ascii=False) + "\n", mimetype=_JSON)
    response.vary.add("Accept-Language")
    if request.method == "POST":
        return response
    fixed(response, who.edition.etag(request.url, who.language))
    response.cache_control.public, response.cache_control.private = False, True  # it names the host that was asked
    return response


def _parsed(name: str) -> Mapping[str, Any]:
    try:
        found = json.loads(request.values[name])
    except (ValueError, RecursionError) as error:
        raise BadRequest("The parameter {name} is no JSON ({reason}).", name=name, reason=error) from error
    if not isinstance(found, dict):
        raise BadRequest("The parameter {name} is no JSON object.", name=name)
    if _HALF.search(json.dumps(found, ensure_ascii=False)):
        raise BadRequest("The parameter {name} holds half a character (a lone surrogate).", name=name)
    return found


def _manifest(who: Reader) -> dict[str, Any]:
    host = request.host_url.rstrip("/") + request.script_root
    # The language in which it was asked, if it was, is that of what it leads to.
    tongue = f"lang={who.language}" if who.explicit else ""
    asked = f"?{tongue}" if tongue else ""
    suggest = {
        name: {"service_url": host, "service_path": f"/reconcile/suggest/{name}{asked}"}
        for name in ("entity", "type", "property")
    }
    preview = f"{host}/reconcile/preview?id={{{{id}}}}" + (f"&{tongue}" if tongue else "")
    width, height = _PREVIEW
    return {
        "versions": ["0.2"],
        "name": who.title,
        "identifierSpace": _space(who),
        "schemaSpace": f"{who.edition.base_iri}def/",
        "documentation": f"{host}/",
        "serviceVersion": __version__,
        "batchSize": _MOST_QUERIES,
        "defaultTypes": [each for each in _types(who) if each["id"] not in _ASIDE],
        "view": {"url": f"{host}/doc/{{{{id}}}}"},
        "preview": {"url": preview, "width": width, "height": height},
        "suggest": suggest,
        "extend": {"propose_properties": {"service_url": host, "service_path": f"/reconcile/properties{asked}"}},
    }


def _space(who: Reader) -> str:
    return f"{who.edition.base_iri}id/"


def _types(who: Reader) -> list[dict[str, str]]:
    """The classes of the dataset's own that have things, the commonest first."""
    start = f"{who.edition.base_iri}def/"
    own = [name for name in who.edition.index.types() if name.startswith(start)]
    who.names.fetch(own)
    return [{"id": name.removeprefix(start), "name": who.names.link(name).text} for name in own]


def _batch(who: Reader, queries: Mapping[str, Any]) -> dict[str, Any]:
    if len(queries) > _MOST_QUERIES:
        raise BadRequest(
            "A batch holds at most {most} queries; this one holds {number}.",
            most=_MOST_QUERIES,
            number=len(queries),
        )
    found = {
        key: candidates(g.edition.index, _wanted(who, key, query), start=_space(who), language=who.language)
        for key, query in queries.items()
    }
    where = _places(who, [one for each in found.values() for one in each])
    return {
        key: {"result": [_result(who, each, where) for each in candidates_]} for key, candidates_ in found.items()
    }


def _wanted(who: Reader, key: str, query: Any) -> Wanted:
    if not isinstance(query, dict) or not isinstance(query.get("query", ""), str):
        raise BadRequest("The query {key} is no object with a text “query”.", key=key)
    types, limit = query.get("type") or [], query.get("limit") or 5
    named = [types] if isinstance(types, str) else types
    properties = query.get("properties") or []
    if not isinstance(limit, int | float) or not _is_texts(named) or not isinstance(properties, list):
        raise BadRequest(
            "In the query {key}, type is a text or a list of texts, limit a number, properties a list.", key=key
        )
    start = f"{who.edition.base_iri}def/"
    return Wanted(
        text=query.get("query", "").replace("\0", " "),
        types=tuple(each if "://" in each else start + each for each in named),
        properties=tuple(_property(who, key, each) for each in properties),
        limit=int(max(1, min(limit, _MOST_CANDIDATES))),
    )


def _is_texts(values: Any) -> TypeGuard[list[str]]:
    return isinstance(values, list) and all(isinstance(each, str) for each in values)


def _property(who: Reader, key: str, asked: Any) -> tuple[str, tuple[str, ...]]:
    if not isinstance(asked, dict) or not isinstance(asked.get("pid"), str) or "v" not in asked:
        raise BadRequest("In the query {key}, a property is an object with “pid” and “v”.", key=key)
    values = asked["v"] if isinstance(asked["v"], list) else [asked["v"]]
    return asked["pid"], tuple(_value(who, value) for value in values)


def _value(who: Reader, value: Any) -> str:
    """A value as a text, or the IRI of a thing that was matched before."""
    if isinstance(value, dict):
        name = str(value.get("id", ""))
        return name if "://" in name else _space(who) + name
    return str(value)


def _places(who: Reader, found: Sequence[Candidate]) -> Mapping[str, str]:
    """Where each of those lies that lie in one country: its county and country. All of them get their names here."""
    facets = who.edition.index.facets_of(each.iri for each in found)
    where = {}
    for iri, values in facets.items():
        if len(values.get("country", ())) == 1:
            where[iri] = (
                *(values.get("county", ()) if len(values.get("county", ())) == 1 else ()),
                *values["country"],
            )
    named = {name for each in found for name in (each.iri, each.type, *where.get(each.iri, ())) if name}
    who.names.fetch(named)
    return {iri: ", ".join(who.names.link(each).text for each in places) for iri, places in where.items()}


def _result(who: Reader, found: Candidate, where: Mapping[str, str]) -> dict[str, Any]:
    start = f"{who.edition.base_iri}def/"
    types = [{"id": found.type.removeprefix(start), "name": who.names.link(found.type).text}] if found.type else []
    return {
        "id": found.iri.removeprefix(_space(who)),
        "name": who.names.link(found.iri).text,
        **({"description": where[found.iri]} if found.iri in where else {}),
        "type": types,
        "score": found.score,
        "match": found.certain,
    }


def _extension(who: Reader, asked: Mapping[str, Any]) -> dict[str, Any]:
    ids, wanted = asked.get("ids"), asked.get("properties")
    if not _is_texts(ids) or not isinstance(wanted, list) or not all(isinstance(each, dict) for each in wanted):
        raise BadRequest(
            "An extension is an object with “ids”, a list of texts, and “properties”, a list of objects."
        )
    if len(ids) > _MOST_IDS:
        raise BadRequest(
            "An extension is asked for at most {most} ids at once; these are {number}.",
            most=_MOST_IDS,
            number=len(ids),
        )
    known = _properties(who)
    keys = [str(each.get("id")) for each in wanted if str(each.get("id")) in known]
    rows = {name: _extended(who, name, keys) for name in ids}
    return {"meta": [{"id": key, "name": known[key]} for key in keys], "rows": rows}


def _extended(who: Reader, name: str, keys: list[str]) -> dict[str, list[dict[str, Any]]]:
    try:
        node = NamedNode(_space(who) + name)
    except ValueError as error:
        raise BadRequest("{name} is no id of this service.", name=repr(name)) from error
    rows = who.edition.evaluator.select(query_text("extension"), this=node)
    who.names.fetch(row["value"].value for row in rows if isinstance(row["value"], NamedNode))
    cells: dict[str, list[dict[str, Any]]] = {key: [] for key in keys}
    for row in rows:
        if row["property"].value in cells:
            cells[row["property"].value].append(_cell(who, row["property"].value, row["value"]))
    return {key: sorted(values, key=json.dumps) for key, values in cells.items()}


def _cell(who: Reader, key: str, value: Any) -> dict[str, Any]:
    if key in _NUMBERS:
        return {"float": float(value.value)}
    if key == "wikidata" or not isinstance(value, NamedNode):
        return {"str": value.value.rpartition("/")[2] if key == "wikidata" else value.value}
    link = who.names.link(value.value)
    if value.value.startswith(_space(who)):
        return {"id": value.value.removeprefix(_space(who)), "name": link.text}
    return {"str": link.text}


def _properties(who: Reader) -> dict[str, str]:
    return {
        "code": who.text("Code"),
        "county": who.text("County"),
        "country": who.text("Country"),
        "latitude": who.text("Latitude"),
        "longitude": who.text("Longitude"),
        "wikidata": who.text("Wikidata identifier"),
        "partner": who.text("Works with"),
        "cooperation": who.text("Cooperation"),
        "member": who.text("Member"),
        "period": who.text("Period"),
    }


@blueprint.get("/reconcile/properties")
def properties() -> Response:
    """The properties by which things can be extended, at most `limit` of them; the same for every type."""
    who, limit = reader(), request.args.get("limit", type=int)
    known = [{"id": key, "name": name} for key, name in _properties(who).items()]
    asked = {} if limit is None else {"limit": limit}
    shown = known if limit is None else known[: max(0, limit)]
    return _answer(who, {"type": request.args.get("type", ""), **asked, "properties": shown})


@blueprint.get("/reconcile/suggest/<what>")
def suggest(what: str) -> Response:
    """Things, types or properties whose names begin with `prefix` or whose id it is, but for the first `cursor` of them."""
    who, prefix, skipped = reader(), request.args.get("prefix", "").replace("\0", " ").strip(), _skipped()
    if what == "entity":
        return _answer(who, {"result": _entities(who, prefix, skipped)})
    if what == "type":
        named = _types(who)
    elif what == "property":
        named = [{"id": key, "name": name} for key, name in _properties(who).items() if key in _MATCHING]
    else:
        raise UnknownResource(f"{who.edition.base_iri}reconcile/suggest/{what}")
    begun = [each for each in named if folded(each["name"]).startswith(folded(prefix)) or each["id"] == prefix]
    return _answer(who, {"result": begun[skipped:]})


def _skipped() -> int:
    text = request.args.get("cursor", "").strip() or "0"
    if not text.isdecimal() or int(text) > _MOST_SKIPPED:
        raise BadRequest("The parameter cursor is a number from 0 to {most}.", most=_MOST_SKIPPED)
    return int(text)


def _entities(who: Reader, prefix: str, skipped: int) -> list[dict[str, Any]]:
    """What is surely meant, then names that go on so, and once these are at an end, names that are spelt alike."""
    index, end = who.edition.index, skipped + _SUGGESTED
    found = candidates(index, Wanted(prefix, limit=_SUGGESTED), start=_space(who), language=who.language)
    hits = index.search(prefix, who.language, limit=end).hits
    begun = [Candidate(hit.iri, hit.type or "", 0) for hit in hits if hit.iri.startswith(_space(who))]
    certain, alike = ([each for each in found if each.certain is wanted] for wanted in (True, False))
    each_once = {each.iri: each for each in (*certain, *begun, *(alike if len(hits) < end else ()))}
    shown = list(each_once.values())[skipped:end]
    where = _places(who, shown)
    results = [_result(who, each, where) for each in shown]
    kept = ("id", "name", "description")
    return [{key: each[key] for key in kept if key in each} | {"notable": each["type"]} for each in results]


@blueprint.get("/reconcile/preview")
def preview() -> Response:
    """A small page about one thing, for a frame in another's program."""
    who = reader()
    name = _space(who) + request.args.get("id", "")
    if not who.edition.index.exists(name):
        raise UnknownResource(name)
    kind = who.edition.index.type(name)
    where = _places(who, (Candidate(name, kind or "", 0),)).get(name, "")
    address = request.host_url.rstrip("/") + who.names.page(path_of(name, who.edition.base_iri))
    response = page(
        "preview.html",
        who,
        link=who.names.link(name),
        address=address,
        kind=kind and who.names.link(kind),
        where=where,
    )
    policy = response.headers["Content-Security-Policy"]
    response.headers["Content-Security-Policy"] = policy.replace("frame-ancestors 'none'", "frame-ancestors *")
    response.cache_control.public, response.cache_control.private = False, True
    return response
