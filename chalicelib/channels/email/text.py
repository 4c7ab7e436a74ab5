"""What a person wrote in a mail, as Markdown: HTML made harmless (sanitizer), what the mail answers apart from it."""

import re
from typing import Any

from ...desk.mails import answers
from ...desk.markdown_writer import escaped, escaped_piece
from ...desk.messages import MAX_BYTES, MAX_CHARACTERS
from .htmlmarks import mark
from .lines import MARKS
from .mail import Mail, plain
from .opaque import clear_signed
from .quotes import split
from .renderings import SAME, as_page, says_little, share

KEPT = frozenset({"href", "colspan", "rowspan", "role", "class", "start"})  # of what a tag says of itself
SCHEMES = ("http://", "https://", "mailto:")
# Danes and Norwegians pass on as "VS:", Finns answer so.
VS = re.compile(r"\s*vs\s*:", re.IGNORECASE)
FRA = re.compile(r"^\W{0,4}(?:Fra|Emne)\W{0,4}:", re.MULTILINE)
ASKS_FOR_HTML = re.compile(
    r"\bhtml\b.{0,80}\b(?:e-?mail|mail|message|nachricht|client|viewer|reader|format|version|capable|compatible|programm|"
    r"view|display|support|enable|anzeigen|unterstütz\w*|darstellen|affich\w+|visuali\w+|requires?|needed|erforderlich)\b|"
    r"\b(?:view|display|support|enable|read|anzeigen|darstellen|afficher|visualizar|visualizzare|requires?|needs?|benötigt)\b"
    r".{0,80}\bhtml\b",
    re.IGNORECASE,
)
PAGE = re.compile(r"<!doctype\s{1,9}html\b|<html\b[^<>]{0,500}>", re.IGNORECASE)
WHITE_SPACE = re.compile(r"white-space\s{0,9}:\s{0,9}([a-z-]{1,20})", re.IGNORECASE)
ENTITIES = re.compile(r"&#(?:x0*e00[0-9]|0*5734[4-9]);?", re.IGNORECASE)
CUT = "\n\n… (shortened; the whole mail is kept)"


def written(mail: Mail) -> tuple[str, str]:
    """The text of what was written, and what was cut off: the mail that it answers, and a signature. Of what is no
    answer nothing is."""
    answer = answers(mail.subject, mail.thread)
    page = _page_of(mail, answer=answer)
    as_plain = not page
    whole = _unmarked(clear_signed(mail.text)) if as_plain else markdown(page, marked=answer)
    answer = answer and not (VS.match(mail.subject) and FRA.search(whole))
    kept, rest = split(whole, mail.sender_name) if answer else (whole, "")
    for part in mail.parts:
        if part.cid:
            place, name = f"[cid:{part.cid}]", f"[{part.file.name}]"
            if not as_plain:
                place, name = (escaped_piece(each, begins=False) for each in (place, name))
            kept, rest = (each.replace(place, name) for each in (kept, rest))
    return _short(_tidy(escaped(kept) if as_plain else kept)), _short(_tidy(rest))


def _page_of(mail: Mail, *, answer: bool) -> str:
    """The page that is read; "" where the text is. What some mailers send as a text is a page, and what some providers
    tell as one is a footer of its own: it says little of what stands in the page."""
    from ...wire.html import tidied, words_of

    text = mail.text.strip()
    if not text or mail.html and (_only_asks_for_html(text) or text == mail.html.strip()):
        return mail.html
    if PAGE.match(text):
        return mail.text
    shown = words_of(tidied(mail.html))
    if not says_little(text, shown):
        return ""
    if share(shown, text) < SAME:
        return f"{mail.html}{as_page(mail.text)}"
    return "" if answer else mail.html


def _only_asks_for_html(text: str) -> bool:
    """Whether a text stands for the page that it says is needed."""
    said = " ".join(text.split())
    return len(said) <= 400 and ASKS_FOR_HTML.search(said) is not None


def _short(text: str) -> str:
    """At most as long as a message may be."""
    if len(text) <= MAX_CHARACTERS and len(text.encode()) <= MAX_BYTES:
        return text
    return text.encode()[: MAX_BYTES - 100].decode("utf-8", "ignore")[: MAX_CHARACTERS - 100].rstrip() + CUT


def markdown(html: str, *, marked: bool = False) -> str:
    """HTML as Markdown, of which nothing can load, run or ask: pictures become their words, links keep http(s) and
    mailto alone. If it is to be `marked`, it says where quotes begin, as `quotes` reads it. Of more than is read as
    HTML, the words."""
    from ...wire.html import GONE, readable, tidied, words_of

    html = tidied(_unmarked(html))
    if not readable(html):
        return escaped(plain(words_of(html)))
    from bs4 import BeautifulSoup

    from ...wire.markup import emptied, to_markdown

    soup = BeautifulSoup(html + "\n", "html.parser")  # it warns of a line that is an address or a file's name
    for gone in soup.find_all(list(GONE)):
        emptied(gone)
    if (only := soup.find("pre")) and only.get_text().split() == soup.get_text().split():
        return escaped(plain(only.get_text()))  # plain text, as HTML
    _break_lines(soup)
    if marked:
        mark(soup)
    for tag in soup.find_all(True):
        _clean(tag)
    return plain(re.sub(r"\n{3,}", "\n\n", to_markdown(soup)).replace("\u00a0", " ")).strip()


def _clean(tag: Any) -> None:
    from ...wire.markup import emptied

    style = re.sub(r"\s", "", str(tag.get("style", "")).lower())
    if "display:none" in style or "visibility:hidden" in style:
        emptied(tag)
    elif tag.name == "img":
        source, words = str(tag.get("src", "")), str(tag.get("alt", "")).strip()
        emptied(tag, f"[cid:{source[4:]}]" if source.lower().startswith("cid:") else words)
    elif tag.name == "a" and not str(tag.get("href", "")).strip().lower().startswith(SCHEMES):
        tag.name = "span"
    else:
        tag.attrs = {name: value for name, value in tag.attrs.items() if name in KEPT}


def _break_lines(soup: Any) -> None:
    """The breaks of the page's source, where a style says that they are seen, as breaks."""
    from bs4.element import NavigableString, Tag

    seen: dict[int, bool] = {}  # by tags
    for each in list(soup.descendants):
        within = seen.get(id(each.parent), False)
        if isinstance(each, Tag):
            found = WHITE_SPACE.search(str(each.get("style") or ""))
            seen[id(each)] = each.name != "pre" and (found[1].lower().startswith(("pre", "break")) if found else within)
        elif within and "\n" in each:
            for number, line in enumerate(str(each).split("\n")):
                if number:
                    each.insert_before(Tag(name="br"))
                each.insert_before(NavigableString(line))
            each.extract()


def _unmarked(text: str) -> str:
    """Without the marks that are ours to put."""
    return ENTITIES.sub("", text).translate(dict.fromkeys(map(ord, MARKS)))


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in _unmarked(text).split("\n")).strip("\n")
