import threading
import time

import pytest

from kommungraf.engine.callers import Caller
from kommungraf.engine.lanes import Lane, RefusedQueries
from kommungraf.errors import ClientLeft, Overloaded
from waiting import PATIENCE, comes_true


def test_who_waits_first_is_seated_first() -> None:
    lane = Lane(1, queue=5, seconds=PATIENCE)
    order: list[int] = []

    def sit(number: int) -> None:
        with lane.seat(Caller()):
            order.append(number)

    with lane.seat(Caller()):
        threads = [threading.Thread(target=sit, args=(number,)) for number in range(5)]
        for waiting, thread in enumerate(threads, 1):
            thread.start()
            assert comes_true(lambda expected=waiting: len(lane._waiting) == expected)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]
    assert len(lane.free()) == 1


def test_a_full_queue_and_a_long_wait_are_overload() -> None:
    lane = Lane(1, queue=0, seconds=0.05)
    with lane.seat(Caller()), pytest.raises(Overloaded) as raised, lane.seat(Caller()):
        pass
    assert raised.value.retry_after == 1
    lane = Lane(1, queue=1, seconds=0.05)
    with lane.seat(Caller()):
        for _ in range(3):
            with pytest.raises(Overloaded), lane.seat(Caller()):
                pass
    with lane.seat(Caller()):
        pass


def test_half_of_the_seats_are_for_long_queries_to_keep_and_others_make_room() -> None:
    lane = Lane(4, queue=1, seconds=0.02)
    ended: list[str] = []
    with (
        lane.seat(Caller()),
        lane.long(lambda: ended.append("kept")),
        lane.seat(Caller()),
        lane.long(lambda: ended.append("kept too")),
        lane.seat(Caller()),
        lane.long(lambda: ended.append("older")) as older,
        lane.seat(Caller()),
        lane.long(lambda: ended.append("newer")) as newer,
    ):
        assert not ended
        for expected in (["older"], ["older", "newer"], ["older", "newer"]):
            with pytest.raises(Overloaded), lane.seat(Caller()):
                pass
            assert ended == expected
        assert older.ended
        assert newer.ended


def test_who_turns_out_to_be_long_while_somebody_waits_makes_room_at_once() -> None:
    lane = Lane(2, queue=1, seconds=PATIENCE)
    ended = threading.Event()
    seated = threading.Event()

    def wait() -> None:
        with lane.seat(Caller()):
            seated.set()

    with lane.seat(Caller()), lane.long(lambda: None):
        with lane.seat(Caller()):
            waiting = threading.Thread(target=wait)
            waiting.start()
            assert comes_true(lambda: lane._waiting)
            with lane.long(ended.set) as stay:
                assert ended.is_set()
                assert stay.ended
        assert seated.wait(PATIENCE)
        waiting.join()


def test_a_vacant_seat_is_the_last_to_be_used() -> None:
    lane = Lane(2, queue=1, seconds=1)
    with lane.seat(Caller()) as filled, lane.seat(Caller()):
        filled.worker = object()  # type: ignore[assignment]
    with lane.seat(Caller()) as next_one:
        assert next_one is filled


def test_a_seat_is_given_back_whatever_happens() -> None:
    lane = Lane(1, queue=0, seconds=1)
    with pytest.raises(ZeroDivisionError), lane.seat(Caller()):
        raise ZeroDivisionError
    assert len(lane.free()) == 1


def test_no_seat_is_lost_where_it_comes_in_the_last_moment() -> None:
    lane = Lane(2, queue=20, seconds=0.002)

    def sit() -> None:
        for _ in range(100):
            try:
                with lane.seat(Caller()):
                    time.sleep(0.001)
            except Overloaded:
                pass

    threads = [threading.Thread(target=sit) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lane.free()) == 2


def test_refused_queries_are_forgotten_after_a_while() -> None:
    for seconds, remembered in ((PATIENCE, "time"), (0, None)):
        refused = RefusedQueries(seconds)
        refused.add(b"SELECT", "time")
        assert refused.find(b"SELECT") == remembered
        assert refused.find(b"ASK") is None


def test_only_so_many_are_remembered() -> None:
    refused = RefusedQueries(60)
    for number in range(1500):
        refused.add(str(number).encode(), "memory")
    assert refused.find(b"0") is None
    assert refused.find(b"1499") == "memory"


def test_a_caller_that_leaves_gives_up_its_place_in_the_queue() -> None:
    lane = Lane(1, queue=1, seconds=PATIENCE)
    caller, told = Caller(), []

    def wait() -> None:
        try:
            with lane.seat(caller):
                told.append("seated")
        except ClientLeft:
            told.append("left")

    with lane.seat(Caller()):
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert comes_true(lambda: lane._waiting)
        caller.leave()
        waiting.join()
        assert told == ["left"]
        assert not lane._waiting
    with lane.seat(Caller()):
        pass
