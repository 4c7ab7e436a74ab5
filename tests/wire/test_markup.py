"""HTML that people wrote, as the Markdown of rooms."""

import pytest
from bs4 import BeautifulSoup

from chalicelib.wire.markup import to_markdown


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("snake_case, 2 * 3", "snake_case, 2 * 3"),
        ("__init__ *x* <code>a_b</code>", "\\_\\_init\\_\\_ \\*x\\* `a_b`"),
        (
            '<a href="https://a.example/x_y?b=1&amp;c" title="x">https://a.example/x_y?b=1&amp;c</a>',
            "https://a.example/x_y?b=1&c",
        ),
        ('<a href="https://a.example/" title="said twice">docs</a>', "[docs](https://a.example/)"),
        ('<h2>see <a href="https://a.example/">docs</a></h2>', "## see [docs](https://a.example/)"),
        (
            "<table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table>",
            "| a | b |\n| --- | --- |\n| 1 | 2 |",
        ),
        ("<table><tr><td><p>Hello</p></td></tr><tr><td>there</td></tr></table>", "Hello\n\nthere"),
        ('<table role="presentation"><tr><td>Hello</td><td>there</td></tr></table>', "Hello\n\nthere"),
        (
            "<table><tr><td>Hello</td><td><table><tr><td>a</td><td>b</td></tr></table></td></tr></table>",
            "Hello\n\n| a | b |\n| --- | --- |",
        ),
    ],
)
def test_what_is_shown(html, markdown):
    assert to_markdown(BeautifulSoup(html, "html.parser")).strip() == markdown
