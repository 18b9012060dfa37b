import csv
import json
import re
import shlex
import subprocess
import sys
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from kommungraf.building.building import checked
from kommungraf.building.imports import Import, Tally, declaration, import_list
from kommungraf.dataset.inputs import known_names
from kommungraf.dataset.project import Project, own_project
from kommungraf.errors import EmptyInput, OutputFault, SyntaxFault, TableFault
from kommungraf.tables.csvw import Table
from kommungraf.tables.names import Names
from kommungraf.validation.findings import Severity
from kommungraf.vocab import iri
from waiting import PATIENCE

ROOT = own_project().root
COUNTRY = "http://publications.europa.eu/resource/authority/country/"
WALK = (ROOT / "docs" / "imports.md").read_text("utf-8")


@cache
def own_names() -> Names:
    own = own_project()
    known = Project(data=(), known=own.data, ontology=own.ontology, root=own.root)
    return known_names(known, own.data[0] / "imports", ())


def example(name: str) -> str:
    """A file of the worked example in the documentation."""
    found = re.search(rf"`{re.escape(name)}`:\n\n```\w+\n(.*?)```", WALK, re.DOTALL)
    assert found
    return found[1]


def fund(folder: Path) -> Table:
    (folder / "fonden.json").write_text(example("fonden.json"), "utf-8")
    return declaration(str(folder / "fonden.json"), ())


def run(folder: Path, content: bytes, table: Table, name: str = "list.csv") -> Tally:
    (folder / name).write_bytes(content)
    target, rejected = folder / "out" / "list.nq", folder / "list.rejected.csv"
    return import_list(Import(folder / name, table, own_names(), target, rejected, "en"))


def quads(folder: Path) -> Iterator[Quad]:
    return parse(path=str(folder / "out" / "list.nq"), format=RdfFormat.N_QUADS)


def walked(folder: Path, name: str) -> dict[tuple[str, str], set[str]]:
    """What the worked example of a list says, once its command was run and told what the documentation shows."""
    (folder / f"{name}.csv").write_text(example(f"{name}.csv"), "cp1252" if name == "fonden" else "utf-8")
    (folder / f"{name}.json").write_text(example(f"{name}.json"), "utf-8")
    found = re.search(rf"```console\n\$ (kommungraf import {name}.*?)\n(.*?)```", WALK, re.DOTALL)
    assert found
    command = [sys.executable, "-m", "kommungraf.cli", *shlex.split(found[1])[1:]]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=folder, encoding="utf-8"
    )
    assert (done.stderr + done.stdout, done.returncode) == (found[2], 0)
    said: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for quad in parse(path=str(folder / "data" / "imports" / f"{name}.nq"), format=RdfFormat.N_QUADS):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            said[quad.subject.value, quad.predicate.value].add(quad.object.value)
    return said


def test_the_worked_example_for_a_list_not_seen_before_does_what_it_says_with_no_code(tmp_path: Path) -> None:
    said = walked(tmp_path, "fonden")
    project = iri("kgi:project/fonden-KH-2021-14")
    assert said[project, iri("dcterms:title")] == {"Renare stränder"}
    assert iri("kgi:municipality/se-0780") in said[project, iri("kg:participant")]
    assert said[project, iri("kg:period")] == {"2021-03/2023-12"}
    claim = iri("kgi:claim/fonden-2024/KH-2021-14")
    assert said[claim, iri("prov:wasDerivedFrom")] == {iri("kgi:source/fonden-2024")}
    assert said[claim, iri("kg:tableFile")] == {"fonden.csv"}
    assert said[claim, iri("csvw:rownum")] == {"1"}
    assert "Projektlista 2024" in said[iri("kgi:source/fonden-2024"), iri("dcterms:title")]


def test_the_worked_example_of_names_and_countries_takes_what_is_known_and_makes_the_rest(tmp_path: Path) -> None:
    said = walked(tmp_path, "vanner")
    ties = {subject for subject, predicate in said if predicate == iri("rdf:type") and "/twinning/" in subject}
    named = set(re.findall(r"`(twinning/se-0765-[^`]*)`", WALK))
    assert {f"{iri('kgi:')}{each}" for each in named} == ties
    ulm = iri("kgi:place/fonden-tyskland--ulm")
    assert said[ulm, iri("rdf:type")] == {iri("kg:Place")}
    assert {each.rpartition("/")[2] for each in said[ulm, iri("geo:sfWithin")]} == {"DEU"}
    assert not said[iri("kgi:place/lt-kursenai"), iri("rdf:type")]


def test_what_the_worked_examples_make_breaks_no_shape_beside_our_own_data(tmp_path: Path) -> None:
    for name in ("fonden", "vanner"):
        walked(tmp_path, name)
    own = own_project()
    found = checked(replace(own, data=(*own.data, tmp_path / "data")), lambda _: None).findings
    assert [each.message("en") for each in found if each.severity is Severity.VIOLATION] == []
    made = [each.message("en") for each in found if each.place and "imports" in each.place.file]
    assert made == []


def test_rows_set_aside_keep_their_text_and_can_be_mended_and_imported_in_turn(tmp_path: Path) -> None:
    table = fund(tmp_path)
    tally = run(tmp_path, example("fonden.csv").encode("cp1252"), table)
    assert (tally.read, tally.taken, tally.aside) == (4, 3, 1)
    aside = (tmp_path / "list.rejected.csv").read_text("cp1252").splitlines()
    heading, row = example("fonden.csv").splitlines()[0], example("fonden.csv").splitlines()[4]
    assert aside[0] == f"{heading};to mend"
    assert aside[1].startswith(f"{row};5:Kommuner: “Växjo” isn't known.")
    mended = "\n".join(aside).replace("Växjo |", "Växjö |")
    assert run(tmp_path, mended.encode("cp1252"), table).taken == 1
    assert not (tmp_path / "list.rejected.csv").exists()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param(b"KH-2022-08;a\x81;Alvesta;;;", "isn't written in cp1252", id="not-in-the-encoding"),
        pytest.param(b'KH-2022-08;"a"b;Alvesta;;;', "follows a closing", id="not-csv"),
        pytest.param(b"KH-2022-08;a;Alvesta", "3 cells", id="too-few-cells"),
        pytest.param(b"KH-2022-08;a;Alvesta;;;" + b";" * 300, "more than 200 cells", id="too-many-cells"),
        pytest.param(b"KH-2022-08;a;Alvesta;sommarn;;", "no date|not a date", id="no-date"),
        pytest.param(b"KH-2021-14;b;Alvesta;;;", "something else of the same", id="said-otherwise-before"),
        pytest.param(b"# KH;a;b;c;d;e", "form", id="what-looks-like-a-comment"),
    ],
)
def test_a_row_that_cannot_be_read_is_set_aside_and_the_next_is_taken(
    tmp_path: Path, row: bytes, reason: str
) -> None:
    good = example("fonden.csv").encode("cp1252").splitlines()
    tally = run(tmp_path, b"\n".join([*good[:2], row, good[3]]), fund(tmp_path))
    assert (tally.read, tally.taken, tally.aside) == (3, 2, 1)
    aside = (tmp_path / "list.rejected.csv").read_bytes()
    assert row.partition(b";")[0] in aside
    assert re.search(reason, aside.decode("cp1252", "replace"))


def test_a_second_run_changes_no_byte(tmp_path: Path) -> None:
    content, table = example("fonden.csv").encode("cp1252"), fund(tmp_path)
    first = []
    for _ in range(2):
        run(tmp_path, content, table)
        first.append([(tmp_path / each).read_bytes() for each in ("out/list.nq", "list.rejected.csv")])
    assert first[0] == first[1]
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == ["list.nq"]


def test_a_list_with_another_heading_replaces_nothing(tmp_path: Path) -> None:
    table = fund(tmp_path)
    run(tmp_path, example("fonden.csv").encode("cp1252"), table)
    before = (tmp_path / "out" / "list.nq").read_bytes()
    with pytest.raises(TableFault, match="isn't known"):
        run(tmp_path, b"Dnr;Projekt;Kommuner;Orter\n", table)
    assert (tmp_path / "out" / "list.nq").read_bytes() == before


def of_one_country(folder: Path) -> Table:
    """The example of names and countries, for a list of Danish towns that has dates and names no country of them."""
    fields = json.loads(example("vanner.json"))
    home, partner, *others = fields["tableSchema"]["columns"]
    own = "kgi:place/dansk--{municipality.slug}"
    home |= {"kg:within": f"{COUNTRY}DNK", "kg:classes": partner["kg:classes"], "kg:own": own}
    since = {"name": "since", "titles": "Siden", "kg:reads": "date", "datatype": {"format": "d/M/yyyy"}}
    time = {"name": "time", "virtual": True, "propertyUrl": "kg:period", "kg:interval": {"start": "since"}}
    fields["tableSchema"]["columns"] = [home, partner, since, *others, time]
    fields["dialect"]["encoding"] = "iso-8859-1"
    (folder / "dansk.json").write_text(json.dumps(fields), "utf-8")
    return declaration(str(folder / "dansk.json"), ())


def test_a_list_of_one_country_with_dates_of_one_order_needs_a_declaration_alone(tmp_path: Path) -> None:
    content = "Kommun;Ort;Land;Siden\nAalborg;Växjö;Sverige;1/2/1969\n"
    assert run(tmp_path, content.encode("latin-1"), of_one_country(tmp_path)).taken == 1
    said = {(each.predicate.value, each.object.value) for each in quads(tmp_path)}
    assert (iri("kg:period"), "1969-02-01/..") in said
    assert (iri("org:member"), iri("kgi:municipality/se-0780")) in said


@pytest.mark.parametrize("date", ["13/13/1969", "31/2/1969", "1969-02-01"])
def test_a_row_of_a_list_in_an_encoding_without_typographic_quotes_is_set_aside_with_the_reason(
    tmp_path: Path, date: str
) -> None:
    content = f"Kommun;Ort;Land;Siden\nAalborg;Växjö;Sverige;{date}\n"
    assert run(tmp_path, content.encode("latin-1"), of_one_country(tmp_path)).aside == 1
    _, row = (tmp_path / "list.rejected.csv").read_text("latin-1").splitlines()
    assert row.startswith(f'Aalborg;Växjö;Sverige;{date};"2:Siden: ""')


def test_a_declaration_with_a_picture_that_tells_no_date_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fonden.json").write_text(
        example("fonden.json").replace(
            '"kg:reads": "date"', '"kg:reads": "date", "datatype": {"format": "dd/MM"}'
        ),
        "utf-8",
    )
    with pytest.raises(SyntaxFault, match="format dd/MM"):
        declaration(str(tmp_path / "fonden.json"), ())


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", "utf-8")
    with pytest.raises(OutputFault, match="can't be written"):
        run(tmp_path, example("fonden.csv").encode("cp1252"), fund(tmp_path))


def test_an_unknown_kind_is_told_with_those_that_are_known() -> None:
    with pytest.raises(EmptyInput, match="wikidata-twin-towns"):
        declaration("nobodys-list", ())


def test_a_project_declares_lists_of_its_own_beside_its_kinds(tmp_path: Path) -> None:
    (tmp_path / "kinds").mkdir()
    (tmp_path / "kinds" / "fonden.json").write_text(example("fonden.json"), "utf-8")
    assert declaration("fonden", (tmp_path,)).claim == "kgi:claim/fonden-2024/{number}"


def test_a_name_means_what_is_known_by_it_in_its_country_and_every_other_place_is_the_lists_own(
    tmp_path: Path,
) -> None:
    rows = "city1,country1,city2,country2\nVäxjö,Sweden,Växjö,Norway\nLund,Sweden,Lancaster,England\n"
    rows += "Älmhult,Sweden,kuršėnai,Lithuania\nÄlmhult,Sweden,Kuršėnai,Latvia\n"
    assert run(tmp_path, rows.encode(), declaration("wikipedia-twin-towns", ())).taken == 4
    members = {quad.object.value for quad in quads(tmp_path) if quad.predicate.value == iri("org:member")}
    assert members == {
        iri("kgi:municipality/se-0780"),
        iri("kgi:municipality/se-1281"),
        iri("kgi:municipality/se-0765"),
        iri("kgi:place/wikipedia-norway--vaxjo-") + "aefe9af1",
        iri("kgi:place/gb-lancaster"),
        iri("kgi:place/lt-kursenai"),
        iri("kgi:place/wikipedia-latvia--kursenai-") + "40477846",
    }


def test_a_name_that_one_source_prints_is_no_name_in_the_list_of_another(tmp_path: Path) -> None:
    rows = "city1,country1,city2,country2\nMalmö,Sweden,Newcastle upon Tyne,England\n"
    rows += 'New Ross,Republic of Ireland,Newcastle,"Northern Ireland, United Kingdom"\nNewcastle,United Kingdom,New Ross,Ireland\n'
    assert run(tmp_path, rows.encode(), declaration("wikipedia-twin-towns", ())).taken == 3
    members = Counter(quad.object.value for quad in quads(tmp_path) if quad.predicate.value == iri("org:member"))
    assert members[iri("kgi:place/gb-newcastle-upon-tyne")] == 1
    assert members[iri("kgi:place/wikipedia-united-kingdom--newcastle")] == 1
    assert members[iri("kgi:place/wikipedia-northern-ireland-united-kingdom-2b4e9085--newcastle")] == 1


def test_a_name_of_several_known_places_is_set_aside_with_them_and_the_key_of_one_is_taken(tmp_path: Path) -> None:
    names, germany = Names(), "http://publications.europa.eu/resource/authority/country/DEU"
    for key in ("place/de-neustadt-a", "place/de-neustadt-b"):
        names.say((iri(f"kgi:{key}"), iri("rdf:type"), iri("kg:Place"), ""))
        names.say((iri(f"kgi:{key}"), iri("geo:sfWithin"), germany, ""))
    names.say((iri("kgi:place/de-neustadt-a"), iri("skos:prefLabel"), "Neustadt", "sv"))
    names.say((iri("kgi:place/de-neustadt-b"), iri("skos:altLabel"), "Neustadt", "de"))
    names.say((germany, iri("rdf:type"), iri("dcterms:Location"), ""))
    names.say((germany, iri("skos:prefLabel"), "Germany", "en"))
    names.open()
    path, rejected = tmp_path / "list.csv", tmp_path / "aside.csv"
    path.write_text(
        "city1,country1,city2,country2\nNeustadt,Germany,Ulm,Germany\nplace/de-neustadt-b,Germany,Ulm,Germany\n",
        "utf-8",
    )
    table = declaration("wikipedia-twin-towns", ())
    tally = import_list(Import(path, table, names, tmp_path / "out.nq", rejected, "en"))
    assert (tally.read, tally.taken, tally.aside) == (2, 1, 1)
    told = "Neustadt (place/de-neustadt-a); "
    assert f"2:city1: “Neustadt” can mean several things: {told}" in rejected.read_text("utf-8-sig")


def test_an_item_of_wikidata_means_the_municipality_and_not_the_town_of_its_name(tmp_path: Path) -> None:
    table = declaration("wikidata-twin-towns", ())
    assert run(tmp_path, b"Q500217\tQ83178\nQ26152\tQ83178\nQ1\tQ1\n", table).taken == 2
    members = {quad.object.value for quad in quads(tmp_path) if quad.predicate.value == iri("org:member")}
    assert members == {
        iri("kgi:municipality/se-0780"),
        iri("kgi:place/wikidata-Q26152"),
        iri("kgi:place/wikidata-Q83178"),
    }


def test_memory_stays_far_below_the_size_of_a_list(tmp_path: Path) -> None:
    table = fund(tmp_path)
    row = "KH-2024-{};{};Växjö | Älmhult;2021;2022;-\n"
    path = tmp_path / "large.csv"
    with path.open("w", encoding="cp1252") as stream:
        stream.write(example("fonden.csv").splitlines()[0] + "\n")
        stream.writelines(row.format(number, "Återbruk " * 1_000) for number in range(1_500))
    own_names()
    tracemalloc.start()
    try:
        job = Import(path, table, own_names(), tmp_path / "out.nq", tmp_path / "rejected.csv", "en")
        tally = import_list(job)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (tally.read, tally.taken) == (1_500, 1_500)
    assert peak < path.stat().st_size / 5


LISTS = ROOT.parent / "shared" / "datasets"
needs_lists = pytest.mark.skipif(not LISTS.is_dir(), reason="the lists made by others lie beside the checkout")
MEMBER, ORGANISATION = iri("org:member"), iri("org:organization")


@cache
def expected() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((LISTS / "expected_aggregates.json").read_text("utf-8"))
    return found


def made_of(folder: Path, kind: str, name: str) -> tuple[Tally, list[list[str]]]:
    """The import of a list made by others, and the rows that were set aside."""
    target, rejected = folder / "out" / "list.nq", folder / "list.rejected.csv"
    tally = import_list(Import(LISTS / name, declaration(kind, ()), own_names(), target, rejected, "en"))
    assert tally.read == tally.taken + tally.aside
    if not rejected.exists():
        return tally, []
    with rejected.open(encoding="utf-8-sig", newline="") as stream:
        return tally, list(csv.reader(stream, delimiter="\t" if name.endswith("tsv") else ","))


def ties(folder: Path) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """The members of each twinning, and those that each claim names."""
    by_membership: defaultdict[str, dict[str, str]] = defaultdict(dict)
    by_claim: defaultdict[str, set[str]] = defaultdict(set)
    for quad in quads(folder):
        if quad.predicate.value in (MEMBER, ORGANISATION):
            by_membership[quad.subject.value][quad.predicate.value] = quad.object.value
        if quad.predicate.value == MEMBER:
            by_claim[quad.graph_name.value].add(quad.object.value)
    by_twinning: defaultdict[str, set[str]] = defaultdict(set)
    for each in by_membership.values():
        by_twinning[each[ORGANISATION]].add(each[MEMBER])
    return by_twinning, by_claim


def pairs(rows: Iterable[list[str]]) -> set[tuple[str, str]]:
    return {pair for row in rows for pair in ((row[0], row[1]), (row[2], row[3]))}


@needs_lists
def test_twin_towns_of_wikipedia_give_the_figures_counted_without_rdf(tmp_path: Path) -> None:
    wanted = expected()["twin_wikipedia"]
    tally, (_, *aside) = made_of(tmp_path, "wikipedia-twin-towns", "twin_towns_wikipedia_2026_raw.csv")
    assert (tally.read, len(aside)) == (wanted["rows_raw"], tally.aside)
    twinnings, claims = ties(tmp_path)
    assert len(claims) == tally.taken
    assert sum(not (row[1] and row[3]) for row in aside) == wanted["empty_country"]
    itself = [row[:4] for row in aside if "can't be tied to itself" in row[4]]
    assert sorted(itself) == sorted(list(each.values()) for each in wanted["self_pairs"])

    with (LISTS / "twin_towns_wikipedia_2026_raw.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    set_aside = {tuple(row[:4]) for row in aside}
    named = pairs(row for row in rows if tuple(row) not in set_aside)
    assert len(named | pairs(aside)) == wanted["places"]
    # A name that is known in its country is that place; of the others, two ways to write one name, in another case, mean one.
    places = {place for members in twinnings.values() for place in members}
    own = {place for place in places if "/wikipedia-" in place}
    assert len(own) == len(
        {(city.casefold(), country.casefold()) for city, country in named if not known(city, country)}
    )
    assert places - own == {place for pair in named for place in known(*pair)}

    swedish = {place for place in places if "/municipality/se-" in place or "/wikipedia-sweden--" in place}
    assert len(swedish) == wanted["swedish_names"]
    assert sum(bool(members & swedish) for members in claims.values()) == wanted["rows_touching_sweden"]
    found = {name: sorted(partners(claims, name)) for name in wanted["degree"]}
    assert {name: len(twins) for name, twins in found.items()} == wanted["degree"]
    assert found["Älmhult"] == [iri("kgi:place/lt-kursenai"), iri("kgi:place/no-time")]
    # The list has Lancaster twice, in “England” and in “England, United Kingdom”; it is one place.
    assert Counter(found["Växjö"])[iri("kgi:place/gb-lancaster")] == 2
    for name, twins in wanted["twins"].items():
        assert len(found[name]) == len(twins)


def partners(claims: dict[str, set[str]], name: str) -> Iterator[str]:
    """The other ends of a Swedish municipality's ties, as often as claims name them."""
    (own,) = own_names().found(name, (iri("kg:Municipality"),), own_names().found("SWE", (), None)[0])
    return (other for members in claims.values() if own in members for other in members - {own})


@cache
def known(city: str, country: str) -> tuple[str, ...]:
    """The municipality or place that our own data know by the name in the country, as the list writes it."""
    column = next(each for each in declaration("wikipedia-twin-towns", ()).stated() if each.name == "country1")
    (area,) = own_names().found(column.aliases.get(country, country), column.classes, None)
    return own_names().found(city, (iri("kg:Municipality"), iri("kg:Place")), area)


@needs_lists
def test_twin_towns_of_wikidata_give_the_figures_counted_without_rdf(tmp_path: Path) -> None:
    wanted = expected()["p190_2016"]
    tally, aside = made_of(tmp_path, "wikidata-twin-towns", "wikidata_p190_2016_relations.tsv")
    assert tally.taken == wanted["directed"]
    assert len(aside) == tally.aside == 4
    assert all("says the same as row" in row[2] for row in aside)
    twinnings, claims = ties(tmp_path)
    assert len(claims) == wanted["directed"]
    assert len(twinnings) == wanted["undirected"]
    directions = Counter(frozenset(members) for members in claims.values())
    assert sum(number == 1 for number in directions.values()) == wanted["one_sided"]
    assert len(set().union(*twinnings.values())) == wanted["nodes"]
    said = {tuple(claim.rpartition("/")[2].split("-")) for claim in claims}
    for key in ("vaxjo_locality_Q26152", "vaxjo_municipality_Q500217"):
        item = key.rpartition("_")[2]
        twins = {other for one, other in said if one == item} | {one for one, other in said if other == item}
        assert sorted(twins) == wanted[key]


@needs_lists
def test_names_of_wikidata_are_all_taken(tmp_path: Path) -> None:
    tally, _ = made_of(tmp_path, "wikidata-places", "wikidata_p190_2016_names.tsv")
    assert (tally.taken, tally.aside) == (expected()["p190_2016"]["nodes"], 0)


@needs_lists
def test_projects_of_the_regional_fund_give_the_figures_counted_without_rdf(tmp_path: Path) -> None:
    wanted = expected()["se_erdf"]
    tally, aside = made_of(tmp_path, "se-erdf-projects", "se_erdf_2014_2020.csv")
    assert (tally.read, tally.taken, aside) == (wanted["rows"], wanted["rows"], [])
    said: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for quad in quads(tmp_path):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            said[quad.predicate.value].append((quad.subject.value, quad.object.value))
    assert (
        len({project for project, _ in said[iri("dcterms:title")] if "/project/" in project})
        == wanted["distinct_ids"]
    )
    assert len({who for _, who in said[iri("kg:participant")]}) == wanted["distinct_beneficiaries"]
    places = [(project, place) for project, place in said[iri("dcterms:spatial")] if "/municipality/" in place]
    assert len(places) == wanted["links_project_municipality"]
    assert len({place for _, place in places}) == wanted["distinct_municipalities_after_fix"]
    assert len({project for project, _ in places}) == wanted["rows"] - wanted["no_municipality"]
    for name, number in wanted["projects_by_municipality"].items():
        (own,) = own_names().found(name, (iri("kg:Municipality"),), own_names().found("SWE", (), None)[0])
        assert sum(place == own for _, place in places) == number
    periods = [period.split("/") for _, period in said[iri("kg:period")]]
    for day in ("2018-01-01", "2016-09-27"):
        running = sum(start <= day <= end for start, end in periods)
        assert running == wanted[f"active_{day.replace('-', '_')}"]
    assert min(start for start, _ in periods) == wanted["first_start"]
    assert max(end for _, end in periods) == wanted["last_end"]
    amounts = said[iri("schema:value")]
    assert sum(int(amount) for _, amount in amounts) == wanted["sum_sek"]
    assert wanted["rows"] - sum(subject.endswith("-eur") for subject, _ in amounts) == wanted["zero_eur"]
    titles = [title for project, title in said[iri("dcterms:title")] if "/project/" in project]
    assert sum("förstudie" in title.casefold() for title in titles) == wanted["title_contains_forstudie"]


def test_a_name_in_an_imported_list_makes_no_name_of_the_project_ambiguous(tmp_path: Path) -> None:
    run(tmp_path, "Q26152\tVäxjö\nQ3\tNowhere Else\n".encode(), declaration("wikidata-places", ()))
    own = own_project()
    known = Project(data=(), known=own.data, ontology=own.ontology, root=own.root)
    names = known_names(known, own.data[0] / "imports", [tmp_path / "out" / "list.nq"])
    classes = (iri("kg:Municipality"), iri("kg:Place"))
    assert names.found("Växjö", classes, None) == (iri("kgi:municipality/se-0780"),)
    assert names.found("Nowhere Else", classes, None) == (iri("kgi:place/wikidata-Q3"),)
    assert names.found("Q26152", classes, None) == (iri("kgi:place/wikidata-Q26152"),)


def test_items_that_a_list_of_wikidata_named_first_are_the_ends_of_the_ties_of_another(tmp_path: Path) -> None:
    """The two commands of the documentation, one after the other."""
    (tmp_path / "names.tsv").write_text("Q1\tHere\nQ2\tThere\n", "utf-8")
    (tmp_path / "ties.tsv").write_text("Q1\tQ2\nQ2\tQ1\nQ1\tQ3\n", "utf-8")
    places = "data/imports/wikidata-places.nq"
    for kind, file, known in (
        ("wikidata-places", "names.tsv", ()),
        ("wikidata-twin-towns", "ties.tsv", ("--known", places)),
    ):
        command = [sys.executable, "-m", "kommungraf.cli", "import", kind, file, *known, "--lang", "en"]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=tmp_path, encoding="utf-8"
        )
        assert (done.returncode, "Set aside" in done.stdout) == (0, False), done.stdout
    made = list(
        parse(path=str(tmp_path / "data" / "imports" / "wikidata-twin-towns.nq"), format=RdfFormat.N_QUADS)
    )
    members = {quad.object.value for quad in made if quad.predicate.value == iri("org:member")}
    assert members == {iri(f"kgi:place/wikidata-Q{number}") for number in (1, 2, 3)}
    labels = {quad.object.value for quad in made if quad.predicate.value == iri("skos:prefLabel")}
    assert "Twinning Here–There" in labels


@pytest.mark.parametrize(
    ("code", "country"),
    [("SE", "SWE"), ("SWE", "SWE"), ("EL", "GRC"), ("GR", "GRC"), ("UK", "GBR"), ("XK", "1A0")],
)
def test_a_country_may_be_written_by_its_code_of_two_letters(code: str, country: str) -> None:
    assert own_names().found(code, (iri("dcterms:Location"),), None) == (f"{COUNTRY}{country}",)


def test_every_country_has_a_code_of_two_letters_of_its_own() -> None:
    said = list(parse(path=str(ROOT / "data" / "countries.ttl")))
    codes = [each.object.value for each in said if each.predicate.value == iri("skos:notation")]
    assert len(codes) == len(set(codes))
    assert {each.subject for each in said} == {
        each.subject for each in said if each.predicate.value == iri("skos:notation")
    }
