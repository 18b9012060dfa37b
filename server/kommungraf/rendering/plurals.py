"""What many things of a class are called together, where that is known; the ontology names its classes in the singular."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from kommungraf.resources.links import Link
from kommungraf.texts import translations
from kommungraf.vocab import iri

__all__ = ["plural"]


def plural(link: Link, language: str, number: int | None = None) -> Link:
    """The link of a class, called as `number` things of it are, or as any number of them."""
    text = None if number == 1 else _plurals(language).get(link.iri)
    return link if text is None else replace(link, text=text, lang="")


@cache
def _plurals(language: str) -> Mapping[str, str]:
    text = translations(language).gettext
    found = {
        "kg:Claim": text("Claims"),
        "kg:Conflict": text("Disagreements"),
        "kg:Cooperation": text("Cooperations"),
        "kg:CooperationActivity": text("Cooperation activities"),
        "kg:CountStatement": text("Count statements"),
        "kg:County": text("Counties"),
        "kg:KnowledgeGap": text("Knowledge gaps"),
        "kg:MunicipalPartnership": text("Municipal partnerships"),
        "kg:Municipality": text("Municipalities"),
        "kg:PilotStudy": text("Pilot studies"),
        "kg:Place": text("Places"),
        "kg:PopulationStatement": text("Population statements"),
        "kg:Project": text("Projects"),
        "kg:Region": text("Regions"),
        "kg:Register": text("Registers"),
        "kg:RegionalCooperation": text("Regional cooperations"),
        "kg:Rule": text("Derivation rules"),
        "kg:Source": text("Sources"),
        "kg:Twinning": text("Twinnings"),
        "dcterms:Location": text("Locations"),
        "org:Membership": text("Memberships"),
        "owl:Class": text("Classes"),
        "owl:DatatypeProperty": text("Datatype properties"),
        "owl:ObjectProperty": text("Object properties"),
        "rdfs:Datatype": text("Datatypes"),
        "sh:NodeShape": text("Node shapes"),
        "sh:PropertyShape": text("Property shapes"),
        "skos:Concept": text("Concepts"),
        "skos:ConceptScheme": text("Concept schemes"),
        "skosxl:Label": text("Names"),
    }
    return {iri(name): words for name, words in found.items()}
