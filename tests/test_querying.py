from pathlib import Path

import pytest
from pyoxigraph import QueryBoolean

from kommungraf.quads.querying import stocked

LINES = [b'<urn:a> <urn:says> "b" <urn:g> .\n', b"<urn:a> <urn:says> _:x .\n"]


@pytest.mark.parametrize("in_memory", [0, 1 << 20], ids=["on-disk", "in-memory"])
def test_store_answers_alike_in_memory_and_on_disk_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: int
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with stocked(LINES, in_memory) as store:
        assert any(tmp_path.rglob("store")) is not bool(in_memory)
        answer = store.query('ASK { ?a <urn:says> ?x . FILTER(isBlank(?x)) GRAPH ?g { ?a <urn:says> "b" } }')
        assert isinstance(answer, QueryBoolean)
        assert bool(answer)
    assert not any(tmp_path.iterdir())
