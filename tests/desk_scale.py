"""`python -m tests.desk_scale` fills a desk on a stack of its own with 3,000 customers, 500 rooms and a room of 2,000
messages, reads it in Chromium, prints figures and holds counts (load test of the console). With `--pictures` it takes
those of the docs anew, too.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import pictures
from tests.browser import browser
from tests.journeys.caller import OtherSide
from tests.journeys.pages import crowd
from tests.journeys.pages.test_console import Desk
from tests.stack import LocalStack

CUSTOMERS, ROOMS, MESSAGES = 3_000, 500, 2_000
LAPTOP = {"width": 1280, "height": 800}


def main() -> None:
    """Fill, read, print, hold."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="parley-scale-") as home, browser() as chromium, OtherSide() as side:
        stack = LocalStack(Path(home))
        stack.start()
        try:
            if asked.pictures:  # first: what follows keeps the index busy for minutes
                with _timed("pictures"):
                    pictures.take_all(stack, chromium, side.url)
            too_much = measured(Desk(stack, chromium, side), asked)
        finally:
            stack.stop()
    if too_much:
        raise SystemExit(f"too much: {', '.join(too_much)}")


def measured(desk: Desk, asked: argparse.Namespace) -> list[str]:
    """Fill a desk and read it; the figures that are above what they may be."""
    with _timed(f"{asked.customers:,} customers"):
        crowd.customers(desk, asked.customers)
    with _timed(f"{asked.rooms:,} rooms"):
        crowd.rooms(desk, asked.rooms)
    with _timed(f"a room of {asked.messages:,} messages"):
        room = crowd.long_room(desk, asked.messages)
    with desk.page(viewport=LAPTOP) as page:
        page.keyboard.press("5")
        page.locator(".rooms button").first.wait_for()
        page.wait_for_timeout(2_000)
        first = crowd.first_rows(page)
        with _timed("reading it"):
            through = crowd.read_through(page, desk, room)
    figures = (
        ("requests to the first rows", first["requests"], crowd.REQUESTS),
        ("bytes of scripts at first, gzipped", first["scripts"], crowd.SCRIPTS),
        ("ms to the first rows, on this machine", first["ms"], None),
        ("most nodes in the page", through["nodes"], crowd.NODES),
        ("most messages in the page", through["messages"], None),
        ("requests for the room's messages", through["requests"], None),
    )
    for name, value, most in figures:
        print(f"{value:>10,.0f}  {name}{f' (at most {most:,})' if most else ''}", flush=True)
    return [name for name, value, most in figures if most and value > most]


@contextmanager
def _timed(name: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{time.monotonic() - began:>9,.1f}s  {name}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.desk_scale", description="Fill a desk, and read it.")
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--rooms", type=int, default=ROOMS)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--pictures", action="store_true", help="take those of the docs anew")
    return parser.parse_args()


if __name__ == "__main__":
    main()
