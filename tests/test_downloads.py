import gzip
import hashlib
import json
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

from kommungraf.formats import GRAPH, by_suffix
from serving_client import client_of
from serving_release import TRIG

LARGE = TRIG + "".join(f'<http://e/{number}> <http://e/p> "{"x" * 1000}" .\n' for number in range(400))


@pytest.fixture(scope="module", params=[TRIG, LARGE], ids=["small", "large"])
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with client_of(tmp_path_factory.mktemp("releases"), request.param) as made:
        yield made


def files(client: FlaskClient) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = json.loads(client.get("/dataset/manifest").data)["files"]
    return listed


def test_each_file_of_the_manifest_is_the_file(client: FlaskClient) -> None:
    for entry in files(client):
        with client.get(f"/dataset/{entry['path']}") as response:
            assert response.status_code == 200
            assert hashlib.sha256(response.data).hexdigest() == entry["sha256"]
            assert response.content_length == entry["bytes"]
            assert response.mimetype == ("application/gzip" if entry["encoding"] else entry["mediaType"])
            assert response.headers["Accept-Ranges"] == "bytes"


def test_dumps_parse_and_agree(client: FlaskClient) -> None:
    counts = set()
    for form in GRAPH:
        with client.get(f"/dataset/held.{form.suffix}") as response:
            counts.add(len(list(parse(response.data, form.rdf))))
    assert len(counts) == 1


def test_gzip_is_an_encoding_of_the_same_file(client: FlaskClient) -> None:
    with (
        client.get("/dataset/dataset.nq") as plain,
        client.get("/dataset/dataset.nq", headers={"Accept-Encoding": "gzip, br"}) as packed,
    ):
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert packed.mimetype == plain.mimetype == "application/n-quads"
        assert packed.headers["ETag"] != plain.headers["ETag"]
        assert "Accept-Encoding" in packed.vary
        assert "Accept-Encoding" in plain.vary
    with client.get("/dataset/dataset.nq", headers={"Accept-Encoding": "gzip;q=0, *"}) as refused:
        assert "Content-Encoding" not in refused.headers


def test_a_range_is_a_part(client: FlaskClient) -> None:
    with client.get("/dataset/dataset.nq") as whole:
        content, tag = whole.data, whole.headers["ETag"]
    with client.get("/dataset/dataset.nq", headers={"Range": "bytes=10-19", "Accept-Encoding": "gzip"}) as part:
        assert part.status_code == 206
        assert part.data == content[10:20]
        assert part.headers["Content-Range"] == f"bytes 10-19/{len(content)}"
    with client.get("/dataset/dataset.nq", headers={"Range": f"bytes=-{len(content) + 1}"}) as part:
        assert (part.status_code, part.data) == (206, content)
        assert part.headers["Content-Range"] == f"bytes 0-{len(content) - 1}/{len(content)}"
    with client.get("/dataset/dataset.nq", headers={"Range": "bytes=-5"}) as part:
        assert part.data == content[-5:]
    with client.get("/dataset/dataset.nq", headers={"Range": "bytes=10-19", "If-Range": tag}) as part:
        assert part.status_code == 206
    with client.get("/dataset/dataset.nq", headers={"Range": "bytes=10-19", "If-Range": '"other"'}) as changed:
        assert changed.status_code == 200
    with client.get("/dataset/dataset.nq", headers={"Range": f"bytes={len(content)}-"}) as beyond:
        assert beyond.status_code == 416


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"Range": "lines=1-2"}, id="another unit"),
        pytest.param({"Range": "bytes=0-1,4-5"}, id="several at once"),
        pytest.param({"Range": "nonsense"}, id="nonsense"),
        pytest.param({"Range": "bytes=0-1", "If-Range": "W/{tag}"}, id="for a weak tag"),
        pytest.param({"Range": "bytes=0-1", "If-Range": '"other"'}, id="for another tag"),
    ],
)
def test_a_range_that_is_not_for_us_is_ignored(client: FlaskClient, fields: dict[str, str]) -> None:
    with client.get("/dataset/dataset.nq") as whole:
        tag, content = whole.headers["ETag"], whole.data
    asked = {name: value.replace("{tag}", tag) for name, value in fields.items()}
    with client.get("/dataset/dataset.nq", headers=asked) as response:
        assert response.status_code == 200
        assert response.data == content


def test_a_client_that_wants_another_file_is_told_so_without_this_one(client: FlaskClient) -> None:
    with client.get("/dataset/dataset.nq", headers={"If-Match": '"other"'}) as response:
        assert response.status_code == 412
        assert response.mimetype == "application/problem+json"
    with client.get("/dataset/dataset.nq") as whole:
        tag = whole.headers["ETag"]
    with client.get("/dataset/dataset.nq", headers={"If-Match": f'"other", {tag}'}) as response:
        assert response.status_code == 200


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("*", "gzip"),
        ("gzip;q=0.5, identity;q=0.5", "gzip"),
        ("gzip;q=0.5, identity", None),
        ("gzip;q=0, *", None),
        ("x-gzip", "gzip"),
        ("X-GZIP;q=0.5, br", "gzip"),
        ("gzip, identity;q=0", "gzip"),
        ("br, zstd", None),
    ],
)
def test_the_encoding_is_the_one_that_is_liked_best(
    client: FlaskClient, accepted: str, encoding: str | None
) -> None:
    with client.get("/dataset/dataset.nq", headers={"Accept-Encoding": accepted}) as response:
        assert response.headers.get("Content-Encoding") == encoding


def test_a_file_that_the_client_has_is_304(client: FlaskClient) -> None:
    with client.get("/dataset/held.ttl") as first:
        tag = first.headers["ETag"]
    with client.get("/dataset/held.ttl", headers={"If-None-Match": tag}) as again:
        assert (again.status_code, again.data) == (304, b"")


def test_head_has_no_body(client: FlaskClient) -> None:
    with client.head("/dataset/held.ttl") as headed, client.get("/dataset/held.ttl") as got:
        assert headed.data == b""
        assert headed.content_length == got.content_length


@pytest.mark.parametrize(
    "name", ["no.ttl", "MANIFEST.json", "..%2FMANIFEST.json", "%2Fetc%2Fpasswd", "../current"]
)
def test_what_the_manifest_does_not_list_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/dataset/{name}").status_code == 404


@pytest.mark.parametrize("form", GRAPH, ids=lambda form: form.suffix)
def test_the_catalogue_is_negotiated_and_has_an_address_per_format(client: FlaskClient, form: RdfFormat) -> None:
    suffix, media_type = form.suffix, form.media_type  # type: ignore[attr-defined]
    negotiated = client.get("/catalogue", headers={"Accept": media_type})
    fixed = client.get(f"/catalogue.{suffix}")
    assert negotiated.data == fixed.data
    assert negotiated.mimetype == fixed.mimetype == media_type
    assert negotiated.headers["Content-Location"] == f"/catalogue.{suffix}"
    assert "Accept" in negotiated.vary
    assert 'rel="alternate"; type="text/turtle"' in ", ".join(negotiated.headers.get_all("Link"))
    known = by_suffix(suffix)
    assert known is not None
    assert len(list(parse(fixed.data, known.rdf))) == 1


def test_a_browser_gets_the_page_of_the_dataset(client: FlaskClient) -> None:
    response = client.get("/catalogue", headers={"Accept": "text/html,*/*;q=0.1"})
    assert response.status_code == 303
    assert response.headers["Location"] == "dataset/"


def test_a_catalogue_in_no_known_format_is_a_problem(client: FlaskClient) -> None:
    assert client.get("/catalogue", headers={"Accept": "image/png"}).status_code == 406
    assert client.get("/catalogue.pdf").status_code == 404


def test_probes_answer(client: FlaskClient) -> None:
    assert json.loads(client.get("/health").data) == {"status": "ok"}
    ready = client.get("/ready")
    assert ready.status_code == 200
    assert json.loads(ready.data)["version"] == "2026-01-01"
    assert ready.headers["Cache-Control"] == "no-store"
