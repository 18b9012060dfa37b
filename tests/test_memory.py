"""What pages of a release have in common is made once, and what is remembered is bounded."""

from kommungraf.editions.memory import Memory


def test_what_is_asked_for_again_is_made_once() -> None:
    memory, made = Memory(), list[int]()

    def make() -> int:
        made.append(1)
        return len(made)

    assert [memory.once("a", make), memory.once("a", make), memory.once("b", make)] == [1, 1, 2]


def test_nothing_is_made_anew_because_it_is_none() -> None:
    memory, made = Memory(), list[None]()
    for _ in range(2):
        assert memory.once("a", lambda: made.append(None)) is None
    assert len(made) == 1


def test_what_is_remembered_is_bounded() -> None:
    memory = Memory(most=3, most_entries=4)
    for number in range(50):
        assert memory.once(number, lambda: number) == number  # noqa: B023  called at once
        memory.entries("names")[str(number)] = number
    assert len(memory.entries("names")) <= 4
    assert sum(memory.once(number, lambda: None) is not None for number in range(50)) <= 3
