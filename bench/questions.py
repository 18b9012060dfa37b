"""The queries of the mix, each in as many variants as are asked for, so that no cache has seen them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random
from typing import Final

from kommungraf.vocab import iri

__all__ = ["Question", "Terms", "questions", "terms"]

FOLDER: Final = Path(__file__).parent / "queries"
_VARY: Final = re.compile(r"^# vary: (\S+|\".*\") (\S+)$", re.MULTILINE)
_TYPE: Final = f"<{iri('rdf:type')}>"
_WORDS: Final = ("ENERGI", "OMSORG", "KULTUR", "NÄRINGSLIV", "DEMOKRATI", "HÄLSA", "JÄMSTÄLLDHET", "PLAN")

_ENDINGS: Final = tuple(product(_WORDS, range(1, 10)))

#: The IRIs of each class that queries are about.
Terms = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Question:
    """A kind of query, and its variants as SPARQL."""

    name: str
    variants: tuple[str, ...]

    @property
    def is_graph(self) -> bool:
        """Whether the answer is a graph and no table."""
        return "\nCONSTRUCT" in self.variants[0]


def terms(held: Path) -> Terms:
    """The things of each class that a query varies by, in the order of the sorted N-Triples file `held`."""
    classes = {kind for path in FOLDER.glob("*.rq") for _, kind in _VARY.findall(path.read_text("utf-8"))}
    wanted = {f"<{iri(kind)}>": kind for kind in classes if ":" in kind}
    found: dict[str, list[str]] = {kind: [] for kind in wanted.values()}
    with held.open(encoding="utf-8") as lines:
        for line in lines:
            subject, predicate, rest = line.split(" ", 2)
            if predicate == _TYPE and (kind := wanted.get(rest.partition(" ")[0])):
                found[kind].append(subject)
    return found


def questions(of: Terms, *, variants: int, seed: int, only: str = "*") -> tuple[Question, ...]:
    """Every query of the mix, or that of one name, with its variants."""
    paths = sorted(FOLDER.glob(f"{only}.rq"))
    return tuple(Question(path.stem, tuple(_variants(path, of, variants, seed))) for path in paths)


def _variants(path: Path, of: Terms, variants: int, seed: int) -> Iterator[str]:
    """The query with its example values replaced; the comments, which name them, left out."""
    random = Random(f"{seed} {path.stem}")
    content = path.read_text("utf-8")
    examples = _VARY.findall(content)
    query = "\n".join(line for line in content.splitlines() if not line.startswith("#"))
    values = [_values(random, kind, of, variants) for _, kind in examples]
    for number in range(variants):
        text = query
        for (example, _), column in zip(examples, values, strict=True):
            text = text.replace(example, column[number])
        yield text


def _values(random: Random, kind: str, of: Terms, variants: int) -> list[str]:
    if kind == "day":
        days = random.sample(range(25 * 12 * 28), variants)
        return [f'"{1993 + day // 336}-{day // 28 % 12 + 1:02}-{day % 28 + 1:02}"' for day in days]
    if kind == "words":
        return [f'"{word} {digit}"' for word, digit in random.sample(_ENDINGS, variants)]
    return random.sample(of[kind], variants)
