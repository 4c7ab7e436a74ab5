"""What the rooms of an issue are told: the texts, and what keeps one from being told at once (ADR 42)."""

from .customers import Customer
from .ids import derived
from .issues import CLOSED, Issue, Tracking
from .rooms import Room
from .templates import Missing, filled_text, values, variables
from .tickets import IssueState

TITLE = "{{issue.title}}"
UNTITLED = "what you asked for"
TEXTS = {
    "done": "“{{issue.title}}” is done.",
    "declined": "“{{issue.title}}” will not be done for now.",
    "closed": "“{{issue.title}}” is closed.",
    "reopened": "“{{issue.title}}” is being worked on again: it was told as closed too early.",
    "comment": "News of “{{issue.title}}”: {{comment}}",
}


def check_text(text: str) -> None:
    """Raise Invalid for a placeholder that no notice knows."""
    variables(text.replace(TITLE, ""))


def state_text(tracking: Tracking | None, state: IssueState, words: str = "") -> str:
    """What a change into a state is told as: the install's own text or ours, with an agent's words behind it."""
    key = "reopened" if state not in CLOSED else state
    text = (tracking.texts if tracking else {}).get(key) or TEXTS[key]
    return f"{text}\n\n{quoted(words)}" if words else text


def state_notice_id(issue: Issue, turn: int) -> str:
    """The id of the notice of one turn: an issue that is turned twice at once tells once."""
    return derived("ntc", issue.id, str(turn))


def unclear_text(tracking: Tracking, guess: str) -> str:
    """What a change into a state is drafted as whose meaning is guessed, or not even that."""
    key = guess if guess in CLOSED else "closed"
    return tracking.texts.get(key) or TEXTS[key]


def comment_text(tracking: Tracking, comment: str) -> str:
    """What a comment is told as."""
    return (tracking.texts.get("comment") or TEXTS["comment"]).replace("{{comment}}", quoted(comment))


def quoted(words: str) -> str:
    """Somebody's words as part of a text: no placeholder in them is one of ours."""
    return words.replace("{{", "{\u200b{")


def text_for(text: str, issue: Issue, customer: Customer | None, *, room: Room) -> str:
    """A notice's text as one room is told it. Raises Missing, naming the variable."""
    wanted = variables(text.replace(TITLE, ""))
    if customer is None and any(
        fallback is None and not place.strip().startswith("room.") for place, fallback in wanted.items()
    ):
        raise Missing("the room has no customer")
    words = values(wanted, customer or _nobody(room), room.name, contact=None, issue=issue)
    return filled_text(text, words | {"issue.title": issue.public_title or UNTITLED})


def _nobody(room: Room) -> Customer:
    return Customer(id="", workspace=room.workspace, external_id="", name="", created_at=0)
