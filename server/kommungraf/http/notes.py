"""What the application notes about a request for the operator's records, beside the answer."""

import hashlib
from typing import Final

from flask import request

__all__ = ["NOTES", "fingerprint", "note"]

#: The key of a WSGI environment: a dictionary of notes, where the server wants them.
NOTES: Final = "kommungraf.notes"


def note(**told: object) -> None:
    """Add to the notes of the current request."""
    notes = request.environ.get(NOTES)
    if notes is not None:
        notes.update(told)


def fingerprint(query: str) -> str:
    """The same for queries that differ in white space only, and nothing that the query could be read from."""
    return hashlib.sha256(" ".join(query.split()).encode("utf-8", "surrogatepass")).hexdigest()[:16]
