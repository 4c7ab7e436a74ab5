"""Dead letters: work that was given up, with its reason; again, or away with it."""

from typing import Any

from ...desk.dead_letters import DeadLetter
from ...ports import Listing, Page
from ..door.calls import Call
from ..door.router import route
from ..shapes.answers import PAGED
from ..shapes.dead_letters import DeadLetterView, letter_view


@route("GET", "/v1/dead-letters", who="agent", need="admin", gives=list[DeadLetterView], query=PAGED)
def dead_letters(call: Call) -> Page[Any]:
    """List what workers gave up, the last first."""
    listing: Listing[DeadLetter] = Listing("dead-letters", (call.who.workspace,), newest_first=True)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([letter_view(letter) for letter in page.items], page.next)


@route(
    "POST", "/v1/dead-letters/{letter}/replay", who="agent", need="admin", gives=DeadLetterView, status=202, body=None
)
def replay_letter(call: Call) -> DeadLetterView:
    """Give a dead letter back to its worker."""
    from ...flows.dead_letters.settle import ask_again, letter_there

    letter = letter_there(call.world, call.who.workspace, call.params["letter"])
    return letter_view(ask_again(call.world, call.who, letter))


@route("DELETE", "/v1/dead-letters/{letter}", who="agent", need="admin", status=204)
def drop_letter(call: Call) -> None:
    """Throw a dead letter away, for good."""
    from ...flows.dead_letters.settle import letter_there, throw_away

    throw_away(call.world, call.who, letter_there(call.world, call.who.workspace, call.params["letter"]))
