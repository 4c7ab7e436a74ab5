"""Where mailers' own HTML says that a quote or a signature begins: marks (DOM markers) for `quotes` to read."""

import re
from typing import Any

from . import lines

# The answer's own quoted lines are blockquotes within; what stands before the first is the introduction.
AROUND = frozenset({"gmail_quote", "gmail_quote_container", "protonmail_quote", "zmail_extra", "tutanota_quote"})
# An element that introduces the blockquote after it.
INTRODUCES = frozenset({"moz-cite-prefix", "gmail_attr", "x-gmail_attr", "reply-intro"})
# All of it is what is answered, without marks of its own.
WHOLE = frozenset(
    {
        "yahoo_quoted",
        "OLK_SRC_BODY_SECTION",
        "ms-outlook-mobile-reference-message",
        "mail-editor-reference-message-container",
        "messageReplySection",
        "AppleOriginalContents",
        "BlackBerry-quote",
        "hushmail_quoted",
        "quoted-mail-editor",
        "quote-of-gmx",
        "replay_origin",
        "history-quote-wrapper",
        "_originalContent",
    }
)
# Where it begins; all that follows belongs to it.
BORDERS = frozenset({"divRplyFwdMsg", "zwchr", "stopSpelling"})
SIGNATURE = re.compile(r"(?i:signature)|(?:\A|[-_])(?:sig|[Ss]gn)\d{0,3}\Z")
MAX_INTRODUCTION = 600  # characters of the words before a quote
MAX_HEADERS = 200  # characters in which their first two lines stand
_OUTLOOKS = re.compile(r"border:none;border-top:solid#?\w+1(?:\.0)?pt")
_LABEL = re.compile(r"[^\W\d_]\s?[:：]")
_DATE = re.compile(r"(?:19|20|25)\d\d|\d{1,2}[./]\d{1,2}[./]\d{2}")


def mark(soup: Any) -> None:
    """Put them in. What lies within another quote needs none."""
    for tag in soup.find_all(True):
        if tag.decomposed or tag.find_parent("blockquote") or tag.name in ("html", "body"):
            continue
        names = _names(tag)
        if names & (WHOLE | AROUND | INTRODUCES) and lines.names_forward(tag.get_text("\n")[:1000]):
            return
        if any(map(SIGNATURE.search, names)):
            _before(soup, tag, lines.BEFORE_SIGNATURE)
            for cell in tag.find_all(["table", "thead", "tbody", "tr", "th", "td"]):
                cell.name = "div"
            if tag.name == "pre":
                _unfence(soup, tag)
        elif tag.name == "pre" and _announces(tag):
            _unfence(soup, tag)
        elif names & WHOLE and tag.get_text().strip():
            _before(soup, tag, lines.BEFORE_WHOLE)
            tag.name = "blockquote"
        elif names & INTRODUCES and tag.name != "blockquote":
            _introduce(soup, tag, tag)
        elif names & AROUND and tag.name != "blockquote":
            _around(soup, tag)
        elif names & BORDERS or "appendonsend" in names and _precedes_headers(tag) or _heads(tag):
            _before(soup, tag, lines.BEFORE_REST)
            return


def _names(tag: Any) -> set[str]:
    found = [*(tag.get("class") or []), str(tag.get("id") or ""), str(tag.get("name") or "")]
    names = {name.removeprefix("x_") for name in found if name}
    return (
        names
        | {"yahoo_quoted" for name in names if "yahoo_quoted" in name}
        | ({"quote-of-gmx"} if tag.get("name") == "quote" else set())
        | {
            "signature"
            for name in (*tag.attrs, str(tag.get("fairemail")), str(tag.get("data-smartmail")))
            if SIGNATURE.search(name)
        }
    )


def _announces(tag: Any) -> bool:
    """Whether it is a line that introduces the blockquote after it."""
    behind = tag.find_next_sibling()
    words = tag.get_text().strip()
    return behind is not None and behind.name == "blockquote" and len(words) <= 200 and words.endswith((":", "："))


def _unfence(soup: Any, tag: Any) -> None:
    """Its lines as lines of text, not of code."""
    lines = tag.get_text().strip().split("\n")
    tag.name = "div"
    tag.clear()
    for line in lines:
        tag.append(line)
        tag.append(soup.new_tag("br"))


def _around(soup: Any, tag: Any) -> None:
    """The words before its first blockquote introduce that; without one, all of it is quoted."""
    first = tag.find("blockquote")
    if tag.find(class_=list(INTRODUCES)):
        return  # that says so itself
    if first is None:
        if tag.get_text().strip() and not tag.find(class_="gmail_quote"):
            _before(soup, tag, lines.BEFORE_WHOLE)
            tag.name = "blockquote"
        return
    words = "".join(str(text) for text in first.find_all_previous(string=True) if tag in text.parents)
    if len(words) <= MAX_INTRODUCTION:
        _before(soup, tag, lines.BEFORE_QUOTED)
        _before(soup, first, lines.AFTER_INTRODUCTION)


def _introduce(soup: Any, tag: Any, last: Any) -> None:
    if len(tag.get_text()) <= MAX_INTRODUCTION:
        _before(soup, tag, lines.BEFORE_QUOTED)
        last.insert_after(_mark(soup, lines.AFTER_INTRODUCTION))


def _precedes_headers(tag: Any) -> bool:
    """Whether Outlook's headers follow, one below the other. People may write there, too, if they take the mail out."""
    words = ""
    for piece in tag.next_elements:
        words += piece if isinstance(piece, str) else ""
        if len(words) > MAX_HEADERS:
            break
    words = words[:MAX_HEADERS]
    return len(_LABEL.findall(words)) >= 2 and bool(_DATE.search(words))


def _heads(tag: Any) -> bool:
    """Outlook's line above the headers of what is answered, in whichever language."""
    style = re.sub(r"\s", "", str(tag.get("style") or "").lower())
    if tag.name != "div" or not _OUTLOOKS.search(style):
        return False
    words = tag.get_text()[:2000]
    who = "@" in words or tag.find("b") is not None
    return who and len(words) < 1500 and len(_LABEL.findall(words)) >= 4 and bool(_DATE.search(words))


def _before(soup: Any, tag: Any, mark: str) -> None:
    tag.insert_before(_mark(soup, mark))


def _mark(soup: Any, mark: str) -> Any:
    paragraph = soup.new_tag("p")
    paragraph.string = mark
    return paragraph
