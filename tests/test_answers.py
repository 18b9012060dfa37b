import io

import pytest
from flask import Flask

from kommungraf.engine.engine import Answer
from kommungraf.http.answers import sent


@pytest.mark.parametrize("size", [0, 10, (4 << 20) + 1])
def test_answer_is_sent_whole_with_its_length_and_closed(size: int) -> None:
    body = io.BytesIO(b"x" * size)
    with Flask(__name__).test_request_context():
        response = sent(Answer("triples", "text/turtle", body, size, 0.1, volatile=False), "application/trig")
        assert response.mimetype == "application/trig"
        assert response.content_length == size
        response.direct_passthrough = False
        assert response.data == b"x" * size
        response.close()
    assert body.closed
