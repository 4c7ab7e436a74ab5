"""Take what an agent answers to a mail of alerts: it is a note in its room, or nothing at all (ADR 142).

Such an answer is never said to a customer, whoever sends it. It is a note if the mail proves the address of the agent
whom the alert was for; else it is refused, and agents see why.
"""

from typing import Literal

from ...desk.alerts import ALERT_THREAD, Alert
from ...desk.arrivals import Mailed, Said, Speaker
from ...desk.domains import same_mailbox
from ...desk.mails import ReturnAddress
from ...desk.messages import Author, Draft, fitting
from ...desk.rooms import Room
from ...desk.workspaces import MAY, Agent
from ...ports import ref
from ..alerts.gather import keep_alert
from ..rooms.post import post
from .context import Arriving, Ignore, kept, kept_rest
from .mailed import hold_back

MAX_TOKENS = 10
SEVERAL = "alert-of-several"
REASONS = {"refused": "alert-unproven", "several": SEVERAL}


def answered_alert(arriving: Arriving, arrival: Mailed) -> ReturnAddress | None:
    """The way of an agent's that a mail goes, by the address that it was sent to or the mail that it answers; None for
    any other mail."""
    named = [_token(each) for each in arrival.thread if each.startswith(ALERT_THREAD)]
    tokens = list(dict.fromkeys([*named, *arrival.tokens]))[:MAX_TOKENS]
    found = arriving.world.store.many([ref(ReturnAddress, each) for each in tokens if each]) if tokens else []
    ways = [each for each in found if each and each.agent and each.workspace == arriving.install.workspace]
    if not ways and named:
        raise Ignore(SEVERAL)  # of a mail of ours that leads nowhere
    return max(ways, key=lambda each: bool(each.room), default=None)


def _token(thread: str) -> str:
    return thread.removeprefix(ALERT_THREAD).partition("@")[0][:64]


def take_agents_mail(arriving: Arriving, arrival: Mailed, way: ReturnAddress) -> None:
    """The note is in its room when this returns. Ignore with the reason for what is none, which the agent whose way it
    is is told at their own address."""
    if arrival.machine:  # as mailers answer while somebody is away
        raise Ignore(arrival.machine)
    world = arriving.world
    agent = world.store.one(ref(Agent, way.workspace, way.person))
    hold_back(arriving, arrival)
    if agent is None or not _proves(arrival, agent):
        raise _refused(arriving, way, agent, kind="refused")
    room = world.store.one(ref(Room, way.room)) if way.room else None
    if room is None:
        raise _refused(arriving, way, agent, kind="several")
    author = Author(kind="agent", id=agent.id, name=agent.name)
    files = Said(id=arrival.id, speaker=Speaker(), text=arrival.text, at=arrival.at, files=arrival.files)
    draft = Draft(
        author=author,
        text=fitting(arrival.text)[0],
        internal=True,
        source=arriving.source(arrival.id, arrival.at, conversation=agent.id),
        attachments=kept(arriving, files, author),
        rest=kept_rest(arriving, arrival.id, arrival.rest, author=author),
    )
    post(world, room.id, draft)


def _refused(
    arriving: Arriving, way: ReturnAddress, agent: Agent | None, *, kind: Literal["refused", "several"]
) -> Ignore:
    """Why it is no note. A mail is answered at no address that it does not prove: the agent's own is known."""
    at = arriving.envelope.received_at
    if agent and agent.state == "active":
        alert = Alert(kind=kind, room=way.room, n=at, at=at)
        keep_alert(arriving.world, way.workspace, agent.id, alert=alert)
    return Ignore(REASONS[kind])


def _proves(arrival: Mailed, agent: Agent) -> bool:
    """Whether the mail is from that agent, who may write."""
    active = agent.state == "active" and "write" in MAY[agent.role]
    return active and arrival.verdict == "pass" and same_mailbox(agent.email) == arrival.sender
