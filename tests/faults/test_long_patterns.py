"""No regular expression of ours goes back over a stranger's text again and again.

The patterns are found: every call of `re` in the syntax tree of chalicelib, and how the compiled ones are used. Each is
tried with texts that are made from the pattern itself, and the steps of a matcher that goes back as Python's does are
counted: they may not grow faster than n log n.
"""

import ast
import importlib
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import chalicelib
from chalicelib.channels.email import quote_words
from tests import backtracking

ROOT = Path(chalicelib.__file__).parent
WAYS = frozenset({"search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"})
# What a pattern is made of that is known only when it is used: something that stands for it.
MADE_OF = {
    "delimiter": b"--bound",
    "spoken": "@Ann Lee",
    "name": "Ann Lee",
    "listed": "ann@acme\\.example|Ann Lee",
    "ours": "Parley",
    "prefix": r"\\?!\\?p",
    "pattern": r"\bdone\b|complete|live\b",
    "people": {"Ann Lee": "U1"},
}
# Patterns that no stranger's text gets to, with the reason.
OURS = {
    "edge/door/openapi.py": "reads our own routes",
}

# Patterns that are shown texts of a length: how many characters at most, and where that is seen to.
LINE, SUBJECT = "quotes.split looks at that much of a line", "mime and each provider cut subjects"
READ = ("lines", "headlines", "introductions", "signatures", "quotes", "quote_words")
SHORT = {
    **dict.fromkeys((f"channels/email/{name}.py" for name in READ), (400, LINE)),
    "desk/mails.py": (500, SUBJECT),
    "desk/thanks.py": (600, "thanks are no longer"),
}


@dataclass(frozen=True)
class Found:
    """A pattern, and the ways in which it is used."""

    file: str
    line: int
    pattern: str
    flags: int
    ways: frozenset[str]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.pattern[:50]!r}"


@cache
def trees() -> dict[str, ast.Module]:
    paths = sorted(ROOT.rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text()) for path in paths}


@cache
def uses() -> dict[tuple[str, str], frozenset[str]]:
    """How a name is used, by file and name ("" for the file: as an attribute of its module, anywhere)."""
    found: dict[tuple[str, str], set[str]] = {}
    for file, tree in trees().items():
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
                place = (file, node.id) if isinstance(node, ast.Name) else ("", node.attr)
                parent = parents.get(node)
                used = parent.attr if isinstance(parent, ast.Attribute) else ""
                found.setdefault(place, set()).add(used)
    return {place: frozenset(ways) for place, ways in found.items()}


@cache
def importers() -> dict[str, frozenset[str]]:
    """The files that import a name, by the name."""
    found: dict[str, set[str]] = {}
    for file, tree in trees().items():
        for node in ast.walk(tree):
            for each in node.names if isinstance(node, ast.ImportFrom) else ():
                found.setdefault(each.name, set()).add(file)
    return {name: frozenset(files) for name, files in found.items()}


def patterns() -> Iterator[Found]:
    for file, tree in trees().items():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "re"):
                continue
            if node.func.attr == "compile" or node.func.attr in WAYS:
                yield found_at(file, tree, node, node.func.attr)


def found_at(file: str, tree: ast.Module, call: ast.Call, way: str) -> Found:
    module = importlib.import_module("chalicelib." + file.removesuffix(".py").replace("/", "."))
    known = {**vars(module), "re": re}
    pattern: Any = evaluated(call.args[0], known)
    given = call.args[1:] if way == "compile" else [each.value for each in call.keywords if each.arg == "flags"]
    given += call.args[2:3] if way in ("match", "fullmatch", "search", "findall", "finditer") else []
    flags = sum(int(evaluated(each, known)) for each in given)
    if isinstance(pattern, bytes):
        pattern, flags = pattern.decode("latin-1"), flags | re.ASCII
    ways = frozenset({way}) if way != "compile" else compiled(file, tree, call)
    return Found(file, call.lineno, pattern, flags, ways)


def compiled(file: str, tree: ast.Module, call: ast.Call) -> frozenset[str]:
    """How it is used that is compiled to a constant; in every way, if it is no constant or is handed on."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and node.value is call and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            places = [(file, name), ("", name), *((other, name) for other in importers().get(name, ()))]
            ways = frozenset().union(*(uses().get(place, frozenset()) for place in places))
            return ways & WAYS if ways and ways <= WAYS | {"pattern"} else frozenset({"finditer"})
    return frozenset({"finditer"})


def evaluated(node: ast.expr, known: dict[str, Any]) -> Any:
    here = {name: value for name, value in MADE_OF.items() if name not in known}
    source = ast.unparse(node)
    return eval(source, {**known, **here, "tracking": _Tracking()})  # noqa: S307


class _Tracking:
    prefix = "!p"


FOUND = sorted({one for one in patterns() if one.file not in OURS}, key=str)


@pytest.fixture(autouse=True)
def deep() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(60_000)
    yield
    sys.setrecursionlimit(before)


def test_patterns_are_found() -> None:
    """A check of the finder: what `grep` finds is there."""
    lines = sum(
        len(re.findall(r"\bre\.(?:compile|search|f?u?l?l?match|subn?|split|findall|finditer)\(", text))
        for text in (path.read_text() for path in ROOT.rglob("*.py"))
    )
    assert len(list(patterns())) == lines > 150


@pytest.mark.parametrize("one", FOUND, ids=str)
def test_no_text_makes_a_pattern_go_back_again_and_again(one: Found) -> None:
    for way in one.ways:
        bound, _ = SHORT.get(one.file, (0, ""))
        if one.pattern == quote_words.ADVERTISEMENT.pattern:  # of a line of at most 120 characters: `_advertises`
            assert backtracking.Counting(one.pattern, one.flags).count("נשלח מ" + "virus-free-" * 10, way) < 400_000
            continue
        assert not backtracking.grows(one.pattern, way, one.flags, bound)


@pytest.mark.parametrize("one", FOUND, ids=str)
def test_the_matcher_finds_what_python_finds(one: Found) -> None:
    chance = random.Random(one.pattern)  # noqa: S311
    tried = backtracking.attacks(one.pattern, one.flags)
    counting = backtracking.Counting(one.pattern, one.flags)
    for lead, each, tail in chance.sample(tried, min(30, len(tried))):
        text = lead + each * chance.randint(0, 4) + tail
        real = re.compile(one.pattern, one.flags).search(text)
        assert counting.first(text) == (real.span() if real else None), text


@pytest.mark.parametrize(
    "bad",
    [
        (r"\s+$", "search"),
        (r"(a+)+$", "match"),
        (r"<!--.*?-->", "sub"),
        (r"\s*a\s*\s*b", "match"),
        (r"[ \t]*([^\n]*)\s*\Z", "match"),
        (r"(?:a|a)*c", "fullmatch"),
        (r"\[[^\]]*\]", "findall"),
        (r"x{0,3000}y", "search"),
    ],
)
def test_the_counter_tells_patterns_that_go_back(bad: tuple[str, str]) -> None:
    assert backtracking.grows(*bad)
