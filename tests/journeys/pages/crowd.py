"""A desk of many: customers, rooms and a room with many messages; and how much of it is in a page."""

import gzip
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.journeys.caller import eventually
from tests.journeys.pages.test_console import SOON, Desk, opened

NODES = 3_000  # in the page, however long a room
REQUESTS = 6  # to the first rows
SCRIPTS = 90 * 1024  # bytes at first, as API Gateway sends them
AT_ONCE = 2  # callers
BULK = 100  # customers in one request
RESOURCES = "performance.getEntriesByType('resource').filter((each) => !each.name.endsWith('.svg'))"  # not the icon
FIRST_ROWS = f"""() => document.querySelector('.rooms button') && {{requests: {RESOURCES}.length + 1,
  scripts: {RESOURCES}.map((each) => each.name).filter((name) => name.endsWith('.js')), ms: performance.now()}}"""
COUNT = "document.querySelectorAll('*').length"


def several(step: Callable[[int], object], numbers: Iterable[int]) -> None:
    """Do it for each number, some at once; the first failure is raised."""
    with ThreadPoolExecutor(AT_ONCE) as callers:
        for _ in callers.map(step, numbers):
            pass


def customers(desk: Desk, many: int) -> None:
    """So many, called c0 and so on."""
    for first in range(0, many, BULK):
        some = [{"external_id": f"c{n}", "name": f"Customer {n}"} for n in range(first, min(first + BULK, many))]
        desk.api.post("/v1/customers/bulk", {"customers": some})


def rooms(desk: Desk, many: int) -> None:
    """A question of each of so many customers."""
    several(lambda n: desk.asked(f"Question {n}", f"Why does call {n} fail?", f"c{n}"), range(many))


def long_room(desk: Desk, many: int) -> str:
    """A room with so many messages; the first is `Word 0`, the last ends with the word `last`."""
    room = desk.asked("Many words", "Word 0")
    callers = [desk.user(), desk.api]
    path = f"/v1/rooms/{room}/messages"

    def say(n: int) -> None:
        body, key = {"text": f"Word {n}"}, f"word-{n}"
        eventually(lambda: callers[n % 2]("POST", path, body, Idempotency_Key=key).status == 201)  # a cold one is late

    several(say, range(1, many - 1))
    desk.api.post(path, {"text": "Word last"})
    return room


def first_rows(page: Any) -> dict[str, float]:
    """Of a page that is loaded anew: requests and ms until the first rows are there, and bytes of scripts."""
    page.reload(wait_until="commit")
    found = page.wait_for_function(FIRST_ROWS, polling="raf", timeout=SOON).json_value()
    scripts = (page.request.get(name).body() for name in found["scripts"])
    size = sum(len(gzip.compress(script, 6)) for script in scripts)
    return {"requests": found["requests"], "scripts": size, "ms": found["ms"]}


def read_through(page: Any, desk: Desk, room: str, *, patience: int = 4_000) -> dict[str, float]:
    """Of a long room, scrolled from its end to its beginning: the most nodes and messages that were in the page, and
    the requests for more."""
    asked: list[str] = []
    opened(page, desk, room)
    log, rows = page.get_by_role("log"), page.locator(".message")
    log.get_by_text("Word last", exact=True).wait_for(timeout=SOON)
    page.on("request", lambda request: asked.append(request.url) if "/messages?" in request.url else None)
    first = log.get_by_text("Word 0", exact=True)
    nodes = messages = 0
    log.hover()
    for _ in range(patience):
        page.mouse.wheel(0, -1200)
        page.wait_for_timeout(40)
        nodes, messages = max(nodes, page.evaluate(COUNT)), max(messages, rows.count())
        if first.count():
            break
    assert first.count(), "it has no beginning"
    return {"nodes": nodes, "messages": messages, "requests": len(asked)}
