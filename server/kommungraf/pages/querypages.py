"""The page on which a query is written, and the same page with its answer as a table or with what is wrong."""

from collections.abc import Sequence
from typing import Any, Final

from flask import Response, request

from kommungraf.engine.engine import Answer
from kommungraf.engine.ownqueries import query_text
from kommungraf.formats import GRAPH, SOLUTIONS
from kommungraf.pages.asked import asked
from kommungraf.pages.results import MOST_ROWS, table_of
from kommungraf.rendering.site import Reader, page, passing_page, reader
from kommungraf.resources.wording import bytes_in_words, number_in_words
from kommungraf.settings.hosting import FEDERATION
from kommungraf.settings.limits import Limits, published
from kommungraf.settings.options import Kind
from kommungraf.vocab import PREFIXES

__all__ = ["query_context", "query_page", "result_page"]

_PREFILLED: Final = ("geo", "kg", "org", "rdfs", "skos")
_SELECT: Final = (
    "\n\nSELECT ?thing ?name\nWHERE {\n  ?thing a kg:Municipality ; skos:prefLabel ?name .\n}\nLIMIT 20\n"
)
_ANY: Final = "\n\nSELECT ?thing ?class\nWHERE {\n  ?thing a ?class .\n}\nLIMIT 20\n"


def query_page(limits: Limits, services: Sequence[str] = ()) -> Response:
    """The form for a query, with an example in it; `?example=` names a question to take."""
    who = reader()
    named = next((each for each in asked(who) if each.slug == request.args.get("example")), None)
    context = {
        **query_context(who, named.query if named else _example(who), limits=limits, services=services),
        "example": named,
    }
    return page("query.html", who, **context)


def result_page(limits: Limits, services: Sequence[str], text: str, answer: Answer) -> Response:
    """The form with a query and the first rows of its answer."""
    who, changes = reader(), answer.volatile
    forms = (
        GRAPH
        if answer.form == "triples"
        else tuple(form for form in SOLUTIONS if form.booleans or answer.form == "solutions")
    )
    table = table_of(who, answer)
    context = {
        **query_context(who, text, limits=limits, services=services),
        "table": table,
        "forms": forms,
    }
    response = (passing_page if changes or request.method == "POST" else page)("query.html", who, **context)
    if table.cut:
        response.headers["X-Result-Cut"] = f"rows={len(table.rows)}"
    return response


def query_context(who: Reader, text: str, *, limits: Limits, services: Sequence[str]) -> dict[str, Any]:
    """What query.html needs in any case."""
    editor = {"prefixes": PREFIXES, "completions": query_text("completions")}
    return {
        "text": text,
        "table": None,
        "forms": (),
        "problem": None,
        "limits": _in_words(limits, who),
        "all_limits": _all_in_words(limits, services, who),
        "questions": asked(who),
        "graphs": _graphs(),
        **editor,
    }


def _graphs() -> list[tuple[str, str]]:
    """The graphs that a query is put to, as the SPARQL 1.1 Protocol names them."""
    names = ("default-graph-uri", "named-graph-uri")
    return [(name, graph) for name in names for graph in request.values.getlist(name)]


def _example(who: Reader) -> str:
    has_ours = PREFIXES["kg"] + "Municipality" in who.edition.index.types()
    prefixes = "\n".join(f"PREFIX {name}: <{PREFIXES[name]}>" for name in _PREFILLED)
    return prefixes + (_SELECT if has_ours else _ANY)


def _all_in_words(limits: Limits, services: Sequence[str], who: Reader) -> tuple[tuple[str, str], ...]:
    """Every limit of the server, and whom a query may ask beside it."""
    words = {
        Kind.SIZE: lambda value: bytes_in_words(value, who.language),
        Kind.SECONDS: lambda value: f"{number_in_words(f'{value:g}', who.language)} s",
    }
    limited = tuple(
        (who.text(each.help), words.get(each.kind, lambda value: number_in_words(str(value), who.language))(value))
        for each, value in published(limits)
    )
    return (*limited, (who.text(FEDERATION), ", ".join(services) or who.text("no endpoint")))


def _in_words(limits: Limits, who: Reader) -> tuple[tuple[str, str], ...]:
    """What one query may cost, and how much of its answer is shown."""
    return (
        (who.text("Time"), f"{number_in_words(str(limits.seconds).removesuffix('.0'), who.language)} s"),
        (who.text("Memory"), bytes_in_words(limits.memory_bytes, who.language)),
        (who.text("Size of the answer"), bytes_in_words(limits.result_bytes, who.language)),
        (who.text("Rows on this page"), number_in_words(str(MOST_ROWS), who.language)),
    )
