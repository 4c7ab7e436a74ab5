"""Texts full of signs, for properties; and when two readings are the same to whoever reads them."""

import re

from hypothesis import strategies as st

PLAIN = st.lists(
    st.sampled_from(
        [*"\\`*_~[]<>&#+-=|!():.0123456789 \n\tabcé\"'/{}^$%@?;", "http://", "https://x.example/", "&amp;", "&#32;",
         "```", "~~~", "---", "    ", "__init__", "a*b*c", "C:\\_x\\", "**/*.py", "\u3000", "\u00a0"]
    ),
    max_size=30,
).map("".join)  # fmt: skip
MARKDOWN = st.lists(
    st.sampled_from(
        [*"\\`*_~[]<>&#!().0 \nabcé\"'/", "**", "__", "~~", "[a](https://x.example/)", "[b](<https://x.example/(y)>)",
         "- ", "1. ", "> ", "# ", "\n\n", "\n", "    ", "```\n", "`a`", "https://x.example/*a*b", "<https://y.example>"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


def seen(text: str) -> str:
    """A plain text without what nobody sees: blanks that end lines, more than one empty line."""
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


def words(text: str) -> str:
    """The characters of a plain reading, without how its lists, quotes and lines are set."""
    return re.sub(r"[\s>|-]+|\d+[.)]", "", text)
