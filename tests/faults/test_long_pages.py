"""The Markdown of the pages reads a message in steps that grow with it and no faster, whatever is in it."""

import re

import pytest

from infra.pages import WEB
from tests import backtracking
from tests.faults.test_long_texts import SIGNS
from tests.web.javascript import needs_node, run

SOURCE = (WEB / "shared" / "markdown.js").read_text()
BODY = r"/(?![/*])((?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)/[a-z]*"
LITERAL = re.compile(rf"(?:(?<=[(!])|(?<=[,=&|?:] )){BODY}")
PATTERNS = sorted({found[1] for found in LITERAL.finditer(SOURCE)})
# What a call looks at: all of a text for an expression that may begin anywhere, up to where it is found for a search.
COUNTED = """
let steps = 0;
for (const name of ["exec", "test"]) {
  const real = RegExp.prototype[name];
  RegExp.prototype[name] = function (text) {
    steps += 1 + (this.global || this.source.startsWith("^") ? 0 : String(text).length / 8);
    return real.call(this, text);
  };
}
for (const name of ["replace", "split", "trim", "trimStart"]) {
  const real = String.prototype[name];
  String.prototype[name] = function (...given) { steps += 1 + this.length / 8; return real.apply(this, given); };
}
const find = String.prototype.indexOf;
String.prototype.indexOf = function (what, from = 0) {
  const at = find.call(this, what, from);
  steps += 1 + ((at < 0 ? this.length : at) - from) / 8;
  return at;
};
"""


def test_the_patterns_are_found() -> None:
    assert len(PATTERNS) >= 7


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_text_makes_a_pattern_of_the_pages_go_back_again_and_again(pattern: str) -> None:
    shown = re.sub(r"\\p\{(?:[LN]|Script=\w+)\}", r"\\w", pattern)
    # One that is bound to its beginning (`^`) is tried there alone.
    assert not backtracking.grows(shown, "match" if shown.startswith("^") else "finditer")


@needs_node
def test_steps_grow_with_the_message_and_not_faster() -> None:
    """From 6,000 characters on: marks and links are looked for within 3,000."""
    signs = [sign for sign in SIGNS if sign != "\ud800"][::3]
    made = run(
        'import {parse} from "shared/markdown.js";\n'
        + COUNTED
        + """
        const of = (text) => { steps = 0; parse(text, ["a"]); return steps; };
        tell(given[0].map((sign) => [6000, 24000].map((n) => of(sign.repeat(n / sign.length)))));
        """,
        signs,
    )
    assert not {sign: both for sign, both in zip(signs, made, strict=True) if both[1] > 5.5 * both[0] + 1000}
