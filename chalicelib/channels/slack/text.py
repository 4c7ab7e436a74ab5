"""Slack's mrkdwn and our Markdown, both ways (https://docs.slack.dev/messaging/formatting-message-text).

| mrkdwn | Markdown |
|---|---|
| `*bold*`, `_italic_`, `~struck~` | `**bold**`, `_italic_` (also `*italic*`), `~~struck~~` |
| `<https://…|label>`, `<https://…>` | `[label](https://…)`, `https://…` |
| `<@U1>`, `<#C1|name>`, `<!here>` | a mention, `#name`, `@here` |
| `:tada:` | 🎉 |
| `• item` | `- item` |
| `&amp; &lt; &gt;` | `& < >` |

What stands in code is left as it is, but for the three escapes, and for the addresses that Slack makes links of there
too. Slack's fences begin and end anywhere in a line, Markdown's have lines of their own.
"""

import re
from collections.abc import Callable, Mapping

from .emoji import NAMES

CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
TOKEN = re.compile(r"<([^<>\n]+)>")
CODE_LINK = re.compile(r"<((?:https?|mailto|tel):[^<>|\s]+)(?:\|([^<>\n]*))?>")
FENCE = re.compile(r"```[\w+#.-]*\n(.*\n)?```", re.DOTALL)  # as Markdown has it
EMOJI = re.compile(r"(?<![\w:])(?::[\w+'-]{1,100}:)+")  # one after another
ONE = re.compile(r":([\w+'-]+):(?::skin-tone-\d:)?")
LINK = re.compile(r"\[([^\[\]\n]+)\]\((https?://[^\s()<>]+|mailto:[^\s()<>]+)\)")
EDGE = r"(?<![\w{m}]){m}(?=\S)([^{m}\n]+)(?<=\S){m}(?![\w{m}])"
HELD = "\ue000{}\ue001"  # stands for a link while marks are changed around it


def to_markdown(text: str, emoji: Mapping[str, str] = NAMES) -> tuple[str, dict[str, str]]:
    """Our text, and the people in it: the words that stand for each (`<@U1>`) and the id. `emoji` are those known by
    name."""
    mentions: dict[str, str] = {}

    def token(match: re.Match[str]) -> str:
        inside, _, label = match[1].partition("|")
        if inside.startswith("@"):
            mark = f"\ue002{inside[1:]}\ue003"
            mentions[mark] = inside[1:]
            return mark
        if inside.startswith("#"):
            return f"#{label or inside[1:]}"
        if inside.startswith("!"):
            return label or f"@{inside[1:].partition('^')[0]}"
        address = inside.removeprefix("mailto:").removeprefix("tel:")
        if not label or label in (inside, address):
            return address
        return f"[{label}]({inside})"

    def prose(part: str) -> str:
        return _holding(TOKEN, part, token, around)

    def around(part: str) -> str:
        return _marked_down(EMOJI.sub(lambda found: ONE.sub(named, found[0]), part))

    def named(match: re.Match[str]) -> str:
        return emoji.get(match[1], match[0])

    markdown = ""
    for i, part in enumerate(CODE.split(_cleared(text))):
        shown = _code(part) if i % 2 else prose(part)
        apart = markdown and shown and not markdown.endswith("\n") and not shown.startswith("\n")
        markdown += "\n" + shown if apart and "```" in (shown[:3], markdown[-3:]) else shown
    return _unescaped(markdown), mentions


def _code(part: str) -> str:
    """Code with its addresses as they were typed; a fence has lines of its own."""
    part = CODE_LINK.sub(lambda match: match[2] or re.sub("^(mailto|tel):", "", match[1]), part)
    if not part.startswith("```") or FENCE.fullmatch(part):
        return part
    return "```\n" + part[3:-3].strip("\n") + "\n```"


def to_mrkdwn(text: str, people: dict[str, str] | None = None) -> str:
    """Slack's text. `people` are ids by the name that follows an @ in the text."""

    def link(match: re.Match[str]) -> str:
        return f"<{match[2].replace('|', '%7C')}|{match[1].replace('|', '¦')}>"

    def prose(part: str) -> str:
        part = _holding(LINK, part, link, _marked_up)
        for name in sorted(people or {}, key=len, reverse=True):
            part = re.sub(rf"(?<!\w)@{re.escape(_escaped(name))}(?!\w)", f"<@{(people or {})[name]}>", part)
        return part

    parts = CODE.split(_escaped(_cleared(text)))
    return "".join(part if i % 2 else prose(part) for i, part in enumerate(parts))


def _holding(
    pattern: re.Pattern[str], text: str, each: Callable[[re.Match[str]], str], around: Callable[[str], str]
) -> str:
    """What the pattern finds is changed by `each`, what stands around it by `around`, as one text."""
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(each(match))
        return HELD.format(len(held) - 1)

    changed = around(pattern.sub(hold, text))
    return re.sub("\ue000(\\d+)\ue001", lambda match: held[int(match[1])], changed)


def _marked_down(text: str) -> str:
    text = re.sub(EDGE.format(m=r"\*"), r"**\1**", text)
    text = re.sub(EDGE.format(m="~"), r"~~\1~~", text)
    return re.sub(r"^([ \t]*)[•◦▪] ?", r"\1- ", text, flags=re.MULTILINE)


def _marked_up(text: str) -> str:
    text = re.sub(r"^([ \t]*)[-*+] (?=\S)", r"\1• ", text, flags=re.MULTILINE)
    text = re.sub(r"^#{1,6} +([^\n]+)$", _strong, text, flags=re.MULTILINE)
    text = re.sub(r"\*\*(?=\S)((?:[^*\n]|\*(?!\*))+)(?<=\S)\*\*", "\ue004\\1\ue005", text)
    text = re.sub(EDGE.format(m=r"\*"), r"_\1_", text)
    text = re.sub(r"~~(?=\S)((?:[^~\n]|~(?!~))+)(?<=\S)~~", r"~\1~", text)
    return text.replace("\ue004", "*").replace("\ue005", "*")


def _strong(heading: re.Match[str]) -> str:
    return f"**{heading[1].rstrip('#').rstrip(' ') or heading[1]}**"


def _cleared(text: str) -> str:
    """Without the characters that hold places here: no text has them but to mislead."""
    return re.sub("[\ue000-\ue005\x00]", "", text)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
