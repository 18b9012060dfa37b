from pathlib import Path

import pytest
from pyoxigraph import QueryBoolean

from kommungraf.dataset.rules import Rule, apply_rules
from kommungraf.quads.querying import stocked

LINES = [b'<urn:a> <urn:says> "b" <urn:g> .\n', b"<urn:a> <urn:says> _:x .\n"]
#: Says what is said the other way round; the second finds what the first derived.
RULES = [
    Rule("back", "CONSTRUCT { ?b <urn:back> ?a } WHERE { ?a <urn:says> ?b . FILTER(!isLiteral(?b)) }", "back.rq"),
    Rule("again", "CONSTRUCT { ?a <urn:again> ?b } WHERE { ?b <urn:back> ?a }", "again.rq"),
]


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


@pytest.mark.parametrize("in_memory", [0, 1 << 20], ids=["on-disk", "in-memory"])
def test_derived_statements_name_the_blank_nodes_of_the_data(in_memory: int) -> None:
    with stocked([*LINES, b"_:x <urn:says> _:y .\n"], in_memory) as store:
        found = set(apply_rules(store, RULES, "urn:rule/"))
    assert found == {
        b"_:x <urn:back> <urn:a> <urn:rule/back> .\n",
        b"_:y <urn:back> _:x <urn:rule/back> .\n",
        b"<urn:a> <urn:again> _:x <urn:rule/again> .\n",
        b"_:x <urn:again> _:y <urn:rule/again> .\n",
    }


def test_what_is_held_already_is_not_derived_again() -> None:
    with stocked([*LINES, b"_:x <urn:back> <urn:a> .\n"]) as store:
        assert set(apply_rules(store, RULES[:1], "urn:rule/")) == set()


def test_store_that_outgrows_memory_keeps_what_was_loaded_before() -> None:
    many = [b'<urn:a%d> <urn:says> "b" .\n' % number for number in range(120_000)]
    with stocked([*LINES, *many, b"<urn:z> <urn:says> _:x .\n"], 3 << 20) as store:
        assert len(store) == len(many) + 3
        answer = store.query(
            "ASK { <urn:a> <urn:says> ?x . <urn:z> <urn:says> ?x . <urn:a0> ?p ?o . <urn:a119999> ?p ?o }"
        )
        assert isinstance(answer, QueryBoolean)
        assert bool(answer)
