"""Mails: muting a conversation, the whole of a mail that came in, addresses that no mail goes to."""

from html import escape
from typing import Any
from urllib.parse import parse_qsl

from msgspec import Struct

from ...desk.customers import Customer
from ...desk.errors import Conflict, Invalid, NotFound
from ...desk.mails import Correspondent, Suppression, original_key
from ...desk.messages import Author, Message
from ...desk.outcomes import in_language
from ...desk.ratings import MAX_WHY
from ...desk.rooms import Room
from ...desk.workspaces import Install
from ...flows.rooms.rate import rate, rating_of
from ...flows.rooms.reopen import reopen
from ...flows.rooms.tell_end import language_of
from ...ports import Listing, Page, ref
from ..door.calls import Call, Reply
from ..door.router import route
from ..shapes.answers import PAGED, time_of
from .rooms import numbered

PAGE = """<!doctype html><html lang="{language}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>{title}</title>
<main><h1>{title}</h1><p>{said}</p>{form}</main></html>"""
FORM = '<form method="post"><button name="do" value="{do}">{button}</button></form>'
QUESTION = """<form method="post"><p>{question}</p><p><label>{why}<br><textarea name="why" maxlength="2000" rows="3">
</textarea></label></p><button name="do" value="happy">{happy}</button>
<button name="do" value="unhappy">{unhappy}</button></form>"""
NOT_SOLVED = "not_solved"
RATES = {"happy": True, "unhappy": False}
ENDS = {
    "en": {
        "title": "How it ended",
        "resolved": "This conversation is closed. If what you asked about is not solved, say so, and it is open again.",
        "open": "This conversation is open: it waits for an answer.",
        "button": "It is not solved",
        "question": "Were you happy with it?",
        "why": "Why?",
        "happy": "Yes",
        "unhappy": "No",
        "thanks": "Thank you, that is noted.",
    },
    "de": {
        "title": "Wie es ausging",
        "resolved": "Dieses Gespräch ist abgeschlossen. Falls es nicht gelöst ist, sagen Sie es, dann ist es wieder "
        "offen.",
        "open": "Dieses Gespräch ist offen: Es wartet auf eine Antwort.",
        "button": "Es ist nicht gelöst",
        "question": "Waren Sie zufrieden?",
        "why": "Warum?",
        "happy": "Ja",
        "unhappy": "Nein",
        "thanks": "Danke, das ist notiert.",
    },
}
MAX_FORM = 20_000  # bytes
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

    form = form_of(call)
    if form.get("do") not in ("mute", "unmute") and form.get("List-Unsubscribe") != "One-Click":
        raise Invalid("the form says neither mute nor unmute", "do")
    return _page(mute(call.world, call.params["token"], form.get("do") != "unmute").muted)


def _page(muted: bool) -> Reply:
    said = "You get no mails about it." if muted else "You get a mail when somebody answers while you are away."
    do, button = ("unmute", "Send me mails again") if muted else ("mute", "Mute it")
    form = FORM.format(do=do, button=escape(button))
    page = PAGE.format(language="en", title="Mails about this conversation", said=escape(said), form=form)
    return Reply(text=page, headers=HEADERS)


@route("GET", "/mails/{token}/end", who="anyone", raw=True)
def show_end(call: Call) -> Reply:
    """Ask whether it is solved. Looking at it changes nothing: scanners open every link."""
    return _end(call, *_ended(call))


@route("POST", "/mails/{token}/end", who="anyone", raw=True)
def change_end(call: Call) -> Reply:
    """Say that it is not solved, which opens the room again; or how it was, where that was asked."""
    from ...flows.inbound.identify import blocked

    form = form_of(call)
    if form.get("do") not in (NOT_SOLVED, *RATES):
        raise Invalid("the form says neither that it is not solved nor how it was", "do")
    person, room = _ended(call)
    author = Author(kind=person.kind, id=person.person, name=person.name)
    customer = call.world.store.one(ref(Customer, room.customer)) if room.customer else None
    if blocked(call.world, customer, author):
        raise NotFound("no such conversation")
    if form["do"] == NOT_SOLVED:
        return _end(call, person, reopen(call.world, room, author))
    why = form.get("why", "").replace("\x00", "").strip()[:MAX_WHY]
    rate(call.world, room, author, happy=RATES[form["do"]], why=why)
    return _end(call, person, room)


def form_of(call: Call) -> dict[str, str]:
    """The fields of a page's form."""
    return dict(parse_qsl(call.incoming.body[:MAX_FORM].decode("utf-8", "replace")))


def _ended(call: Call) -> tuple[Correspondent, Room]:
    from ...flows.mail.correspondents import by_token

    person = by_token(call.world, call.params["token"])
    room = call.world.store.one(ref(Room, person.room))
    if room is None:
        raise NotFound("no such conversation")
    return person, room


def _end(call: Call, person: Correspondent, room: Room) -> Reply:
    language = language_of(call.world, room)
    words = in_language(ENDS, language)
    form = FORM.format(do=NOT_SOLVED, button=escape(words["button"])) if room.state == "resolved" else ""
    rating = rating_of(call.world, room)
    if rating and rating.person == person.person:
        shown = {name: escape(word) for name, word in words.items()}
        form += QUESTION.format(**shown) if not rating.at else f"<p>{shown['thanks']}</p>"
    spoken = "de" if words is ENDS["de"] else "en"
    page = PAGE.format(language=spoken, title=escape(words["title"]), said=escape(words[room.state]), form=form)
    return Reply(text=page, headers=HEADERS)


@route("GET", "/v1/rooms/{room}/mail-addresses", gives=list[MailAddressView])
def mail_addresses(call: Call) -> Page[Any]:
    """List the addresses at which a mail of the room's people reaches it."""
    room = call.here
    if room.kind == "internal":
        return Page([])
    from ...flows.mail.address import mail_address

    installs: Listing[Install] = Listing("installs", (room.workspace,))
    found = [each for each in call.world.store.page(installs, 100).items if mail_address(each)]
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
    if call.world.reach(message.source.channel) != "people" or not message.source.id or message.deleted:
        raise Conflict("this message did not come by mail")
    if message.originals_gone:
        raise NotFound("the workspace keeps mails as they came for no longer")
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
    from ...flows.mail.lift_suppression import lift_suppression as lift

    lift(call.world, call.who, call.params["address"].lower())
