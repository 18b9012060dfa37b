import pytest
import rdflib
from pyshacl import validate
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF

from kommungraf.building.release import publish
from kommungraf.dataset.project import own_project
from own_content import own_content, silent

ROOT = own_project().root
DCAT_AP = ROOT.parent / "shared" / "shapes" / "dcat-ap-3.0.1" / "html" / "shacl" / "shapes.ttl"
VCARD = rdflib.Namespace("http://www.w3.org/2006/vcard/ns#")


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> rdflib.Graph:
    folder = publish(own_content(), tmp_path_factory.mktemp("catalogue"), silent)
    return rdflib.Graph().parse(folder / "catalogue.ttl")


def conforms(catalogue: rdflib.Graph, shapes: rdflib.Graph) -> tuple[bool, str]:
    answer, _, text = validate(catalogue, shacl_graph=shapes, allow_warnings=True)
    return answer, text


def test_catalogue_conforms_to_dcat_ap(catalogue: rdflib.Graph) -> None:
    if not DCAT_AP.is_file():
        pytest.skip("the shapes of DCAT-AP 3.0.1 stand in ../shared, which isn't here")
    answer, text = conforms(catalogue, rdflib.Graph().parse(DCAT_AP))
    assert answer, text


def test_catalogue_conforms_to_our_shapes(catalogue: rdflib.Graph) -> None:
    answer, text = conforms(catalogue, rdflib.Graph().parse(ROOT / "shapes" / "catalogue" / "catalogue.ttl"))
    assert answer, text


def test_catalogue_has_what_dcat_ap_se_asks_for(catalogue: rdflib.Graph) -> None:
    asked = {
        DCAT.Catalog: (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCTERMS.license, DCAT.dataset),
        DCAT.Dataset: (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCAT.contactPoint),
        DCAT.Distribution: (DCAT.accessURL, DCTERMS.license),
        DCAT.DataService: (DCTERMS.title, DCAT.endpointURL),
        FOAF.Agent: (FOAF.name, DCTERMS.type),
        VCARD.Organization: (VCARD.fn, VCARD.hasEmail),
    }
    for kind, properties in asked.items():
        nodes = list(catalogue.subjects(RDF.type, kind))
        assert nodes, kind
        assert [(node, name) for node in nodes for name in properties if catalogue.value(node, name) is None] == []


def test_catalogue_is_as_the_harvester_wants_it(catalogue: rdflib.Graph) -> None:
    assert not [term for triple in catalogue for term in triple if isinstance(term, rdflib.BNode)]
    assert not list(catalogue.subjects(RDF.type, DCAT.CatalogRecord))
    licence = catalogue.value(catalogue.value(None, RDF.type, DCAT.Catalog), DCTERMS.license)
    assert str(licence) == "http://creativecommons.org/publicdomain/zero/1.0/"
