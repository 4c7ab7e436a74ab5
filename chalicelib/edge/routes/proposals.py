"""Proposals (human in the loop): what machines would say in a room, for an agent to send or discard."""

from typing import Any

from ...desk.proposals import Proposal
from ...flows.rooms import propose as flows
from ...ports import Listing, Page
from ..door.calls import Call
from ..door.router import route
from ..shapes import proposals as shapes
from ..shapes.answers import PAGED


@route(
    "POST",
    "/v1/rooms/{room}/proposals",
    who="agent",
    need="draft",
    body=shapes.NewProposal,
    gives=shapes.ProposalView,
    status=201,
)
def new_proposal(call: Call, body: shapes.NewProposal) -> shapes.ProposalView:
    """Propose an answer: a machine drafts it, an agent sends it. It takes the place of the machine's last one."""
    sources = shapes.cited(body.sources)
    return call.answering(
        lambda once: flows.propose(
            call.world, call.who, call.here.id, text=body.text, sources=sources, read_to=body.read_to, once=once
        ),
        lambda made: shapes.proposal_view(made, call.here),
    )


@route("GET", "/v1/rooms/{room}/proposals", who="agent", gives=list[shapes.ProposalView], query=PAGED)
def proposals(call: Call) -> Page[Any]:
    """List what machines have drafted in a room, the newest first. In shadow mode admins alone see it."""
    listing: Listing[Proposal] = Listing("proposals", (call.here.id,), newest_first=True)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    seen = [each for each in page.items if flows.may_look_at(call.who, each)]
    return Page([shapes.proposal_view(each, call.here) for each in seen], page.next)


@route("GET", "/v1/rooms/{room}/proposals/{proposal}", who="agent", gives=shapes.ProposalView)
def proposal(call: Call) -> shapes.ProposalView:
    """Show a proposal."""
    found = flows.visible(call.world, call.who, call.here.id, id_=call.params["proposal"])
    return shapes.proposal_view(found, call.here)


@route(
    "POST",
    "/v1/rooms/{room}/proposals/{proposal}/discard",
    who="agent",
    need="write",
    body=shapes.Discard,
    gives=shapes.ProposalView,
)
def discard_proposal(call: Call, body: shapes.Discard) -> shapes.ProposalView:
    """Discard a proposal, and say why."""
    return call.answering(
        lambda once: flows.discard(
            call.world,
            call.who,
            call.here.id,
            proposal=call.params["proposal"],
            reason=body.reason,
            words=body.words,
            once=once,
        ),
        lambda ended: shapes.proposal_view(ended, call.here),
    )
