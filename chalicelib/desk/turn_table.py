"""The turn table (decision table): what every author and every act does to whose turn it is.

The code looks up here what an act leaves in a room's trail; the page in infra/ and the tests are made from it. Column
`given` names the rooms that a row is about: V, it is the vendor's turn; C, the customer's; -, nobody's; R, resolved.
"""

from typing import Literal, NamedTuple

from .turns import MarkKind

Who = Literal[
    "customer", "vendor", "machine", "asking machine", "answering machine", "notice", "closing notice",
    "reopening notice", "broadcast", "ledger", "policy",
]  # fmt: skip
Act = Literal[
    "message", "thanks", "deleted message", "note", "edit", "edit of thanks", "delete", "reaction", "acknowledge",
    "promise", "resolve", "close", "remind", "reopen", "none needed", "waits", "counts as an answer", "undelivered",
    "delivered", "fork", "arrange", "internal room", "snooze", "adopt",
]  # fmt: skip
Effect = MarkKind | Literal["", "taken away"]


class Row(NamedTuple):
    """One row: who, which act, in which rooms (`given`), what it leaves in the trail (`effect`), and how the room then
    stands: `turn` V, C, - or = as it was; `since` (of waiting) now, 0, = or the time of that ask; `state`."""

    number: str
    who: Who
    act: Act
    words: str
    given: str
    effect: Effect
    turn: str
    since: str
    state: str


ROWS = (
    Row("1", "customer", "message", "A user, a visitor or a form's person asks", "C-R", "ask", "V", "now", "open"),
    Row("2", "customer", "message", "The same, or a colleague, says more", "V", "ask", "=", "=", "="),
    Row("3", "customer", "thanks", "What they say is taken as thanks", "C-R", "thanks", "=", "=", "="),
    Row("4", "customer", "deleted message", "A message arrives that is deleted already", "VC-R", "", "=", "=", "="),
    Row("5", "vendor", "message", "A person of the vendor's answers", "V", "answer", "C", "0", "="),
    Row("6", "vendor", "message", "A person of the vendor's says more", "C-", "answer", "C", "0", "="),
    Row("7", "vendor", "message", "A person of the vendor's speaks in a resolved room", "R", "answer", "=", "0", "="),
    Row("8", "vendor", "note", "A note", "VC-R", "", "=", "=", "="),
    Row("9", "machine", "message", "A machine or a bot speaks, on either side", "VC-R", "", "=", "=", "="),
    Row("9a", "asking machine", "message", "A machine that asks speaks, or a user's coding agent", "C-R",
        "ask", "V", "now", "open"),
    Row("9b", "answering machine", "message", "A machine that answers speaks", "VC-", "answer", "C", "0", "="),
    Row("10", "notice", "message", "A notice of an issue, its edit, its withdrawal", "VC-R", "", "=", "=", "="),
    Row("11", "closing notice", "resolve", "A notice that resolves", "C-", "told", "-", "0", "resolved"),
    Row("11a", "closing notice", "resolve", "The same, where somebody waits", "V", "told", "=", "=", "="),
    Row("12", "reopening notice", "reopen", "A notice takes back that it resolved", "R", "untold", "C", "0", "open"),
    Row("13", "broadcast", "message", "A broadcast, its undo, its copy in a fork", "VC-R", "", "=", "=", "="),
    Row("14", "vendor", "acknowledge", "An agent acknowledges", "V", "acknowledge", "=", "=", "="),
    Row("15", "vendor", "promise", "A promise is made, moved or settled", "VC-", "", "=", "=", "="),
    Row("16", "customer", "edit", "Anybody edits what they said", "VCR", "", "=", "=", "="),
    Row("16a", "customer", "edit of thanks", "An edit makes an ask of thanks", "CR", "ask", "V", "now", "open"),
    Row("17", "customer", "delete", "An ask is deleted", "V", "taken away", "-", "0", "="),
    Row("18", "vendor", "delete", "An answer is deleted", "C", "taken away", "V", "ask", "="),
    Row("19", "ledger", "undelivered", "An answer does not get through", "C", "undelivered", "V", "ask", "="),
    Row("19a", "ledger", "delivered", "It does after all", "V", "answer", "C", "0", "="),
    Row("20", "customer", "reaction", "Anybody reacts, or reads", "VC-R", "", "=", "=", "="),
    Row("21", "vendor", "resolve", "An agent resolves, and the customer is told how it ended", "VC-",
        "resolve", "-", "0", "resolved"),
    Row("22", "vendor", "close", "An agent resolves, and nobody is told", "VC-", "close", "-", "0", "resolved"),
    Row("23", "customer", "resolve", "A user resolves", "VC-", "settle", "-", "0", "resolved"),
    Row("24", "policy", "close", "A policy closes what the customer does not answer, after two reminders", "C",
        "no answer", "-", "0", "resolved"),
    Row("24a", "policy", "remind", "A policy reminds the customer", "C", "remind", "=", "0", "="),
    Row("25", "vendor", "reopen", "An agent reopens", "R", "reopen", "C", "0", "open"),
    Row("25a", "vendor", "reopen", "The same, where the customer spoke last", "r", "reopen", "V", "now", "open"),
    Row("26", "customer", "reopen", "A user reopens: it is not solved", "R", "ask again", "V", "now", "open"),
    Row("27", "vendor", "none needed", "“Needs no answer”, where none was ever given", "V",
        "none needed", "-", "0", "="),
    Row("27a", "vendor", "waits", "“Waits for us”", "CR", "waits", "V", "ask", "open"),
    Row("27b", "vendor", "counts as an answer", "“Counts as an answer”, said of a notice or a machine's words", "V",
        "answer", "C", "0", "="),
    Row("28", "vendor", "fork", "A fork takes the asks out of the room", "V", "taken away", "-", "0", "="),
    Row("30", "vendor", "arrange", "Assign, label, rename, tie, give priority", "VC-R", "", "=", "=", "="),
    Row("32", "vendor", "snooze", "Snooze, and its end", "VC-", "", "=", "=", "="),
    Row("33", "vendor", "adopt", "A visitor's room becomes its customer's, or the visitor's again", "VC-R",
        "", "=", "=", "="),
    Row("33a", "customer", "adopt", "A visitor, or a user, proves that it is theirs", "VC-R", "", "=", "=", "="),
    Row("34", "vendor", "internal room", "Anything in an internal room", "-", "", "=", "0", "="),
)  # fmt: skip
EFFECTS: dict[tuple[Who, Act], Effect] = {(row.who, row.act): row.effect for row in ROWS}


def effect_of(who: Who, act: Act) -> Effect:
    """What an act of an author leaves in the room's trail: "" for nothing."""
    return EFFECTS.get((who, act), "")
