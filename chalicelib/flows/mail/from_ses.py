"""Take what SES tells over SNS: find the install that it is for, and queue it as any provider's webhook is queued."""

import base64
import json
from typing import Any

from ...desk.envelopes import Envelope
from ...desk.errors import Malformed
from ...desk.ids import derived
from ...desk.mails import MailAddress
from ...desk.strict_json import loads_object
from ...desk.workspaces import Install
from ...ports import World, ref
from .address import mail_address

BY_SES = "ses"  # an envelope's address, where others have that of the caller: nobody calls from there
MAX_RECIPIENTS = 50


def take_from_ses(world: World, text: str) -> list[str]:
    """Queue a notification for each install that it is for (SNS's envelope around it, a JSON text); which."""
    try:
        outer = loads_object(text.encode("utf-8", "surrogatepass"))
        notice = loads_object(str(outer.get("Message", "")).encode())
    except Malformed:
        return []  # SNS's own words, when a topic is made
    installs = [each for each in world.store.many(_refs(world, notice)) if mail_address(each)]
    action = _part(_part(notice, "receipt"), "action")
    key = action.get("objectKey")
    if installs and isinstance(key, str):
        notice["raw"] = base64.b64encode(world.files.get(key)).decode()
    body, id_ = json.dumps(notice).encode(), str(_part(notice, "mail").get("messageId", ""))
    for install in installs:
        envelope = Envelope(
            id=derived("env", install.id, str(outer.get("MessageId", id_))),
            workspace=install.workspace,
            install=install.id,
            channel=install.kind,
            received_at=world.clock.now(),
            headers={"content-type": "application/json"},
            body=body,
            address=BY_SES,
        )
        world.queues.inbound(envelope, f"{install.id}:{install.id}")
    return [install.id for install in installs]


def _refs(world: World, notice: dict[str, Any]) -> list[Any]:
    """The installs: those of the recipients' addresses, or the one that a mail of ours was marked with."""
    recipients = _part(notice, "receipt").get("recipients")
    if isinstance(recipients, list):
        bases = dict.fromkeys(_base(each) for each in recipients[:MAX_RECIPIENTS] if isinstance(each, str))
        known = world.store.many([ref(MailAddress, base) for base in bases if base])
        return [ref(Install, each.install) for each in known if each]
    tags = _part(_part(notice, "mail"), "tags").get("install")
    return [ref(Install, each) for each in tags[:1] if isinstance(each, str) and each] if isinstance(tags, list) else []


def _base(address: str) -> str:
    """The address without what stands after a plus."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" if local else ""


def _part(fields: dict[str, Any], name: str) -> dict[str, Any]:
    found = fields.get(name)
    return found if isinstance(found, dict) else {}
