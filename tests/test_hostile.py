"""The hostile mix, in short: what `python -m bench hostile` does for five minutes."""

from itertools import count
from pathlib import Path

from bench.attackers import KINDS
from bench.hostile import APART, Assault, Outcome, assaulted, rendered
from kommungraf.settings.limits import Limits
from serving_process import LOOKUP, running
from serving_release import TRIG
from waiting import PATIENCE

LIMITS = Limits(seconds=3, memory_bytes=160 << 20, result_bytes=8 << 20, body_seconds=2, send_seconds=2)
MANY = "".join(f'<http://e/thing/{number}> <http://e/is> "number {number}" .\n' for number in range(3000))


def outcome(**seen: object) -> Outcome:
    usual = {
        "quiet": [0.001] * 9,
        "beside": [0.002] * 9,
        "attack": {"tried": {"hang-up": 3}, "statuses": {"distinct: 503": 2}, "faults": {}},
        "memory": [100 << 20] * 9,
        "left": 0,
        "busy": 0.0,
        "attacking": 0.125,
    }
    return Outcome(**{**usual, **seen})  # type: ignore[arg-type]


def test_lookups_are_answered_beside_every_kind_of_attack_and_nothing_is_left(tmp_path: Path) -> None:
    with running(tmp_path, LIMITS, TRIG + MANY) as server:
        lookups = (f"{LOOKUP}%23{number}" for number in count())
        place = (server.port, server.process.pid, LIMITS.workers + APART)
        seen = assaulted(place, lookups, Assault(seconds=12, seed=1), settling=PATIENCE)
    assert seen.faults == ()
    assert seen.beside
    assert sum(seen.attack["tried"].values()) > len(KINDS)
    assert seen.attacking > 0


def test_what_a_server_must_not_show_is_told() -> None:
    assert outcome().faults == ()
    assert "1 lookups failed: {'503': 1}" in outcome(beside=[0.1, "503"]).faults
    assert "2 processes are left" in outcome(left=2).faults
    assert any("grew by 100 MiB" in fault for fault in outcome(memory=[0, 100 << 20, 200 << 20]).faults)
    assert any("of a core" in fault for fault in outcome(busy=0.5).faults)
    assert any("IncompleteRead" in fault for fault in outcome(attack={"faults": {"IncompleteRead": 1}}).faults)


def test_the_table_shows_what_was_seen() -> None:
    table = rendered(outcome(beside=[0.002] * 9 + ["503"]))
    assert "| of them failed | 1 |" in table
    assert "| share of the processors that the attackers took | 12.5% |" in table
    assert "| p99 under attack to p99 alone | 2.0 |" in table
    assert "Attacks: hang-up 3." in table
    assert "Answers to them: 503 2." in table
