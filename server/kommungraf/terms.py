"""What terms of other vocabularies are called where the dataset doesn't name them itself, from names.ttl."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pyoxigraph import Literal, RdfFormat, parse

__all__ = ["well_known"]


@cache
def well_known(language: str) -> Mapping[str, str]:
    """The names in a language, by IRI."""
    text = (files("kommungraf") / "names.ttl").read_bytes()
    return {
        quad.subject.value: quad.object.value
        for quad in parse(text, RdfFormat.TURTLE)
        if isinstance(quad.object, Literal) and quad.object.language == language
    }
