"""The competency questions: how their files are read, and that each gives the answer worked out by hand."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import Quad, QueryResultsFormat, QuerySolutions, Store, parse_query_results

from kommungraf.building.questions import Wording, read_questions
from kommungraf.dataset.dataset import assembled, stated
from kommungraf.dataset.inputs import read_inputs
from kommungraf.dataset.project import own_project
from kommungraf.errors import InputError, SyntaxFault

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "questions"
QUESTIONS = read_questions(FOLDER)
GIVEN = ROOT.parent / "shared" / "sources" / "competency_questions.csv"

WHOLE = """# id: CQ99
# sv: Vad heter Älmhult?
# en: What is Älmhult called?
# column ?name: Namn | Name
# value yes: ja | yes
# expected:
# ?name
# "Älmhult"
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# A comment below the header belongs to the query.
SELECT ?name WHERE { ?place skos:prefLabel ?name }
"""


@pytest.fixture(scope="session")
def store() -> Store:
    project = own_project()
    dataset = assembled(stated(read_inputs(project), project), project)
    store = Store()
    store.bulk_extend(
        [*dataset.named, *(Quad(quad.subject, quad.predicate, quad.object) for quad in dataset.held)]
    )
    return store


def answer(text: bytes) -> tuple[list[str], Counter[tuple[str | None, ...]]]:
    """Variables and rows; rows are a bag, since only some questions say in which order."""
    solutions = parse_query_results(text, format=QueryResultsFormat.TSV)
    assert isinstance(solutions, QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return names, Counter(
        tuple(None if value is None else str(value) for value in solution) for solution in solutions
    )


@pytest.mark.parametrize("question", [pytest.param(question, id=question.slug) for question in QUESTIONS])
def test_question_gives_the_answer_worked_out_by_hand(question, store: Store) -> None:
    results = store.query(question.query).serialize(format=QueryResultsFormat.TSV)
    assert answer(results) == answer(question.expected.encode())


@pytest.mark.parametrize("question", [pytest.param(question, id=question.slug) for question in QUESTIONS])
def test_question_fetches_nothing_and_is_a_selection(question) -> None:
    words = question.query.upper().split()
    assert "SELECT" in words
    assert not {"SERVICE", "FROM", "INSERT", "DELETE"} & set(words)


def test_question_ids_are_unique() -> None:
    assert len({question.id for question in QUESTIONS}) == len(QUESTIONS)


def test_every_given_question_is_asked_in_its_own_words() -> None:
    if not GIVEN.is_file():
        pytest.skip("the questions that were given are kept outside this repository")
    with GIVEN.open(encoding="utf-8") as file:
        given = {(row["id"], row["sv"], row["en"]) for row in csv.DictReader(file)}
    assert given <= {(question.id, question.sv, question.en) for question in QUESTIONS}


def test_precisions_are_those_of_the_page(store: Store) -> None:
    # The bag of question CQ30 names each thing; the page itself has these dates and no other.
    question = next(question for question in QUESTIONS if question.id == "CQ30")
    rows = store.query(question.query)
    assert isinstance(rows, QuerySolutions)
    assert {(row["precision"].value, row["date"].value) for row in rows} == {
        ("year", "2005"),
        ("season", "2018-22"),
        *(("month", month) for month in ("2019-01", "2021-12", "2020-12", "2020-01", "2020-06")),
    }


def test_question_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "name.rq").write_text(WHOLE, "utf-8")
    (question,) = read_questions(tmp_path)
    assert (question.slug, question.id, question.sv) == ("name", "CQ99", "Vad heter Älmhult?")
    assert question.en == "What is Älmhult called?"
    assert question.expected == '?name\n"Älmhult"\n'
    assert question.columns == {"name": Wording("Namn", "Name")}
    assert question.values == {"yes": Wording("ja", "yes")}
    assert question.query == WHOLE.partition('"Älmhult"\n')[2]


def test_unbound_values_stay_in_the_expected_answer(tmp_path: Path) -> None:
    (tmp_path / "name.rq").write_text(
        WHOLE.replace("# ?name", "# ?a\t?b\t?name")
        .replace('# "Älm', '# \t\t"Älm')
        .replace("# expected", "# column ?a: A | A\n# column ?b: B | B\n# expected"),
        "utf-8",
    )
    (question,) = read_questions(tmp_path)
    assert question.expected == '?a\t?b\t?name\n\t\t"Älmhult"\n'


def test_questions_come_in_the_order_of_their_ids(tmp_path: Path) -> None:
    (tmp_path / "a.rq").write_text(WHOLE, "utf-8")
    (tmp_path / "b.rq").write_text(WHOLE.replace("CQ99", "CQ01"), "utf-8")
    assert [question.slug for question in read_questions(tmp_path)] == ["b", "a"]


@pytest.mark.parametrize(
    ("missing", "line"),
    [
        pytest.param("# id: CQ99\n", 1, id="id"),
        pytest.param("# sv: Vad heter Älmhult?\n", 2, id="swedish"),
        pytest.param("# en: What is Älmhult called?\n", 3, id="english"),
        pytest.param("# column ?name: Namn | Name\n", 4, id="heading"),
        pytest.param("# expected:\n", 6, id="expected"),
        pytest.param('# ?name\n# "Älmhult"\n', 7, id="variables"),
    ],
)
def test_missing_header_line_is_named_with_its_place(tmp_path: Path, missing: str, line: int) -> None:
    (tmp_path / "name.rq").write_text(WHOLE.replace(missing, ""), "utf-8")
    with pytest.raises(InputError) as caught:
        read_questions(tmp_path)
    assert (caught.value.place.file, caught.value.place.line) == (f"{tmp_path.name}/name.rq", line)


@pytest.mark.parametrize(
    ("written", "line", "message"),
    [
        pytest.param("# column ?name: Namn", 4, "can't be read", id="one language"),
        pytest.param("# column ?name: | Name", 4, "can't be read", id="an empty language"),
        pytest.param("# column ?name: Namn | Name | Nom", 4, "can't be read", id="a third language"),
        pytest.param(
            "# column ?name: Namn | Name\n# column ?nam: Namn | Name", 4, "no variable [?]nam;", id="no such"
        ),
        pytest.param(
            "# column ?name: Namn | Name\n# column ?name: Namn | Name", 5, "its words already", id="twice"
        ),
        pytest.param("# column ?Name: Namn | Name", 4, "[?]name has no heading", id="other case"),
        pytest.param("# columns ?name: Namn | Name", 4, "can't be read", id="misspelt"),
    ],
)
def test_heading_that_fits_no_variable_is_named_with_its_place(
    tmp_path: Path, written: str, line: int, message: str
) -> None:
    (tmp_path / "name.rq").write_text(WHOLE.replace("# column ?name: Namn | Name", written), "utf-8")
    with pytest.raises(InputError, match=message) as caught:
        read_questions(tmp_path)
    assert caught.value.place.line == line


def test_header_without_a_query_is_refused(tmp_path: Path) -> None:
    (tmp_path / "name.rq").write_text(WHOLE.partition("PREFIX")[0], "utf-8")
    with pytest.raises(InputError, match="no query"):
        read_questions(tmp_path)


def test_other_encoding_than_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "name.rq").write_bytes(WHOLE.encode("latin-1"))
    with pytest.raises(SyntaxFault, match="UTF-8"):
        read_questions(tmp_path)
