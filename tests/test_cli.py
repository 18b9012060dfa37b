import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from kommungraf.dataset.project import own_project
from waiting import PATIENCE

ROOT = own_project().root
PREFIX = "@prefix ex: <http://example.org/> .\n"
CLAIM = """@prefix kg: <https://w3id.org/kommungraf/def/> .
@prefix kgi: <https://w3id.org/kommungraf/id/> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix prov: <http://www.w3.org/ns/prov#> .

kgi:claim\\/x\\/1 a kg:Claim ;
    prov:wasQuotedFrom kgi:source\\/nowhere ;
    oa:hasSelector [ a oa:TextQuoteSelector ; oa:exact "a few words" ] ;
    kg:status kg:Accepted .

GRAPH kgi:claim\\/x\\/1 { kgi:place\\/x a kg:Place . }
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kommungraf.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


@pytest.mark.parametrize(
    ("name", "content", "place", "remedy"),
    [
        pytest.param("cut.ttl", (PREFIX + 'ex:a ex:b "x').encode(), "line 2", "cut off", id="truncated-turtle"),
        pytest.param(
            "cut.trig", (PREFIX + "ex:g { ex:a ex:b ex:c .").encode(), "line 2", "cut off", id="truncated-trig"
        ),
        pytest.param(
            "latin.ttl", (PREFIX + 'ex:a ex:b "å" .').encode("latin-1"), "line 2", "UTF-8", id="encoding"
        ),
        pytest.param("prefix.ttl", b"ex:a ex:b ex:c .", "line 1", "@prefix", id="unknown-prefix"),
    ],
)
def test_bad_file_is_told_with_place_and_remedy(
    tmp_path: Path, name: str, content: bytes, place: str, remedy: str
) -> None:
    (tmp_path / name).write_bytes(content)
    releases = tmp_path / "releases"
    checked = run("check", str(tmp_path / name), "--lang", "en")
    assert checked.returncode == 1
    assert name in checked.stdout
    assert place in checked.stdout
    assert remedy in checked.stdout
    built = run("build", str(tmp_path / name), "--releases", str(releases))
    assert built.returncode == 1
    assert not releases.exists()
    assert "Traceback" not in checked.stderr + built.stderr


def test_bad_file_is_told_in_swedish(tmp_path: Path) -> None:
    (tmp_path / "cut.ttl").write_text(PREFIX + 'ex:a ex:b "x', "utf-8")
    answer = run("check", str(tmp_path / "cut.ttl"), "--lang", "sv")
    assert "rad 2, kolumn 11: fel: Filen verkar vara avklippt" in answer.stdout


@pytest.mark.parametrize(("language", "words"), [("sv", "okänd källa"), ("en", "unknown source")])
def test_claim_that_cites_an_unknown_source_is_told_with_its_line(
    tmp_path: Path, language: str, words: str
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "claim.trig").write_text(CLAIM, "utf-8")
    folders = ("--ontology", str(ROOT / "ontology"), "--shapes", str(ROOT / "shapes"))
    answer = run("check", "--data", str(tmp_path / "data"), *folders, "--lang", language)
    assert answer.returncode == 1
    assert words in answer.stdout
    assert "claim.trig" in answer.stdout


def test_missing_column_is_told_with_the_table(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(ROOT / "data" / "tables", data)
    table = data / "counties.csv"
    table.write_text(table.read_text("utf-8").replace(",wikidata,", ",", 1), "utf-8")
    answer = run("check", "--data", str(data), "--lang", "en")
    assert answer.returncode == 1
    assert "counties.csv" in answer.stdout
    assert "“wikidata” is missing" in answer.stdout


@pytest.mark.parametrize(("form", "field"), [("json", "findings"), ("sarif", "runs")])
def test_report_is_machine_readable(tmp_path: Path, form: str, field: str) -> None:
    (tmp_path / "cut.ttl").write_text(PREFIX + "ex:a ex:b", "utf-8")
    answer = run("check", str(tmp_path / "cut.ttl"), "--format", form)
    assert answer.returncode == 1
    assert json.loads(answer.stdout)[field]


def test_report_in_turtle_is_a_shacl_report(tmp_path: Path) -> None:
    (tmp_path / "cut.ttl").write_text(PREFIX + "ex:a ex:b", "utf-8")
    answer = run("check", str(tmp_path / "cut.ttl"), "--format", "turtle")
    types = {
        quad.object.value
        for quad in parse(answer.stdout, RdfFormat.TURTLE)
        if quad.predicate.value.endswith("#type")
    }
    assert "http://www.w3.org/ns/shacl#ValidationReport" in types


def test_report_for_github_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "cut.ttl").write_text(PREFIX + "ex:a ex:b", "utf-8")
    answer = run("check", str(tmp_path / "cut.ttl"), "--format", "github")
    assert answer.stdout.startswith("::error file=")
    assert "cut.ttl,line=2" in answer.stdout


def test_empty_folder_is_one_clear_line(tmp_path: Path) -> None:
    answer = run("build", "--data", str(tmp_path), "--releases", str(tmp_path / "releases"))
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert "nothing to publish" in answer.stderr


def test_error_that_ends_the_command_is_in_the_language_asked_for(tmp_path: Path) -> None:
    answer = run("build", "--data", str(tmp_path), "--lang=sv", "--releases", str(tmp_path / "releases"))
    assert "Det finns inget att publicera" in answer.stderr


def test_corrupt_release_is_built_anew_or_refused(tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    data = tmp_path / "a.ttl"
    data.write_text(PREFIX + "ex:a ex:b ex:c .", "utf-8")
    assert run("build", str(data), "--releases", str(releases)).returncode == 0
    (releases / "current" / "held.nt").write_bytes(b"")
    assert run("build", str(data), "--releases", str(releases)).returncode == 0
    assert (releases / "current" / "held.nt").read_bytes() != b""


def test_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    answer = run("check", str(tmp_path / "none.ttl"))
    assert answer.returncode == 2
    assert "none.ttl” doesn't exist" in answer.stderr


def test_base_iri_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(PREFIX, "utf-8")
    answer = run("build", str(tmp_path / "a.ttl"), "--base-iri", "not an iri", "--releases", str(tmp_path / "r"))
    assert answer.returncode == 2
    assert "base-iri is an absolute IRI" in answer.stderr
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(("arguments", "name"), [((), "vanorter-vaxjo.csv"), (("--xlsx",), "vanorter-vaxjo.xlsx")])
def test_new_table_is_written_once(tmp_path: Path, arguments: tuple[str, ...], name: str) -> None:
    table = tmp_path / "vanorter-vaxjo"
    assert run("new", str(table), "--lang", "sv", *arguments).stdout.strip() == str(tmp_path / name)
    content = (tmp_path / name).read_bytes()
    again = run("new", str(tmp_path / name), "--lang", "sv")
    assert (again.returncode, "Filen finns redan" in again.stderr) == (1, True)
    assert (tmp_path / name).read_bytes() == content


def test_new_table_of_no_kind_is_told(tmp_path: Path) -> None:
    answer = run("new", str(tmp_path / "towns"), "--lang", "en")
    assert answer.returncode == 1
    assert "vänorter/twin-towns" in answer.stderr


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "row 3, column since: violation: “sommarn 18” is not a date; write 2018-06 or sommaren 2018."),
        ("sv", "rad 3, kolumn since: fel: ”sommarn 18” är inget datum; skriv 2018-06 eller sommaren 2018."),
    ],
)
def test_table_alone_is_checked_against_what_is_known(tmp_path: Path, language: str, words: str) -> None:
    table = tmp_path / "twin_towns.csv"
    table.write_text(
        "municipality,partner,since,source\nÄlmhult,Kuršėnai,summer 2018,almhult-635\n0765,Time,sommarn 18,almhult-635\n"
    )
    answer = run("check", str(table), "--lang", language, "--marked", str(tmp_path / "out"))
    assert answer.returncode == 1
    assert words in answer.stdout
    assert answer.stdout.count("column") + answer.stdout.count("kolumn") == 1
    assert "sommaren 2018" in (tmp_path / "out" / "twin_towns.csv").read_text("utf-8-sig")
    table.write_text(table.read_text("utf-8").replace("sommarn 18", "sommaren 2018"), "utf-8")
    assert run("check", str(table)).returncode == 0
