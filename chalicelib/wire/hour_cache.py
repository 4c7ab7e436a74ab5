"""What a provider said is kept for an hour, within a container."""

from collections.abc import Callable, Hashable

HOUR_MS = 60 * 60_000
MOST = 5_000


class HourCache:
    """Whether something is so, by whatever it is asked of."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[bool, int]] = {}

    def get(self, key: Hashable, now: int, ask: Callable[[], bool]) -> bool:
        """What `ask` said within the last hour, else what it says now. What it raises is not kept."""
        found, until = self._kept.get(key, (False, 0))
        if until > now:
            return found
        answer = ask()
        if len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[key] = (answer, now + HOUR_MS)
        return answer

    def clear(self) -> None:
        """Forget all of it."""
        self._kept.clear()
