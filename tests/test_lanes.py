import threading
import time

import pytest

from kommungraf.errors import Overloaded
from kommungraf.lanes import Lane, RefusedQueries


def test_the_seat_used_last_is_the_next_one() -> None:
    lane = Lane(3, queue=1, seconds=1)
    with lane.seat() as first:
        pass
    with lane.seat() as again:
        assert again is first


def test_who_waits_first_is_seated_first() -> None:
    lane = Lane(1, queue=5, seconds=5)
    order: list[int] = []

    def sit(number: int) -> None:
        with lane.seat():
            order.append(number)

    with lane.seat():
        threads = [threading.Thread(target=sit, args=(number,)) for number in range(5)]
        for waiting, thread in enumerate(threads, 1):
            thread.start()
            while len(lane._waiting) < waiting:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]
    assert len(lane.free()) == 1


def test_a_full_queue_and_a_long_wait_are_overload() -> None:
    lane = Lane(1, queue=0, seconds=0.05)
    with lane.seat(), pytest.raises(Overloaded) as raised, lane.seat():
        pass
    assert raised.value.retry_after == 1
    lane = Lane(1, queue=1, seconds=0.05)
    with lane.seat():
        for _ in range(3):
            with pytest.raises(Overloaded), lane.seat():
                pass
    with lane.seat():
        pass


def test_a_quarter_of_the_seats_is_kept_from_long_queries() -> None:
    lane = Lane(4, queue=0, seconds=1)
    with lane.long(), lane.long(), lane.long(), pytest.raises(Overloaded), lane.long():
        pass
    with lane.long():
        pass


def test_a_seat_is_given_back_whatever_happens() -> None:
    lane = Lane(1, queue=0, seconds=1)
    with pytest.raises(ZeroDivisionError), lane.seat():
        raise ZeroDivisionError
    assert len(lane.free()) == 1


def test_no_seat_is_lost_where_it_comes_in_the_last_moment() -> None:
    lane = Lane(2, queue=20, seconds=0.002)

    def sit() -> None:
        for _ in range(100):
            try:
                with lane.seat():
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
    refused = RefusedQueries(0.05)
    refused.add(b"SELECT", "time")
    assert refused.find(b"SELECT") == "time"
    assert refused.find(b"ASK") is None
    time.sleep(0.06)
    assert refused.find(b"SELECT") is None


def test_only_so_many_are_remembered() -> None:
    refused = RefusedQueries(60)
    for number in range(1500):
        refused.add(str(number).encode(), "memory")
    assert refused.find(b"0") is None
    assert refused.find(b"1499") == "memory"
