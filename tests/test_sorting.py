from pathlib import Path

from kommungraf.editions.sorting import DEFAULT, chunks, sorted_graphs
from serving_release import CLAIM, TRIG, write_release


def test_statements_are_brought_together_by_graph(tmp_path: Path) -> None:
    release = write_release(tmp_path, TRIG + "<http://e/a> <http://e/p> [] .")
    with sorted_graphs(release / "dataset.nq") as graphs:
        found = {name: list(statements) for name, statements in graphs}
    assert {name: len(statements) for name, statements in found.items() if name in {DEFAULT, CLAIM}} == {
        DEFAULT: 14,
        CLAIM: 1,
    }
    assert [plain for plain, _ in found[DEFAULT]] == [False] + [True] * 13


def test_statements_with_blank_nodes_stay_together() -> None:
    statements = [(False, "_:a\n"), (False, "_:b\n"), (True, "<c>\n"), (True, "<d>\n")]
    assert list(chunks(iter(statements), 1)) == [b"_:a\n_:b\n", b"<c>\n", b"<d>\n"]
    assert list(chunks(iter([]), 1)) == [b""]
