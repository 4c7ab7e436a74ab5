"""What a container remembers: so much, for so long, and the oldest goes first."""

import pytest

from chalicelib.ports import Memory
from chalicelib.ports.memory import Memories


def test_what_is_kept_is_there_until_its_time_is_over() -> None:
    memory: Memory[str] = Memory(3)
    assert memory.keep("a", "A", 100) == "A"
    assert [memory.get("a", now, 50) for now in (100, 149, 150)] == ["A", "A", None]
    assert memory.get("a") == "A", "without a life it does not age"
    assert memory.get("b", 100, 50) is None


def test_the_oldest_goes_first_and_what_is_kept_anew_is_the_youngest() -> None:
    memory: Memory[int] = Memory(3)
    for name in ("a", "b", "c", "a", "d"):
        memory.keep(name, ord(name))
    assert [memory.get(name) for name in ("a", "b", "c", "d")] == [ord("a"), None, ord("c"), ord("d")]


def test_what_was_asked_lately_is_not_asked_again_and_a_failure_is_not_kept() -> None:
    memory: Memory[bool] = Memory(3)
    asked: list[bool] = []

    def ask() -> bool:
        asked.append(True)
        if len(asked) == 1:
            raise LookupError
        return False

    with pytest.raises(LookupError):
        memory.asked("a", 0, 10, ask=ask)
    assert [memory.asked("a", now, 10, ask=ask) for now in (0, 9, 10)] == [False, False, False]
    assert len(asked) == 3, "also what is false is an answer"


def test_each_sort_of_things_has_a_memory_of_its_own() -> None:
    memories = Memories()
    memories.of("one", 1).keep("a", 1)
    assert memories.of("one", 1).get("a") == 1
    assert memories.of("other", 1).get("a") is None
    memories.of("one", 1).drop("a")
    assert memories.of("one", 1).get("a") is None
