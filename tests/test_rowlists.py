"""Every list as CSV, as JSON page by page, and as the metadata of CSV on the Web, which say the same."""

import csv
import io
import json
import re
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

import pytest
from csvw import CSVW
from flask.testing import FlaskClient

from kommungraf.rendering.columns import COLUMNS
from kommungraf.rendering.rowlists import ROWS
from kommungraf.vocab import BASE
from own_release import page, sheet

MUNICIPALITIES = f"/list?type={quote(BASE + 'def/Municipality', safe='')}"
CLAIMS = f"/list?type={quote(BASE + 'def/Claim', safe='')}"
TWINNINGS = f"/list?type={quote(BASE + 'def/Twinning', safe='')}&date=2019"


def around(thing: str, table: str) -> str:
    return f"/around?thing={quote(f'{BASE}id/{thing}', safe='')}&table={table}"


AROUND = around("municipality/se-0780", "cooperations")
LISTS = [
    pytest.param(MUNICIPALITIES, id="list"),
    pytest.param(TWINNINGS, id="list-as-of-a-day"),
    pytest.param(AROUND, id="around"),
    pytest.param("/conflicts?municipality=0780", id="conflicts"),
    pytest.param("/gaps", id="gaps"),
    pytest.param("/check/se-0780", id="check"),
    pytest.param(around("source/vaxjo-tlokwe", "claims"), id="claims"),
    pytest.param(around("municipality/se-0780", "elsewhere"), id="elsewhere"),
    pytest.param(around("municipality/za-nw405", "changes"), id="changes"),
    pytest.param(around("organisation/se-icld", "funded"), id="funded"),
]
ASOF = f"/asof?thing={quote(BASE + 'id/municipality/se-0780', safe='')}&date=2020"
YEARS = f"/years?type={quote(BASE + 'def/Twinning', safe='')}"
DESCRIBED = [*LISTS, pytest.param(ASOF, id="asof"), pytest.param(YEARS, id="years")]
DOCUMENT = Path(__file__).parent.parent / "docs" / "addresses.md"


def in_form(address: str, form: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}format={form}"


def as_json(client: FlaskClient, address: str) -> dict[str, Any]:
    response = client.get(address, headers={"Accept": "application/json", "Accept-Language": "en"})
    assert response.mimetype == "application/json"
    found: dict[str, Any] = response.json
    return found


def metadata(client: FlaskClient, address: str) -> dict[str, Any]:
    response = client.get(address, headers={"Accept-Language": "en"})
    assert response.mimetype == "application/csvm+json"
    found: dict[str, Any] = json.loads(response.text)
    return found


def written(name: str, value: Any) -> str:
    """What JSON has, as CSV writes it."""
    if isinstance(value, list):
        return COLUMNS[name].separator.join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


@pytest.mark.parametrize("address", LISTS)
def test_json_says_what_csv_says(client: FlaskClient, address: str) -> None:
    rows, found = sheet(client, address), as_json(client, address)
    assert found["total"] == len(rows) > 0
    beside = [{name: written(name, value) for name, value in row.items()} for row in found["rows"]]
    assert beside == [{name: cell.removeprefix("'") for name, cell in row.items()} for row in rows]
    assert found["language"] == "en"
    assert found["edition"]


@pytest.mark.parametrize("address", LISTS)
def test_form_of_a_list_is_chosen_by_parameter_or_by_header(client: FlaskClient, address: str) -> None:
    for form, media_type in (("json", "application/json"), ("csv", "text/csv"), ("csvm", "application/csvm+json")):
        named = client.get(in_form(address, form), headers={"Accept": "text/html"})
        accepted = client.get(address, headers={"Accept": media_type})
        assert named.mimetype == accepted.mimetype == media_type
        assert "Accept" in accepted.headers["Vary"]
        assert accepted.headers["ETag"]
    assert client.get(address, headers={"Accept": "*/*"}).mimetype == "text/html"
    assert client.get(address, headers={"Accept": "image/png"}).status_code == 406


def test_json_tells_types_apart(client: FlaskClient) -> None:
    row = next(each for each in as_json(client, TWINNINGS)["rows"] if each["thing"].endswith("se-0780-us-duluth"))
    assert row["held"] is True
    assert len(row["members"]) == 2
    assert all(each.startswith("http") for each in row["sources"])
    assert (row["date"], row["holds"]) == ("2019", "yes")
    unheld = next(each for each in as_json(client, TWINNINGS)["rows"] if each["held"] is False)
    assert unheld["period"] is None
    assert unheld["members"] == []


def test_long_list_goes_on_from_page_to_page_in_json(client: FlaskClient) -> None:
    address, seen, pages = in_form(CLAIMS, "json"), list[str](), 0
    while address:
        response = client.get(address)
        found = response.json
        seen += [row["thing"] for row in found["rows"]]
        pages += 1
        address = found.get("next", "")
        assert ('rel="next"' in response.headers["Link"]) == bool(address)
    assert pages == found["pages"] == -(-found["total"] // ROWS)
    assert len(seen) == len(set(seen)) == found["total"] == len(sheet(client, CLAIMS))
    assert client.get(f"{in_form(CLAIMS, 'json')}&page={pages + 1}").status_code == 404


def test_json_of_a_list_leads_to_its_csv_and_to_its_query(client: FlaskClient) -> None:
    found = as_json(client, AROUND)
    assert client.get(found["csv"]).mimetype == "text/csv"
    answer = client.get(found["query"], headers={"Accept": "text/csv"}).text
    assert len(list(csv.DictReader(io.StringIO(answer)))) == found["total"]


@pytest.mark.parametrize("address", DESCRIBED)
def test_csv_leads_to_metadata_that_describe_it(client: FlaskClient, address: str) -> None:
    response = client.get(in_form(address, "csv"))
    assert "header=present" in response.headers["Content-Type"]
    [href] = re.findall(r'<([^>]+)>; rel="describedby"; type="application/csvm\+json"', response.headers["Link"])
    told = metadata(client, href)
    assert client.get(urljoin(href, told["url"])).text == response.text
    heading = response.text.partition("\r\n")[0].split(",")
    columns = told["tableSchema"]["columns"]
    assert [each["titles"] for each in columns] == [each["name"] for each in columns] == heading
    assert all(each["dc:description"] for each in columns)
    assert told["dc:license"]["@id"].startswith("http")


@pytest.mark.parametrize("address", DESCRIBED)
def test_columns_have_the_same_names_in_both_languages(client: FlaskClient, address: str) -> None:
    swedish, english = (
        client.get(in_form(address, "csv"), headers={"Accept-Language": tongue}).text.partition("\r\n")[0]
        for tongue in ("sv", "en")
    )
    assert swedish == english


def test_every_column_is_documented() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert [name for name in COLUMNS if f"`{name}`" not in text] == []


@pytest.mark.parametrize("address", LISTS)
def test_page_of_a_list_leads_to_its_other_forms(client: FlaskClient, address: str) -> None:
    text = page(client, address, "en").replace("&amp;", "&")
    for words, media_type in (("JSON", "application/json"), ("CSV for Excel", "text/csv")):
        [href] = re.findall(rf'<a href="([^"]+)" type="{media_type}">{words}</a>', text)
        assert client.get(href).mimetype == media_type


@pytest.mark.parametrize("address", DESCRIBED)
def test_csv_for_a_swedish_excel_has_semicolons_and_says_that_it_is_utf_8(
    client: FlaskClient, address: str
) -> None:
    plain = client.get(in_form(address, "csv"))
    found = client.get(f"{in_form(address, 'csv')}&delimiter=semicolon")
    assert not plain.data.startswith(b"\xef\xbb\xbf")
    assert found.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(found.data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows == list(csv.reader(io.StringIO(plain.text, newline="")))
    [href] = re.findall(r'<([^>]+)>; rel="describedby"', found.headers["Link"])
    assert metadata(client, href)["dialect"]["delimiter"] == ";"


def test_delimiter_that_nobody_offers_is_refused_in_words(client: FlaskClient) -> None:
    response = client.get("/gaps?format=csv&delimiter=tab")
    assert response.status_code == 400
    assert "semicolon" in response.text


@pytest.mark.parametrize("delimiter", ["comma", "semicolon"])
@pytest.mark.parametrize("address", DESCRIBED)
def test_outside_tool_of_csv_on_the_web_finds_the_files_valid(
    client: FlaskClient, tmp_path: Path, address: str, delimiter: str
) -> None:
    asked = f"{address}{'&' if '?' in address else '?'}delimiter={delimiter}"
    told = metadata(client, in_form(asked, "csvm"))
    (tmp_path / "list.csv").write_bytes(client.get(told["url"], headers={"Accept-Language": "en"}).data)
    (tmp_path / "list.csv-metadata.json").write_text(json.dumps({**told, "url": "list.csv"}), "utf-8")
    found = CSVW(str(tmp_path / "list.csv-metadata.json"), validate=True)
    assert found.is_valid, [str(each.message) for each in found.warnings]


def test_outside_tool_of_csv_on_the_web_refuses_a_list_that_its_metadata_do_not_describe(
    client: FlaskClient, tmp_path: Path
) -> None:
    told = metadata(client, in_form(AROUND, "csvm"))
    rows = client.get(told["url"]).data.replace(b",yes,", b",perhaps,")
    assert b",perhaps," in rows
    (tmp_path / "list.csv").write_bytes(rows)
    (tmp_path / "list.csv-metadata.json").write_text(json.dumps({**told, "url": "list.csv"}), "utf-8")
    with warnings.catch_warnings(action="always"):  # which the tool keeps for itself
        assert not CSVW(str(tmp_path / "list.csv-metadata.json"), validate=True).is_valid
