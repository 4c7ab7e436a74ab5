"""Asana's words and ours.

| Asana | word | ours |
|---|---|---|
| not completed | `incomplete` | open |
| completed | `completed` | done |
| an approval that was rejected: completed, too | `rejected` | guessed: declined |
| an approval that was sent back: completed, too | `changes_requested` | unknown |
| in a section of the project, with `config.sections` | `section:<gid>` | what its name reads as, else unknown |

A section that reads as the end (Done, Won't do) goes before `completed`, and is guessed unless the task is completed in
one that reads as done; any other is the state of tasks that are not completed. The section without a name that every
project begins with is none.
"""

import re
import zlib
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from msgspec.structs import replace

from ...desk.tickets import CommentSeen, IssueState, Word
from ...wire.reading import host, ident, moment, walk, words
from . import rich_text

OPEN = Word(id="incomplete", name="Incomplete", means="open")
DONE = Word(id="completed", name="Completed", means="done", closed=True)
APPROVALS = {
    "rejected": Word(id="rejected", name="Rejected", means="declined", guessed=True, closed=True),
    "changes_requested": Word(id="changes_requested", name="Changes requested", closed=True),
}
CLOSING: frozenset[str] = frozenset(("done", "declined"))
_READS: list[tuple[str, IssueState]] = [
    (r"won'?t|declin|reject|duplicat|invalid|cancel|abandon|obsolete", "declined"),
    (r"\bdone\b|complete|closed|shipped|released|resolved|finished|live\b", "done"),
    (r"doing|progress|\bwip\b|started|active|review|testing|\bdev\b|develop|implement|verif", "in_progress"),
    (r"to.?do|open|backlog|triage|ready|new|inbox|plan|schedul|refine|next", "open"),
]
_UNNAMED = re.compile(r"\(no section\)|untitled section|", re.IGNORECASE)
# New ones name the task; in old ones it comes after the project, the search, or the person whose inbox it is in.
_TASK = re.compile(r"/(?:task/(\d+)|item/(\d+)|0/(?:\d+|(?:inbox|search)/\d+)/(\d+))")


def reads(name: str) -> IssueState | Literal["unknown"]:
    """What a section's name says of its tasks."""
    plain = name.replace("\u2019", "'").lower()
    return next((means for pattern, means in _READS if re.search(pattern, plain)), "unknown")


def section_word(section: Any) -> Word | None:
    """The word of a section; None for the one without a name."""
    name, gid = words(section, "name"), ident(section, "gid")
    if not gid or _UNNAMED.fullmatch(name.strip()):
        return None
    means = reads(name)
    closing = means in CLOSING
    return Word(id=f"section:{gid}", name=name, means=means, guessed=closing, closed=closing)


def word_of(completed: bool, section: Any, approval: str = "") -> Word:
    """The state of a task in a section (None: in none that counts)."""
    if completed and approval in APPROVALS:
        return APPROVALS[approval]
    word = section_word(section)
    if word and (word.means in CLOSING or not completed):
        return replace(word, guessed=False) if completed and word.means == "done" else word
    return DONE if completed else OPEN


def comment_of(story: Any) -> CommentSeen:
    """A comment. Asana tells that it was edited, and not when: the time moves a little with the text, so that an edit
    is another revision, and the same one each time that it is read."""
    text, created = rich_text.to_markdown(words(story, "html_text"), words(story, "text")), moment(story, "created_at")
    edited = 1 + zlib.crc32(text.encode("utf-8", "replace")) % 997 if walk(story, "is_edited") is True else 0
    return CommentSeen(
        id=ident(story, "gid"),
        text=text,
        author=words(story, "created_by", "name"),
        author_id=ident(story, "created_by", "gid"),
        created_at=created,
        updated_at=created + edited,
    )


def reference(text: str) -> str:
    """The gid in what people paste: itself, or a URL of Asana, old or new; "" for what is none."""
    text = text.strip()
    if text.startswith(("http://", "https://")):
        if not host(text):
            return ""
        beside = parse_qs(urlsplit(text).query).get("child", [""])[0]  # the task that is open beside a list
        found = _TASK.search(urlsplit(text).path)
        return next(filter(None, found.groups()), "") if found else beside if beside.isdecimal() else ""
    return text if re.fullmatch(r"\d{6,30}", text) else ""
