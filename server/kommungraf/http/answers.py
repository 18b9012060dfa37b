"""An evaluator's answer as a response: at once where it is small, else from its file as the client reads."""

from typing import Final

from flask import Response, request
from werkzeug.wsgi import wrap_file

from kommungraf.engine.engine import Answer

__all__ = ["sent"]

_WHOLE: Final = 4 << 20
_CHUNK: Final = 256 << 10


def sent(answer: Answer, media_type: str) -> Response:
    """The answer as a response that names it `media_type`."""
    if answer.size > _WHOLE:
        chunks = wrap_file(request.environ, answer.body, _CHUNK)
        response = Response(chunks, mimetype=media_type, direct_passthrough=True)
        response.content_length = answer.size
        return response
    with answer.body as body:
        return Response(body.read(), mimetype=media_type)
