"""The pages' scripts: plain ES modules under web/, joined into one as they are, with nothing between a reader and them.

Joining takes an `import {…} from "./x.js"` for the module itself, once, before whoever asks for it, and keeps the
`export` of the first module alone. So modules that meet share one set of names, and rename nothing but what is private
to a class (`#name`), which nobody else can name. Comments, spaces and line breaks that no browser needs are left out,
also of what is marked as `/* css */`.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import PurePosixPath
from string import ascii_letters

from . import WEB

IMPORT = re.compile(r'^import \{[^}]*\} from "(\.[^"]+)";\n', re.MULTILINE)
# What no browser needs, in the order in which it is left out.
LEFT_OUT = (
    (re.compile(r"^[ \t]*(?://.*|/\*\*(?:.|\n)*?\*/)\n", re.MULTILINE), ""),  # lines that are comments
    (re.compile(r"[ \t]+// [^\n\"'`]*$", re.MULTILINE), ""),  # comments behind code
    (re.compile(r"^[ \t]+", re.MULTILINE), ""),
    (re.compile(r"(?<=[,;{(\[])\n+"), ""),
)
# What stays as it is: strings, templates (none within another: a test sees to it) and regular expressions.
LITERAL = re.compile(
    r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`"""
    r"""|(?:(?<=[(,=:!&|?{;\[])|(?<=return)) ?/(?![/*])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*)"""
)
SPACED = re.compile(r" ?([?:<>*,=&|{}()\[\];!%]) ?")
PRIVATE = re.compile(r"#[A-Za-z]\w*")
PRIVATE_WITHIN = re.compile(r"(?<=this\.)#[A-Za-z]\w*")  # a template's `${this.#name}`
STYLES = re.compile(r"/\* css \*/ `([^`]*)`")
EXPORT = re.compile(r"^export (?=const|let|class|function|async)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Script:
    """A joined script, and the version that its content gives it."""

    text: str
    version: str


@cache
def joined(name: str) -> Script:
    """The script that begins at `web/<name>`."""
    parts: dict[str, str] = {}
    _take(PurePosixPath(name), parts)
    *others, first = parts.values()
    text = "".join([*(EXPORT.sub("", part) for part in others), first])
    text = STYLES.sub(_squeezed, text)
    for left_out, kept in LEFT_OUT:
        text = left_out.sub(kept, text)
    pieces = LITERAL.split(text)  # code, literal, code, …
    pieces = [part if i % 2 else SPACED.sub(r"\1", part).replace(";}", "}") for i, part in enumerate(pieces)]
    text = "".join(_shortened(pieces))
    return Script(text, hashlib.sha256(text.encode()).hexdigest()[:16])


def _shortened(pieces: list[str]) -> Iterator[str]:
    """Private names as short as they can be, the most frequent ones first; those within templates too."""
    called = Counter(name for part in pieces[::2] for name in PRIVATE.findall(part))
    letters = ("#" + "".join(each) for size in (1, 2) for each in product(ascii_letters, repeat=size))
    short = dict(zip((name for name, _ in called.most_common()), letters, strict=False))
    for i, part in enumerate(pieces):
        place = PRIVATE if i % 2 == 0 else PRIVATE_WITHIN if part[:1] == "`" else None
        yield place.sub(lambda name: short.get(name[0], name[0]), part) if place else part


def _squeezed(styles: re.Match[str]) -> str:
    text = re.sub(r"([;:,]) ", r"\1", re.sub(r"\s+", " ", styles[1]))
    text = re.sub(r" ?([{}>]) ?", lambda sign: sign[1], text).replace(";}", "}")
    return f"`{text}`"


def _take(name: PurePosixPath, parts: dict[str, str]) -> None:
    text = (WEB / name).read_text("utf-8")
    for found in IMPORT.findall(text):
        wanted = PurePosixPath(*_resolved(name.parent / found))
        if str(wanted) not in parts:
            _take(wanted, parts)
    parts[str(name)] = IMPORT.sub("", text)


def _resolved(path: PurePosixPath) -> list[str]:
    found: list[str] = []
    for part in path.parts:
        if part == "..":
            found.pop()
        elif part != ".":
            found.append(part)
    return found
