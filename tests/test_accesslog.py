import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kommungraf.http.notes import fingerprint
from kommungraf.serving.accesslog import LogFile, anonymised, line_of
from kommungraf.serving.gateway import Finished

QUERY = "query=SELECT%20*%20%7B%3Fs%20%3Fp%20%22secret%22%7D"
MOMENT = 1_771_934_401.5


def finished(**changes: Any) -> Finished:
    fields = {
        "method": "GET",
        "path": "/sparql",
        "query_string": QUERY,
        "client": "192.0.2.77",
        "status": 200,
        "size": 26,
        "seconds": 0.0123456,
        "kept": False,
        "notes": {},
    }
    return Finished(**{**fields, **changes})


def line(form: str = "json", **changes: Any) -> str:
    request = finished(**changes)
    return line_of(form, request, moment=MOMENT, number="a-1", client=anonymised(request.client, "network"))


def test_a_line_of_json_says_what_was_asked_and_answered() -> None:
    assert json.loads(line()) == {
        "time": "2026-02-24T12:00:01.500Z",
        "id": "a-1",
        "client": "192.0.2.0/24",
        "method": "GET",
        "path": "/sparql",
        "status": 200,
        "bytes": 26,
        "seconds": 0.012346,
        "cached": False,
        "query": fingerprint('SELECT * {?s ?p "secret"}'),
    }


@pytest.mark.parametrize("form", ["json", "combined"])
def test_no_line_holds_the_text_of_a_query(form: str) -> None:
    for said in (line(form), line(form, path="/search", query_string="q=secret"), line(form, kept=True)):
        assert "secret" not in said
        assert "SELECT" not in said


def test_a_combined_line_is_what_log_readers_take() -> None:
    query = fingerprint('SELECT * {?s ?p "secret"}')
    assert line("combined") == (
        f'192.0.2.0/24 - - [24/Feb/2026:12:00:01 +0000] "GET /sparql?query={query} HTTP/1.1" 200 26 "-" "-"'
    )


@pytest.mark.parametrize("form", ["json", "combined"])
@pytest.mark.parametrize("path", ['/a"b', "/a\nb", "/a\x1b[2J", "/\udcff", "/å\u2028"])
def test_a_path_writes_no_line_of_its_own(form: str, path: str, tmp_path: Path) -> None:
    log = LogFile(tmp_path / "log")
    log.write(f"{line(form, path=path)}\n")
    log.close()
    text = (tmp_path / "log").read_bytes()
    assert text.count(b"\n") == 1
    assert b"\x1b" not in text
    if form == "json":
        assert json.loads(text)["status"] == 200


def test_white_space_makes_no_other_query() -> None:
    assert fingerprint("ASK  {\n}") == fingerprint(" ASK { } ")
    assert fingerprint("ASK {}") != fingerprint("ASK {?s ?p ?o}")


def test_what_the_application_noted_is_there() -> None:
    told = json.loads(line(path="/x", query_string="", notes={"query": "abc", "problem": "query-limit:time"}))
    assert (told["query"], told["problem"]) == ("abc", "query-limit:time")
    assert "services" not in told
    asked = ("https://a.example/sparql", "https://b.example/å")
    assert json.loads(line(path="/x", query_string="", notes={"services": asked}))["services"] == list(asked)
    assert "query" not in json.loads(line(path="/x", query_string=""))


def test_an_address_that_was_too_long_to_be_read_is_not_read_for_the_log() -> None:
    assert "query" not in json.loads(line(status=414))


@pytest.mark.parametrize(
    ("client", "how", "kept"),
    [
        ("192.0.2.77", "network", "192.0.2.0/24"),
        ("192.0.2.77", "full", "192.0.2.77"),
        ("192.0.2.77", "off", None),
        ("2001:db8:1:2::/64", "network", "2001:db8:1::/48"),
        ("2001:db8:1:2::/64", "full", "2001:db8:1:2::/64"),
        ("", "network", None),
    ],
)
def test_an_address_is_kept_as_far_as_is_wanted(client: str, how: str, kept: str | None) -> None:
    assert anonymised(client, how) == kept


def test_a_file_that_was_moved_away_or_deleted_is_opened_anew(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    log = LogFile(path)
    log.write("one\n")
    path.rename(tmp_path / "access.log.1")
    log.write("two\n")
    path.unlink()
    log.write("three\n")
    log.close()
    assert (tmp_path / "access.log.1").read_text() == "one\n"
    assert path.read_text() == "three\n"


def test_a_folder_that_goes_away_costs_lines_only_until_it_is_back(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    log = LogFile(folder / "access.log")
    log.write("one\n")
    folder.rename(tmp_path / "gone")
    for _ in range(2):
        with pytest.raises(OSError, match="No such file"):
            log.write("lost\n")
    folder.mkdir()
    log.write("two\n")
    log.close()
    assert (folder / "access.log").read_text() == "two\n"
    assert (tmp_path / "gone" / "access.log").read_text() == "one\n"


def test_lines_for_which_there_is_no_room_are_left_out_whole_and_never_come_later(tmp_path: Path) -> None:
    """In a process of its own: the system lets no file of it grow beyond a hundred bytes, as a full disk would."""
    program = """
import resource, signal, sys
from pathlib import Path
from kommungraf.serving.accesslog import LogFile
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
log = LogFile(Path(sys.argv[1]))
log.write("one\\n")
for _ in range(2):
    try:
        log.write("lost " * 30 + "\\n")
    except OSError:
        print("refused")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
log.write("two\\n")
log.close()
"""
    path = tmp_path / "access.log"
    run = subprocess.run([sys.executable, "-c", program, str(path)], check=True, capture_output=True, text=True)
    assert run.stdout.split() == ["refused", "refused"]
    assert path.read_text() == "one\ntwo\n"
