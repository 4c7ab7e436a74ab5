"""The card that heads a room's thread in the vendor's own channel: whose it is, its state, who owes what; buttons."""

from typing import Any

from ...desk.deliveries import Parcel

TURNS = {"vendor": "waiting for us", "customer": "waiting for the customer", "": "nobody waits"}
STATES = {"open": "🟢 open", "resolved": "✅ resolved"}


def words(parcel: Parcel) -> str:
    """The card in plain words, for notifications."""
    return f"{whose(parcel)}: {parcel.room_name}"


def whose(parcel: Parcel) -> str:
    """The customer, or that nobody is known."""
    return parcel.customer_external_id or "A visitor"


def blocks(parcel: Parcel) -> list[dict[str, Any]]:
    """The card, with a button for each thing that an agent may order."""
    room = parcel.room
    state = room.state if room else parcel.room_state
    about = [STATES.get(state, state), TURNS[room.turn if room else ""]]
    if room and room.assignees:
        about.append(f"{len(room.assignees)} on it")
    turned = ("reopen", "Reopen") if state == "resolved" else ("resolve", "Resolve")
    verbs = [("assign", "Assign to me"), turned, ("issue", "Raise an issue")]
    buttons = [
        {
            "type": "button",
            "action_id": f"parley_{verb}",
            "text": {"type": "plain_text", "text": label},
            "value": parcel.delivery.room,
        }
        for verb, label in verbs
    ]
    return [
        {"type": "header", "text": {"type": "plain_text", "text": words(parcel)[:150]}},
        {"type": "context", "elements": [{"type": "plain_text", "text": " · ".join(about)}]},
        {"type": "actions", "elements": buttons},
    ]
