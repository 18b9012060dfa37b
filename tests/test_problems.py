import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from kommungraf import errors
from kommungraf.errors import KommungrafError, QuerySyntaxError
from kommungraf.http import problems

RAISED: dict[str, KommungrafError] = {
    "syntax": QuerySyntaxError("It doesn't parse: <b>", 2, 3, excerpt="?s <b>\n  ^"),
    "service": errors.ServiceRefused(),
    "update": errors.UpdateRefused(),
    "refused": errors.QueryRefused("No."),
    "bad": errors.BadRequest("There is no query."),
    "unacceptable": errors.NotAcceptable(("text/turtle",)),
    "unknown": errors.UnknownResource("http://e/x"),
    "gone": errors.GoneResource("http://e/x", "http://e/y"),
    "media-type": errors.UnsupportedMediaType("No."),
    "large": errors.ContentTooLarge(5),
    "late": errors.BodyTimeout(5),
    "often": errors.TooManyRequests("Too often.", 9),
    "left": errors.ClientLeft(),
    "long": errors.UriTooLong(5),
    "time": errors.QueryLimitExceeded("time", 5, "Too long.", retry_after=300),
    "nesting": errors.QueryLimitExceeded("nesting", 0, "Too deep.", retry_after=300),
    "failed": errors.QueryFailed("The engine gave up."),
    "overloaded": errors.Overloaded(7),
    "unavailable": errors.Unavailable("No room."),
    "release": errors.ReleaseError("Broken."),
}
STATUSES = {
    "syntax": 400,
    "service": 400,
    "update": 400,
    "refused": 400,
    "bad": 400,
    "unacceptable": 406,
    "unknown": 404,
    "gone": 410,
    "media-type": 415,
    "large": 413,
    "late": 408,
    "often": 429,
    "left": 499,
    "long": 414,
    "time": 503,
    "nesting": 400,
    "failed": 500,
    "overloaded": 503,
    "unavailable": 503,
    "release": 500,
}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    app = Flask(__name__)
    problems.install(app)

    @app.get("/<name>")
    def fail(name: str) -> str:
        raise RAISED[name]

    @app.get("/folder/")
    def folder() -> str:
        return "here"

    return app.test_client()


@pytest.mark.parametrize("name", RAISED)
def test_each_error_is_problem_details(client: FlaskClient, name: str) -> None:
    response = client.get(f"/{name}")
    assert response.status_code == STATUSES[name]
    assert response.mimetype == "application/problem+json"
    told = json.loads(response.data)
    assert told["status"] == STATUSES[name]
    assert told["type"].startswith("https://w3id.org/kommungraf/problem/")
    assert told["detail"] == str(RAISED[name])
    assert response.headers["Cache-Control"] == "no-store"


def test_every_request_error_has_a_status_of_its_own() -> None:
    named = {kind for kind, *_ in problems._TABLE}
    pending = list(KommungrafError.__subclasses__())
    while pending:
        kind = pending.pop()
        pending += kind.__subclasses__()
        assert kind in named or not issubclass(kind, errors.RequestError) or kind is errors.RequestError


def test_members_carry_the_data_of_the_error(client: FlaskClient) -> None:
    told = json.loads(client.get("/syntax").data)
    assert (told["line"], told["column"], told["excerpt"]) == (2, 3, "?s <b>\n  ^")
    assert json.loads(client.get("/unacceptable").data)["offers"] == ["text/turtle"]
    assert json.loads(client.get("/time").data)["limit"] == "time"


def test_headers_say_what_to_do(client: FlaskClient) -> None:
    waits = {"overloaded": "7", "unavailable": "60", "often": "9", "time": "300", "nesting": None, "large": None}
    assert {name: client.get(f"/{name}").headers.get("Retry-After") for name in waits} == waits
    assert client.get("/late").headers["Connection"] == "close"
    assert client.get("/gone").headers["Link"] == '<http://e/y>; rel="successor-version"'


def test_the_frameworks_errors_look_the_same(client: FlaskClient) -> None:
    response = client.get("/no/such/path")
    assert response.status_code == 404
    assert json.loads(response.data)["type"] == "about:blank"
    response = client.post("/syntax")
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert json.loads(response.data)["status"] == 405


def test_a_browser_that_names_a_format_which_isnt_offered_is_told_on_a_page(client: FlaskClient) -> None:
    page = client.get("/unacceptable?format=pdf", headers={"Accept": "text/html", "Accept-Language": "sv"})
    assert (page.status_code, page.mimetype) == (406, "text/html")
    assert client.get("/unacceptable?format=pdf", headers={"Accept": "*/*"}).mimetype == "application/problem+json"


def test_a_redirect_is_no_problem(client: FlaskClient) -> None:
    response = client.get("/folder")
    assert response.status_code == 308
    assert response.headers["Location"].endswith("/folder/")


def test_an_unforeseen_error_tells_nothing_of_the_inside(client: FlaskClient) -> None:
    response = client.get("/not-in-the-table")  # a KeyError in the view
    assert response.status_code == 500
    assert "not-in-the-table" not in response.text
    assert response.mimetype == "application/problem+json"


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_browser_gets_a_page_in_which_nothing_is_markup(client: FlaskClient, language: str) -> None:
    headers = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": language}
    response = client.get("/syntax", headers=headers)
    assert response.status_code == 400
    assert response.mimetype == "text/html"
    assert response.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in response.text
    assert "&lt;b&gt;" in response.text
    assert "<b>" not in response.text
    assert {"Accept", "Accept-Language"} <= set(response.vary)


def test_every_error_of_the_framework_is_known_to_be_one() -> None:
    app = Flask(__name__)
    with app.test_request_context("/"):
        assert problems.problem_of(HTTPException("odd")).status == 500


@pytest.mark.parametrize("name", ["unacceptable", "unknown", "gone", "large", "late", "long", "overloaded", "bad"])
def test_program_that_asks_for_swedish_is_told_in_swedish(client: FlaskClient, name: str) -> None:
    response = client.get(f"/{name}", headers={"Accept-Language": "sv"})
    told, english = json.loads(response.data), json.loads(client.get(f"/{name}").data)
    assert response.headers["Content-Language"] == "sv"
    assert told["detail"] != english["detail"]
    assert told["title"] != english["title"]
    assert {key: told[key] for key in ("type", "status")} == {key: english[key] for key in ("type", "status")}
    assert "{" not in told["detail"]


@pytest.mark.parametrize("asked", [{}, {"Accept-Language": "*"}, {"Accept-Language": "en-GB, sv;q=0.5"}])
def test_program_that_asks_for_no_swedish_is_told_in_english(client: FlaskClient, asked: dict[str, str]) -> None:
    response = client.get("/overloaded", headers=asked)
    assert json.loads(response.data)["detail"] == "Every query worker is busy. Try again in 7 s."


def test_page_of_an_error_is_in_one_language(client: FlaskClient) -> None:
    page = client.get("/unknown", headers={"Accept": "text/html"}).text
    assert "Här är inget känt om &lt;http://e/x&gt;." in page
    assert "Nothing" not in page


def test_method_that_is_not_there_is_told_in_swedish(client: FlaskClient) -> None:
    response = client.post("/syntax", headers={"Accept-Language": "sv"})
    assert json.loads(response.data)["title"] == "Metoden tillåts inte"
