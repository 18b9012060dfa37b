"""What every page shares: the reader's language, the addresses of other pages, and the translated templates."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import quote, urlencode

from flask import Response, g, request
from jinja2 import Environment, PackageLoader, Template
from jinja2.runtime import Context
from markupsafe import Markup
from pyoxigraph import NamedNode

from kommungraf.editions.edition import Edition
from kommungraf.engine.offeredqueries import Given, offered_parameter
from kommungraf.formats import HTML, RDF
from kommungraf.http.freshness import fixed, volatile
from kommungraf.http.negotiation import language
from kommungraf.rendering.assets import address, built
from kommungraf.rendering.strokes import MANY, knots_of, spots_of, tie_path, year_bars, year_rows
from kommungraf.resources.links import Kept, Names, path_of
from kommungraf.resources.markup import Pen
from kommungraf.resources.wording import number_in_words
from kommungraf.texts import LANGUAGES, translations
from kommungraf.vocab import BASE, iri

__all__ = [
    "POLICY",
    "STATIC",
    "TYING_CLASSES",
    "Form",
    "Reader",
    "forms",
    "nearby",
    "page",
    "passing_page",
    "reader",
    "sections",
    "written",
]

#: The classes of cooperation that have a map of their ties.
TYING_CLASSES: Final = tuple(
    iri(name) for name in ("kg:Twinning", "kg:MunicipalPartnership", "kg:RegionalCooperation")
)
#: The key of a WSGI environment that says that the page is to stand on a host that runs no program.
STATIC: Final = "kommungraf.static"
_LANGUAGE_NAMES: Final = {"sv": "Svenska", "en": "English"}
_TITLE: Final = "Kommungraf"
_LISTED: Final = "contexts of the page"
#: So many pages before and after the current one are offered by their number.
_NEAR: Final = 2
#: The pages that tell of things as of a day.
_DATED: Final = frozenset({"around", "list", "search"})
#: A page asks no other host for anything, and runs only what is built from web/.
POLICY: Final = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Form:
    """One other representation of a page."""

    name: str
    media_type: str
    href: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the language, whether the address names it, and the names of what the page mentions."""

    edition: Edition
    language: str
    explicit: bool
    names: Names
    static: bool = False

    def text(self, message: str) -> str:
        """The message in the reader's language."""
        return translations(self.language).gettext(message)

    @property
    def title(self) -> str:
        """What the site is called: another dataset than ours goes by its own title."""
        manifest = self.edition.manifest
        own = {} if manifest.base_iri == BASE else manifest.title
        return own.get(self.language) or next(iter(own.values()), _TITLE)

    def with_query(self, path: str, arguments: Mapping[str, str]) -> str:
        """The address of one of the site's own pages with these arguments, and with what addresses keep of the request."""
        date = self.names.kept.date if path in _DATED else ""
        kept = {**({"date": date} if date else {}), **arguments}
        asked = {**kept, **({"lang": self.language} if self.explicit else {})}
        return f"{request.script_root}/{path}?{urlencode(asked)}"

    def as_query(self, name: str, **given: str | Given) -> str:
        """Where the rows of a list are asked for by offered/<name>.rq, with IRIs or terms that are `given`.

        Empty where nobody can ask: in a copy of the site, which answers no queries, and for what is no IRI.
        """
        try:
            terms = {key: NamedNode(each) if isinstance(each, str) else each for key, each in given.items()}
        except ValueError:
            return ""
        if self.static:
            return ""
        kept = f"&lang={self.language}" if self.explicit else ""
        return f"{request.script_root}/sparql?query={offered_parameter(name, self.language, terms)}{kept}"


def reader() -> Reader:
    """The reader of the current request."""
    edition: Edition = g.edition
    asked = request.args.get("lang", "")
    explicit = asked in LANGUAGES
    tongue = language(request)
    kept = Kept(request.script_root, tongue if explicit else "", request.args.get("date", "").strip())
    names = Names(edition.index, edition.base_iri, language=tongue, kept=kept, memory=edition.memory)
    return Reader(edition, tongue, explicit, names, static=STATIC in request.environ)


def forms(iri: str) -> tuple[Form, ...]:
    """The other representations of the page of `iri`."""
    place = f"{request.script_root}/{path_of(iri, g.edition.base_iri)}"
    joint = "&format=" if "?" in place else "?format=" if place.endswith("/") else "."
    return tuple(Form(form.name, form.media_type, f"{place}{joint}{form.suffix}") for form in RDF)


def written(template: str, who: Reader, **context: Any) -> str:
    """The template in the reader's language."""
    names, manifest = who.names, who.edition.manifest
    shared = {
        "pen": Pen(translations(who.language)),
        "lang": who.language,
        "explicit": who.explicit,
        "static": who.static,
        "manifest": manifest,
        "root": request.script_root,
        "here": request.path,
        "undated": _undated(),
        "kept": _kept(),
        "sections": sections(who),
        "site_title": who.title,
        "language_names": _LANGUAGE_NAMES,
        "switches": [(code, _with(lang=code)) for code in LANGUAGES],
        "asset": lambda name: request.script_root + address(name),
        "built": _built,
        "shared_picture": _shared_picture(who),
        "page": names.page,
        "as_form": _as_form,
        "numbered": lambda number: _with(page=str(number)),
        "nearby": nearby,
    }
    return _rendered(_environment(who.language).get_template(template), {**shared, **context})


class _Context(Context):
    """What a template is drawn with; each of a page is listed under `_LISTED`, among what all of them know."""

    def __init__(self, environment: Environment, parent: dict[str, Any], *more: Any, **others: Any) -> None:
        super().__init__(environment, parent, *more, **others)
        if (listed := parent.get(_LISTED)) is not None:
            listed.append(self)


class _Environment(Environment):
    """Templates whose globals are those of the environment, and no chain of mappings that each context goes through."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return self.globals if d is None else super().make_globals(d)


def _rendered(template: Template, context: dict[str, Any]) -> str:
    """The page; what it was made of is given back at once.

    Macros know what they were drawn with, and that knows them: pages would be kept until the collector looks.
    """
    listed: list[_Context] = []
    try:
        return template.render({**context, _LISTED: listed})
    finally:
        for each in listed:
            each.vars.clear()
            each.parent.clear()
            each.blocks.clear()


def page(template: str, who: Reader, **context: Any) -> Response:
    """The template as a response that is the same until the next release."""
    return fixed(_drawn(template, who, context), who.edition.etag(request.full_path, HTML, who.language))


def passing_page(template: str, who: Reader, **context: Any) -> Response:
    """The template as a response that the next request for the same may not get."""
    return volatile(_drawn(template, who, context))


def _drawn(template: str, who: Reader, context: Mapping[str, Any]) -> Response:
    response = Response(written(template, who, **context), mimetype=HTML)
    response.headers["Content-Language"] = who.language
    response.headers["Content-Security-Policy"] = POLICY
    response.vary.update(("Accept", "Accept-Language"))
    if "date" in request.args:  # there are as many of these pages as there are days
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def _built(name: str) -> str | None:
    """The address of what Node builds, or None where it wasn't there to build it."""
    path = built(name)
    return None if path is None else request.script_root + path


def _shared_picture(who: Reader) -> str | None:
    """The address, under the base, of the picture beside a shared link: a kept page names no host that was asked."""
    path = built("shared.png")
    return None if path is None else f"{who.edition.base_iri}{path[1:]}"


def sections(who: Reader) -> list[tuple[str, str]]:
    """The paths and names of the main pages; some make sense for our ontology alone."""
    text = who.text
    ours = [("questions", text("Questions")), ("conflicts", text("Conflicts")), ("gaps", text("Gaps"))]
    general = [("dataset/", text("Download")), *([] if who.static else [("sparql", text("Query"))])]
    ontology = [("def/", text("Ontology"))]
    if any(name in who.edition.index.types() for name in TYING_CLASSES):
        general.insert(0, ("map", text("Map")))
    has_ontology = who.edition.index.exists(f"{who.edition.base_iri}def/")
    return [*ours, *general, *ontology] if has_ontology else general


def nearby(current: int, pages: int) -> Iterator[int]:
    """The first page, the last and those near the `current` one, with a 0 where more than one is left out."""
    last = 0
    for number in sorted({1, pages, *range(max(1, current - _NEAR), min(pages, current + _NEAR) + 1)}):
        if number - last > 1:
            yield last + 1 if number - last == 2 else 0
        yield number
        last = number


def _kept() -> dict[str, str]:
    """What the address asks for beside a date."""
    return {name: value for name, value in request.args.items() if name not in {"date", "page", "format"}}


def _undated() -> str:
    """The address of this page without a date."""
    kept = urlencode(_kept())
    return f"{request.script_root}{quote(request.path)}{'?' if kept else ''}{kept}"


def _as_form(form: str, **more: str) -> str:
    """The address of the whole of what this page is a page of, in another form."""
    kept = {name: value for name, value in request.args.items() if value and name not in {"page", "format"}}
    return f"{request.script_root}{quote(request.path)}?{urlencode({**kept, **more, 'format': form})}"


def _with(**changes: str) -> str:
    arguments = {**request.args.to_dict(flat=False), **changes}
    return f"{request.script_root}{quote(request.path)}?{urlencode(arguments, doseq=True)}"


@cache
def _environment(tongue: str) -> Environment:
    environment = _Environment(
        loader=PackageLoader("kommungraf"),
        autoescape=True,
        auto_reload=False,
        cache_size=-1,
        extensions=["jinja2.ext.i18n"],
    )
    environment.context_class = _Context
    spoken = translations(tongue)

    def counted(one: str, many: str, number: int) -> str:
        return spoken.ngettext(one, many, number).replace("%(num)s", number_in_words(number, tongue))

    environment.install_gettext_callables(spoken.gettext, counted, newstyle=True)  # type: ignore[attr-defined]
    environment.globals["_"] = _told(spoken.gettext)
    environment.globals["many_spots"] = MANY
    for written_quickly in (knots_of, spots_of, tie_path, year_bars, year_rows):
        environment.globals[written_quickly.__name__] = written_quickly
    return environment


def _told(gettext: Callable[[str], str]) -> Callable[..., Markup]:
    """What templates call `_`: as Jinja's own, but a message is translated, marked as HTML and made up once."""

    @cache
    def plain(message: str) -> Markup:
        return Markup(gettext(message)) % {}  # noqa: S704  the messages are ours

    def told(message: str, **values: object) -> Markup:
        return Markup(gettext(message)) % values if values else plain(message)  # noqa: S704  the messages are ours

    return told
