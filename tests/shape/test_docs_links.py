"""The docs lead somewhere: files, anchors, paths in the repository, targets of make and their options."""

import re
from pathlib import Path

import pytest

from tests.docs import BLOCK, ROOT, commands, pages

PAGES = pages()
DECISIONS = {str(path.relative_to(ROOT)): path.read_text() for path in (ROOT / "docs" / "decisions").glob("*.md")}
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
LINK = re.compile(r'\]\(([^)\s]+)\)|src="([^"]+)"')
IN_LINE = re.compile(r"(?<!`)(`+)(?!`)[^\n]+?(?<!`)\1(?!`)")  # code is no link
# What git knows and what a build makes are told apart by these: only the former is named in backticks as a path.
NAMED = re.compile(r"`((?:chalicelib|infra|tests|docs)/[\w./-]+)(?:::(\w+))?`")
MADE_UP = "telex"  # the channel that CONTRIBUTING.md adds
TARGET = re.compile(r"(?:`|^)make ([a-z-]+)", re.MULTILINE)
MAKEFILE = (ROOT / "Makefile").read_text()
ANCHORS_DROP = re.compile(r"[^\w\- ]")


def anchors(text: str) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    return {ANCHORS_DROP.sub("", heading.lower()).replace(" ", "-") for heading in HEADING.findall(BLOCK.sub("", text))}


@pytest.mark.parametrize("name", [*PAGES, *DECISIONS])
def test_every_link_leads_to_a_file_and_a_heading(name: str) -> None:
    text = IN_LINE.sub("", BLOCK.sub("", (PAGES | DECISIONS)[name]))
    for link in ("".join(found) for found in LINK.findall(text)):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.exists(), f"{name} leads to {link}, and there is no such file"
        if anchor:
            assert anchor in anchors(target.read_text()), f"{name} leads to {link}, and there is no such heading"


@pytest.mark.parametrize("name", PAGES)
def test_every_path_that_is_named_is_there(name: str) -> None:
    for path, test in NAMED.findall(PAGES[name]):
        if MADE_UP in path:
            continue
        assert (ROOT / path).exists(), f"{name} names {path}"
        assert not test or f"def {test}(" in (ROOT / path).read_text(), f"{name} names {path}::{test}"


def test_every_page_is_led_to() -> None:
    led = {"README.md"}
    for name, text in PAGES.items():
        paths = ("".join(found).partition("#")[0] for found in LINK.findall(text) if not "".join(found).startswith("h"))
        led |= {str(((ROOT / name).parent / path).resolve().relative_to(ROOT)) for path in paths if path}
    assert not set(PAGES) - led, "each page is led to by another: give it a place in README's table"


def test_the_readme_is_short() -> None:
    assert len(PAGES["README.md"].splitlines()) <= 150


@pytest.mark.parametrize("name", PAGES)
def test_every_target_and_every_option_of_it_is_there(name: str) -> None:
    inline = re.findall(r"`(make [a-z-]+(?: [^`]+)?)`", " ".join(PAGES[name].split()))
    shown = [block[3] for block in BLOCK.finditer(PAGES[name]) if block[2] == "sh" and "$" not in block[3]]
    for target in TARGET.findall(PAGES[name]):
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), f"{name}: make {target}"
    for line in [*inline, *shown]:
        for command in commands(line):
            if command.program == "make":
                check_options(name, command.arguments)


def check_options(name: str, arguments: list[str]) -> None:
    """Each option that a target is told is one that its program takes."""
    target, *settings = arguments
    values = dict(setting.split("=", 1) for setting in settings)
    module = re.search(rf"^{target}:.*?-m ([\w.]+)", MAKEFILE, re.MULTILINE | re.DOTALL)
    assert module, f"{name}: make {target}"
    if not values.get("ARGS"):
        return
    program = ROOT / Path(*module[1].split("."))
    file = program.with_suffix(".py") if program.with_suffix(".py").exists() else program / "__main__.py"
    if module[1] == "pytest":
        return
    takes = file.read_text() + (ROOT / "infra" / "choose_stack.py").read_text()
    for option in re.findall(r"--[a-z-]+", values["ARGS"]):
        assert f'"{option}"' in takes, f"{name}: make {target} takes no {option}"
