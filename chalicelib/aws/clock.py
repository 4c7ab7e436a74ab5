"""ports.Clock: the machine's."""

import os
import random
import time


class SystemClock:
    """Time and randomness as the machine has them."""

    def now(self) -> int:
        """Milliseconds since the epoch."""
        return time.time_ns() // 1_000_000

    def entropy(self, size: int) -> bytes:
        """From the operating system."""
        return os.urandom(size)

    def chance(self) -> float:
        """For jitter only."""
        return random.random()  # noqa: S311

    def sleep(self, seconds: float) -> None:
        """Block."""
        time.sleep(seconds)
