"""Competency questions: SPARQL files whose header holds the question and the answer worked out by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Final

from kommungraf.errors import InputError, Place, SyntaxFault

__all__ = ["Question", "read_questions"]

_EXPECTED: Final = "expected:"
_FIELDS: Final = ("id", "sv", "en")


@dataclass(frozen=True, slots=True)
class Question:
    """One question in Swedish and English; `expected` is its answer as SPARQL 1.1 results in TSV."""

    slug: str
    id: str
    sv: str
    en: str
    query: str
    expected: str


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
    return Question(
        slug=path.stem,
        id=fields["id"].strip(),
        sv=fields["sv"].strip(),
        en=fields["en"].strip(),
        query=_query(lines[len(header) :], Place(name, len(header) + 1)),
        expected=_expected(header, name),
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


def _expected(header: Sequence[str], name: str) -> str:
    """The lines below “# expected:”; the first holds the variables, so that an empty answer has one line."""
    marked = len(_FIELDS)
    if len(header) <= marked or header[marked].strip() != _EXPECTED:
        raise InputError("The line “# expected:” is missing; add it here.", Place(name, marked + 1))
    answer = header[marked + 1 :]
    if not answer or not answer[0].startswith("?"):
        raise InputError(
            "The variables of the expected answer are missing; add them here.", Place(name, marked + 2)
        )
    return "".join(f"{line}\n" for line in answer)
