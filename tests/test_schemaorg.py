"""JSON-LD for search engines: sound RDF in schema.org's terms that says nothing sharper than the data."""

import json
import re

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, Triple, parse
from rdflib import Dataset

from kommungraf.pages.schemaorg import subject, types_of
from kommungraf.releases.manifest import Manifest
from kommungraf.vocab import BASE, PREFIXES, iri

SCHEMA = PREFIXES["schema"]
MANIFEST = Manifest("1", "0" * 64, BASE, {}, None, None, 0, 0, 0, ())
SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def structured(client: FlaskClient, path: str) -> str:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 200
    found = SCRIPT.findall(response.text)
    assert len(found) == 1
    return str(found[0])


def read(text: str) -> Store:
    store = Store()
    store.extend(parse(text.encode(), RdfFormat.JSON_LD))
    return store


@pytest.mark.filterwarnings(
    "ignore:.*deprecated:DeprecationWarning"
)  # rdflib's JSON-LD reader uses its own old names
@pytest.mark.parametrize(
    ("path", "name", "types"),
    [
        ("/doc/municipality/se-0765", "id/municipality/se-0765", {"GovernmentOrganization", "AdministrativeArea"}),
        ("/doc/county/se-07", "id/county/se-07", {"AdministrativeArea"}),
        ("/doc/source/almhult-635", "id/source/almhult-635", {"CreativeWork"}),
        ("/doc/claim/almhult-635/9", "id/claim/almhult-635/9", {"Claim"}),
        ("/def/Municipality", "def/Municipality", {"DefinedTerm"}),
        ("/def/Accepted", "def/Accepted", {"DefinedTerm"}),
        ("/def/", "def/", {"DefinedTermSet"}),
        ("/", "dataset/", {"Dataset"}),
        ("/dataset/", "dataset/", {"Dataset"}),
        ("/doc/graph/curation", "id/graph/curation", {"Thing"}),
    ],
)
def test_page_says_what_its_subject_is(client: FlaskClient, path: str, name: str, types: set[str]) -> None:
    text = structured(client, path)
    store = read(text)
    found = store.quads_for_pattern(NamedNode(BASE + name), NamedNode(iri("rdf:type")), None)
    assert {quad.object.value for quad in found} == {SCHEMA + each for each in types}
    assert len(Dataset().parse(data=text, format="json-ld")) == len(store)
    predicates = {quad.predicate.value for quad in store} - {iri("rdf:type")}
    assert all(each.startswith(SCHEMA) for each in predicates)


def test_page_says_nothing_of_its_subject_that_turtle_doesnt(client: FlaskClient) -> None:
    store = read(structured(client, "/doc/municipality/se-0765"))
    turtle = client.get("/doc/municipality/se-0765.ttl").data
    held = {quad.object for quad in parse(turtle, RdfFormat.TURTLE)}
    name = NamedNode(f"{BASE}id/municipality/se-0765")
    said = [quad for quad in store.quads_for_pattern(name, None, None) if quad.predicate.value != iri("rdf:type")]
    assert len(said) > 4
    notations = {Literal(term.value) for term in held if isinstance(term, Literal) and not term.language}
    assert {quad.object for quad in said} <= held | notations


@pytest.mark.parametrize("key", ["se-0765", "se-0780", "se-1480"])
def test_place_is_told_by_where_it_lies_and_its_wikidata_item_however_much_else_is_said(
    client: FlaskClient, key: str
) -> None:
    store = read(structured(client, f"/doc/municipality/{key}"))
    name = NamedNode(f"{BASE}id/municipality/{key}")
    told = {quad.predicate.value.removeprefix(SCHEMA) for quad in store.quads_for_pattern(name, None, None)}
    assert {"name", "identifier", "containedInPlace", "geo", "sameAs"} <= told


@pytest.mark.parametrize("language", ["sv", "en"])
def test_page_has_a_name_and_a_language_also_where_nobody_named_its_subject(
    client: FlaskClient, language: str
) -> None:
    store = read(structured(client, f"/doc/claim/almhult-635/9?lang={language}"))
    page = NamedNode(f"{BASE}doc/claim/almhult-635/9")
    said = {
        quad.predicate.value.removeprefix(SCHEMA): quad.object
        for quad in store.quads_for_pattern(page, None, None)
    }
    assert said["name"].value
    assert said["inLanguage"] == Literal(language)
    assert {"about", "isPartOf", "dateModified", "license"} <= set(said)


def test_dataset_has_what_a_dataset_search_asks_for(client: FlaskClient) -> None:
    """The required and recommended properties of a dataset by Google's documentation, as far as there is an answer to them."""
    [node] = json.loads(structured(client, "/dataset/"))["@graph"]
    assert all(50 <= len(text["@value"]) <= 5000 for text in node["description"])
    assert {each["@language"] for each in node["name"]} == {"sv", "en"} == set(node["inLanguage"])
    assert node["isAccessibleForFree"] is True
    assert {"url", "version", "keywords", "datePublished", "dateModified", "license"} <= set(node)
    for each in (*node["creator"], *node["publisher"], *node["spatialCoverage"], node["includedInDataCatalog"]):
        assert each["@type"] in {"Organization", "Place", "DataCatalog"}
        assert each["name"]
    assert all(each["contentUrl"]["@id"] and "/" in each["encodingFormat"] for each in node["distribution"])


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "/", "/dataset/", "/questions", "/conflicts", "/gaps", "/map", "/network", "/changes", "/def/", "/accessibility",
        "/def/Twinning", "/check/se-0765", f"/list?type={BASE}def/Twinning", "/doc/municipality/se-0765", "/doc/claim/almhult-635/9",
        "/doc/source/almhult-635", "/doc/gap/almhult-635-twin-towns",
    ],
)  # fmt: skip
def test_page_is_described_for_link_previews_in_its_language(
    client: FlaskClient, path: str, language: str
) -> None:
    text = client.get(path, headers={"Accept": "text/html", "Accept-Language": language}).text
    told = dict(re.findall(r'<meta (?:property|name)="(og:\w+(?::\w+)?|description)" content="([^"]+)">', text))
    assert told["description"] == told["og:description"]
    assert len(told["description"]) > 15
    assert {"og:title", "og:url", "og:type", "og:locale", "og:site_name"} <= set(told)
    assert told["og:locale"][:2] == language
    if "og:image" in told:
        assert {"og:image:alt", "og:image:width", "og:image:height", "og:image:type"} <= set(told)


def test_dataset_has_its_dumps_licence_and_publisher(client: FlaskClient) -> None:
    store = read(structured(client, "/"))
    assert store.query(
        f"""PREFIX s: <{SCHEMA}> ASK {{ <{BASE}dataset/> s:license ?l ; s:publisher ?p ; s:version ?v ;
            s:description ?d ; s:distribution [ s:contentUrl <{BASE}dataset/held.ttl> ; s:encodingFormat "text/turtle" ] }}"""
    )


def test_text_of_the_data_cant_end_the_script() -> None:
    label = Triple(NamedNode("urn:x"), NamedNode(iri("skos:prefLabel")), Literal("</script><b>&", language="en"))
    told = str(subject("urn:x", None, [label], manifest=MANIFEST))
    assert "<" not in told
    assert json.loads(told)["@graph"][1]["name"] == [{"@value": "</script><b>&", "@language": "en"}]


def test_long_lists_are_cut() -> None:
    many = [Triple(NamedNode("urn:x"), NamedNode(iri("skos:altLabel")), Literal(str(n))) for n in range(5000)]
    told = json.loads(str(subject("urn:x", None, many, manifest=MANIFEST)))
    assert len(told["@graph"][1]["alternateName"]) == 100


def test_classes_without_a_counterpart_get_no_type() -> None:
    assert types_of(None) == types_of(iri("kg:KnowledgeGap")) == ()
    assert types_of(iri("kg:County")) == (f"{SCHEMA}AdministrativeArea",)
