"""Mails: muting a conversation, the whole of a mail that came in, addresses that no mail goes to."""

from html import escape
from typing import Any
from urllib.parse import parse_qsl

from msgspec import Struct

from ...desk.errors import Conflict, Invalid, NotFound
from ...desk.mails import Suppression, original_key
from ...desk.messages import Message
from ...desk.workspaces import Install
from ...flows.audit import audit
from ...flows.optimistic_retry import again
from ...ports import Drop, Listing, Page, ref
from ..door.calls import Call, Reply
from ..door.router import route
from ..shapes.answers import PAGED, time_of
from .rooms import numbered

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>Mails about this conversation</title>
<main><h1>Mails about this conversation</h1><p>{said}</p>
<form method="post"><button name="do" value="{do}">{button}</button></form></main></html>"""
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class MailAddressView(Struct, kw_only=True):
    """Where a mail reaches a room: `address` is the room's own, and `workspace_address` begins a new one."""

    install: str
    name: str
    address: str
    workspace_address: str


class SuppressionView(Struct, kw_only=True):
    """An address that no mail goes to, and why."""

    address: str
    reason: str
    at: str


class OriginalView(Struct, kw_only=True):
    """Where a mail can be fetched as it came; the link lives for minutes."""

    url: str


@route("GET", "/mails/{token}", who="anyone", raw=True)
def show_mute(call: Call) -> Reply:
    """Ask whether a conversation shall be muted. Looking at it changes nothing: scanners open every link."""
    from ...flows.mail.correspondents import by_token

    return _page(by_token(call.world, call.params["token"]).muted)


@route("POST", "/mails/{token}", who="anyone", raw=True)
def change_mute(call: Call) -> Reply:
    """Mute a conversation, or hear of it again; also as RFC 8058 has it, in one click."""
    from ...flows.mail.correspondents import mute

    form = dict(parse_qsl(call.incoming.body[:2000].decode("utf-8", "replace")))
    if form.get("do") not in ("mute", "unmute") and form.get("List-Unsubscribe") != "One-Click":
        raise Invalid("the form says neither mute nor unmute", "do")
    return _page(mute(call.world, call.params["token"], form.get("do") != "unmute").muted)


def _page(muted: bool) -> Reply:
    said = "You get no mails about it." if muted else "You get a mail when somebody answers while you are away."
    do, button = ("unmute", "Send me mails again") if muted else ("mute", "Mute it")
    return Reply(text=PAGE.format(said=escape(said), do=do, button=escape(button)), headers=HEADERS)


@route("GET", "/v1/rooms/{room}/mail-addresses", gives=list[MailAddressView])
def mail_addresses(call: Call) -> Page[Any]:
    """List the addresses at which a mail of the room's people reaches it."""
    room = call.here
    if room.kind == "internal":
        return Page([])
    installs: Listing[Install] = Listing("installs", (room.workspace,))
    found = [each for each in call.world.store.page(installs, 100).items if each.kind == "email"]
    return Page([_addresses(call, each, room.id) for each in found if each.state == "active"])


def _addresses(call: Call, install: Install, room: str) -> MailAddressView:
    from ...flows.mail.correspondents import address_of_room

    own = address_of_room(call.world, install, room)
    return MailAddressView(
        install=install.id, name=install.name, address=own, workspace_address=str(install.config["address"])
    )


@route("GET", "/v1/rooms/{room}/messages/{message}/original", who="agent", gives=OriginalView)
def original(call: Call) -> OriginalView:
    """Show where a mail lies as it came, with what it quoted."""
    message: Message = numbered(call, call.params["message"], "message")
    if message.source.channel != "email" or not message.source.id or message.deleted:
        raise Conflict("this message did not come by mail")
    key = original_key(message.workspace, message.source.install, message.source.id)
    return OriginalView(url=call.world.files.link(key, "mail.eml", "application/octet-stream"))


@route("GET", "/v1/suppressions", who="agent", gives=list[SuppressionView], query=PAGED)
def suppressions(call: Call) -> Page[Any]:
    """List the addresses that no mail goes to: they bounced, or called a mail spam."""
    listing: Listing[Suppression] = Listing("suppressions", (call.who.workspace,))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    views = [
        SuppressionView(address=each.address, reason=each.reason, at=time_of(each.at) or "") for each in page.items
    ]
    return Page(views, page.next)


@route("DELETE", "/v1/suppressions/{address}", who="agent", need="admin", status=204)
def lift_suppression(call: Call) -> None:
    """Write to an address again."""
    address = call.params["address"].lower()

    def attempt(_: int) -> None:
        if call.world.store.one(ref(Suppression, call.who.workspace, address)) is None:
            raise NotFound("mail goes to that address")
        entry = audit(call.world, call.who, "suppression.lifted", address)
        call.world.store.commit(Drop(ref(Suppression, call.who.workspace, address)), *entry)

    again(call.world, attempt)
