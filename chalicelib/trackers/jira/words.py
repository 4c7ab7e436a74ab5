"""Jira's words and ours.

| Jira | ours |
|---|---|
| a status of the category `new` | open |
| of `indeterminate` | in_progress |
| of `done`, with Jira's own resolution Done or Fixed | done |
| of `done` | guessed: declined if its name, or the resolution, reads so (Won't Do, Duplicate, …), else done |
| of any other category | unknown |

A word's id is the status's, for any resolution but those two `<status>/<resolution>`: one status Done stands for all in
most projects. Those two are known by their names, and by their ids where the site is in another language than English.
"""

import re
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from ...desk.tickets import CommentSeen, IssueState, Word
from ...wire.reading import host, ident, items, moment, walk, words
from . import wiki
from .adf import to_markdown
from .people import account

CATEGORIES: dict[str, IssueState] = {"new": "open", "indeterminate": "in_progress", "done": "done"}
PROPERTY = "parley"
INTERNAL = "sd.public.comment"  # Jira Service Management: {"internal": true} keeps a comment from the portal
KEY = re.compile(r"[A-Z][A-Z0-9_]+-[1-9]\d*")
_OWN_DONE = {"done": "10000", "fixed": "1"}
_ENGLISH = ("done", "complete")  # the category of closed statuses
_DECLINES = re.compile(
    r"won'?t|wont|declin|reject|duplicat|cannot reproduce|can'?t reproduce|invalid|cancel|abandon|obsolete|by design"
    r"|not a bug|incomplete",
    re.IGNORECASE,
)


# https://support.atlassian.com/jira-software-cloud/docs/jql-reserved-words/
_RESERVED = frozenset(
    """abort access add after alias all alter and any as asc audit avg before begin between boolean break by
    byte catch cf char character check checkpoint collate collation column commit connect continue count create
    current date decimal declare decrement default defaults define delete delimiter desc difference distinct
    divide do double drop else empty encoding end equals escape exclusive exec execute exists explain false
    fetch file field first float for from function go goto grant greater group having identified if immediate in
    increment index initial inner inout input insert int integer intersect intersection into is isempty isnull
    join last left less like limit lock long max min minus mode modify modulo more multiply next noaudit not
    notin nowait null number object of on option or order outer output power previous prior privileges public
    raise raw remainder rename resource return returns revoke right row rowid rownum rows select session set
    share size sqrt start strict string subtract sum synonym table then to trans transaction trigger true uid
    union unique update user validate values view when whenever where while with""".split()  # noqa: SIM905
)


def declines(name: str) -> bool:
    """Whether a status or resolution reads as if nothing will be done."""
    return bool(_DECLINES.search(name.replace("\u2019", "'")))


def word_of(status: Any, resolution: Any = None) -> Word:
    """The state that a status, with a resolution, is."""
    name = words(status, "name")
    means: IssueState | Literal["unknown"] = CATEGORIES.get(words(status, "statusCategory", "key"), "unknown")
    id_ = ident(status, "id")
    if means != "done":
        return Word(id=id_, name=name, means=means)
    ended, sure = words(resolution, "name"), says_done(status, resolution)
    if ended and not sure:
        id_, name = f"{id_}/{ident(resolution, 'id')}", f"{name} ({ended})"
    if declines(name):
        return Word(id=id_, name=name, means="declined", guessed=True, closed=True)
    return Word(id=id_, name=name, means="done", guessed=not sure, closed=True)


def says_done(status: Any, resolution: Any) -> bool:
    """Whether a closed status with a resolution is done in Jira's own words; without one, whether the status is."""
    ended = words(resolution, "name").strip().casefold()
    if not ended:
        return words(status, "name").strip().casefold() == "done"
    english = words(status, "statusCategory", "name").strip().casefold() in _ENGLISH
    return ended in _OWN_DONE or (not english and ident(resolution, "id") in _OWN_DONE.values())


def text_of(value: Any, cloud: bool) -> str:
    """A description or a comment's body as Markdown."""
    return to_markdown(value) if cloud else wiki.to_markdown(value if isinstance(value, str) else "")


def comment_of(comment: Any, cloud: bool) -> CommentSeen:
    """A comment. One that is restricted to a role or group, or internal in Jira Service Management, never crosses."""
    kept = {words(each, "key"): walk(each, "value") for each in items(comment, "properties")}
    internal = (
        walk(comment, "visibility") is not None
        or walk(comment, "jsdPublic") is False
        or walk(kept.get(INTERNAL), "internal") not in (None, False, "false")
    )
    return CommentSeen(
        id=ident(comment, "id"),
        text=text_of(walk(comment, "body"), cloud),
        author=words(comment, "author", "displayName"),
        author_id=account(walk(comment, "author")),
        created_at=moment(comment, "created"),
        updated_at=moment(comment, "updated"),
        internal=internal,
        mark=words(kept.get(PROPERTY), "mark"),
        member=False if words(comment, "author", "accountType") == "customer" else None,
    )


def reference(text: str, site: str) -> str:
    """The key or id in what people paste, "" if it leads elsewhere: a key, or a URL of the site."""
    text = text.strip()
    if text.startswith(("http://", "https://")):
        if not host(text) or host(text) != host(site):
            return ""
        chosen = parse_qs(urlsplit(text).query).get("selectedIssue", [""])[0]
        text = chosen or urlsplit(text).path.rstrip("/").rpartition("/")[2]
    key = text.upper()
    return key if KEY.fullmatch(key) else text if re.fullmatch(r"\d{1,20}", text) else ""


def quoted(text: str) -> str:
    """A text as JQL quotes it (https://support.atlassian.com/jira-software-cloud/docs/search-syntax-for-text-fields/);
    what is special to the search within is left out, and its operators are words."""
    found = [each.lower() if each in ("AND", "OR", "NOT", "TO") else each for each in re.findall(r"[\w@.-]+", text)]
    return '"' + " ".join(found)[:200].replace(".", " ").strip() + '"'


def key_in_jql(key: str) -> str:
    """A project's key as JQL takes it: a word that is reserved only in quotes."""
    return f'"{key}"' if key.lower() in _RESERVED else key
