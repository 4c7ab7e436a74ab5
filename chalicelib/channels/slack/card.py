"""The card that heads a room's thread in the vendor's own channel: whose it is, its state, who owes what; buttons;
what a machine has drafted (ADR 175)."""

from typing import Any

from ...desk.deliveries import Parcel
from ...desk.proposals import Proposal
from .mrkdwn import to_mrkdwn

TURNS = {"vendor": "waiting for us", "customer": "waiting for the customer", "": "nobody waits"}
MAX_SECTION = 2_900  # characters that Slack shows in one section: it takes 3,000
REASONS = {
    "wrong": "It is wrong",
    "incomplete": "Something is missing",
    "tone": "It sounds wrong",
    "not_needed": "No answer is needed",
    "other": "Something else",
}
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
    proposed = _proposed(parcel, parcel.proposal) if parcel.proposal else []
    return [
        {"type": "header", "text": {"type": "plain_text", "text": words(parcel)[:150]}},
        {"type": "context", "elements": [{"type": "plain_text", "text": " · ".join(about)}]},
        {"type": "actions", "elements": buttons},
        *proposed,
    ]


def _proposed(parcel: Parcel, proposal: Proposal) -> list[dict[str, Any]]:
    """What a machine has drafted, to be sent as it is, or discarded. What is too long to be read here is not sent from
    here."""
    text, place = to_mrkdwn(proposal.text), f"{parcel.delivery.room}/{proposal.id}"
    whole = len(text) <= MAX_SECTION
    reasons = [
        {"text": {"type": "plain_text", "text": said}, "value": f"{place}/{why}"} for why, said in REASONS.items()
    ]
    send = {
        "type": "button",
        "action_id": "parley_send",
        "text": {"type": "plain_text", "text": "Send"},
        "value": place,
    }
    why = {"type": "plain_text", "text": "Discard: why?"}
    discard = {"type": "static_select", "action_id": "parley_discard", "placeholder": why, "options": reasons}
    rests = ", ".join(
        f"<{_plain(each.url)}|{_plain(each.title)}>" if each.url else _plain(each.title) for each in proposal.sources
    )
    about = f"🔒 *Drafted by {_plain(proposal.name)}*" + (f" · {rests}" if rests else "")
    shown = text if whole else text[: MAX_SECTION - 2].rstrip() + " …"
    return [
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": about[:MAX_SECTION]}]},
        {"type": "section", "text": {"type": "mrkdwn", "text": shown}},
        {"type": "actions", "elements": [*([send] if whole else []), discard]},
    ]


def _plain(text: str) -> str:
    """A name or an address within a line of mrkdwn, in which it marks nothing."""
    return (
        (text or "source")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("|", "%7C" if text.startswith("http") else "/")
    )
