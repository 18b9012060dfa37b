"""Profiles of documents and their link sets, asked of nginx, Apache and Caddy over an export as of the live server."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from exported_site import FOREIGN, TRIG, exported, live, standing, values
from hosting import PROGRAMS, Host, Reply
from kommungraf.formats import RDF
from kommungraf.resources.profiles import CLAIMS, HELD, LIST
from kommungraf.vocab import BASE
from test_export import HUB
from test_export import TRIG as ODD
from test_webhosts import targets

DEEP = f'<{BASE}id/claim/c/1/2/3> <http://www.w3.org/2004/02/skos/core#note> "deep" .'
DOCUMENTS = (
    "/doc/municipality/se-0001",
    "/doc/claim/c/1",
    "/def/Municipality",
    "/doc/hub/1",
    f"/describe?iri={quote(FOREIGN, safe='')}",
    f"/describe?iri={BASE}id/claim/c/1/2/3",
)
PROFILES = (HELD, CLAIMS)
LINKS = ("application/linkset+json", "application/linkset")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("profiles")
    exported(found, f"{TRIG}{HUB} . {DEEP}")
    return found


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[FlaskClient]:
    with live(folder) as found:
        yield found


@pytest.fixture(scope="module", params=PROGRAMS)
def host(request: pytest.FixtureRequest, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with standing(request.param, folder / "export", tmp_path_factory) as running:
        yield running


def same_answer(host: Host, client: FlaskClient, path: str, accept: str, **headers: str) -> Reply:
    """The reply of the web server, which is that of the live one but for where a page leads."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    ours, theirs = client.get(path, headers={"Accept": accept, **sent}), host.get(path, accept, **headers)
    asked = (path, accept, headers)
    assert theirs.status == ours.status_code, asked
    assert theirs.status in {303, 308} or theirs.media_type == ours.mimetype, asked
    assert theirs.headers.get("content-profile") == ours.headers.get("Content-Profile"), asked
    if theirs.status == 200 and theirs.media_type != "text/html":
        assert theirs.body == ours.data, asked
    if theirs.media_type == "application/problem+json":
        assert json.loads(theirs.body).get("offers") == json.loads(ours.data).get("offers"), asked
    return theirs


def joined(path: str, parameters: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{parameters}"


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize("profile", PROFILES, ids=lambda each: each.token)
def test_document_comes_in_each_profile_and_format_as_by_the_live_server(
    host: Host, client: FlaskClient, path: str, profile: type[HELD]
) -> None:
    statuses = set()
    for form in RDF:
        for named in (profile.token, profile.iri, quote(profile.iri, safe="")):
            reply = same_answer(host, client, joined(path, f"_profile={named}"), form.media_type)
        accepted = same_answer(host, client, path, form.media_type, Accept_Profile=f"<{profile.iri}>")
        same_answer(host, client, joined(path, f"format={form.suffix}&_profile={profile.token}"), "*/*")
        assert (accepted.status, accepted.body) == (reply.status, reply.body)
        statuses.add(reply.status)
        if reply.status == 200:
            assert {"accept", "accept-profile"} <= values(accepted.headers["vary"])
        if reply.status == 200 and not path.startswith("/describe"):
            assert (profile.iri, "profile", "") in targets(reply.headers["link"])
    assert statuses == ({200} if profile == HELD else {200, 406})


@pytest.mark.parametrize("path", [each for each in DOCUMENTS if "?" not in each])
@pytest.mark.parametrize("profile", PROFILES, ids=lambda each: each.token)
def test_format_of_the_ending_comes_in_the_profile_that_is_asked_for(
    host: Host, client: FlaskClient, path: str, profile: type[HELD]
) -> None:
    for suffix in (*(form.suffix for form in RDF), "html"):
        same_answer(host, client, f"{path}.{suffix}?_profile={profile.token}", "*/*")
        reply = same_answer(host, client, f"{path}.{suffix}", "image/png", Accept_Profile=f"<{profile.iri}>")
        if reply.status == 200:
            assert "accept-profile" in values(reply.headers["vary"])
        same_answer(host, client, f"{path}/nothing.{suffix}?_profile={profile.token}", "*/*")


ACCEPTS = (
    "*/*",
    "",
    "text/html",
    "text/html, */*;q=0.1",
    "application/*",
    "text/*",
    "text/turtle;q=0.2, application/ld+json;q=0.9, application/trig;q=0.3",
    "application/ld+json, application/n-quads",
    "application/ld+json;q=0.5, text/html",
    "image/png",
)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda each: each.token)
@pytest.mark.parametrize("accept", ACCEPTS)
def test_formats_of_a_profile_are_negotiated_in_its_own_order(
    host: Host, client: FlaskClient, profile: type[HELD], accept: str
) -> None:
    same_answer(host, client, "/doc/municipality/se-0001", accept, Accept_Profile=f"<{profile.iri}>")


@pytest.mark.parametrize(
    "asked",
    [
        "",
        f"<{HELD.iri}>;q=0.4, <{CLAIMS.iri}>;q=0.5",
        f"<{HELD.iri}>;q=0.5,<{CLAIMS.iri}>;q=0.4",
        f"<{HELD.iri}>, <{CLAIMS.iri}>",
        f"<{HELD.iri.upper()}>",
        CLAIMS.iri,
        f"<{HELD.iri}>;q=0",
        f"<{HELD.iri}>;q=0, *;q=0.1",
        "*",
        "<urn:example:other>",
        f"<urn:example:other>, <{CLAIMS.iri}>;q=0.1",
    ],
)
@pytest.mark.parametrize("accept", ["application/trig", "application/ld+json", "text/turtle", "text/html"])
def test_accepted_profiles_are_read_as_the_live_server_reads_them(
    host: Host, client: FlaskClient, asked: str, accept: str
) -> None:
    same_answer(host, client, "/doc/municipality/se-0001", accept, Accept_Profile=asked)


@pytest.mark.parametrize(
    "path", ["/def/", "/doc/municipality/se-0001", "/doc/nothing/1", "/doc/municipality/se-0001/"]
)
@pytest.mark.parametrize(
    "query",
    [
        "?_profile=nothing",
        "?_profile=held&format=png",
        "?_profile=claims&format=ttl",
        "?_profile=held&format=html",
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_profile_that_is_not_there_is_refused_with_what_is(
    host: Host, client: FlaskClient, path: str, query: str, accept: str
) -> None:
    same_answer(host, client, f"{path}{query}", accept)


@pytest.mark.parametrize("path", ["/", "/dataset/", "/catalogue", "/changes", "/check/se-0001"])
@pytest.mark.parametrize("accept", ["text/html", "text/turtle"])
def test_what_is_no_document_takes_no_notice_of_profiles(
    host: Host, client: FlaskClient, path: str, accept: str
) -> None:
    for asked in (HELD.iri, CLAIMS.iri, "urn:example:other"):
        ours = client.get(path, headers={"Accept": accept, "Accept-Profile": f"<{asked}>"})
        theirs = host.get(path, accept, Accept_Profile=f"<{asked}>")
        assert theirs.status == ours.status_code
        assert theirs.status == 303 or theirs.media_type == ours.mimetype


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("profile", PROFILES, ids=lambda each: each.token)
def test_pages_of_a_long_document_come_in_each_profile(
    host: Host, client: FlaskClient, number: int, profile: type[HELD]
) -> None:
    for form in RDF:
        query = f"page={number}&_profile={profile.token}"
        same_answer(host, client, f"/doc/hub/1?{query}", form.media_type)
        same_answer(host, client, f"/doc/hub/1.{form.suffix}?{query}", "*/*")


@pytest.mark.parametrize("named", [LIST.token, LIST.iri])
def test_list_of_the_representations_is_said_not_to_be_there(host: Host, named: str) -> None:
    for path in ("/doc/municipality/se-0001", "/doc/municipality/se-0001.ttl", "/def/"):
        assert host.get(f"{path}?_profile={quote(named, safe='')}", "text/turtle").status == 404


def test_what_is_the_same_bytes_in_two_formats_is_one_file(folder: Path) -> None:
    site = folder / "export" / "site"
    assert {path.name for path in (site / "doc/municipality").iterdir() if path.name.startswith("se-0001~")} >= {
        "se-0001~_profile-claims.jsonld"
    }
    assert list(site.rglob("*_profile-held*")) == []


def things(folder: Path) -> list[str]:
    """The IRIs of what has a document by its address."""
    documents = (folder / "export" / "site" / "doc").rglob("*.nt")
    keys = {
        path.relative_to(folder / "export" / "site" / "doc").as_posix().removesuffix(".nt") for path in documents
    }
    return [f"{BASE}id/{key}" for key in sorted(keys) if "~" not in key]


def without_graphs(links: str | dict[str, object]) -> object:
    """A link set without what leads to a named graph, for which an export has no address."""
    if isinstance(links, str):
        return [each for each in links.split(",\n") if "/rdf-graphs" not in each]
    return {name: value for name, value in links.items() if name != "item"}


def test_every_thing_has_its_link_sets(host: Host, client: FlaskClient, folder: Path) -> None:
    iris = [*things(folder), f"{BASE}def/", f"{BASE}def/Municipality", FOREIGN]
    assert len(iris) > 60
    for iri in iris:
        for written in (quote(iri, safe=":/"), quote(iri, safe="")):
            ours, theirs = (
                (client.get(f"/linkset?iri={written}").get_json(force=True)["linkset"]),
                json.loads(host.get(f"/linkset?iri={written}").body)["linkset"],
            )
            assert [without_graphs(each) for each in theirs] == [without_graphs(each) for each in ours]
        text = host.get(f"/linkset?iri={written}", LINKS[1])
        live_text = client.get(f"/linkset?iri={written}", headers={"Accept": LINKS[1]}).text
        assert (text.status, text.media_type, values(text.headers["vary"]) - {"accept-encoding"}) == (
            200,
            LINKS[1],
            {"accept"},
        )
        assert without_graphs(text.body.decode()) == without_graphs(live_text)
        assert "/rdf-graphs" not in text.body.decode()


@pytest.mark.parametrize("path", ["/doc/municipality/se-0001", "/doc/claim/c/1", "/def/Municipality", "/def/"])
def test_links_lead_to_link_sets_and_these_to_what_is_there(host: Host, path: str) -> None:
    told = {each for each in targets(host.get(path, "text/turtle").headers["link"]) if each[1] == "linkset"}
    assert {kind for _, _, kind in told} == {f'; type="{each}"' for each in LINKS}
    [address] = {each for each, _, _ in told}
    links = json.loads(host.get(address).body)["linkset"][0]
    assert links["anchor"] == path
    for each in (*links["alternate"], *links["describedby"], *links["linkset"], *links["collection"]):
        reply = host.get(each["href"], each["type"])
        assert (reply.status, reply.media_type) == (200, each["type"])
        if "formats" in each:
            assert reply.headers["content-profile"] == f"<{each['formats'][0]}>"


@pytest.mark.parametrize(
    "path",
    [
        f"/linkset?iri={BASE}id/municipality/se-0001",
        "/linkset",
        "/linkset?iri=urn:none",
        f"/linkset?iri={BASE}id/x/9",
    ],
)
@pytest.mark.parametrize(
    "accept",
    [
        *LINKS,
        "*/*",
        "",
        "application/*",
        "text/html",
        "application/linkset;q=0.5, application/linkset+json;q=0.4",
        "application/linkset;q=0.5, */*;q=0.5",
        "application/json",
    ],
)
def test_format_of_a_link_set_is_negotiated_as_by_the_live_server(
    host: Host, client: FlaskClient, path: str, accept: str
) -> None:
    same_answer(host, client, path, accept)
    for named in (*LINKS, quote(LINKS[0], safe=""), "ttl"):
        same_answer(host, client, joined(path, f"format={named}"), accept)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("odd")
    exported(found, ODD)
    return found


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_json_ld_cannot_hold_is_refused_in_each_profile(
    odd: Path, program: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with live(odd) as client, standing(program, odd / "export", tmp_path_factory) as host:
        statuses = {
            same_answer(host, client, f"{path}{ending}?_profile={profile.token}", "application/ld+json").status
            for path in ("/doc/a/1", "/doc/a/2", "/doc/place/v1.0", "/shape/S")
            for ending in ("", ".jsonld")
            for profile in PROFILES
        }
        assert 200 in statuses
