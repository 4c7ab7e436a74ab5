"""The pages for people: README and its sisters, and docs/, but for the decisions. What they show, and how it is run."""

import json
import os
import re
import subprocess
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
# Programs that a page's commands may call; each is asked for nothing, and what it was told is written down.
STUBS = """
_told() { printf '%s\\0' "$@" >&3; printf '\\1' >&3; }
curl() { _told curl "$@"; echo '{}'; }
make() { if [ "$1" = env ]; then return; fi; _told make "$@"; }
openssl() { echo 00; }
sha256sum() { cat >/dev/null; echo '0 -'; }
cut() { cat; }
set -eu
"""


def pages() -> dict[str, str]:
    """By path from the root: the text of each page."""
    paths = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return {
        str(path.relative_to(ROOT)): path.read_text()
        for path in sorted(paths)
        if path.name != "CHANGELOG.md" and path.parent.name != "decisions"
    }


def page(path: str) -> str:
    """One page."""
    return (ROOT / path).read_text()


def section(path: str, heading: str) -> str:
    """What stands under a heading of a page, with what is under its own headings."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", page(path), re.MULTILINE)
    assert found, f"{path} has no heading {heading}"
    rest = page(path)[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def blocks(text: str, language: str) -> list[str]:
    """The blocks of code in a language, also those within lists."""
    return [textwrap.dedent(block[3]) for block in BLOCK.finditer(text) if block[2] == language]


@dataclass(frozen=True)
class Command:
    """A program that a page calls, and what it tells it."""

    program: str
    arguments: list[str]


def commands(block: str, **variables: str) -> list[Command]:
    """What the shell makes of a block: every call of curl and make. Variables that nobody set are refused."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as written:
        done = subprocess.run(
            ["bash", "-c", f"exec 3>&{writing}\n{STUBS}{block}"],
            env={"PATH": os.environ["PATH"], **variables},
            pass_fds=[writing],
            capture_output=True,
            text=True,
            check=False,
        )
        os.close(writing)
        assert done.returncode == 0, done.stderr
        said = written.read().decode()
    return [Command(*_program(call)) for call in said.split("\1") if call]


def _program(call: str) -> tuple[str, list[str]]:
    program, *arguments = call.rstrip("\0").split("\0")
    return program, arguments


@dataclass(frozen=True)
class Called:
    """A request as curl would make it."""

    method: str
    url: str
    headers: dict[str, str]
    body: str | None
    form: dict[str, str]


def called(arguments: list[str]) -> Called:
    """The request of a call of curl. What this does not know of curl's options is refused."""
    method, url, headers, body, form = "", "", {}, None, {}
    words: Iterator[str] = iter(arguments)
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = next(words)
            json.loads(body)
        elif word == "-F":
            name, _, value = next(words).partition("=")
            form[name] = value
        else:
            assert not word.startswith("-"), f"curl {word}"
            assert not url, f"two addresses: {url} and {word}"
            url = word
    return Called(method or ("GET" if body is None and not form else "POST"), url, headers, body, form)
