import pytest

from kommungraf.quads.spool import Lines, distinct, merged, starting_with


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


@pytest.mark.parametrize("alike", [0, 119, 120, 300])
def test_lines_are_found_by_how_they_begin_however_long_that_is(alike: int) -> None:
    found = sorted(b"%s%03d %d\n" % (b"x" * alike, number, each) for number in range(300) for each in range(3))
    lines = Lines(found)
    for number in (0, 1, 10, 31, 150, 299):
        start = b"%s%03d " % (b"x" * alike, number)
        assert list(starting_with(lines, start)) == [line for line in found if line.startswith(start)]
    assert list(starting_with(lines, b"x" * alike)) == found
    assert list(starting_with(lines, b"x" * alike + b"2")) == found[600:]
    assert list(starting_with(lines, b"y")) == []
    assert list(starting_with(lines, b"w")) == []


def test_each_line_and_stretch_of_lines_is_where_it_stands() -> None:
    expected = [b"%04d\n" % number for number in range(1000)]
    lines = Lines(expected)
    assert [lines[number] for number in range(1000)] == expected
    for start, stop in ((0, 1), (31, 33), (32, 64), (999, 1000), (5, 5), (0, 1000)):
        assert lines[start:stop] == expected[start:stop]


def test_content_can_be_read_when_nobody_else_has_the_lines() -> None:
    content = Lines([b"b\n", b"a\n"]).content()
    assert (content.read(3), content.read(), content.read()) == (b"a\nb", b"\n", b"")


def test_different_items_are_counted() -> None:
    assert distinct(b"%d" % (number % 7) for number in range(100)) == 7
    assert distinct([]) == 0
