"""What the server says in one of few words or sentences has its German in the console's table."""

from collections.abc import Iterator
from typing import Any, get_args

from chalicelib import wiring
from chalicelib.desk import broadcasts, clocks, deliveries, erasures, issues, rooms, tickets
from chalicelib.desk.unheard import REASONS
from infra.pages import WEB

from .javascript import needs_node, run

pytestmark = needs_node
SPARED = {  # whom a broadcast passes by: chalicelib/desk/broadcasts.py, chalicelib/flows/broadcasts
    "no such room",
    "not a customer's room",
    "opted out",
    "weekly cap",
    "left the segment",
    "the customer is blocked",
    "the customer is gone",
    "the customer gets it in another room",
}
RESULTS = {"waiting", "failed", "skipped", "deleted", "stored"}  # of a broadcast in a room
LITERALS: tuple[Any, ...] = (
    issues.Event,
    issues.Kind,
    issues.Priority,
    issues.NoticeState,
    tickets.IssueState,
    broadcasts.State,
    deliveries.What,
    deliveries.State,
    rooms.Priority,
    clocks.Ending,
)


def of_kinds() -> Iterator[str]:
    for name in wiring.KINDS:
        if kind := wiring.kind(name):
            yield from (kind.label, kind.short, *kind.steps, kind.whereabouts, kind.by_hand, *kind.credentials.values())
            for setting in kind.settings:
                yield from (setting.label, *setting.choices.values())


def test_each_is_there_and_no_other() -> None:
    german = run((WEB / "console" / "languages" / "german.js").read_text("utf-8") + "tell(SERVED);")
    states = {"active", "blocked", "gone", "paused", "disabled"} | set({"making", "new", "linked", "lost"})
    said = {*of_kinds(), *erasures.COPIES, *erasures.ENDING, *REASONS.values(), *SPARED, *RESULTS, *states}
    said |= {str(each) for literal in LITERALS for each in get_args(literal)}
    assert german.keys() ^ (said - {""}) == set()


def test_why_a_broadcast_passes_somebody_by_is_said_so() -> None:
    flows = WEB.parent / "flows" / "broadcasts"
    text = "".join(path.read_text() for path in [*flows.glob("*.py"), WEB.parent / "desk" / "broadcasts.py"])
    assert [each for each in SPARED if f'"{each}"' not in text and not each.startswith("the customer is ")] == []
