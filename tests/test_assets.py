"""The files of pages: addresses change with the content, and what isn't built isn't named."""

import json
from importlib.resources import files

import pytest

from kommungraf.rendering import assets

BUILT = files("kommungraf") / "static" / "built"
needs_node = pytest.mark.skipif(not BUILT.is_dir(), reason="the front end isn't built: Node is missing")


def test_address_of_a_file_ends_in_its_content_hash() -> None:
    path, _, version = assets.address("kommungraf.css").partition("?v=")
    assert path == "/static/kommungraf.css"
    assert len(version) == 8
    assert version != assets.address("kommungraf.svg").partition("?v=")[2]


def test_what_was_never_built_has_no_address() -> None:
    assert assets.built("nothing.js") is None
    assert not assets.is_named_by_content("kommungraf.css")


@needs_node
@pytest.mark.parametrize("name", ["page.js", "query.js", "query.css", "world.svg", "region.svg"])
def test_built_file_is_there_and_lasts(name: str) -> None:
    path = assets.built(name)
    assert path is not None
    file = path.removeprefix("/static/")
    assert assets.is_named_by_content(file)
    assert (files("kommungraf") / "static" / file).is_file()


@needs_node
def test_scripts_name_no_other_host_that_they_could_ask() -> None:
    for file in json.loads((BUILT / "manifest.json").read_text("utf-8")).values():
        if file.startswith("page"):
            assert "http" not in (BUILT / file).read_text("utf-8")
