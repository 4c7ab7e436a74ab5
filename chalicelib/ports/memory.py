"""What a container remembers (cache): so many things of a sort, each for so long. Nothing depends on it
(ADR 126)."""

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

V = TypeVar("V")
FOREVER_MS = 1 << 62


class Memory(Generic[V]):
    """Things of one sort by what they are of. The oldest goes when there are more than `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Hashable, tuple[V, int]] = {}

    def get(self, of: Hashable, now: int = 0, life: int = FOREVER_MS) -> V | None:
        """What was kept less than `life` (ms) before `now`; None for nothing."""
        kept = self._kept.get(of)
        return kept[0] if kept and now - kept[1] < life else None

    def keep(self, of: Hashable, value: V, now: int = 0) -> V:
        """Remember it, as of `now`; the same again."""
        self._kept.pop(of, None)  # what is kept anew is the youngest
        self._kept[of] = (value, now)
        if len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]
        return value

    def asked(self, of: Hashable, now: int, life: int, *, ask: Callable[[], V]) -> V:
        """What was kept so lately, else what `ask` says now. What that raises is not kept."""
        kept = self._kept.get(of)
        return kept[0] if kept and now - kept[1] < life else self.keep(of, ask(), now)

    def drop(self, of: Hashable) -> None:
        """Forget one."""
        self._kept.pop(of, None)

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()


class Memories:
    """A container's memories, by what is remembered: each is made by who first asks for it."""

    def __init__(self) -> None:
        self._memories: dict[str, Memory[Any]] = {}

    def of(self, name: str, most: int) -> Memory[Any]:
        """The memory of that name, for `most` things."""
        if name not in self._memories:
            self._memories[name] = Memory(most)
        return self._memories[name]
