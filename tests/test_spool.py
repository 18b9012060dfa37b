import pytest

from kommungraf.quads.spool import Lines, merged, starting_with


@pytest.mark.parametrize("batch", [1, 2, 3, 100])
def test_lines_are_sorted_and_distinct_whatever_fits_in_memory(batch: int) -> None:
    lines = Lines([b"c\n", b"a\n", b"c\n", b"b\n", b"ab\n", b"a\n"], batch)
    assert list(lines) == [b"a\n", b"ab\n", b"b\n", b"c\n"]
    assert len(lines) == 4


def test_lines_are_found_by_their_number() -> None:
    lines = Lines([b"b\n", b"a\n", b"c\n"])
    assert (lines[0], lines[-1], lines[1:]) == (b"a\n", b"c\n", [b"b\n", b"c\n"])
    with pytest.raises(IndexError):
        lines[3]


def test_lines_can_be_read_again_and_by_several_at_once() -> None:
    lines = Lines([b"b\n", b"a\n"])
    assert list(zip(lines, lines, strict=True)) == [(b"a\n", b"a\n"), (b"b\n", b"b\n")]


def test_no_lines_are_an_empty_sequence() -> None:
    assert (list(Lines([])), len(Lines([]))) == ([], 0)


def test_many_lines_on_disk_are_merged_as_if_they_had_been_sorted_at_once() -> None:
    numbers = [(number * 7919) % 60_000 for number in range(130_000)]  # each of them at least twice
    lines = Lines((b"%d\n" % number for number in numbers), 30_000)
    expected = sorted({b"%d\n" % number for number in numbers})
    assert list(lines) == expected
    assert [lines[place] for place in (0, 20_000, 59_999)] == [expected[place] for place in (0, 20_000, 59_999)]
    assert list(starting_with(lines, b"1")) == [line for line in expected if line.startswith(b"1")]


def test_sorted_lines_are_merged_without_doubles() -> None:
    assert list(merged([b"a\n", b"b\n"], [b"b\n", b"c\n"])) == [b"a\n", b"b\n", b"c\n"]


def test_lines_that_start_alike_stand_together() -> None:
    assert list(starting_with(Lines([b"ab 1\n", b"a 2\n", b"a 1\n", b"b\n"]), b"a ")) == [b"a 1\n", b"a 2\n"]
