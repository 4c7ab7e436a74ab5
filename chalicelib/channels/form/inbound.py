"""The contact form, coming in. Light to import: the API's cold path does.

A form has no signature, so it vouches for nobody: name and e-mail are what a visitor says of themselves.
Against bots there are the honeypot, the pace by address and the list of sites whose pages may send it.
"""

import json
from typing import TYPE_CHECKING

import msgspec

from ...desk.addresses import network, parts_of
from ...desk.arrivals import Arrival, Ignored, Said, Speaker
from ...desk.envelopes import Envelope, Greeting
from ...desk.errors import Forbidden, Invalid, Malformed, Refusal, TooLarge, WrongMediaType
from ...desk.workspaces import Install
from ...ports import Secrets
from .config import check, of

if TYPE_CHECKING:
    from .submission import Submission

__all__ = ["check", "greet", "group", "pace", "parse", "verify"]

REASONS: dict[type[Refusal], str] = {
    Invalid: "invalid",
    Malformed: "malformed",
    TooLarge: "too-large",
    WrongMediaType: "media-type",
}


def verify(envelope: Envelope, install: Install, secrets: Secrets, *, now: int) -> None:
    """Forbidden for a page of a site that is not listed. Browsers tell the origin of every form; who sends
    none is no browser, and could have told any: it is held by the pace alone."""
    allowed = of(install).allowed_origins
    origin = envelope.headers.get("origin", "").lower()
    if not allowed or not origin or origin in allowed or _ours(origin, envelope.headers.get("host", "")):
        return
    raise Forbidden("this form does not take submissions from that origin")


def pace(envelope: Envelope, install: Install) -> tuple[str, int] | None:
    """So many an hour for each install and address."""
    return f"form#{install.id}#{network(envelope.address)}", of(install).per_hour


def group(envelope: Envelope) -> str:
    """Each submission is a conversation of its own."""
    return envelope.id


def greet(envelope: Envelope, install: Install) -> Greeting:
    """What the sender sees, the same for a bot as for a person: in a browser the redirect or a thank-you
    page, else 202 as JSON. Refuses, naming the form's field, what no room could take."""
    from .submission import submission

    config = of(install)
    submission(envelope, config)
    if "text/html" not in envelope.headers.get("accept", ""):
        answer = json.dumps({"accepted": True, "id": envelope.id})
        return Greeting(status=202, headers={"Content-Type": "application/json"}, body=answer)
    if config.redirect:
        return Greeting(status=303, headers={"Location": config.redirect})
    from . import page

    return Greeting(status=202, headers=page.headers(), body=page.thanks(install))


def parse(envelope: Envelope, install: Install) -> list[Arrival]:
    """A message from a visitor, in a room of its own. What greet would refuse is Ignored."""
    from .submission import submission

    try:
        filled = submission(envelope, of(install))
    except Refusal as refusal:
        return [Ignored(reason=REASONS.get(type(refusal), "refused"), id=envelope.id)]
    if filled.bot:
        return [Ignored(reason="honeypot", id=envelope.id, said=_if_a_persons(envelope, install))]
    return [_said(envelope, filled)]


def _if_a_persons(envelope: Envelope, install: Install) -> Said | None:
    """What it says if a browser has filled in the honeypot for somebody; None if it says nothing that can be taken."""
    from .submission import submission

    try:
        return _said(envelope, submission(envelope, msgspec.structs.replace(of(install), honeypot="")))
    except Refusal:
        return None


def _said(envelope: Envelope, filled: "Submission") -> Said:
    return Said(
        id=envelope.id,
        speaker=Speaker(name=filled.name, email=filled.email),
        text=filled.text,
        at=envelope.received_at,
        fresh_room=True,
        files=filled.files,
    )


def _ours(origin: str, host: str) -> bool:
    """The hosted page posts to itself. A page elsewhere cannot choose the Host that its browser sends."""
    return bool(host) and parts_of(origin).netloc == host.lower()
