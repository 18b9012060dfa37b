"""What every answer carries, whoever gives it: headers, and a number where it is for one request alone."""

import secrets
from typing import Final

__all__ = ["OPEN_TO_ALL", "numbered"]

#: What every response says: whoever may read it may read it from a page of another site.
OPEN_TO_ALL: Final = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Link, Content-Profile, Content-Language, Retry-After, X-Request-Id"),
    ("X-Content-Type-Options", "nosniff"),
)


def numbered() -> str:
    """A number for an answer that is for one request alone."""
    return secrets.token_hex(8)
