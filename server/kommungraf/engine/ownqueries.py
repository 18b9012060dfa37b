"""The texts of the site's own queries, the .rq files of queries/."""

from functools import cache
from importlib.resources import files

__all__ = ["query_text"]


@cache
def query_text(name: str) -> str:
    """The text of queries/<name>.rq."""
    return (files("kommungraf") / "queries" / f"{name}.rq").read_text("utf-8")
