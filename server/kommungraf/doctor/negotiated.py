"""How a site negotiates and dereferences: media types, q-values, 406, validators, methods, links, status codes."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Final
from urllib.parse import urljoin

from kommungraf.doctor.examination import Check, Site, Verdict, absent, failed, passed
from kommungraf.doctor.readings import GRAPH_TYPES, RDF_TYPES, dataset_of, links_of, quads_of
from kommungraf.doctor.visits import Reply, target
from kommungraf.errors import VisitFault

__all__ = ["CHECKS"]

_HTML: Final = "text/html"
_NONE: Final = "application/x-nothing-has-this-type"
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_LINKS: Final = 12
_UNKNOWN: Final = "id/nothing/no-such-thing-3f9a"
_ORIGIN: Final = "https://client.example"


def _documents(site: Site) -> Iterator[tuple[str, Mapping[str, Reply]]]:
    """Each document with its representations, by the media type that was asked for and is had."""
    for document in site.documents:
        replies = {kind: site.visitor.follow(document, {"Accept": kind}) for kind in (*RDF_TYPES, _HTML)}
        yield document, {kind: reply for kind, reply in replies.items() if _is(reply, kind)}


def _is(reply: Reply, kind: str) -> bool:
    return reply.status == 200 and reply.media_type == kind


def media_types(site: Site) -> Iterator[Verdict]:
    """Each media type is sent under its own name, and is what it is called."""
    if not site.documents:
        yield absent(
            "No thing is known whose document could be asked for. Name one with --thing.", site.visitor.site
        )
    for document in site.documents:
        had = 0
        for kind in (*RDF_TYPES, _HTML):
            reply = site.visitor.follow(document, {"Accept": kind})
            if _is(reply, kind):
                had += kind in GRAPH_TYPES
                yield _parsed(reply, kind)
            elif reply.status in {404, 406, 415}:
                yield absent("{kind} isn't had of <{url}>.", document, kind=kind)
            else:
                told = "Asked for {kind} alone, <{url}> answers {status} with “{got}”."
                yield failed(told, document, kind=kind, status=reply.status, got=reply.media_type)
        if not had:
            yield failed("<{url}> has no representation in RDF.", document)


def _parsed(reply: Reply, kind: str) -> Verdict:
    if kind == _HTML:
        fits = b"<" in reply.body and b"html" in reply.body[:2000].lower()
        return (passed if fits else failed)("<{url}> answers {kind}.", reply.url, kind=kind)
    statements = len(quads_of(reply)) if reply.whole else 1
    if not statements:
        return failed("<{url}> says nothing in {kind}.", reply.url, kind=kind)
    return passed("<{url}> answers {kind}.", reply.url, kind=kind)


def same_statements(site: Site) -> Iterator[Verdict]:
    """The formats of a graph hold the same graph."""
    for document, replies in _documents(site):
        graphs = {
            kind: dataset_of(reply) for kind, reply in replies.items() if kind in GRAPH_TYPES and reply.whole
        }
        first = next(iter(graphs), None)
        for kind, graph in graphs.items():
            if kind == first or graph is None or first is None:
                continue
            told = "{kind} and {other} of <{url}> hold the same statements."
            if graph == graphs[first]:
                yield passed(told, document, kind=kind, other=first)
            else:
                told = "{kind} and {other} of <{url}> hold different statements."
                yield failed(told, document, kind=kind, other=first)


def not_acceptable(site: Site) -> Iterator[Verdict]:
    """Where nothing fits, that is said."""
    for document in site.documents[:1]:
        reply = site.visitor.follow(document, {"Accept": _NONE})
        if reply.status == 406:
            yield passed("<{url}> answers 406 where nothing fits.", document)
        else:
            told = "<{url}> answers {status} with “{got}” where no media type on offer was asked for, not 406."
            yield failed(told, document, status=reply.status, got=reply.media_type)


def quality(site: Site) -> Iterator[Verdict]:
    """q-values, wildcards, case and exclusions decide."""
    for document, replies in _documents(site):
        if len(replies) < 2:
            yield absent("<{url}> has one representation only.", document)
            continue
        one, two = tuple(replies)[:2]
        cases = (
            (f"{one};q=0.2, {two};q=0.9", two),
            (f"{two};q=0.2, {one};q=0.9", one),
            (f"{one};q=0.1, {_NONE}", one),
            (f"{two.upper()}", two),
            (f"{two.partition('/')[0]}/*;q=0.5, {two}", two),
            (f"*/*;q=0.1, {two}", two),
        )
        for accept, expected in cases:
            yield _weighed(site, document, accept, expected)
        reply = site.visitor.follow(document, {"Accept": f"{one};q=0, */*;q=0.5"})
        told = "With “Accept: {accept}”, <{url}> gives “{got}”."
        refused = reply.media_type == one or reply.status not in {200, 406}
        yield (failed if refused else passed)(told, document, accept=f"{one};q=0, */*;q=0.5", got=reply.media_type)


def _weighed(site: Site, document: str, accept: str, expected: str) -> Verdict:
    reply = site.visitor.follow(document, {"Accept": accept})
    if _is(reply, expected):
        return passed("With “Accept: {accept}”, <{url}> gives “{got}”.", document, accept=accept, got=expected)
    told = "With “Accept: {accept}”, <{url}> gives “{got}” and not “{expected}”."
    return failed(told, document, accept=accept, got=reply.media_type, expected=expected)


def vary(site: Site) -> Iterator[Verdict]:
    """What was negotiated says by what."""
    for document, replies in _documents(site):
        if len(replies) < 2:
            continue
        for kind, reply in replies.items():
            if reply.url != next(iter(replies.values())).url or {"accept", "*"} & reply.values("vary"):
                continue
            yield failed("<{url}> depends on Accept, and its Vary in {kind} doesn't say so.", reply.url, kind=kind)
            break
        else:
            yield passed("<{url}> says what it depends on.", document)
        yield from _vary_by_language(site, document, replies)


def _vary_by_language(site: Site, document: str, replies: Mapping[str, Reply]) -> Iterator[Verdict]:
    if _HTML not in replies:
        return
    spoken = [site.visitor.follow(document, {"Accept": _HTML, "Accept-Language": code}) for code in ("sv", "en")]
    if len({reply.headers.get("content-language") for reply in spoken}) < 2 or spoken[0].url != spoken[1].url:
        yield absent("The page of <{url}> isn't negotiated by language.", document)
    elif {"accept-language", "*"} & spoken[0].values("vary"):
        yield passed("The page of <{url}> says that it depends on the language.", document)
    else:
        yield failed("The page of <{url}> depends on Accept-Language, and its Vary doesn't say so.", document)


def validators(site: Site) -> Iterator[Verdict]:
    """An entity tag names one representation, and sending it back gets 304."""
    for document, replies in _documents(site):
        tags: dict[str, bytes] = {}
        for kind, reply in replies.items():
            tag = reply.headers.get("etag")
            if tag is None:
                yield absent("<{url}> has no ETag in {kind}.", document, kind=kind)
                continue
            yield _revalidated(site, reply, kind, tag)
            if tags.setdefault(tag, reply.body) != reply.body and not tag.startswith("W/"):
                told = "<{url}> gives two representations the same strong ETag {tag}."
                yield failed(told, document, tag=tag)


def _revalidated(site: Site, reply: Reply, kind: str, tag: str) -> Verdict:
    again = site.visitor.ask(reply.url, headers={"Accept": kind, "If-None-Match": f'"other", {tag}'})
    if again.status != 304:
        told = "<{url}> answers {status} and not 304 to its own ETag in {kind}."
        return failed(told, reply.url, status=again.status, kind=kind)
    if again.headers.get("etag", "").removeprefix("W/") != tag.removeprefix("W/"):
        return failed("The 304 of <{url}> doesn't carry the ETag.", reply.url)
    other = site.visitor.ask(reply.url, headers={"Accept": kind, "If-None-Match": '"never-was-a-tag-7d1c"'})
    if other.status != 200:
        return failed("<{url}> answers {status} to an ETag that it never gave.", reply.url, status=other.status)
    return passed("<{url}> answers 304 to its ETag in {kind}.", reply.url, kind=kind)


def head(site: Site) -> Iterator[Verdict]:
    """HEAD is GET without the body."""
    for url, encoding in product((site.visitor.site, *site.documents), ("identity", "gzip")):
        asked = {"Accept": "*/*", "Accept-Encoding": encoding}
        headed = site.visitor.ask(url, "HEAD", asked)
        got = site.visitor.ask(url, headers=asked)
        if headed.status in {405, 501}:
            yield failed("<{url}> refuses HEAD.", url)
            continue
        names = (
            "content-type",
            "content-length",
            "content-encoding",
            "etag",
            "location",
            "vary",
            "content-language",
        )
        wrong = [
            name for name in names if name in headed.headers and headed.headers[name] != got.headers.get(name)
        ]
        if headed.status != got.status:
            wrong.insert(0, f"{headed.status}/{got.status}")
        if headed.body:
            wrong.append("body")
        if wrong:
            yield failed("HEAD of <{url}> differs from GET in {names}.", url, names=", ".join(wrong))
        else:
            yield passed("HEAD of <{url}> is GET without the body.", url)


def methods(site: Site) -> Iterator[Verdict]:
    """OPTIONS says what may be done; a method that may not is 405 with Allow."""
    for url in site.documents[:1] or (site.visitor.site,):
        options = site.visitor.ask(url, "OPTIONS")
        allowed = {name.upper() for name in options.values("allow")}
        if options.status >= 400 or not allowed:
            yield absent("<{url}> doesn't say by OPTIONS what may be done.", url)
        elif "GET" in allowed:
            yield passed("<{url}> allows {names}.", url, names=", ".join(sorted(allowed)))
        else:
            yield failed("<{url}> is got, and its Allow doesn't name GET.", url)
        refused = site.visitor.ask(url, "DELETE", {"If-Match": '"never-was-a-tag-7d1c"'})
        if refused.status == 405 and "allow" not in refused.headers:
            yield failed("<{url}> answers 405 without Allow.", url)
        elif refused.status < 400:
            yield failed("<{url}> answers {status} to DELETE.", url, status=refused.status)
        else:
            yield passed("<{url}> refuses DELETE with {status}.", url, status=refused.status)


def compression(site: Site) -> Iterator[Verdict]:
    """gzip for who takes it, other bytes under another tag, and nothing but the plain body for others."""
    for document, replies in _documents(site):
        for kind, plain in replies.items():
            yield from _packed(site, document, kind, plain)


def _packed(site: Site, document: str, kind: str, plain: Reply) -> Iterator[Verdict]:
    if "content-encoding" in plain.headers:
        told = "<{url}> is sent in the encoding {name}, which wasn't asked for."
        yield failed(told, document, name=plain.headers["content-encoding"])
        return
    packed = site.visitor.follow(document, {"Accept": kind, "Accept-Encoding": "gzip"})
    if packed.headers.get("content-encoding") != "gzip":
        yield absent("<{url}> isn't compressed in {kind}.", document, kind=kind)
        return
    if packed.unpacked(site.visitor.bounds.size) != plain.body:
        yield failed("<{url}> is something else in gzip than without, in {kind}.", document, kind=kind)
    elif not {"accept-encoding", "*"} & packed.values("vary"):
        yield failed("<{url}> depends on Accept-Encoding, and its Vary doesn't say so.", document)
    elif packed.headers.get("etag", "W/").startswith("W/") or packed.headers["etag"] != plain.headers.get("etag"):
        yield passed("<{url}> is compressed in {kind}.", document, kind=kind)
    else:
        yield failed("<{url}> has the same strong ETag in gzip as without, in {kind}.", document, kind=kind)


def cross_origin(site: Site) -> Iterator[Verdict]:
    """Pages of other sites may read."""
    for url in (*site.documents[:1], site.endpoint):
        reply = site.visitor.ask(url, headers={"Accept": "*/*", "Origin": _ORIGIN})
        allowed = reply.headers.get("access-control-allow-origin")
        if allowed is None:
            yield absent("<{url}> can't be read from pages of other sites (CORS).", url)
        elif allowed not in {"*", _ORIGIN}:
            told = "<{url}> opens itself to “{name}”, which is neither * nor who asked."
            yield failed(told, url, name=allowed)
        elif allowed == _ORIGIN and not {"origin", "*"} & reply.values("vary"):
            yield failed("<{url}> depends on Origin, and its Vary doesn't say so.", url)
        else:
            yield from _preflight(site, url)


def _preflight(site: Site, url: str) -> Iterator[Verdict]:
    asked = {
        "Origin": _ORIGIN,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "accept",
    }
    reply = site.visitor.ask(url, "OPTIONS", asked)
    if 200 <= reply.status < 300 and "access-control-allow-origin" in reply.headers:
        yield passed("<{url}> can be read from pages of other sites (CORS).", url)
    else:
        yield failed(
            "<{url}> is opened to other sites, and its preflight answers {status}.", url, status=reply.status
        )


def links(site: Site) -> Iterator[Verdict]:
    """What a Link header points at is there and of the type that it says."""
    for document, replies in _documents(site):
        found = [link for reply in replies.values() for link in links_of(reply)]
        told = {urljoin(document, link.href): link for link in found if link.media_type is not None}
        ours = [(url, link) for url, link in told.items() if site.visitor.is_ours(url)][:_MOST_LINKS]
        if not found:
            yield absent("<{url}> has no Link header.", document)
        for url, link in ours:
            reply = site.visitor.follow(url, {"Accept": f"{link.media_type}, */*;q=0.1"})
            fits = reply.status == 200 and reply.media_type == link.media_type
            relation = " ".join(link.relations)
            values = {
                "relation": relation,
                "kind": link.media_type,
                "status": reply.status,
                "got": reply.media_type,
            }
            if fits:
                yield passed("The link “{relation}” to <{url}> leads to {kind}.", url, **values)
            else:
                yield failed(
                    "The link “{relation}” to <{url}> says {kind} and leads to {status}, “{got}”.", url, **values
                )


def things(site: Site) -> Iterator[Verdict]:
    """A thing that isn't a document leads to one with 303."""
    for document in site.documents:
        reply = site.visitor.ask(document, headers={"Accept": "text/turtle"})
        if reply.status == 303:
            end = site.visitor.follow(target(reply), {"Accept": "text/turtle"})
            if end.status == 200:
                yield passed("<{url}> leads by 303 to its document.", document)
            else:
                told = "<{url}> leads by 303 to <{target}>, which answers {status}."
                yield failed(told, document, target=end.url, status=end.status)
        elif reply.status == 200:
            yield absent("<{url}> is answered itself, as a document is.", document)
        else:
            told = "<{url}> answers {status}; a thing leads to its document by 303."
            yield failed(told, document, status=reply.status)


def unknown(site: Site) -> Iterator[Verdict]:
    """What doesn't exist is 404."""
    for url in (site.visitor.site + _UNKNOWN, site.visitor.site + "no-such-page-3f9a"):
        reply = site.visitor.ask(url, headers={"Accept": "*/*"})
        if reply.status in _REDIRECTS and site.visitor.is_ours(target(reply)):
            reply = site.visitor.follow(target(reply), {"Accept": "*/*"})
        told = "<{url}> doesn't exist, and the answer is {status}."
        yield (passed if reply.status in {404, 410} else failed)(told, url, status=reply.status)


def withdrawn(site: Site) -> Iterator[Verdict]:
    """What was withdrawn is gone, what was replaced leads on."""
    if not site.withdrawn:
        yield absent("The dataset names nothing that was withdrawn or replaced.", site.visitor.site)
    for iri, successor in site.withdrawn:
        url = site.address(iri)
        reply = site.visitor.ask(url, headers={"Accept": "text/turtle"})
        told = "<{url}> was withdrawn, and the answer is {status}."
        if successor is None:
            yield (passed if reply.status in {404, 410} else failed)(told, url, status=reply.status)
            continue
        leads = reply.status in {301, 308} and _leads_to(site, reply, successor)
        told = "<{url}> was replaced by <{successor}>, and the answer is {status}."
        fits = leads or reply.status == 410
        yield (passed if fits else failed)(told, url, successor=successor, status=reply.status)


def _leads_to(site: Site, reply: Reply, successor: str) -> bool:
    try:
        return target(reply) in {site.address(successor), successor}
    except VisitFault:
        return False


CHECKS: Final = (
    Check("media-types", "RFC 9110 §8.3", media_types),
    Check("same-statements", "RDF 1.1 §3.6", same_statements),
    Check("not-acceptable", "RFC 9110 §15.5.7", not_acceptable),
    Check("quality", "RFC 9110 §12.5.1", quality),
    Check("vary", "RFC 9110 §12.5.5", vary),
    Check("validators", "RFC 9110 §8.8.3, §13.1.2", validators),
    Check("head", "RFC 9110 §9.3.2", head),
    Check("methods", "RFC 9110 §9.3.7, §15.5.6", methods),
    Check("compression", "RFC 9110 §8.4, §12.5.3", compression),
    Check("cross-origin", "Fetch §3.3", cross_origin),
    Check("links", "RFC 8288", links),
    Check("things", "Cool URIs §4.2", things),
    Check("unknown", "RFC 9110 §15.5.5", unknown),
    Check("withdrawn", "RFC 9110 §15.5.11, §15.4.9", withdrawn),
)
