"""What an N-Triples token says: the text, language and datatype of a term."""

import re
from typing import Final

from kommungraf.vocab import iri

__all__ = ["datatype", "language", "text"]

_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_ESCAPED: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def text(token: str) -> str:
    """What SPARQL's STR says of an IRI or a literal."""
    content = token[1:-1] if token[0] == "<" else token[1 : token.rindex('"')]
    return _ESCAPE.sub(_character, content) if "\\" in content else content


def _character(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(escape[3], escape[3])


def datatype(token: str) -> str:
    """The datatype's IRI of a literal; empty for any other term."""
    if token[0] != '"':
        return ""
    suffix = token[token.rindex('"') + 1 :]
    if suffix.startswith("@"):
        return iri("rdf:langString")
    return suffix[3:-1] or iri("xsd:string")


def language(token: str) -> str:
    """The language tag of a literal, without its base direction; empty for any other term."""
    return token.rpartition("@")[2].partition("--")[0] if token[0] == '"' and token[-1] not in '">' else ""
