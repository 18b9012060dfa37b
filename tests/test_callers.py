import pytest

from kommungraf.engine.callers import CALLER, Caller, caller_of


def test_what_was_begun_for_a_client_ends_when_it_leaves() -> None:
    caller, ended = Caller(), []
    with caller.on_leaving(lambda: ended.append(1)), caller.on_leaving(lambda: ended.append(2)):
        caller.leave()
    assert ended == [1, 2]
    assert caller.is_gone


def test_what_is_begun_for_a_client_that_left_ends_at_once() -> None:
    caller, ended = Caller(), []
    caller.leave()
    with caller.on_leaving(lambda: ended.append(1)):
        assert ended == [1]


def test_what_is_over_does_not_end_again() -> None:
    caller = Caller()
    with caller.on_leaving(lambda: pytest.fail("it is over")):
        pass
    caller.leave()


def test_a_server_that_does_not_tell_has_callers_that_stay() -> None:
    caller = Caller()
    assert caller_of({CALLER: caller}) is caller
    assert not caller_of({}).is_gone
