"""What search engines read in a page: its subject and the dataset in terms of schema.org, as JSON-LD."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from markupsafe import Markup
from pyoxigraph import Literal, NamedNode, Triple

from kommungraf.releases.manifest import Manifest
from kommungraf.resources.links import Link, path_of
from kommungraf.vocab import iri

__all__ = ["Page", "dataset", "subject", "types_of"]

#: A term of ours is never given a narrower type than its own definition bears out; those without one get none.
_TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    iri(name): types
    for name, types in {
        "kg:Municipality": ("GovernmentOrganization", "AdministrativeArea"),
        "kg:County": ("AdministrativeArea",),
        "dcterms:Location": ("Place",),
        "kg:Place": ("Place",),
        "kg:Region": ("GovernmentOrganization",),
        "kg:MunicipalCompany": ("Organization",),
        "org:FormalOrganization": ("Organization",),
        "org:OrganizationalUnit": ("Organization",),
        "frapo:FundingAgency": ("Organization",),
        "foaf:Agent": ("Organization",),
        "kg:Cooperation": ("Organization",),
        "kg:MunicipalPartnership": ("Organization",),
        "kg:Twinning": ("Organization",),
        "kg:RegionalCooperation": ("Organization",),
        "kg:SteeringGroup": ("Organization",),
        "kg:CooperationActivity": ("Project",),
        "kg:Project": ("Project",),
        "kg:PilotStudy": ("Project",),
        "kg:Source": ("CreativeWork",),
        "kg:Register": ("CreativeWork",),
        "kg:Claim": ("Claim",),
        "geo:Geometry": ("GeoCoordinates",),
        "dcat:Dataset": ("Dataset",),
        "owl:Ontology": ("DefinedTermSet",),
        "skos:ConceptScheme": ("DefinedTermSet",),
        **dict.fromkeys(
            ("skos:Concept", "owl:Class", "owl:ObjectProperty", "owl:DatatypeProperty", "rdfs:Datatype"),
            ("DefinedTerm",),
        ),
    }.items()
}
_WORK: Final = {
    "dcterms:publisher": "publisher",
    "dcterms:issued": "datePublished",
    "dcterms:modified": "dateModified",
    "dcterms:license": "license",
    "dcat:keyword": "keywords",
    "dcterms:spatial": "spatialCoverage",
    "prov:wasQuotedFrom": "isBasedOn",
    "prov:wasDerivedFrom": "isBasedOn",
}
_ORGANISATION: Final = {
    "org:memberOf": "memberOf",
    "org:hasMember": "member",
    "org:unitOf": "parentOrganization",
    "frapo:isFundedBy": "funder",
}
_PLACE: Final = {"geo:sfWithin": "containedInPlace", "geo:hasDefaultGeometry": "geo"}
_ANY: Final = {
    **dict.fromkeys(("skos:prefLabel", "dcterms:title", "rdfs:label"), "name"),
    **dict.fromkeys(("skos:definition", "dcterms:description"), "description"),
    **dict.fromkeys(("owl:sameAs", "skos:exactMatch"), "sameAs"),
    **dict.fromkeys(("foaf:homepage", "schema:url"), "url"),
    "skos:altLabel": "alternateName",
    "skos:notation": "identifier",
}
#: What each type can be said to have, beside what everything can.
_OWN: Final[Mapping[str, Mapping[str, str]]] = {
    "Organization": _ORGANISATION,
    "GovernmentOrganization": _ORGANISATION,
    "Project": _ORGANISATION,
    "Place": _PLACE,
    "AdministrativeArea": _PLACE,
    "CreativeWork": _WORK,
    "Claim": _WORK,
    "Dataset": _WORK,
    "DefinedTermSet": _WORK,
    "DefinedTerm": dict.fromkeys(("skos:inScheme", "rdfs:isDefinedBy"), "inDefinedTermSet"),
    "GeoCoordinates": {"wgs84:lat": "latitude", "wgs84:long": "longitude"},
}
#: What a dataset is told of by name, with the class of it.
_NAMED: Final = {"publisher": "Organization", "spatialCoverage": "Place"}
_NO_NAMES: Final[Mapping[str, Link]] = MappingProxyType({})
_MOST_VALUES: Final = 100


def types_of(class_: str | None) -> tuple[str, ...]:
    """The schema.org types of a class, as IRIs."""
    return tuple(iri(f"schema:{name}") for name in _TYPES.get(class_ or "", ()))


@dataclass(frozen=True, slots=True)
class Page:
    """What the page is called, with the language of its name, and the language in which it is written."""

    name: str
    tag: str
    language: str


def subject(
    name: str, class_: str | None, triples: Iterable[Triple], *, manifest: Manifest, shown: Page | None = None
) -> Markup:
    """What a page says of the thing that it is about, and that it is about it; the name is the page's own where nobody named the thing."""
    document = manifest.base_iri + path_of(name, manifest.base_iri)
    page = {
        "@id": document,
        "@type": "AboutPage",
        **({"name": _text(shown.name, shown.tag), "inLanguage": shown.language} if shown else {}),
        "about": {"@id": name},
        "isPartOf": {"@id": f"{manifest.base_iri}dataset/"},
        "version": manifest.version,
        **({"dateModified": manifest.modified} if manifest.modified else {}),
        **({"license": {"@id": manifest.license}} if manifest.license else {}),
    }
    types = _TYPES.get(class_ or "", ())
    thing = {"@id": name, "@type": [*types] or "Thing", **_said(triples, types)}
    # A term of the ontology has no other address than its document: nothing is said there of the document itself.
    return _script([thing] if document == name else [page, thing])


def dataset(triples: Iterable[Triple], manifest: Manifest, names: Mapping[str, Link] = _NO_NAMES) -> Markup:
    """The dataset with its dumps; publisher and places by their `names` as well, which search engines don't look up."""
    base, said = manifest.base_iri, _said(triples, ("Dataset",))
    for term, class_ in _NAMED.items():
        said |= {term: [_named(each, class_, names) for each in said[term]]} if term in said else {}
    files = [
        {
            "@type": "DataDownload",
            "contentUrl": {"@id": f"{base}dataset/{entry.path}"},
            "encodingFormat": entry.media_type,
            "contentSize": f"{entry.bytes} B",
            "sha256": entry.sha256,
        }
        for entry in manifest.dumps()
        if entry.encoding is None
    ]
    titles = [{"@value": text, "@language": tag} for tag, text in sorted(manifest.title.items())]
    told: dict[str, Any] = {
        "@id": f"{base}dataset/",
        "@type": "Dataset",
        "name": titles,
        **({"license": {"@id": manifest.license}} if manifest.license else {}),
        "url": f"{base}dataset/",
        **({"inLanguage": sorted(manifest.title)} if manifest.title else {}),
        "isAccessibleForFree": True,
        **said,
        **({"creator": said["publisher"]} if "publisher" in said else {}),
    }
    catalogue = {"@id": f"{base}catalogue", "@type": "DataCatalog", "name": titles, "url": f"{base}catalogue"}
    return _script(
        [{**told, "version": manifest.version, "distribution": files, "includedInDataCatalog": catalogue}]
    )


def _said(triples: Iterable[Triple], types: Iterable[str]) -> dict[str, Any]:
    """The values of the properties that schema.org has for things of these types."""
    names = {iri(name): term for own in (_ANY, *(_OWN[each] for each in types)) for name, term in own.items()}
    found: dict[str, list[Any]] = {}
    for triple in triples:
        term = names.get(triple.predicate.value)
        value = None if term is None else _value(triple.object)
        if term is not None and value is not None and value not in found.setdefault(term, []):
            found[term].append(value)
    return {term: values[:_MOST_VALUES] for term, values in sorted(found.items()) if values}


def _value(term: object) -> Any:
    if isinstance(term, NamedNode):
        return {"@id": term.value}
    if isinstance(term, Literal):
        return _text(term.value, term.language or "")
    return None


def _named(value: Any, class_: str, names: Mapping[str, Link]) -> Any:
    """A node with its class and its name, where that is known."""
    link = names.get(value.get("@id", "")) if isinstance(value, dict) else None
    return {**value, "@type": class_, "name": _text(link.text, link.lang)} if link and link.named else value


def _text(text: str, tag: str) -> Any:
    return {"@value": text, "@language": tag} if tag else text


def _script(nodes: list[dict[str, Any]]) -> Markup:
    """The nodes as the content of a script element, in which no text of the data can end the element."""
    content = json.dumps({"@context": {"@vocab": iri("schema:")}, "@graph": nodes}, ensure_ascii=False)
    return Markup(content.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))  # noqa: S704  escaped above
