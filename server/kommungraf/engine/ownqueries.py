"""The texts of the site's own queries, the .rq files of queries/, alone or several as one."""

import re
from functools import cache
from importlib.resources import files
from typing import Final

__all__ = ["joined", "query_text"]

_LINES: Final = re.compile(r"^(?:#.*|(PREFIX .*))?\n", re.MULTILINE)
_SELECT: Final = re.compile(r"\s*SELECT ([^{}]*?)\s+WHERE {(.*)}\s*", re.DOTALL)


@cache
def query_text(name: str) -> str:
    """The text of queries/<name>.rq."""
    return (files("kommungraf") / "queries" / f"{name}.rq").read_text("utf-8")


@cache
def joined(*names: str) -> str:
    """One query with the solutions of all of these, which are SELECTs that say by ?part what a solution is."""
    prefixes: set[str] = set()
    variables: dict[str, None] = {}
    bodies: list[str] = []
    for text in map(query_text, names):
        prefixes.update(filter(None, _LINES.findall(text)))
        found = _SELECT.fullmatch(_LINES.sub("", text))
        if found is None:
            raise ValueError(f"no SELECT that can be joined: {text}")
        variables.update(dict.fromkeys(found[1].split()))
        bodies.append(f"{{{found[2]}}}")
    return "\n".join((*sorted(prefixes), f"SELECT {' '.join(variables)} WHERE {{", "UNION".join(bodies), "}"))
