"""An export of a small site that has lists of every kind, behind each web server and beside the live server over the same release."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from flask.testing import FlaskClient

from hosting import PROGRAMS, Host, hosted
from kommungraf.app import Settings, create_app
from kommungraf.editions.edition import Editions
from kommungraf.export.export import Job, export
from kommungraf.vocab import BASE, PREFIXES
from serving_client import LIMITS
from serving_release import write_release

PROJECTS = 53
TOWN = f"{BASE}id/municipality/se-0001"
FOREIGN = "http://vocabulary.example/terms#Town"
HOST = "https://graph.example/"
_WIDE = "".join(
    f" kgi:project\\/p{number} kg:participant kgi:municipality\\/se-0001 ." for number in range(PROJECTS)
)
_TIES = "".join(
    f"""
kgi:twinning\\/t{number} a kg:Twinning ; skos:prefLabel "Tie {number}"@en , "Band {number}"@sv ; kg:period "{start}/.."^^edtf:EDTF ;
    kg:earliestStart "{start}-01-01"^^xsd:date ; kg:latestStart "{start}-12-31"^^xsd:date .
kgi:membership\\/t{number}-a a org:Membership ; org:organization kgi:twinning\\/t{number} ; org:member kgi:municipality\\/se-0001 .
kgi:membership\\/t{number}-b a org:Membership ; org:organization kgi:twinning\\/t{number} ; org:member kgi:place\\/p{number} .
kgi:place\\/p{number} a kg:Place ; skos:prefLabel "Place {number}"@en , "Ort {number}"@sv .
"""
    for number, start in enumerate(range(1990, 1995))
)
TRIG = f"""{"".join(f"@prefix {prefix}: <{namespace}> .{chr(10)}" for prefix, namespace in PREFIXES.items())}
<{BASE}dataset/> dcterms:modified "2026-01-31"^^xsd:date .
kgi:county\\/se-01 a kg:County ; skos:prefLabel "County"@en , "Län"@sv .
kgi:municipality\\/se-0001 a kg:Municipality ; skos:prefLabel "Åtorp"@sv , "Åtorp"@en ; geo:sfWithin kgi:county\\/se-01 ;
    rdfs:seeAlso <{FOREIGN}> ; skos:altLabel "Oak town"@en .
<{FOREIGN}> skos:prefLabel "Town"@en .
kg:Municipality a owl:Class ; skos:prefLabel "municipality"@en , "kommun"@sv ; rdfs:label "municipality"@en , "kommun"@sv .
<{BASE}def/> a owl:Ontology .
kgi:claim\\/c\\/1 a kg:Claim ; kg:status kg:Disputed ; prov:wasDerivedFrom kgi:source\\/s .
kgi:source\\/s a kg:Source ; skos:prefLabel "Source"@en , "Källa"@sv .
kgi:claim\\/c\\/1 {{ kgi:municipality\\/se-0001 skos:altLabel "Elsewhere"@en , "Annorstädes"@sv }}
kgi:graph\\/register {{ {_WIDE} {_TIES} }}
{_TIES}{_WIDE}
"""


def exported(folder: Path, trig: str = TRIG) -> Path:
    """An export of the release in `folder`/releases, which is made."""
    write_release(folder / "releases", trig)
    export(Job(folder / "releases", LIMITS, HOST, processes=1), folder / "export", lambda _step: None)
    return folder / "export"


@contextmanager
def live(folder: Path) -> Iterator[FlaskClient]:
    """The live server over the same release."""
    editions = Editions(folder / "releases", LIMITS)
    try:
        yield create_app(editions, Settings(LIMITS)).test_client()
    finally:
        editions.close()


@contextmanager
def standing(program: str, site: Path, paths: pytest.TempPathFactory) -> Iterator[Host]:
    """One of the web servers over an export, where it is installed."""
    if PROGRAMS[program] is None:
        pytest.skip(f"{program} isn't installed")
    with hosted(program, site, paths.mktemp(program) / "own") as running:
        yield running


def addresses(page: str) -> set[str]:
    """Every address within the site that a page names."""
    found = re.findall(r' (?:href|src|action|data-\w+)="([^"]*)"', page)
    local = {html.unescape(each) for each in found}
    return {each for each in local if each.startswith("/")}


def file_of(site: Path, address: str) -> Path:
    """The file that a host without any rules has at an address."""
    return site / unquote(urlsplit(address).path).lstrip("/")


def dead_links(site: Path, client: FlaskClient) -> set[str]:
    """The addresses that a page names and no file has, but for what the live server doesn't know either.

    What a dataset names and says nothing about has no document.
    """
    linked = {each for path in site.rglob("*.html") for each in addresses(path.read_text("utf-8"))}
    dead = {each for each in linked if not file_of(site, each).exists()}
    return {each for each in dead if client.get(re.sub(r"\.(sv|en)\.html$", "", each)).status_code != 404}


def values(header: str) -> set[str]:
    """The values of a header that lists them."""
    return {each.strip().lower() for each in header.split(",")}
