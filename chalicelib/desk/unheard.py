"""What a person may have said that did not get in: kept for a while, so that agents can see it and take it in
(ADR 112)."""

from .record import Record
from .times import DAY_MS

KEPT_MS = 30 * DAY_MS
MOST_A_DAY = 100  # of one install: whoever floods it fills no table
MAX_LINE, MAX_SENDER = 200, 300

# Why, as a slug, and in words. Whatever else is ignored (echoes, joins, receipts) nobody said to us.
REASONS = {
    "alert-of-several": "It answers a mail of ours that is about several rooms, or about none that is there.",
    "alert-unproven": "It answers a mail that told an agent of a room, and does not prove that agent's address.",
    "another-bot": "Another bot said it, and the install hears none.",
    "automatic": "A machine wrote it: it answers by itself, or its address is nobody's that is known.",
    "blocked-speaker": "Who said it, or their customer, is blocked.",
    "bulk": "It was sent to many, by nobody who is known.",
    "calendar-answer": "It answers an invitation.",
    "empty": "It says nothing.",
    "empty-message": "It has no words that can be read.",
    "empty-return-path": "It came with an empty return path, as machines send when they want no answer.",
    "honeypot": "A field was filled in that people do not see.",
    "loop-mark": "It bears the mark of a mail that was passed on to us before, or of another Parley.",
    "no-text": "It has no words that can be read.",
    "nobody-spoke": "Nobody is told to have said it.",
    "one-way-bridge": "What is said in this conversation does not come in.",
    "spam": "The provider takes it for spam.",
    "too-many": "Its sender wrote too many in an hour.",
    "unbound-conversation": "Its conversation is bound to no room.",
    "unsupported": "Parley does not know what it is.",
}


class Unheard(Record, frozen=True):
    """One of them, and why. `kept` is the key of the envelope in the bucket. Rules that an agent has `lifted` already
    are not asked again. `asked_at` (ms) is when somebody wanted it in, 0 while nobody does; `taken_at` when it was,
    into the `room`."""

    install: str
    id: str
    workspace: str
    at: int
    reason: str
    kept: str
    sender: str = ""
    line: str = ""
    lifted: tuple[str, ...] = ()
    asked_at: int = 0
    taken_at: int = 0
    room: str = ""
