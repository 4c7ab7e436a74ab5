"""Pictures and files in Jira's texts, which name attachments of their issue and no address."""

import re
from urllib.parse import quote

ATTACHED = "attachment:"
_SIGNS = re.compile(r"[\\\[\]\n]")


def shown(name: str) -> str:
    """An attachment, as Markdown shows a picture."""
    return f"![{_SIGNS.sub(' ', name)}]({ATTACHED}{quote(name, safe='')})"
