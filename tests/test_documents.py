"""Documents over an application whose release holds every odd thing that an IRI and a document can be."""

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote

import pytest
from flask.testing import FlaskClient
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)
from werkzeug.test import TestResponse

from kommungraf.formats import RDF
from kommungraf.vocab import BASE
from page_reader import PageReader
from serving_client import client_of
from serving_release import PUBLISHER

MANY = 1203
TRIG = f"""
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix edtf: <http://id.loc.gov/datatypes/edtf/> .
@prefix kg: <{BASE}def/> .
@prefix kgi: <{BASE}id/> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

kgi:a\\/1 a kg:Place ; skos:prefLabel "<b>One</b> & “two”\\n"@en , "Ett"@sv ; kg:period "2018-22/.."^^edtf:EDTF ;
    org:memberOf kgi:b\\/1 ; rdfs:seeAlso <https://example.org/åäö?x=1#y> , <javascript:alert(1)> ;
    skos:note "x" , "x"@en , 1 , 01 , 1.50 , true ; kg:near [ kg:far [ kg:period "x" ] ; kg:near kgi:a\\/1 ] .
kgi:b\\/1 a kg:Cooperation ; skos:prefLabel "B"@sv ; org:hasMember kgi:a\\/1 .
<{BASE}id/place/Kuršėnai> a kg:Place ; skos:prefLabel "Kuršėnai"@lt .
<{BASE}id/place/%C3%85m%C3%A5l> a kg:Place ; skos:prefLabel "Åmål"@sv .
<{BASE}id/place/a%2Fb> a kg:Place ; skos:prefLabel "slash"@en .
<{BASE}id/place/v1.0> a kg:Place ; skos:prefLabel "dots"@en .
<{BASE}id/place/what?q=1> a kg:Place ; skos:prefLabel "query"@en .
<{BASE}docs/deep/er#me> a kg:Place ; skos:prefLabel "fragment"@en .
<{BASE}docs/two#one> a kg:Place ; skos:prefLabel "first of two"@en .
<{BASE}docs/two#other> a kg:Place ; skos:prefLabel "second of two"@en .
<{BASE}other/layout> a kg:Place ; skos:prefLabel "elsewhere under the base"@en .
<https://example.org/outside> a kg:Place ; skos:prefLabel "outside"@en .
kgi:old\\/1 owl:deprecated true ; dcterms:isReplacedBy kgi:a\\/1 .
kgi:gone\\/1 owl:deprecated true .
kgi:gone\\/2 owl:deprecated true ; rdfs:seeAlso kgi:a\\/1 .
kgi:kept\\/1 owl:deprecated false ; skos:prefLabel "kept"@en .
kg:oldTerm owl:deprecated true ; rdfs:label "old term"@en .
kgi:claim\\/s\\/1 a kg:Claim ; kg:status kg:Accepted ; prov:wasQuotedFrom kgi:source\\/s ;
    oa:hasSelector [ a oa:TextQuoteSelector ; oa:exact "since summer" ] .
kgi:claim\\/s\\/2 a kg:Claim ; kg:status kg:Disputed ; kg:conflictsWith kgi:claim\\/s\\/1 .
kgi:claim\\/s\\/1 {{ kgi:a\\/1 kg:period "2018-22/.."^^edtf:EDTF . }}
kgi:claim\\/s\\/2 {{ kgi:a\\/1 kg:period "2017/.."^^edtf:EDTF . }}
<{BASE}shape/> {{ <{BASE}shape/S> a sh:NodeShape ; sh:property [ sh:path skos:note ; sh:in ( 1 2 ) ] . }}
<{BASE}def/> {{ <{BASE}def/> a owl:Ontology . kg:Place a owl:Class ; skos:definition "A place."@en . }}
{"".join(f"kgi:m{chr(92)}/{number} org:memberOf kgi:hub{chr(92)}/1 ." for number in range(MANY))}
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with client_of(tmp_path_factory.mktemp("documents"), TRIG) as opened:
        yield opened


def got(client: FlaskClient, path: str, accept: str = "text/turtle", **headers: str) -> TestResponse:
    return client.get(path, headers={"Accept": accept, **headers})


def graph(response: TestResponse, form: RdfFormat = RdfFormat.TURTLE) -> Dataset:
    assert response.status_code == 200, response.text
    found = Dataset(parse(response.data, form))
    found.canonicalize(algorithm=CanonicalizationAlgorithm.RDFC_1_0)
    return found


def links(response: TestResponse) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for link in response.headers["Link"].split(", <"):
        target, *parameters = link.lstrip("<").split("; ")
        rel = next(each for each in parameters if each.startswith("rel="))
        found.setdefault(rel[5:-1], []).append(target.rstrip(">"))
    return found


def test_thing_redirects_to_its_document(client: FlaskClient) -> None:
    response = got(client, "/id/a/1")
    assert response.status_code == 303
    assert response.headers["Location"] == "/doc/a/1"


def test_redirect_keeps_the_query(client: FlaskClient) -> None:
    assert got(client, "/id/a/1?lang=en&page=1").headers["Location"] == "/doc/a/1?lang=en&page=1"


def test_unknown_thing_is_404(client: FlaskClient) -> None:
    assert got(client, "/id/a/2").status_code == 404
    assert got(client, "/doc/a/2").status_code == 404
    assert got(client, "/nowhere").status_code == 404


def test_replaced_thing_redirects_for_good_to_what_replaced_it(client: FlaskClient) -> None:
    response = got(client, "/id/old/1")
    assert response.status_code == 308
    assert response.headers["Location"] == "/id/a/1"


def test_withdrawn_thing_is_gone_with_its_successor(client: FlaskClient) -> None:
    assert got(client, "/id/gone/1").status_code == 410
    response = got(client, "/id/gone/2", "application/problem+json")
    assert response.status_code == 410
    assert response.json is not None
    assert response.json["successor"] == f"{BASE}id/a/1"
    assert f'<{BASE}id/a/1>; rel="successor-version"' in response.headers["Link"]


def test_reader_of_a_withdrawn_thing_is_led_to_its_successor_on_this_site(client: FlaskClient) -> None:
    page = got(client, "/id/gone/2?lang=en", "text/html")
    assert page.status_code == 410
    assert re.search(r'What came after it: <a href="/doc/a/1[^"]*"', page.text)
    assert "withdrawn" in got(client, "/doc/gone/1?lang=en", "text/html").text
    assert "withdrawn" not in got(client, "/doc/kept/1?lang=en", "text/html").text


def test_what_is_said_not_to_be_withdrawn_is_there(client: FlaskClient) -> None:
    assert got(client, "/id/kept/1").status_code == 303


def test_withdrawn_things_and_old_terms_keep_their_documents(client: FlaskClient) -> None:
    assert got(client, "/doc/gone/1").status_code == 200
    assert got(client, "/def/oldTerm").status_code == 200


@pytest.mark.parametrize("form", RDF, ids=[form.suffix for form in RDF])
def test_suffix_and_accept_give_the_same(client: FlaskClient, form: object) -> None:
    fixed = got(client, f"/doc/a/1.{form.suffix}", "text/html")  # type: ignore[attr-defined]
    negotiated = got(client, "/doc/a/1", form.media_type)  # type: ignore[attr-defined]
    assert fixed.mimetype == negotiated.mimetype == form.media_type  # type: ignore[attr-defined]
    assert fixed.data == negotiated.data
    assert "Accept" in negotiated.headers["Vary"]


@pytest.mark.parametrize("form", RDF[1:4], ids=[form.suffix for form in RDF[1:4]])
def test_every_graph_format_says_the_same(client: FlaskClient, form: object) -> None:
    turtle = graph(got(client, "/doc/a/1.ttl"))
    assert turtle == graph(got(client, f"/doc/a/1.{form.suffix}"), form.rdf)  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["a/1", "b/1", "claim/s/1", "claim/s/2", "hub/1", "place/Kuršėnai"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_page_says_the_same_as_turtle(client: FlaskClient, path: str, language: str) -> None:
    reader, page, turtle = PageReader(), Dataset(), Dataset()
    for shown in every_page(client, f"/doc/{path}?lang={language}", "text/html"):
        reader.feed(shown.text)
    for triple in reader.triples:
        page.add(Quad(*triple, DefaultGraph()))
    for part in every_page(client, f"/doc/{path}.ttl", "text/turtle"):
        for quad in parse(part.data, RdfFormat.TURTLE):
            if not str(quad.subject).startswith(f"<{BASE}doc/"):
                turtle.add(quad)
    for each in (page, turtle):
        each.canonicalize(algorithm=CanonicalizationAlgorithm.RDFC_1_0)
    assert page == turtle


def every_page(client: FlaskClient, path: str, accept: str) -> Iterator[TestResponse]:
    """The pages of a document as a client finds them: each by the link of the one before."""
    address: str | None = path
    while address is not None:
        response = got(client, address, accept)
        assert response.status_code == 200
        yield response
        address = next(iter(links(response).get("next", ())), None)


def test_document_holds_both_directions_and_nested_nodes(client: FlaskClient) -> None:
    found = {quad.triple for quad in parse(got(client, "/doc/a/1.nt").data, RdfFormat.N_TRIPLES)}
    thing, member = NamedNode(f"{BASE}id/a/1"), NamedNode("http://www.w3.org/ns/org#hasMember")
    assert Triple(NamedNode(f"{BASE}id/b/1"), member, thing) in found
    assert sum(isinstance(triple.subject, BlankNode) for triple in found) == 3
    assert not any("2017" in str(triple.object) for triple in found), "a disputed claim isn't held"


def test_lexical_forms_and_language_tags_stay_apart(client: FlaskClient) -> None:
    found = {quad.object for quad in parse(got(client, "/doc/a/1.nt").data, RdfFormat.N_TRIPLES)}
    assert {Literal("x"), Literal("x", language="en"), Literal("true", datatype=Literal(True).datatype)} <= found


def test_dataset_formats_add_the_claims_and_what_is_known_of_them(client: FlaskClient) -> None:
    quads = set(parse(got(client, "/doc/a/1.trig").data, RdfFormat.TRIG))
    graphs = {str(getattr(quad.graph_name, "value", "")) for quad in quads}
    assert {f"{BASE}id/claim/s/1", f"{BASE}id/claim/s/2"} <= graphs
    default = {quad.triple for quad in quads if quad.graph_name == DefaultGraph()}
    assert any(triple.object == NamedNode(f"{BASE}def/Disputed") for triple in default)
    assert any(triple.object == Literal("since summer") for triple in default)


def test_default_graph_of_trig_is_the_turtle_with_the_claims_metadata(client: FlaskClient) -> None:
    trig = parse(got(client, "/doc/a/1.trig").data, RdfFormat.TRIG)
    named = {quad.triple for quad in trig if quad.graph_name == DefaultGraph() and "_:" not in str(quad)}
    turtle = parse(got(client, "/doc/a/1.ttl").data, RdfFormat.TURTLE)
    assert {quad.triple for quad in turtle if "_:" not in str(quad)} <= named


def test_documents_are_the_same_bytes_over_another_store(
    client: FlaskClient, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with client_of(tmp_path_factory.mktemp("other"), TRIG) as other:
        for path in (
            "/doc/a/1.ttl",
            "/doc/a/1.trig",
            "/doc/claim/s/1.html",
            "/shape/S.jsonld",
            "/shape/?format=nt",
            "/doc/hub/1.ttl?page=2",
            "/doc/hub/1.trig?page=3",
        ):
            assert got(client, path).data == got(other, path).data, path


@pytest.mark.parametrize(
    ("path", "iri"),
    [
        ("/doc/place/Kur%C5%A1%C4%97nai", "id/place/Kuršėnai"),
        ("/doc/place/%C3%85m%C3%A5l", "id/place/%C3%85m%C3%A5l"),
        ("/doc/place/v1.0", "id/place/v1.0"),
        ("/doc/place/v1.0.ttl", "id/place/v1.0"),
        ("/describe?iri=https%3A%2F%2Fw3id.org%2Fkommungraf%2Fid%2Fplace%2Fa%252Fb", "id/place/a%2Fb"),
        ("/describe?iri=https%3A%2F%2Fw3id.org%2Fkommungraf%2Fid%2Fplace%2Fwhat%3Fq%3D1", "id/place/what?q=1"),
        ("/describe?iri=https%3A%2F%2Fw3id.org%2Fkommungraf%2Fdocs%2Fdeep%2Fer%23me", "docs/deep/er#me"),
        ("/other/layout", "other/layout"),
        ("/other/layout.ttl", "other/layout"),
        ("/def/Place", "def/Place"),
        ("/shape/S", "shape/S"),
    ],
)
def test_every_kind_of_iri_is_found(client: FlaskClient, path: str, iri: str) -> None:
    found = {quad.subject for quad in parse(got(client, path).data, RdfFormat.TURTLE)}
    assert NamedNode(BASE + iri) in found


@pytest.mark.parametrize(
    ("path", "iri"),
    [
        ("/id/place/a%2Fb", "id/place/a%2Fb"),
        ("/id/place/what?q=1", "id/place/what?q=1"),
        ("/docs/deep/er", "docs/deep/er#me"),
    ],
)
def test_what_a_path_alone_does_not_name_leads_to_its_document(client: FlaskClient, path: str, iri: str) -> None:
    response = client.get(path, headers={"Accept": "text/turtle"})
    assert response.status_code == 303
    assert response.headers["Location"] == f"/describe?iri={quote(BASE + iri, safe='')}"
    assert client.get("/id/place/what?q=2").status_code == 404


def test_iri_outside_the_base_is_described(client: FlaskClient) -> None:
    assert b"outside" in got(client, "/describe?iri=https%3A%2F%2Fexample.org%2Foutside").data


@pytest.mark.parametrize("query", ["", "?iri=", "?iri=no%20iri", "?iri=relative", "?iri=%ff"])
def test_description_of_no_iri_is_refused(client: FlaskClient, query: str) -> None:
    assert got(client, f"/describe{query}").status_code == 400


def test_shape_outside_the_held_view_is_a_document_with_its_lists(client: FlaskClient) -> None:
    found = parse(got(client, "/shape/S.nt").data, RdfFormat.N_TRIPLES)
    assert len(list(found)) == 8


def test_ontology_and_shapes_are_whole_graphs(client: FlaskClient) -> None:
    assert b"A place." in got(client, "/def/").data
    assert len(list(parse(got(client, "/shape/?format=nt").data, RdfFormat.N_TRIPLES))) == 8


def test_long_lists_come_in_pages(client: FlaskClient) -> None:
    pages = [got(client, f"/doc/hub/1.nt?page={number}") for number in (1, 2, 3)]
    found = [{quad.subject for quad in parse(page.data, RdfFormat.N_TRIPLES)} for page in pages]
    found = [{name for name in each if not name.value.startswith(f"{BASE}doc/")} for each in found]
    assert [len(each) for each in found] == [500, 500, 203]
    assert len(set().union(*found)) == MANY
    assert links(pages[1])["next"] == ["/doc/hub/1?page=3"]
    assert links(pages[1])["prev"] == ["/doc/hub/1?page=1"]
    assert links(pages[1])["first"] == ["/doc/hub/1?page=1"]
    assert links(pages[1])["last"] == ["/doc/hub/1?page=3"]
    assert "next" not in links(pages[2])
    assert "prev" not in links(pages[0])


@pytest.mark.parametrize(("page", "status"), [("0", 400), ("x", 400), ("-1", 400), ("4", 404), ("9" * 30, 400)])
def test_page_that_isnt_there_is_refused(client: FlaskClient, page: str, status: int) -> None:
    assert got(client, f"/doc/hub/1?page={page}").status_code == status


def test_page_tells_how_many_there_are_and_links_on(client: FlaskClient) -> None:
    text = got(client, "/doc/hub/1?lang=en&page=2", "text/html").text
    assert "1,203 statements of other things refer to this<" in text
    assert 'rel="next" href="/doc/hub/1?lang=en&amp;page=3#links"' in text


def test_nothing_acceptable_is_406(client: FlaskClient) -> None:
    assert got(client, "/doc/a/1", "image/png").status_code == 406
    assert got(client, "/doc/a/1?format=png").status_code == 406


@pytest.mark.parametrize(
    "path", ["/id/a/1", "/doc/a/1", "/doc/a/1.ttl", "/def/Place", "/describe?iri=https://example.org/outside"]
)
def test_head_and_options_are_answered(client: FlaskClient, path: str) -> None:
    head = client.head(path)
    assert head.status_code == got(client, path, "*/*").status_code
    assert head.data == b""
    assert set(client.options(path).headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "application/trig"])
def test_unchanged_document_is_304(client: FlaskClient, accept: str) -> None:
    tag = got(client, "/doc/a/1", accept).headers["ETag"]
    assert got(client, "/doc/a/1", accept, **{"If-None-Match": tag}).status_code == 304


def test_representations_have_tags_of_their_own(client: FlaskClient) -> None:
    accepts = [("text/turtle", "sv"), ("application/ld+json", "sv"), ("text/html", "sv"), ("text/html", "en")]
    tags = [
        got(client, "/doc/a/1", accept, **{"Accept-Language": tongue}).headers["ETag"]
        for accept, tongue in accepts
    ]
    assert len(set(tags)) == len(tags)


def test_links_say_where_everything_is(client: FlaskClient) -> None:
    found = links(got(client, "/doc/a/1"))
    assert found["cite-as"] == found["canonical"] == [f"{BASE}id/a/1"]
    assert "/doc/a/1.jsonld" in found["alternate"]
    assert found["describedby"] == ["/doc/a/1.ttl", "/doc/a/1.jsonld", "/doc/a/1.jsonld?_profile=claims"]
    assert found["linkset"] == [f"/linkset?iri={BASE}id/a/1"] * 2
    assert found["author"] == [PUBLISHER]
    assert found["collection"] == ["/dataset/"]
    assert found["type"] == ["https://schema.org/AboutPage", "https://schema.org/Place"]
    assert found["license"] == ["https://creativecommons.org/publicdomain/zero/1.0/"]
    addresses = (*found["alternate"], *found["describedby"], *found["linkset"], *found["collection"])
    assert all(got(client, path, "*/*").status_code == 200 for path in addresses)


def test_claim_s_document_links_to_the_graph_of_its_name(client: FlaskClient) -> None:
    item = links(got(client, "/doc/claim/s/1"))["item"]
    assert len(item) == 1
    assert b"2018-22/.." in got(client, item[0], "application/trig").data
    assert "item" not in links(got(client, "/doc/a/1"))


def test_link_headers_are_ascii_whatever_the_iri_is(client: FlaskClient) -> None:
    found = links(got(client, "/doc/place/Kur%C5%A1%C4%97nai"))
    assert found["canonical"] == [f"{BASE}id/place/Kur%C5%A1%C4%97nai"]
    assert all(got(client, path, "*/*").status_code == 200 for path in found["alternate"])


def test_texts_of_the_data_cant_become_markup(client: FlaskClient) -> None:
    text = got(client, "/doc/a/1?lang=en", "text/html").text
    assert "<b>One" not in text
    assert "&lt;b&gt;One&lt;/b&gt;" in text
    assert 'href="javascript' not in text


def test_page_shows_claim_words_status_and_disagreement(client: FlaskClient) -> None:
    text = got(client, "/doc/a/1?lang=en", "text/html").text
    assert "Where sources disagree" in text
    assert "<q>since summer</q>" in text
    assert "since summer 2018" in text
    assert "since 2017" in text


def test_claim_page_shows_what_it_says_and_what_it_is_against(client: FlaskClient) -> None:
    assert (
        "<blockquote><p>since summer</p></blockquote>" in got(client, "/doc/claim/s/1?lang=en", "text/html").text
    )
    text = got(client, "/doc/claim/s/2?lang=en", "text/html").text
    assert "Conflicting claims" in text
    assert "“since summer”" in text


def test_links_on_a_page_keep_the_language_that_was_chosen(client: FlaskClient) -> None:
    assert 'href="/doc/b/1?lang=en"' in got(client, "/doc/a/1?lang=en", "text/html").text
    assert 'href="/doc/b/1"' in got(client, "/doc/a/1", "text/html").text


def test_address_of_things_that_differ_by_their_fragments_leads_to_what_is_said_of_all(
    client: FlaskClient,
) -> None:
    answer = client.get("/docs/two", headers={"Accept": "text/turtle"})
    assert answer.status_code == 303
    found = client.get(answer.headers["Location"], headers={"Accept": "application/n-triples"})
    assert found.status_code == 200
    subjects = {quad.subject.value for quad in parse(found.data, RdfFormat.N_TRIPLES)}
    assert subjects == {f"{BASE}docs/two#one", f"{BASE}docs/two#other"}


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/def", "/def/"),
        ("/shape?format=ttl", "/shape/?format=ttl"),
        ("/doc/a/1/", "/doc/a/1"),
        ("/id/a/1/", "/id/a/1"),
        ("/questions/", "/questions"),
        ("/search/?q=a", "/search?q=a"),
        ("/nothing/", None),
        ("/nothing", None),
        ("/doc/", None),
        ("//nothing.example/a", None),
        ("//def", "/def/"),
    ],
)
def test_slash_at_the_end_that_is_missing_or_too_many_is_put_right(
    client: FlaskClient, path: str, place: str | None
) -> None:
    answer = client.get("/", environ_overrides=environ_of(path))
    assert (answer.status_code, answer.headers.get("Location")) == ((404, None) if place is None else (308, place))


def environ_of(path: str) -> dict[str, str]:
    """What stands for the path in a request: werkzeug's own client would take its first slashes for a host."""
    path, _, query = path.partition("?")
    return {"PATH_INFO": unquote(path), "QUERY_STRING": query}
