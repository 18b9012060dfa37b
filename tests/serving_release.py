"""A release small enough to make for each test: the files that the build writes, from one TriG text."""

import gzip
import hashlib
import json
from pathlib import Path

from pyoxigraph import DefaultGraph, RdfFormat, parse, serialize

from kommungraf.dataset.dataset import sorted_lines
from kommungraf.formats import DATASET, GRAPH, by_suffix
from kommungraf.releases.index import write_index
from kommungraf.releases.manifest import CURRENT, MANIFEST, FileEntry, Manifest
from kommungraf.vocab import BASE, PREFIXES

ALMHULT = f"{BASE}id/municipality/se-0765"
CLAIM = f"{BASE}id/claim/almhult-635/1"
PUBLISHER = f"{BASE}id/organisation/publisher"
OTHER_CLAIM = f"{BASE}id/claim/almhult-635/2"

TRIG = f"""
@prefix kg: <{BASE}def/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<{ALMHULT}> a kg:Municipality ; skos:prefLabel "Älmhult"@sv, "Älmhult"@en ; skos:notation "0765" ;
    org:memberOf <{BASE}id/partnership/p> .
<{BASE}id/municipality/se-0780> a kg:Municipality ; skos:prefLabel "Växjö"@sv, "Växjö"@en .
<{BASE}id/partnership/p> a kg:MunicipalPartnership ; skos:prefLabel "Samarbete"@sv, "Partnership"@en .
<{CLAIM}> a kg:Claim ; kg:status kg:Accepted .
<{CLAIM}> {{ <{ALMHULT}> org:memberOf <{BASE}id/partnership/p> }}
<{OTHER_CLAIM}> {{ <{BASE}id/municipality/se-0780> org:memberOf <{BASE}id/partnership/p> }}
"""
CATALOGUE = f"""
@prefix dcat: <http://www.w3.org/ns/dcat#> .
<{BASE}catalogue> a dcat:Catalog .
"""
_MEDIA_TYPES = {"sqlite": "application/vnd.sqlite3", "json": "application/json"}


def write_release(releases: Path, trig: str = TRIG, *, version: str = "2026-01-01", current: bool = True) -> Path:
    """The folder of a release of `trig`, made the current one of `releases`."""
    quads = sorted(parse(trig, RdfFormat.TRIG), key=str)
    held = [quad.triple for quad in quads if quad.graph_name == DefaultGraph()]
    graphs = {str(quad.graph_name) for quad in quads} - {str(DefaultGraph())}
    aside = releases / "aside"
    aside.mkdir(parents=True)
    for form in DATASET:
        serialize(quads, aside / f"dataset.{form.suffix}", form.rdf)
    for form in GRAPH:
        serialize(held, aside / f"held.{form.suffix}", form.rdf, prefixes=PREFIXES)
        catalogue = [quad.triple for quad in parse(CATALOGUE, RdfFormat.TURTLE)]
        serialize(catalogue, aside / f"catalogue.{form.suffix}", form.rdf)
    (aside / "report.ttl").write_text("[] a <http://www.w3.org/ns/shacl#ValidationReport> .\n")
    (aside / "questions.json").write_text(json.dumps([]))
    write_index(aside / "index.sqlite", sorted_lines(quads), BASE)
    for dump in (*aside.glob("dataset.*"), *aside.glob("held.*")):
        (aside / f"{dump.name}.gz").write_bytes(gzip.compress(dump.read_bytes(), mtime=0))
    entries = tuple(_entry(path) for path in sorted(aside.iterdir()))
    digest = hashlib.sha256("".join(entry.sha256 for entry in entries).encode()).hexdigest()
    manifest = Manifest(
        version=version,
        content_hash=digest,
        base_iri=BASE,
        title={"sv": "Kommunala samarbeten", "en": "Municipal cooperation"},
        license="https://creativecommons.org/publicdomain/zero/1.0/",
        modified=version,
        quads=len(quads),
        triples=len(held),
        graphs=len(graphs),
        files=entries,
        publisher=PUBLISHER,
    )
    (aside / MANIFEST).write_text(manifest.to_json(), "utf-8")
    folder = aside.rename(releases / manifest.name)
    if current:
        make_current(folder)
    return folder


def make_current(folder: Path) -> None:
    """Point `current` at `folder` in one step, as the build does."""
    link = folder.parent / "next"
    link.symlink_to(folder.name)
    link.replace(folder.parent / CURRENT)


def _entry(path: Path) -> FileEntry:
    name = path.name.removesuffix(".gz")
    stem, suffix = name.split(".")
    form = by_suffix(suffix)
    content = path.read_bytes()
    return FileEntry(
        path=path.name,
        media_type=form.media_type if form else _MEDIA_TYPES[suffix],
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        describes=stem,
        encoding="gzip" if path.suffix == ".gz" else None,
    )
