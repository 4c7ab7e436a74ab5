"""HTML as mailers, gateways and ticket systems write it: no word that is seen in it is lost or moved."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.channels.email.text import markdown
from chalicelib.channels.msteams.text import from_html
from chalicelib.desk.commonmark import Table, read

HEAD = "<html><head><style>p{}</style><meta charset=utf-8>"
ROWS = [
    ("a form around it all", "<form action=x><p>Key is dead</p><input value=1></form>", "Key is dead"),
    ("a link that is a button", '<a href="https://x.example"><button>View</button></a>', "[View](https://x.example)"),
    ("where no script runs", "<p>Key</p><noscript>is dead</noscript>", "Key\n\nis dead"),
    ("a field of text", "<p>log:</p><textarea>500 error</textarea>", "log:\n\n500 error"),
    ("mathematics", "<p><math><mi>x</mi><mo>=</mo><mn>2</mn></math></p>", "x\\=2"),
    ("a head without an end", f"{HEAD}<body><p>Key is dead</p></body></html>", "Key is dead"),
    ("neither head nor body ends", f"{HEAD}<p>Key is dead", "Key is dead"),
    ("items without ends", "<ul><li>a<li>b <b>c</b><li>d</ul>", "- a\n- b **c**\n- d"),
    ("lists in items without ends", "<ul><li>a<ul><li>b<li>c</ul><li>d</ul>", "- a\n  - b\n  - c\n- d"),
    ("cells without ends", "<table><tr><td>a<td>b<tr><td>c<td>d</table>", "| a | b |\n| --- | --- |\n| c | d |"),
    (
        "parts without ends",
        "<table><thead><tr><th>a<th>b<tbody><tr><td>c<td>d</table>",
        "| a | b |\n| --- | --- |\n| c | d |",
    ),
    ("a bar in a cell", "<table><tr><td>a|b</td><td>c</td></tr></table>", "| a\\|b | c |\n| --- | --- |"),
    (
        "code with a bar",
        "<table><tr><td><code>a|b</code></td><td>c</td></tr></table>",
        "| `a\\|b` | c |\n| --- | --- |",
    ),
    (
        "a cell over two rows",
        "<table><tr><td rowspan=2>a</td><td>b</td></tr><tr><td>c</td></tr><tr><td>d</td><td>e</td></tr></table>",
        "| a | b |\n| --- | --- |\n|  | c |\n| d | e |",
    ),
    (
        "the last over two rows",
        "<table><tr><td>a</td><td rowspan=2>b</td></tr><tr><td>c</td></tr><tr><td>d</td><td>e</td></tr></table>",
        "| a | b |\n| --- | --- |\n| c |\n| d | e |",
    ),
    (
        "a power",
        "<p>10<sup>6</sup>, 10<sup>-3</sup>, H<sub>2</sub>O, the 1<sup>st</sup></p>",
        "10⁶, 10⁻³, H₂O, the 1st",
    ),
]


@pytest.mark.parametrize("reader", [markdown, from_html])
@pytest.mark.parametrize(("html", "shown"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_what_is_seen_is_read(reader, html, shown):
    assert reader(html) == shown


words = some.sampled_from(["a", "b|c", "x_1", "<b>d</b>", "2 &lt; 3"])
lists = some.recursive(words, lambda inner: some.lists(inner, min_size=1, max_size=3), max_leaves=8)


def listed(tree, end: str) -> str:
    if isinstance(tree, str):
        return tree
    return "<ul>" + "".join(f"<li>{listed(each, end)}{end}" for each in tree) + "</ul>"


@given(lists)
def test_items_end_alike_whether_it_is_written_or_not(tree):
    assert markdown(listed(tree, "")) == markdown(listed(tree, "</li>"))


@given(some.lists(some.lists(words, min_size=2, max_size=4), min_size=1, max_size=4), some.booleans())
def test_cells_stay_apart(rows, written):
    cell, row = ("</td>", "</tr>") if written else ("", "")
    html = "".join("<tr>" + "".join(f"<td>{each}{cell}" for each in line) + row for line in rows)
    (table,) = read(markdown(f"<table>{html}</table>"))
    assert isinstance(table, Table)
    plain = [["".join(run.text for run in each) for each in line] for line in table.rows]
    wanted = [[each.replace("<b>", "").replace("</b>", "").replace("&lt;", "<") for each in line] for line in rows]
    wide = len(rows[0])
    assert [line[:wide] for line in plain] == [(line + [""] * wide)[:wide] for line in wanted]
