"""A real Chromium: one that is there, else Playwright's own, else Debian's."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# An init script: in the console no undoing is waited for, unless an agent has chosen so.
AT_ONCE = """const {getItem} = Storage.prototype;
  Storage.prototype.getItem = function (name) {
    return getItem.call(this, name) ?? (name.endsWith(":undo") ? "0" : null); }"""


@contextmanager
def browser() -> Iterator[Any]:
    """A headless browser. Where none can be had the test is skipped aloud; on the build machine it fails."""
    from playwright.sync_api import sync_playwright

    where = executable()
    with sync_playwright() as playwright:
        if where is None:
            words = "NO CHROMIUM: it is not there, and neither Playwright nor Debian's packages could bring one"
            (pytest.fail if os.environ.get("CI") else pytest.skip)(words)
        launched = playwright.chromium.launch(executable_path=where or None, args=list(QUIET))
        try:
            yield launched
        finally:
            launched.close()


@cache
def executable() -> str | None:
    """The path of a Chromium; "" for Playwright's own; None if there is none."""
    if found := _there():
        return found
    if _tried(sys.executable, "-m", "playwright", "install", "chromium"):
        return ""
    if shutil.which("apt-get") and os.geteuid() == 0:
        _tried("apt-get", "update")
        _tried("apt-get", "install", "-y", "--no-install-recommends", "chromium")
    return _there()


def _there() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _tried(*command: str) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, timeout=400, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def unfriendly(page: Any, within: str = "html") -> list[str]:
    """What axe finds on a page, or in an element of it, that somebody could not use: rule, and the elements."""
    import axe_playwright_python

    script = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
    page.evaluate(f"{script}; 0")  # by the debugger: the page's own policy stays as strict as it is
    found = page.evaluate("within => axe.run(within, {resultTypes: ['violations']})", within)
    return [f"{each['id']}: {[node['html'][:200] for node in each['nodes']]}" for each in found["violations"]]
