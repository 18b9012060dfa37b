import json
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

from kommungraf.http.problems import problem_types
from kommungraf.texts import translations
from kommungraf.vocab import BASE, iri
from serving_client import client_of


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with client_of(tmp_path_factory.mktemp("releases")) as made:
        yield made


@pytest.mark.parametrize("kind", problem_types(), ids=lambda kind: kind.slug)
def test_every_type_dereferences_in_both_languages(client: FlaskClient, kind: object) -> None:
    path = kind.iri.removeprefix(BASE)
    for language in ("sv", "en"):
        headers = {"Accept": "text/html", "Accept-Language": language}
        page = client.get(f"/{path}", headers=headers)
        assert page.status_code == 200
        assert page.headers["Content-Language"] == language
        told = translations(language).gettext(kind.meaning)
        assert re.split("['`]", told)[0] in page.text  # which become marks of their own
    told = json.loads(client.get(f"/{path}", headers={"Accept": "application/json"}).data)
    assert told["type"] == kind.iri
    assert told["meaning"]["en"] == kind.meaning != told["meaning"]["sv"]
    assert told["title"]["en"] == kind.title != told["title"]["sv"]


def test_a_problem_leads_to_its_meaning(client: FlaskClient) -> None:
    told = json.loads(client.get("/sparql?query=nonsense").data)
    path = told["type"].removeprefix(BASE)
    assert json.loads(client.get(f"/{path}?format=application/json").data)["status"] == told["status"]


@pytest.mark.parametrize(
    "form", ["text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml"]
)
def test_a_type_is_a_concept_in_every_format(client: FlaskClient, form: str) -> None:
    response = client.get("/problem/overloaded", headers={"Accept": form})
    assert response.mimetype == form
    quads = list(parse(response.data, RdfFormat.from_media_type(form)))
    assert {quad.subject.value for quad in quads} == {f"{BASE}problem/overloaded"}
    languages = sorted(quad.object.language for quad in quads if quad.predicate.value == iri("skos:definition"))
    assert languages == ["en", "sv"]
    assert "Accept" in response.vary


def test_all_types_are_listed(client: FlaskClient) -> None:
    page = client.get("/problem/", headers={"Accept": "text/html"})
    rows = json.loads(client.get("/problem/", headers={"Accept": "application/json"}).data)
    assert [row["type"] for row in rows] == [kind.iri for kind in problem_types()]
    assert all(f"/problem/{kind.slug}" in page.text for kind in problem_types())


def test_no_type_is_named_twice_and_an_unknown_one_is_404(client: FlaskClient) -> None:
    slugs = [kind.slug for kind in problem_types()]
    assert len(slugs) == len(set(slugs))
    assert client.get("/problem/none-such").status_code == 404
    assert client.get("/problem/unknown", headers={"Accept": "image/png"}).status_code == 406
