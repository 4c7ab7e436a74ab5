"""How far something is that takes longer than a few seconds: one line on standard error, which renews itself on a
terminal, and a new one now and then where there is none. What a command was asked for goes to standard output, alone.

    with progress("bench", of=len(parts)) as step:
        for part in parts:
            step(part)
            …

Within it another `progress` stands behind the first on the same line: `bench 2/7 cold · round 3/9 · 41 s`. Nothing is
said of what is over within QUICK_S.
"""

import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

QUICK_S = 3.0  # s until the first line
RENEWED_S = 0.5  # s between two states of the line on a terminal
APART_S = 15.0  # s between two lines where there is none
WIDTH = 100

Step = Callable[..., None]
Each = TypeVar("Each")


class Screen(Protocol):
    """As much of a text stream as is written to."""

    def write(self, text: str, /) -> int: ...  # noqa: D102
    def flush(self) -> None: ...  # noqa: D102
    def isatty(self) -> bool: ...  # noqa: D102


class Stage:
    """One thing that goes on: its name, how far it is of how much (0: nobody knows), and what is done just now."""

    def __init__(self, name: str, of: int) -> None:
        self.name, self.of, self.done, self.now = name, of, 0, ""

    def __str__(self) -> str:
        far = f" {self.done:,}/{self.of:,}" if self.of else f" {self.done:,}" if self.done else ""
        return f"{self.name}{far}{f' {self.now}' if self.now else ''}"


class Board:
    """What goes on, the outermost first, and when it was last said."""

    def __init__(self, screen: Screen | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._screen, self.clock = screen, clock
        self.stages: list[Stage] = []
        self.began = self.said = 0.0
        self.lines = 0

    @property
    def screen(self) -> Screen:
        """Standard error as it is just now, unless another was named."""
        return self._screen or sys.stderr

    def line(self) -> str:
        """How far all of it is."""
        parts = [*map(str, self.stages), f"{self.clock() - self.began:.0f} s"]
        return " · ".join(parts)[:WIDTH]

    def show(self) -> None:
        """Say it, if it is time to."""
        now, live = self.clock(), self.screen.isatty()
        if not self.stages or now - self.began < QUICK_S:
            return
        if self.lines and now - self.said < (RENEWED_S if live else APART_S):
            return
        self.screen.write(f"\r\x1b[K{self.line()}" if live else f"{self.line()}\n")
        self.screen.flush()
        self.said, self.lines = now, self.lines + 1

    def clear(self) -> None:
        """Leave the terminal's line to what is printed next."""
        if self.lines and self.screen.isatty():
            self.screen.write("\r\x1b[K")
            self.screen.flush()

    @contextmanager
    def stage(self, name: str, of: int = 0) -> Iterator[Step]:
        """Goes on until its block ends. `step(words, done)`: what is done now; how much was before, or one more."""
        stage = Stage(name, of)
        if not self.stages:
            self.began, self.lines = self.clock(), 0
        self.stages.append(stage)

        def step(words: str = "", done: int | None = None) -> None:
            stage.done, stage.now = stage.done + 1 if done is None else done, words
            self.show()

        try:
            yield step
        finally:
            self.stages.remove(stage)
            if not self.stages:
                self.clear()


BOARD = Board()


def clear() -> None:
    """Leave the terminal's line to what is printed next, while it goes on."""
    BOARD.clear()


@contextmanager
def progress(name: str, of: int = 0) -> Iterator[Step]:
    """Say how far `name` is, of `of` steps if that is known, while the block lasts, though no step is made for long."""
    if BOARD.stages:  # somebody tells already, and tells of this one too
        with BOARD.stage(name, of) as step:
            yield step
        return
    over = threading.Event()

    def tell() -> None:
        while not over.wait(RENEWED_S):
            BOARD.show()

    teller = threading.Thread(target=tell, name="progress", daemon=True)
    with BOARD.stage(name, of) as step:
        teller.start()
        try:
            yield step
        finally:
            over.set()
            teller.join()


def telling(name: str, every: Collection[Each]) -> Iterator[Each]:
    """Each of `every`, and how many of them are done."""
    with progress(name, len(every)) as step:
        for number, each in enumerate(every):
            step("", number)
            yield each
