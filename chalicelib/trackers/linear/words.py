"""Linear's words and ours.

| type of the workflow state | means |
|---|---|
| triage, backlog, unstarted | open |
| started | in progress |
| completed | done |
| canceled | declined |
| duplicate | guessed: declined |
| any other | unknown |

A word's id is the state's own: teams name and order their states as they like.
"""

import hashlib
import uuid
from typing import Any, Literal

from ...desk.tickets import IssueState, TicketSeen, Word
from ...desk.titles import shortened
from ...wire.reading import moment

MEANS: dict[str, IssueState] = {
    "triage": "open",
    "backlog": "open",
    "unstarted": "open",
    "started": "in_progress",
    "completed": "done",
    "canceled": "declined",
    "duplicate": "declined",
}
MAX_TITLE = 255


def word(state: dict[str, Any]) -> Word:
    """A workflow state."""
    means: IssueState | Literal["unknown"] = MEANS.get(str(state.get("type")), "unknown")
    type_ = str(state.get("type"))
    closed, guessed = type_ in ("completed", "canceled", "duplicate"), type_ == "duplicate"
    return Word(id=str(state["id"]), name=str(state["name"]), means=means, guessed=guessed, closed=closed)


def seen(issue: dict[str, Any], mark: str = "") -> TicketSeen:
    """An issue as the API tells it. What is in the trash is gone; what is only archived is not."""
    return TicketSeen(
        id=str(issue["id"]),
        key=str(issue["identifier"]),
        url=str(issue["url"]),
        title=str(issue["title"]),
        word=word(issue["state"]),
        text=issue.get("description") or "",
        labels=tuple(str(label["name"]) for label in issue["labels"]["nodes"]),
        assignee=str((issue.get("assignee") or {}).get("name", "")),
        updated_at=moment(issue, "updatedAt"),
        gone=bool(issue.get("trashed")),
        mark=mark,
        comments=_count(issue.get("comments")),
    )


def _count(page: Any) -> int | None:
    """How many comments there are, where all of them were asked for and told: Linear has no number of them."""
    if not isinstance(page, dict) or page["pageInfo"]["hasNextPage"]:
        return None
    return len(page["nodes"])


def chosen_id(install: str, mark: str) -> str:
    """The id that we ask Linear to give to what carries our mark: asked for twice, it is made once. Linear wants the
    form of a version 4 UUID."""
    return str(uuid.UUID(bytes=hashlib.sha256(f"{install}\x1f{mark}".encode()).digest()[:16], version=4))


def short(title: str) -> str:
    """A title that Linear takes."""
    return shortened(title, MAX_TITLE)
