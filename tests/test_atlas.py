"""Where municipalities lie and what ties them is asked of a release once, and is the same on every page."""

from pathlib import Path

from kommungraf.engine.engine import Query
from kommungraf.engine.ownqueries import query_text
from own_release import own_client, page


def test_maps_of_a_release_are_asked_for_once(tmp_path: Path, asked: list[Query]) -> None:
    with own_client(tmp_path) as client:
        maps = [page(client, path, language) for path in ("/", "/map", "/network") for language in ("sv", "en")]
        again = page(client, "/map", "en")
    texts = [query.text for query in asked]
    assert [texts.count(query_text(name)) for name in ("everywhere", "ties")] == [1, 1]
    assert all("<svg" in text for text in maps)
    assert again == maps[3]
