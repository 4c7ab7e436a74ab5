"""GitLab's words and ours.

| GitLab | word | ours |
|---|---|---|
| opened | `opened` | open |
| closed | `closed` | done |
| closed as a duplicate (`/duplicate`) | `closed+duplicate` | guessed: declined |
| opened with a state label | `opened+<label>` | what the label reads as, else unknown |
| closed with a label that declines (`wontfix`, `duplicate`, …) | `closed+<label>` | guessed: declined |

A state label is one of the scopes `workflow::`, `status::`, `state::`, `stage::`, or one that reads as `doing`. Of one
scope GitLab itself keeps one.
"""

import re
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from ...desk.tickets import CommentSeen, IssueState, Word
from ...wire.markdown import readable
from ...wire.reading import host, ident, moment, walk, words

SCOPED = re.compile(r"(workflow|status|state|stage)::(.+)", re.IGNORECASE)
_DECLINES = re.compile(
    r"won'?t.?(fix|do)|declin|reject|duplicat|cannot.reproduce|invalid|cancel|abandon|obsolete", re.IGNORECASE
)
_DOING = re.compile(r"doing|in.?progress|in.?dev|in.?review|wip|started|active|implement|verif", re.IGNORECASE)
_WAITING = re.compile(r"to.?do|open|backlog|triage|ready|new|plan|schedul|refine", re.IGNORECASE)
_MARK = re.compile(r"(?<!\n)\n*<!-- parley:([A-Za-z0-9_.:-]{1,100}) -->\s*$")
_LINK = re.compile(r"(?<!\n)\n*\[Parley\]\([^\s()]+\)\s*$")
_SIZED = re.compile(r"(!\[[^\[\]\n]*\]\([^()\s]*\))\{[^{}\n]*\}")
_UPLOAD = re.compile(r"/-/project/(\d{1,19})/uploads/([0-9a-f]{32})/([^/?#\s]{1,300})")
_RELATIVE = re.compile(r"(\]\()(/uploads/[0-9a-f]{32}/)")
_MOVED = re.compile(
    r"moved to (?:\[[^\[\]]*\]\()?(?:https?://[^\s/]+/)?([\w./-]+?)(?:#|/-/(?:issues|work_items)/)(\d+)"
)
_QUICK = re.compile(r"^([ \t]*)/(?=[a-z_]+(?:\s|$))", re.MULTILINE)
_PATH = re.compile(r"/(.+?)/-/(?:issues|work_items)/(?:incident/)?(\d+)")
_OLD_PATH = re.compile(r"/([^/]+/.+?)/issues/(\d+)")
_SHORT = re.compile(r"(?:([\w.-]+(?:/[\w.-]+)+))?#(\d+)")


def word_of(state: str, labels: list[str], duplicate: bool = False) -> Word:
    """The state that an issue is in."""
    if state == "closed":
        declining = next((label for label in labels if _DECLINES.search(label)), "duplicate" if duplicate else "")
        return closed_by(declining) if declining else Word(id="closed", name="closed", means="done", closed=True)
    label = next((label for label in labels if is_state(label) and not _DECLINES.search(label)), "")
    return opened_with(label) if label else Word(id="opened", name="opened", means="open")


def is_state(label: str) -> bool:
    """Whether a label says how far an issue is."""
    return bool(SCOPED.fullmatch(label)) or bool(re.fullmatch(r"doing|in.?progress|wip", label, re.IGNORECASE))


def opened_with(label: str) -> Word:
    """The word of an open issue with a state label."""
    scoped = SCOPED.fullmatch(label)
    name = scoped[2] if scoped else label
    means: IssueState | Literal["unknown"] = "unknown"
    if _DOING.search(name):
        means = "in_progress"
    elif _WAITING.search(name):
        means = "open"
    return Word(id=f"opened+{label}", name=label, means=means)


def closed_by(label: str) -> Word:
    """The word of a closed issue with a label that declines."""
    return Word(id=f"closed+{label}", name=f"closed, {label}", means="declined", guessed=True, closed=True)


def words_of(labels: list[str]) -> list[Word]:
    """All states of a project with these labels."""
    plain = [word_of("opened", []), word_of("closed", [])]
    declining = [label for label in labels if _DECLINES.search(label)]
    states = [label for label in labels if is_state(label) and label not in declining]
    return plain + [opened_with(label) for label in states] + [closed_by(label) for label in declining]


def inert(text: str) -> str:
    """A text in which no line is a quick action (`/close`, `/move`, …): GitLab would do it, with our rights, whoever
    wrote it."""
    return _QUICK.sub(r"\1\\/", text.rstrip())


def marked(text: str, mark: str, link: str = "") -> str:
    """A text with our mark, hidden as GitLab hides a comment of HTML, and the link back."""
    back = f"\n\n[Parley]({link})" if link else ""
    return f"{inert(text)}{back}\n\n<!-- parley:{mark} -->".lstrip("\n")


def mark_in(text: str) -> str:
    """The mark of a text of ours."""
    found = _MARK.search(text)
    return found[1] if found else ""


def footer(text: str) -> str:
    """What we put under a text: the link back and the mark."""
    return text[len(_LINK.sub("", _MARK.sub("", text))) :]


def shown(text: str, uploads: str) -> str:
    """A text as people see it: without our footer, without what is hidden in it, without the sizes of pictures, and
    with the whole address of its project's `uploads`."""
    plain = _SIZED.sub(r"\1", readable(_LINK.sub("", _MARK.sub("", text))))
    return _RELATIVE.sub(rf"\1{uploads}\2", plain)


def upload_in(url: str, site: str) -> tuple[str, str, str]:
    """(project's number, secret, name) of an upload; empty for what is none."""
    found = _UPLOAD.fullmatch(url.removeprefix(site)) if url.startswith(f"{site}/") else None
    return (found[1], found[2], unquote(found[3])) if found else ("", "", "")


def comment_of(note: Any, internal: bool, uploads: str) -> CommentSeen:
    """A note. `internal` tells that its whole issue is confidential; some versions say `confidential` for internal."""
    kept = [walk(note, "internal"), walk(note, "confidential")]
    body = words(note, "body")
    return CommentSeen(
        id=ident(note, "id"),
        text=shown(body, uploads),
        author=words(note, "author", "name"),
        author_id=ident(note, "author", "id"),
        created_at=moment(note, "created_at"),
        updated_at=moment(note, "updated_at"),
        internal=internal or any(sign not in (None, False) for sign in kept),
        mark=mark_in(body),
    )


def moved_in(note: str) -> tuple[str, str]:
    """(project's path, iid) that a system note tells an issue was moved to; ("", "") if it tells none."""
    found = _MOVED.search(note)
    return (found[1].strip("/"), found[2]) if found else ("", "")


def reference(text: str, site: str) -> tuple[str, str]:
    """(project's path or "" for the connected one, iid) of what people paste: #5, group/name#5, a URL of the site."""
    text = text.strip()
    if text.startswith(("http://", "https://")):
        if not host(text) or host(text) != host(site):
            return "", ""
        parts, home = urlsplit(text), urlsplit(site)
        path = "/" + unquote(parts.path).removeprefix(home.path).lstrip("/")
        found = _PATH.match(path) or _OLD_PATH.match(path)
        return (found[1], found[2]) if found else ("", "")
    short = _SHORT.fullmatch(text)
    return (short[1] or "", short[2]) if short else ("", "")
