"""What a person wrote in a mail, as Markdown: HTML made harmless (sanitizer), quotes and signatures cut off."""

import re
from typing import Any

from ...desk.messages import MAX_BYTES, MAX_CHARACTERS
from .mail import Mail, plain

# Tags whose content is no text, or which would load or ask for something.
GONE = (
    "script style head title meta link noscript template iframe frame object embed applet svg math form input button "  # noqa: SIM905
    "select textarea audio video canvas base".split()
)
# Where clients put what the mail answers. (Outlook's, Gmail's, Yahoo's, Thunderbird's, Apple's.)
QUOTES = (
    "blockquote[type=cite]", ".gmail_quote", ".gmail_extra", ".yahoo_quoted", ".protonmail_quote",
    "#mail-editor-reference-message-container",
)  # fmt: skip
# After these everything is what the mail answers.
BORDERS = ("#divRplyFwdMsg", "#appendonsend", ".moz-cite-prefix")
# How mailers say that a mail passes another one on: then that is what somebody wants to say.
PASSED_ON = re.compile(r"(?:fwd?|wg|tr|rv|vb|enc|doorst|pd|转发|轉寄|転送)\s*[:：]", re.IGNORECASE)
PASSED_ON_LINE = re.compile(
    r"\W*(?:begin )?(?:forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado|"
    r"messaggio inoltrato|doorgestuurd bericht|mensagem encaminhada|vidarebefordrat meddelande)\W*",
    re.IGNORECASE,
)
ENDS = ("", "--", "__", "---")
SCHEMES = ("http://", "https://", "mailto:")
LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "da", "cs", "ja", "ko", "zh"]
MAX_LINES = 1000
MAX_LINE = 100  # characters of a line that are looked at: the parser's patterns go back over long ones
MAX_DEPTH = 100
MAX_QUOTES = 20
MAX_TAGS = 5000  # what is looked through for each of them grows with all of them
VOID = frozenset({"br", "img", "hr", "meta", "link", "input", "col", "wbr", "area", "source"})
CUT = "\n\n… (shortened; the whole mail is kept)"
_SIGN_OFF = 8  # lines that a signature has at most, when only a greeting begins it


def written(mail: Mail) -> tuple[str, bool]:
    """The text of what was written, and whether something was cut off."""
    passed_on = bool(PASSED_ON.match(mail.subject))
    whole = mail.text if mail.text.strip() else markdown(mail.html, quotes=passed_on)
    kept = _tidy(whole) if passed_on else latest(whole)
    cut = kept.split() != whole.split()
    inline = {part.cid: part.file.name for part in mail.parts if part.cid}
    for cid, name in inline.items():
        kept = kept.replace(f"[cid:{cid}]", f"[{name}]")
    return _short(kept), cut


def _short(text: str) -> str:
    """At most as long as a message may be."""
    if len(text) <= MAX_CHARACTERS and len(text.encode()) <= MAX_BYTES:
        return text
    return text.encode()[: MAX_BYTES - 100].decode("utf-8", "ignore")[: MAX_CHARACTERS - 100].rstrip() + CUT


def markdown(html: str, quotes: bool = False) -> str:
    """HTML as Markdown, of which nothing can load, run or ask: pictures become their words, links keep http(s) and
    mailto alone. What a mail answers goes, unless `quotes`."""
    from bs4 import BeautifulSoup, Comment

    from ...wire.markup import to_markdown

    if html.count("<") > MAX_TAGS or _depth(html) > MAX_DEPTH:
        return plain(_tagless(html))
    soup = BeautifulSoup(html, "html.parser")
    for gone in soup.find_all(GONE):
        gone.decompose()
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    if not quotes:
        _unquote(soup)
    for tag in soup.find_all(True):
        _clean(tag)
    return plain(re.sub(r"\n{3,}", "\n\n", to_markdown(soup)).replace("\u00a0", " ")).strip()


def _unquote(soup: Any) -> None:
    for border in soup.select(", ".join(BORDERS)):
        for after in [border, *border.find_next_siblings()]:
            after.decompose()
    for tag in soup.select(", ".join(QUOTES))[:MAX_QUOTES]:
        if not tag.decomposed and not _within_answer(tag):
            tag.decompose()


def _within_answer(tag: Any) -> bool:
    """Whether something was written after the quote: then its words are needed to read the answer."""
    after = "".join(str(text) for text in tag.find_all_next(string=True) if tag not in text.parents)
    return bool(after.strip())


def _clean(tag: Any) -> None:
    if tag.decomposed:
        return
    style = re.sub(r"\s", "", str(tag.get("style", "")).lower())
    if "display:none" in style or "visibility:hidden" in style:
        tag.decompose()
    elif tag.name == "img":
        source, words = str(tag.get("src", "")), str(tag.get("alt", "")).strip()
        tag.replace_with(f"[cid:{source[4:]}]" if source.lower().startswith("cid:") else words)
    elif tag.name == "a" and not str(tag.get("href", "")).strip().lower().startswith(SCHEMES):
        tag.unwrap()
    else:
        tag.attrs = {name: value for name, value in tag.attrs.items() if name in ("href", "colspan", "role")}


def _depth(html: str) -> int:
    """How deep tags may nest: the converter calls itself for each."""
    deep = most = 0
    for found in re.finditer(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)", html):
        if found[2].lower() not in VOID:
            deep = max(0, deep + (-1 if found[1] else 1))
            most = max(most, deep)
    return most


def _tagless(html: str) -> str:
    import html as entities

    return " ".join(entities.unescape(re.sub(r"<[^<>]{0,2000}>", " ", html)).split())


def latest(text: str) -> str:
    """The text without what it answers and without a signature. Everything, if nothing would be left, or if what
    follows is passed on."""
    lines = text.split("\n")
    until = _until(lines)
    about = [line for line in lines[:until] if line.strip()][-1:] + [line for line in lines[until:] if line.strip()][:1]
    if any(PASSED_ON_LINE.fullmatch(line[:MAX_LINE]) for line in about):
        return _tidy(text)
    kept = lines[:until]
    while kept and (kept[-1].strip() in ENDS or kept[-1].lstrip().startswith(">")):
        kept.pop()
    answer = "\n".join(line.rstrip() for line in kept).strip("\n")
    return answer if answer.strip() else text.strip("\n ")


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip("\n")


def _until(lines: list[str]) -> int:
    """The number of lines before the quote or signature begins. The parser sees short lines and few blank ones, which
    it is quick with, and is asked for the place alone: it would take the indentation of code away."""
    from mailparser_reply.parser import EmailMessage

    seen: list[int] = []
    for number, line in enumerate(lines[:MAX_LINES]):
        if line.strip() or not seen or lines[seen[-1]].strip():
            seen.append(number)
    shown = "\n".join(re.sub(r"(\s)\s+", r"\1", lines[number][:MAX_LINE].strip()) for number in seen)
    read = EmailMessage(text=shown, languages=list(LANGUAGES), keep_hyphen_lists=True).read()
    first = read.replies[0]
    if not first.content or first.headers:
        return len(lines)
    start = shown.find(first.content)
    size = len(first.content)
    if first.signatures and _signs(first.signatures):
        size = first.content.find(first.signatures)
    count = shown[: start + size].rstrip("\n").count("\n") + 1 if size > 0 else 0
    ended = seen[count - 1] + 1 if 0 < count <= len(seen) else len(lines) if count else 0
    return len(lines) if count >= len(seen) and size == len(first.content) else ended


def _signs(signature: str) -> bool:
    """Whether it is one: after the two dashes, or short. "Thanks, …" also begins paragraphs."""
    found = [line for line in signature.split("\n") if line.strip()]
    if signature.lstrip("> ").startswith(("--", "__")):
        return True
    return len(found) <= _SIGN_OFF and len(found[0]) <= 40 and all(len(line) <= 90 for line in found)
