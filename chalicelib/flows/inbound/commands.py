"""What an agent orders from where they are: a button or a command in the vendor's own Slack."""

from collections.abc import Callable
from typing import NamedTuple

from ...desk.arrivals import Commanded
from ...desk.errors import Refusal
from ...desk.ids import message_id
from ...desk.issues import MAX_TITLE
from ...desk.messages import Draft, Mapped, Source
from ...desk.outcomes import MAX_REASON, OUTCOMES, Ending
from ...desk.permissions import Principal, as_agent
from ...desk.proposals import REASONS, Reason
from ...desk.rooms import MAX_ASSIGNEES, MAX_NAME, Binding, Room
from ...desk.workspaces import MAY, Install
from ...ports import World, ref
from ..issues.raise_issue import asked_in, raise_issue
from ..once import Answered, Once
from ..rooms.fork import fork
from ..rooms.propose import discard, send, visible
from ..rooms.update_room import update_room
from .identify import agent_of

NAMELESS = "Forked"
SCOPES = ("read", "write")  # what the orders of an agent may do


class Order(NamedTuple):
    """A command, the room that it is about, and the claim that is written with what is done."""

    room: Room
    command: Commanded
    once: Once


def run_command(world: World, install: Install, command: Commanded) -> str:
    """Do it, and what is told to whoever gave the command. Only an agent who may write commands anything."""
    agent = agent_of(world, install, command.speaker)
    if agent is None or "write" not in MAY[agent.role]:
        return "Parley knows no agent with your e-mail address who may do this."
    room = _room(world, install, command)
    verb = VERBS.get(command.verb)
    if room is None:
        return "This is not a conversation of a room: order it in the room's thread."
    if verb is None:
        return f"Parley knows {', '.join(VERBS)}."
    # The claim is written with what is done: a command that the provider sends again does nothing more.
    once = Once(
        command.id,
        f"{install.id}:order",
        install.workspace,
        fingerprint=command.verb,
        render=lambda _: (200, "", False),
    )
    try:
        return verb(world, as_agent(agent, install.id, SCOPES), Order(room, command, once))
    except Answered:
        return ""
    except Refusal as refusal:
        return refusal.detail


def _room(world: World, install: Install, command: Commanded) -> Room | None:
    """The room that is named, or that the message lives in, or the conversation."""
    known, binding = world.store.many(
        [ref(Mapped, install.id, command.message), ref(Binding, install.id, command.conversation)]
    )
    id_ = command.room or (known.room if known else "") or (binding.room if binding else "")
    room = world.store.one(ref(Room, id_)) if id_ else None
    return room if room and room.workspace == install.workspace else None


def _assign(world: World, who: Principal, order: Order) -> str:
    if who.id not in order.room.assignees:
        update_room(world, who, order.room.id, fields={"assignees": (*order.room.assignees, who.id)[-MAX_ASSIGNEES:]})
    return f"{order.room.name} is yours."


def _resolve(world: World, who: Principal, order: Order) -> str:
    """With an outcome and its reason; solved, where none is named. The customer is told."""
    word, __, reason = order.command.argument.strip().partition(" ")
    outcome = next((each for each in OUTCOMES if each == word.lower()), None)
    if word and outcome is None:
        return f"A room ends as one of {', '.join(OUTCOMES)}; what follows is the reason."
    if outcome == "declined" and not reason.strip():
        return "What is declined is declined for a reason: `declined` and why."
    ending = Ending(outcome or "solved", reason.strip()[:MAX_REASON])
    update_room(world, who, order.room.id, fields={"state": "resolved", "outcome": ending.text}, tell=True)
    return f"{order.room.name} is resolved."


def _reopen(world: World, who: Principal, order: Order) -> str:
    update_room(world, who, order.room.id, fields={"state": "open"})
    return f"{order.room.name} is open again."


def _first(world: World, who: Principal, order: Order) -> int:
    """The number of the message at which the command was given, or of the last one; 0 where nothing was said."""
    known = world.store.one(ref(Mapped, who.credential, order.command.message)) if order.command.message else None
    if known and known.room == order.room.id and not known.internal:
        return known.n
    return order.room.last_message.n if order.room.last_message else 0


def _issue(world: World, who: Principal, order: Order) -> str:
    """Out of the message at which the command was given."""
    n = _first(world, who, order)
    messages, tie = asked_in(world, who, order.room, first=message_id(order.room.id, n) if n else "", last="")
    issue = raise_issue(
        world,
        who,
        {"kind": "bug", "title": order.command.argument[:MAX_TITLE]},
        messages=messages,
        tie=tie,
        installs=[],
        once=order.once,
    )
    return f"Raised: {issue.title}"


def _fork(world: World, who: Principal, order: Order) -> str:
    """From the message on at which the command was given."""
    first = _first(world, who, order)
    made = fork(
        world,
        who,
        order.room.id,
        first=first,
        last=order.room.n,
        name=(order.command.argument or NAMELESS)[:MAX_NAME],
        once=order.once,
    )
    return f"{made.name} is a room of its own now."


def _send(world: World, who: Principal, order: Order) -> str:
    """What a machine has drafted, as it is."""
    found = visible(world, who, order.room.id, id_=order.command.argument)
    draft = Draft(author=who.author, text=found.text, source=Source(channel="api"))
    send(world, who, order.room, draft=draft, proposal=found.id, once=order.once)
    return "It is sent."


def _discard(world: World, who: Principal, order: Order) -> str:
    id_, _, why = order.command.argument.partition("/")
    reason: Reason = next((each for each in REASONS if each == why), "other")
    discard(world, who, order.room.id, proposal=id_, reason=reason, once=order.once)
    return "It is discarded."


VERBS: dict[str, Callable[[World, Principal, Order], str]] = {
    "assign": _assign,
    "resolve": _resolve,
    "reopen": _reopen,
    "fork": _fork,
    "issue": _issue,
    "send": _send,
    "discard": _discard,
}
