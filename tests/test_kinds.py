import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import RdfFormat, parse, serialize

from kommungraf.dataset.inputs import Inputs, read_inputs
from kommungraf.dataset.project import Project
from kommungraf.errors import EmptyInput, InputError, TableFault
from kommungraf.tables.csvw import Table
from kommungraf.tables.kinds import Kinds, read_kinds, table_files
from kommungraf.vocab import PREFIXES, iri

KINDS = [
    "cooperations",
    "counts",
    "gaps",
    "memberships",
    "municipalities",
    "names",
    "organisations",
    "participations",
    "places",
    "populations",
    "projects",
    "regions",
    "sources",
    "statements",
    "twin-towns",
]
HEAD = "".join(f"@prefix {prefix}: <{name}> .\n" for prefix, name in PREFIXES.items())
KNOWN = (
    HEAD
    + r"""
kgi:municipality\/se-0780 a kg:Municipality ; skos:prefLabel "Växjö kommun"@sv ; skos:notation "0780" .
kgi:municipality\/se-0765 a kg:Municipality ; skos:prefLabel "Älmhults kommun"@sv ; skos:notation "0765" .
kgi:place\/lt-kaunas a kg:Place ; skos:prefLabel "Kaunas"@sv , "Kaunas"@en ;
    geo:sfWithin <http://publications.europa.eu/resource/authority/country/LTU> .
<http://publications.europa.eu/resource/authority/country/LTU> a dcterms:Location ; skos:prefLabel "Litauen"@sv .
kgi:source\/page a kg:Source ; schema:url <https://www.vaxjo.se/page> .
kgi:county\/se-07 a kg:County ; skos:prefLabel "Kronobergs län"@sv .
kgi:theme\/environment a skos:Concept ; skos:prefLabel "Miljö"@sv .
kgi:organisation\/se-sida a frapo:FundingAgency ; skos:prefLabel "Sida"@sv .
kgi:project\/energy a kg:Project ; dcterms:title "Energy plan"@en .
kgi:regional-cooperation\/se-er a kg:RegionalCooperation ; skos:prefLabel "Entreprenörsregionen"@sv .
kg:theme a owl:ObjectProperty ; rdfs:label "tema"@sv ; rdfs:range skos:Concept .
kg:period a owl:DatatypeProperty ; rdfs:label "period"@sv ; rdfs:range edtf:EDTF .
"""
)


def kinds() -> Kinds:
    faults: list[InputError] = []
    found = read_kinds([], faults)
    assert faults == []
    return found


def read(folder: Path, name: str, content: str) -> Inputs:
    (folder / "known.ttl").write_text(KNOWN, "utf-8")
    (folder / name).write_text(content, "utf-8")
    return read_inputs(Project(data=(folder,), root=folder))


def claimed(inputs: Inputs) -> str:
    """The statements of the tables as N-Triples without the namespaces, sorted."""
    quads = [cell.quad for table in inputs.tables for cell in table.cells]
    lines = (serialize([quad.triple], format=RdfFormat.N_TRIPLES) or b"" for quad in quads)
    text = b"".join(sorted(lines)).decode()
    for prefix in sorted(PREFIXES, key=lambda each: -len(PREFIXES[each])):
        text = text.replace(PREFIXES[prefix], f"{prefix}:")
    return text


def test_kinds_are_those_documented() -> None:
    assert sorted(kind.kind["en"][0] for kind in kinds().all()) == KINDS


@pytest.mark.parametrize(
    ("stem", "kind"),
    [
        ("twin-towns", "twin-towns"),
        ("twin_towns", "twin-towns"),
        ("Twin towns 2024", "twin-towns"),
        ("vänorter", "twin-towns"),
        ("vanorter-vaxjo", "twin-towns"),
        ("Källor", "sources"),
        ("medlemskap-entreprenorsregionen", "memberships"),
    ],
)
def test_file_name_tells_the_kind_in_either_language(stem: str, kind: str) -> None:
    found = kinds().named(stem)
    assert found is not None
    assert found.kind["en"][0] == kind


@pytest.mark.parametrize("stem", ["towns", "twin", "twintowns", "x-twin-towns", ""])
def test_other_file_names_tell_no_kind(stem: str) -> None:
    assert kinds().named(stem) is None


def test_table_of_no_kind_is_told(tmp_path: Path) -> None:
    (fault,) = read(tmp_path, "towns.csv", "a,b\n").faults
    assert isinstance(fault, TableFault)
    assert "twin-towns" in fault.message


def _columns(tables: Iterable[Table]) -> list[Any]:
    return [
        pytest.param(table, column, id=f"{table.kind['en'][0]}-{column.name}")
        for table in tables
        for column in table.stated()
    ]


@pytest.mark.parametrize(("table", "column"), _columns(read_kinds([], []).all()))
def test_every_column_has_headings_and_a_description_in_both_languages(table: Table, column: Any) -> None:
    assert set(column.titles) == set(column.description) == {"sv", "en"}
    for choice in column.choices:
        assert set(choice.titles) == {"sv", "en"}


@pytest.mark.parametrize("table", read_kinds([], []).all(), ids=lambda table: table.kind["en"][0])
def test_no_two_columns_share_a_heading(table: Table) -> None:
    headings = [heading.casefold() for column in table.stated() for heading in set(column.headings())]
    assert len(headings) == len(set(headings))


TIE = (
    "kgi:twinning/se-0780-lt-kaunas",
    "kgi:membership/se-0780-lt-kaunas--se-0780",
    "kgi:membership/se-0780-lt-kaunas--lt-kaunas",
)


@pytest.mark.parametrize(
    ("name", "row"),
    [
        pytest.param(
            "vanorter.csv",
            "kommun,vänort,land,sedan,källa\nVäxjö kommun,Kaunas,Litauen,sommaren 2018,page",
            id="sv",
        ),
        pytest.param(
            "twin_towns.csv",
            "Source;Twin Place;municipality;since\nhttps://www.vaxjo.se/page;lt-kaunas;0780;summer 2018",
            id="en",
        ),
        pytest.param(
            "twin-towns.csv", "municipality,partner,since,source\nse-0780,Kaunas,summer 2018,page", id="keys"
        ),
    ],
)
def test_row_of_twin_towns_is_one_tie_with_its_claim(tmp_path: Path, name: str, row: str) -> None:
    inputs = read(tmp_path, name, row + "\n")
    assert inputs.faults == ()
    text = claimed(inputs)
    twinning, first, second = TIE
    for line in (
        f"<{twinning}> <rdf:type> <kg:Twinning>",
        f'<{twinning}> <kg:period> "2018-22/.."^^<edtf:EDTF>',
        f'<{twinning}> <skos:prefLabel> "Vänortssamarbetet Växjö kommun–Kaunas"@sv',
        f"<{first}> <org:member> <kgi:municipality/se-0780>",
        f"<{second}> <org:member> <kgi:place/lt-kaunas>",
        f"<{second}> <org:organization> <{twinning}>",
        "<kgi:claim/page/twin-se-0780-lt-kaunas> <prov:wasDerivedFrom> <kgi:source/page>",
        f'<kgi:claim/page/twin-se-0780-lt-kaunas> <kg:tableFile> "{name}"',
        '<kgi:claim/page/twin-se-0780-lt-kaunas> <csvw:rownum> "1"^^<xsd:integer>',
    ):
        assert line in text


def test_both_sides_of_a_tie_name_it_alike(tmp_path: Path) -> None:
    content = "municipality,partner,source\n0780,0765,page\n0765,0780,page\n"
    inputs = read(tmp_path, "twin-towns.csv", content)
    assert {fault.place.line for fault in inputs.faults} == {3}
    assert "kgi:twinning/se-0765-se-0780" in claimed(inputs)


@pytest.mark.parametrize(
    ("name", "content", "lines"),
    [
        pytest.param(
            "sources.csv",
            "key,title,address,issued,type\nx,Vänorter,https://x.se/a,2024-07-03,own\n",
            [
                "<kgi:source/x> <rdf:type> <kg:Source>",
                '<kgi:source/x> <dcterms:title> "Vänorter"@sv',
                '<kgi:source/x> <dcterms:issued> "2024-07-03"^^<xsd:date>',
            ],
            id="sources",
        ),
        pytest.param(
            "places.csv",
            'key,name,other names,country,geonames,latitude,longitude,source\nlt-x,Xa,Xå@sv; Xo@fi,LTU,42,54.5,"23,5",page\n',
            [
                '<kgi:place/lt-x> <skos:prefLabel> "Xa"@en',
                '<kgi:place/lt-x> <skos:altLabel> "Xo"@fi',
                '<kgi:geometry/geonames-42> <wgs84:long> "23.5"^^<xsd:decimal>',
                "<kgi:place/lt-x> <geo:sfWithin> <http://publications.europa.eu/resource/authority/country/LTU>",
            ],
            id="places",
        ),
        pytest.param(
            "organisations.csv",
            "key,name,type,part of,source\nse-x,Miljöförvaltningen,förvaltning,0780,page\n",
            [
                "<kgi:organisation/se-x> <org:unitOf> <kgi:municipality/se-0780>",
                "<kgi:organisation/se-x> <rdf:type> <org:OrganizationalUnit>",
            ],
            id="organisations",
        ),
        pytest.param(
            "cooperations.csv",
            "key,type,name,since,counties,members stated,source\nse-x,regional,X,före 2000,Kronobergs län,12,page\n",
            [
                "<kgi:regional-cooperation/se-x> <rdf:type> <kg:RegionalCooperation>",
                '<kgi:regional-cooperation/se-x> <kg:latestStart> "1999-12-31"^^<xsd:date>',
                "<kgi:regional-cooperation/se-x> <dcterms:spatial> <kgi:county/se-07>",
                "<kgi:statement/page-se-x-members> <kg:about> <kgi:regional-cooperation/se-x>",
            ],
            id="cooperations",
        ),
        pytest.param(
            "medlemskap.csv",
            "samarbete,medlem,från,till,källa\nEntreprenörsregionen,Växjö kommun,2016-12,2019,page\n",
            [
                '<kgi:membership/se-er--se-0780> <kg:period> "2016-12/2019"^^<edtf:EDTF>',
                "<kgi:membership/se-er--se-0780> <org:role> <kgi:role/member>",
            ],
            id="memberships",
        ),
        pytest.param(
            "projects.csv",
            "key,title,language,period,participants,funder,themes,source\nx,Plan,en,2019-01 – 2021-12,Växjö kommun; Kaunas,Sida,Miljö,page\n",
            [
                '<kgi:project/x> <dcterms:title> "Plan"@en',
                '<kgi:project/x> <kg:period> "2019-01/2021-12"^^<edtf:EDTF>',
                "<kgi:project/x> <kg:participant> <kgi:place/lt-kaunas>",
                "<kgi:project/x> <kg:theme> <kgi:theme/environment>",
                "<kgi:project/x> <rdf:type> <kg:CooperationActivity>",
            ],
            id="projects",
        ),
        pytest.param(
            "populations.csv",
            "thing,number,at least,source\nEntreprenörsregionen,,280000,page\n",
            [
                '<kgi:statement/page-se-er-population> <qudt:lowerBound> "280000"^^<xsd:integer>',
                '<kgi:statement/page-se-er-population> <skos:prefLabel> "Entreprenörsregionen, population by the source: at least 280000"@en',
            ],
            id="populations-of-at-least",
        ),
        pytest.param(
            "populations.csv",
            "thing,number,source\nEntreprenörsregionen,omkring 5 000,page\n",
            [
                '<kgi:statement/page-se-er-population> <qudt:numericValue> "5000"^^<xsd:integer>',
                "<kgi:statement/page-se-er-population> <kg:qualifier> <kg:Approximately>",
                '<kgi:statement/page-se-er-population> <skos:prefLabel> "Entreprenörsregionen, folkmängd enligt källan: omkring 5000"@sv',
                '<kgi:statement/page-se-er-population> <skos:prefLabel> "Entreprenörsregionen, population by the source: about 5000"@en',
            ],
            id="populations-of-about",
        ),
        pytest.param(
            "antal.csv",
            "sak,räknar,antal,källa\nEntreprenörsregionen,kommuner,fler än 35,page\n",
            [
                '<kgi:statement/page-se-er-municipalities> <qudt:lowerBound> "36"^^<xsd:integer>',
                "<kgi:statement/page-se-er-municipalities> <kg:qualifier> <kg:MoreThan>",
            ],
            id="counts-of-more-than",
        ),
        pytest.param(
            "counts.csv",
            "thing,counts,number,source\nEntreprenörsregionen,municipalities,20–30,page\n",
            [
                '<kgi:statement/page-se-er-municipalities> <qudt:lowerBound> "20"^^<xsd:integer>',
                '<kgi:statement/page-se-er-municipalities> <qudt:upperBound> "30"^^<xsd:integer>',
            ],
            id="counts-between",
        ),
        pytest.param(
            "luckor.csv",
            "nyckel,sak,egenskap,skäl,källa,vad som saknas,vad som saknas på engelska\n"
            "vaxjo-theme,Växjö kommun,kg:theme,anges inte,page,Växjös teman,The themes of Växjö\n",
            [
                "<kgi:gap/vaxjo-theme> <rdf:type> <kg:KnowledgeGap>",
                "<kgi:gap/vaxjo-theme> <kg:gapSubject> <kgi:municipality/se-0780>",
                "<kgi:gap/vaxjo-theme> <kg:gapProperty> <kg:theme>",
                "<kgi:gap/vaxjo-theme> <kg:gapReason> <kg:NotStated>",
                "<kgi:gap/vaxjo-theme> <kg:gapSource> <kgi:source/page>",
                '<kgi:gap/vaxjo-theme> <skos:prefLabel> "The themes of Växjö"@en',
            ],
            id="gaps",
        ),
        pytest.param(
            "participations.csv",
            "project,participant,source\nEnergy plan,Växjö kommun,page\n",
            ["<kgi:project/energy> <kg:participant> <kgi:municipality/se-0780>"],
            id="participations",
        ),
        pytest.param(
            "statements.csv",
            "thing,property,kind of value,value,source\n0780,tema,,Miljö,page\n0780,kg:period,,sedan 2005,page\n0780,skos:note,text,Hej@sv,page\n",
            [
                "<kgi:municipality/se-0780> <kg:theme> <kgi:theme/environment>",
                '<kgi:municipality/se-0780> <kg:period> "2005/.."',
                '<kgi:municipality/se-0780> <skos:note> "Hej"@sv',
            ],
            id="statements",
        ),
    ],
)
def test_kind_becomes_rdf_as_it_declares(tmp_path: Path, name: str, content: str, lines: list[str]) -> None:
    inputs = read(tmp_path, name, content)
    assert [fault.message for fault in inputs.faults] == []
    text = claimed(inputs)
    assert [line for line in lines if line not in text] == []


def test_rows_of_tables_know_each_other_whatever_the_order_of_files(tmp_path: Path) -> None:
    (tmp_path / "z-dir").mkdir()
    (tmp_path / "z-dir" / "sources.csv").write_text("key,title,address\nnew,New,https://new.se/\n", "utf-8")
    (tmp_path / "places.csv").write_text("key,name,country,source\nlt-x,Xa,Litauen,new\n", "utf-8")
    inputs = read(tmp_path, "a-twin.ttl", "")
    assert inputs.faults == ()
    inputs = read(tmp_path, "twin-towns.csv", "municipality,partner,source\n0780,Xa,https://new.se/\n")
    assert inputs.faults == ()


def test_project_adds_a_kind_by_declaration_alone(tmp_path: Path) -> None:
    (tmp_path / "kinds").mkdir()
    kind = {
        "kg:kind": {"sv": "nätverk", "en": "networks"},
        "dcterms:source": {"@id": "{+source}"},
        "kg:claim": "kgi:claim/{source.key}/network-{key}",
        "tableSchema": {
            "aboutUrl": "kgi:network/{key}",
            "columns": [
                {"name": "key", "titles": {"sv": "nyckel"}, "required": True},
                {"name": "since", "titles": {"sv": "sedan"}, "kg:reads": "date", "propertyUrl": "dcterms:date"},
                {"kg:columns": "provenance"},
            ],
        },
    }
    (tmp_path / "kinds" / "networks.json").write_text(json.dumps(kind), "utf-8")
    inputs = read(tmp_path, "natverk.csv", "nyckel,sedan,källa\nx,1990-talet,page\n")
    assert inputs.faults == ()
    assert '<kgi:network/x> <dcterms:date> "199X"^^<edtf:EDTF>' in claimed(inputs)


def test_own_kind_that_is_wrong_is_told(tmp_path: Path) -> None:
    (tmp_path / "kinds").mkdir()
    (tmp_path / "kinds" / "x.json").write_text("{", "utf-8")
    (tmp_path / "a.csv").write_text("a\n", "utf-8")
    (tmp_path / "known.ttl").write_text(HEAD, "utf-8")
    faults = read_inputs(Project(data=(tmp_path,), root=tmp_path)).faults
    assert "x.json" in [fault.place.file for fault in faults]


def test_lock_files_of_office_programs_are_no_tables(tmp_path: Path) -> None:
    for name in ("~$twin-towns.xlsx", ".~lock.twin-towns.csv", "twin-towns.csv", "b.xlsx", "c.txt"):
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in table_files(tmp_path)] == ["b.xlsx", "twin-towns.csv"]


def test_folder_of_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(EmptyInput):
        read_inputs(Project(data=(tmp_path,), root=tmp_path))


def test_known_things_are_turtle() -> None:
    assert {quad.subject.value for quad in parse(KNOWN, RdfFormat.TURTLE)} > {iri("kgi:source/page")}


@pytest.mark.parametrize(
    "row", ["p1;Ett;en;Kaunas;2021;2019;", "p1;Ett;en;Kaunas;2018;;2018–2020"], ids=["end", "both"]
)
def test_impossible_period_is_a_fault_of_its_cell_and_hides_no_name_below_it(tmp_path: Path, row: str) -> None:
    heading = "nyckel;titel;språk;deltagare;sedan;upphörde;period;källa\n"
    (tmp_path / "projekt.csv").write_text(f"{heading}{row};page\np2;Två;sv;Kaunas;2020;;;page\n", "utf-8")
    found = read(tmp_path, "deltaganden.csv", "projekt,deltagare,källa\nTvå,Kaunas,page\n")
    assert [(fault.place.file, fault.place.line) for fault in found.faults] == [("projekt.csv", 2)]


def test_tie_of_one_table_can_be_named_in_another(tmp_path: Path) -> None:
    (tmp_path / "vänorter.csv").write_text("kommun,vänort,källa\nVäxjö kommun,Kaunas,page\n", "utf-8")
    row = "vaxjo-kaunas-start,twinning/se-0780-lt-kaunas,kg:period,anges inte,page,Starten,The start"
    heading = "nyckel,sak,egenskap,skäl,källa,vad som saknas,vad som saknas på engelska"
    found = read(tmp_path, "luckor.csv", f"{heading}\n{row}\n")
    assert found.faults == ()
    assert "kgi:twinning/se-0780-lt-kaunas> " in claimed(found)
