"""Where mailers' own HTML says that a quote or a signature begins: marks (DOM markers) for `quotes` to read."""

import re
from typing import Any

from . import quotes

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
    }
)
# Where it begins; all that follows belongs to it.
BORDERS = frozenset({"divRplyFwdMsg", "zwchr", "stopSpelling"})
SIGNATURES = frozenset(
    {
        "gmail_signature",
        "moz-signature",
        "Signature",
        "AppleMailSignature",
        "messageSignatureSection",
        "protonmail_signature_block",
        "ms-outlook-mobile-signature",
        "tutanota_signature",
        "signature",
        "email-signature",
        "mb_sig",
    }
)
MAX_INTRODUCTION = 600  # characters of the words before a quote
_OUTLOOKS = re.compile(r"border:none;border-top:solid#?\w+1(?:\.0)?pt")
_LABEL = re.compile(r"[^\W\d_]\s?[:：]")
_DATE = re.compile(r"(?:19|20|25)\d\d|\d{1,2}[./]\d{1,2}[./]\d{2}")


def mark(soup: Any) -> None:
    """Put them in. What lies within another quote needs none."""
    for tag in soup.find_all(True):
        if tag.decomposed or tag.find_parent("blockquote") or tag.name in ("html", "body"):
            continue
        names = _names(tag)
        if names & (WHOLE | AROUND | INTRODUCES) and quotes.names_forward(tag.get_text("\n")[:1000]):
            return
        if names & SIGNATURES:
            _before(soup, tag, quotes.BEFORE_SIGNATURE)
            if tag.name == "pre":
                _unfence(soup, tag)
        elif names & WHOLE and tag.get_text().strip():
            _before(soup, tag, quotes.BEFORE_WHOLE)
            tag.name = "blockquote"
        elif names & INTRODUCES and tag.name != "blockquote":
            _introduce(soup, tag, tag)
        elif names & AROUND and tag.name != "blockquote":
            _around(soup, tag)
        elif names & BORDERS or _heads(tag):
            _before(soup, tag, quotes.BEFORE_REST)
            return


def _names(tag: Any) -> set[str]:
    found = [*(tag.get("class") or []), str(tag.get("id") or ""), str(tag.get("name") or "")]
    names = {name.removeprefix("x_") for name in found if name}
    return (
        names
        | {"yahoo_quoted" for name in names if "yahoo_quoted" in name}
        | {"ms-outlook-mobile-signature" for name in names if name.startswith("ms-outlook-mobile-signature")}
    )


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
            _before(soup, tag, quotes.BEFORE_WHOLE)
            tag.name = "blockquote"
        return
    words = "".join(str(text) for text in first.find_all_previous(string=True) if tag in text.parents)
    if len(words) <= MAX_INTRODUCTION:
        _before(soup, tag, quotes.BEFORE_QUOTED)
        _before(soup, first, quotes.AFTER_INTRODUCTION)


def _introduce(soup: Any, tag: Any, last: Any) -> None:
    if len(tag.get_text()) <= MAX_INTRODUCTION:
        _before(soup, tag, quotes.BEFORE_QUOTED)
        last.insert_after(_mark(soup, quotes.AFTER_INTRODUCTION))


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
