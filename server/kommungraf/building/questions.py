"""Competency questions: SPARQL files whose header holds the question and the answer worked out by hand."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Final

from kommungraf.errors import InputError, Place, SyntaxFault

__all__ = ["Question", "read_questions"]

_EXPECTED: Final = "expected:"
_FIELDS: Final = ("id", "sv", "en")
_WORDED: Final = re.compile(r"(?P<what>column|value) (?P<name>[^:]+): (?P<sv>[^|]+) \| (?P<en>[^|]+)")
_BEGINS: Final = ("column", "value")


@dataclass(frozen=True, slots=True)
class Wording:
    """What stands on a page, in Swedish and English."""

    sv: str
    en: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question in Swedish and English; `expected` is its answer as SPARQL 1.1 results in TSV.

    `columns` are the headings of the answer by variable; `values` are the words for its plain texts, where they aren't
    to be read as they are.
    """

    slug: str
    id: str
    sv: str
    en: str
    query: str
    expected: str
    columns: Mapping[str, Wording]
    values: Mapping[str, Wording]


def read_questions(folder: Path) -> tuple[Question, ...]:
    """The questions of a folder by their ids; raises InputError with file and line where a header is incomplete."""
    found = [_question(path, f"{folder.name}/{path.name}") for path in sorted(folder.glob("*.rq"))]
    return tuple(sorted(found, key=lambda question: question.id))


def _question(path: Path, name: str) -> Question:
    lines = _lines(path, name)
    header = [line.removeprefix("#").removeprefix(" ") for line in takewhile(_is_comment, lines)]
    fields = dict(line.partition(":")[::2] for line in header[: len(_FIELDS)])
    for number, field in enumerate(_FIELDS, start=1):
        if not fields.get(field, "").strip():
            raise InputError("The line “# {field}: …” is missing; add it here.", Place(name, number), field=field)
    worded = list(takewhile(_is_wording, header[len(_FIELDS) :]))
    wordings = list(_wordings(worded, name))
    expected = _expected(header[len(_FIELDS) + len(worded) :], Place(name, len(_FIELDS) + len(worded) + 1))
    _demand_headings(
        [key for what, key, _ in wordings if what == "column"], expected, Place(name, len(_FIELDS) + 1)
    )
    return Question(
        slug=path.stem,
        id=fields["id"].strip(),
        sv=fields["sv"].strip(),
        en=fields["en"].strip(),
        query=_query(lines[len(header) :], Place(name, len(header) + 1)),
        expected=expected,
        columns={key: wording for what, key, wording in wordings if what == "column"},
        values={key: wording for what, key, wording in wordings if what == "value"},
    )


def _is_wording(line: str) -> bool:
    return line.startswith(_BEGINS)


def _wordings(lines: Sequence[str], name: str) -> Iterator[tuple[str, str, Wording]]:
    """What each line puts into words, a column (without its question mark) or a value, and the words."""
    seen = set[str]()
    for number, line in enumerate(lines, start=len(_FIELDS) + 1):
        found, place = _WORDED.fullmatch(line.strip()), Place(name, number)
        if found is None:
            raise InputError(
                "This heading can't be read. Write “# column ?name: Swedish | English” or “# value word: Swedish | English”.",
                place,
            )
        what, key = found["what"], found["name"].strip()
        if f"{what} {key}" in seen:
            raise InputError("“{what}” has its words already; keep one of the lines.", place, what=f"{what} {key}")
        seen.add(f"{what} {key}")
        yield (
            what,
            key.removeprefix("?") if what == "column" else key,
            Wording(found["sv"].strip(), found["en"].strip()),
        )


def _demand_headings(columns: Sequence[str], expected: str, place: Place) -> None:
    """Every variable of the answer has a heading, and nothing else has; `place` is where headings begin."""
    variables = [variable.removeprefix("?") for variable in expected.partition("\n")[0].split("\t")]
    for variable in sorted(set(variables) - set(columns)):
        raise InputError(
            "The variable ?{variable} has no heading; add “# column ?{variable}: Swedish | English” here.",
            place,
            variable=variable,
        )
    for column in sorted(set(columns) - set(variables)):
        raise InputError(
            "The expected answer has no variable ?{variable}; mend the name of this heading or leave it out.",
            place,
            variable=column,
        )


def _lines(path: Path, name: str) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise SyntaxFault("The file isn't UTF-8; save it in that encoding.", Place(name)) from error


def _is_comment(line: str) -> bool:
    return line.startswith("#")


def _query(lines: Sequence[str], place: Place) -> str:
    text = "\n".join(lines).strip()
    if not text:
        raise InputError("There is no query below the header; write it here.", place)
    return text + "\n"


def _expected(lines: Sequence[str], place: Place) -> str:
    """The lines below “# expected:”; the first holds the variables, so that an empty answer has one line."""
    if not lines or lines[0].strip() != _EXPECTED:
        raise InputError("The line “# expected:” is missing; add it here.", place)
    answer = lines[1:]
    if not answer or not answer[0].startswith("?"):
        below = Place(place.file, (place.line or 0) + 1)
        raise InputError("The variables of the expected answer are missing; add them here.", below)
    return "".join(f"{line}\n" for line in answer)
