"""The parts of Slack's messages, to write a corpus with: rich text, blocks, attachments."""

from typing import Any

Part = dict[str, Any]


def rich(*elements: Part) -> Part:
    return {"type": "rich_text", "block_id": "b", "elements": list(elements)}


def line(*elements: Part | str) -> Part:
    return {"type": "rich_text_section", "elements": [t(each) if isinstance(each, str) else each for each in elements]}


def t(text: str, *styles: str) -> Part:
    return {"type": "text", "text": text} | ({"style": dict.fromkeys(styles, True)} if styles else {})


def a(url: str, text: str = "", *styles: str) -> Part:
    return (
        {"type": "link", "url": url}
        | ({"text": text} if text else {})
        | ({"style": dict.fromkeys(styles, True)} if styles else {})
    )


def emoji(name: str, points: str = "") -> Part:
    return {"type": "emoji", "name": name} | ({"unicode": points} if points else {})


def bullets(*items: Part | str, indent: int = 0, style: str = "bullet", **more: Any) -> Part:
    lines = [line(each) if isinstance(each, str) else each for each in items]
    return {"type": "rich_text_list", "style": style, "indent": indent, "border": 0, "elements": lines, **more}


def numbers(*items: Part | str, **more: Any) -> Part:
    return bullets(*items, style="ordered", **more)


def pre(*elements: Part | str, **more: Any) -> Part:
    found = [t(each) if isinstance(each, str) else each for each in elements]
    return {"type": "rich_text_preformatted", "border": 0, "elements": found, **more}


def quote(*elements: Part | str) -> Part:
    return {"type": "rich_text_quote", "elements": [t(each) if isinstance(each, str) else each for each in elements]}


def md(text: str) -> Part:
    return {"type": "mrkdwn", "text": text, "verbatim": False}


def plain(text: str) -> Part:
    return {"type": "plain_text", "text": text, "emoji": True}


def section(text: Part | str, *fields: Part, **more: Any) -> Part:
    block = {"type": "section", "block_id": "s", "text": md(text) if isinstance(text, str) else text}
    return block | ({"fields": list(fields)} if fields else {}) | more


def header(text: str) -> Part:
    return {"type": "header", "text": plain(text)}


def context(*elements: Part) -> Part:
    return {"type": "context", "elements": list(elements)}


def cells(*rows: list[Part | str]) -> Part:
    return {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": c} if isinstance(c, str) else c for c in row] for row in rows],
    }


def buttons(*labels: str) -> Part:
    found = [{"type": "button", "action_id": label, "text": plain(label), "value": "1"} for label in labels]
    return {"type": "actions", "block_id": "a", "elements": found}


def image(url: str, alt: str, title: str = "") -> Part:
    return {"type": "image", "image_url": url, "alt_text": alt} | ({"title": plain(title)} if title else {})


def pasted(block: Part) -> Part:
    """A table, as people paste it: in an attachment."""
    return {"id": 1, "blocks": [block], "fallback": "[no preview available]"}


def passed(text: str, author: str = "Bob Stone", **more: Any) -> Part:
    """A message that somebody forwarded."""
    return {"id": 1, "is_share": True, "is_msg_unfurl": True, "from_url": "https://acme.slack.example/archives/C1/p1"} | {
        "author_name": author, "text": text, "fallback": f"[today] {author}: {text}", "channel_id": "C1", "ts": "1.1",
    } | more  # fmt: skip


def unfurled(title: str) -> Part:
    """The preview of a link, which nobody said."""
    return {"id": 1, "from_url": "https://docs.acme.example", "original_url": "https://docs.acme.example"} | {
        "title": title, "text": "All about it", "fallback": title, "service_name": "Acme",
    }  # fmt: skip
