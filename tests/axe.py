"""axe-core on a page: what it finds wrong for people who cannot see it, or use no mouse."""

from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _source() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def violations(page: Any, within: str) -> list[str]:
    """`rule: place` of everything that axe finds inside the element `within`."""
    page.evaluate(_source())
    found = page.evaluate("within => axe.run(within, {resultTypes: ['violations']})", within)
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]
