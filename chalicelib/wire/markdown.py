"""Markdown as GitHub and GitLab keep it, with HTML in it, as people read it."""

import re
from collections.abc import Callable

from .budget import fits

SIGNS = "`~<"
# HTML comments hide what their writer did not want to be read, and other HTML is nothing to read: GitHub itself puts
# pasted pictures in so. Code, where both are plain to see, is left alone. Each alternative is matched whole, also where
# its end is missing, as GitHub renders it.
_HIDDEN = re.compile(
    r"""(?P<seen>
          ^[ ]{0,3}(?P<fence>`{3,}|~{3,}).*?(?:^[ ]{0,3}(?P=fence)[`~]*[ \t]*$|\Z)
        | (?<!`)(?P<tick>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=tick)(?!`)
        )
      | <!--.*?(?:-->|\Z)
      | </?(?P<tag>img|br|details|summary|picture|source|p|div|span|kbd|sub|sup)\b(?P<told>[^<>]*)>""",
    re.DOTALL | re.MULTILINE | re.VERBOSE | re.IGNORECASE,
)
# A picture or a link, and code, in which there are none.
_FILE = re.compile(
    r"""(?P<code>
          ^[ ]{0,3}(?P<fence>`{3,}|~{3,}).*?(?:^[ ]{0,3}(?P=fence)[`~]*[ \t]*$|\Z)
        | (?<!`)(?P<tick>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=tick)(?!`)
        )
      | !?\[(?P<name>[^\[\]\n]{0,200})\]\(<?(?P<url>[^\s()<>]{1,1000})>?(?:\s"[^"\n]{0,200}")?\)""",
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
_ATTRIBUTE = re.compile(r"""\b(alt|src)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)


def readable(text: str) -> str:
    """A text without what is hidden in it, in Markdown alone. One with more marks than are read is left as it is."""
    text = text.replace("\r\n", "\n")
    return (_HIDDEN.sub(_read, text) if fits(text, SIGNS) else text).strip()


def with_links(text: str, shown: Callable[[str, str, str], str]) -> str:
    """A text in which each picture and each link is what `shown` makes of it: of the whole, its words and its URL."""
    return _FILE.sub(lambda found: found[0] if found["code"] else shown(found[0], found["name"], found["url"]), text)


def _read(found: re.Match[str]) -> str:
    """What is left of code, of a hidden comment, of a tag."""
    tag = (found["tag"] or "").lower()
    if tag in ("br", "summary"):
        return "\n" if tag == "br" else "**"
    if tag != "img":
        return found["seen"] or ""
    attributes = {name.lower(): one or other for name, one, other in _ATTRIBUTE.findall(found["told"])}
    alt = re.sub(r"[\[\]\\\n]", " ", attributes.get("alt", ""))
    return f"![{alt}]({attributes['src']})" if re.fullmatch(r"https?://[^\s()]+", attributes.get("src", "")) else alt
