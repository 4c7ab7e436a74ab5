"""What people order in Slack: `/parley …` (slash command), the buttons of a room's card, the shortcut on a message.

| | |
|---|---|
| `/parley connect CODE` | Connected |
| `/parley assign` (or another verb) in a room's own channel; the card's buttons | Commanded |
| the buttons under what a machine has drafted | Commanded: `send`, `discard` |
| the button of a message that tells how a room ended | Unsolved |
| message shortcut `parley_fork` | Commanded: the thread from that message on |
| `/parley` with anything else | ignored, answered by its help |
| submitted and closed views, other shortcuts | ignored: we show none |
"""

import json
import re
from typing import Any

from msgspec.structs import replace

from ...desk.arrivals import Arrival, Commanded, Connected, Ignored, Speaker, Unsolved, Unsupported
from ...desk.workspaces import Install
from ...wire.reading import part
from ...wire.reading import words as text
from .ids import ID, TS
from .origin import account

UNSOLVED = "unsolved"
VERBS = ("assign", "resolve", "reopen", "fork", "issue")
ON_PROPOSALS = ("send", "discard")  # buttons alone: a command has nothing before it that is sent
HELP = (
    "`/parley connect CODE` ties this channel to a room. For agents, in a room's own channel: "
    "`/parley assign`, `/parley resolve`, `/parley reopen`, `/parley fork NAME`, `/parley issue TITLE`."
)
QUIET = {
    "view_submission": "view-of-nobody",
    "view_closed": "view-of-nobody",
    "shortcut": "shortcut-of-nobody",
    "block_suggestion": "suggestion-of-nobody",
    "dialog_suggestion": "suggestion-of-nobody",
    "dialog_submission": "dialog-of-nobody",
    "dialog_cancellation": "dialog-of-nobody",
    "interactive_message": "old-button-of-nobody",
    "workflow_step_edit": "workflows",
}


def word(body: dict[str, Any]) -> str:
    """What whoever typed a command reads at once; what came of it follows at its response_url."""
    verb = text(body, "text").split(None, 1)[:1]
    known = bool(verb) and verb[0].lower() in ("connect", *VERBS)
    return json.dumps({"response_type": "ephemeral", "text": "One moment …" if known else HELP})


def commanded(body: dict[str, Any], install: Install) -> Arrival:
    """A slash command. Its text may be empty."""
    if body.get("ssl_check"):
        return Ignored(reason="ssl-check")
    channel, user = text(body, "channel_id"), text(body, "user_id")
    verb, _, rest = text(body, "text").strip().partition(" ")
    verb, rest = verb.lower(), rest.strip()
    if not (ID.match(channel) and ID.match(user)):
        return Ignored(reason="command-of-nobody")
    team = account(body, install)
    if verb == "connect" and re.fullmatch(r"[0-9A-Za-z-]{4,40}", rest):
        name = text(body, "channel_name")
        return Connected(
            code=rest,
            conversation=channel,
            account=team,
            name=f"#{name}"[:200] if name else "",
            answer=text(body, "response_url"),
        )
    if verb in VERBS:
        speaker = Speaker(outside=user, account=team, side="vendor")
        return Commanded(
            id=text(body, "trigger_id")[:200],
            verb=verb,
            speaker=speaker,
            conversation=channel,
            argument=rest,
            answer=text(body, "response_url"),
        )
    return Ignored(reason="asked-for-help")


def _unsolved(body: dict[str, Any], speaker: Speaker, answer: str) -> Arrival:
    channel, ts = text(body, "container", "channel_id"), text(body, "container", "message_ts")
    if not (ID.match(channel) and TS.match(ts)):
        return Ignored(reason="button-of-nobody")
    return Unsolved(id=f"{channel}/{ts}", speaker=replace(speaker, side="customer"), answer=answer)


def interacted(body: dict[str, Any], install: Install) -> Arrival:
    """A button, or a shortcut on a message."""
    kind = text(body, "type")
    if kind in QUIET:
        return Ignored(reason=QUIET[kind])
    user = text(body, "user", "id")
    team = text(body, "team", "id") or text(body, "enterprise", "id")
    team = "" if team == install.config.get("team") else team
    speaker = Speaker(outside=user, account=team, side="vendor")
    answer, id_ = text(body, "response_url"), text(body, "trigger_id")[:200]
    if not ID.match(user):
        return Ignored(reason="nobody-pressed")
    if kind == "block_actions":
        actions = body.get("actions")
        action = part(actions[0]) if isinstance(actions, list) and actions else {}
        verb = text(action, "action_id").removeprefix("parley_")
        if verb == UNSOLVED:
            return _unsolved(body, speaker, answer)
        if verb not in (*VERBS, *ON_PROPOSALS):
            return Ignored(reason="button-of-nobody")
        value = text(action, "value") or text(action, "selected_option", "value")
        room, _, argument = value.partition("/")
        return Commanded(id=id_, verb=verb, speaker=speaker, room=room, argument=argument, answer=answer)
    if kind == "message_action":
        channel, ts = text(body, "channel", "id"), text(body, "message", "ts")
        if text(body, "callback_id") != "parley_fork" or not (ID.match(channel) and TS.match(ts)):
            return Ignored(reason="shortcut-of-nobody")
        title = text(body, "message", "text").strip().partition("\n")[0][:80]
        return Commanded(
            id=id_,
            verb="fork",
            speaker=speaker,
            conversation=channel,
            message=f"{channel}/{ts}",
            argument=title,
            answer=answer,
        )
    return Unsupported(what=kind if re.fullmatch(r"[a-z_]{1,40}", kind) else "other")
