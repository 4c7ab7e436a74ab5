"""E-mail, coming in. Light to import: the API's cold path does.

Each provider has a file of its own, which verifies a webhook and reads the mail out of it; what is done with a mail is
the same for all of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec

from ...desk.arrivals import Arrival, Ignored, Mailed, Unsupported, of_event
from ...desk.envelopes import Envelope, Greeting
from ...desk.errors import Refusal
from ...desk.unheard import REASONS
from ...desk.workspaces import Install
from ...ports import Secrets

if TYPE_CHECKING:
    from .mail import Mail

MAX_FILES = 20
LATEST_MS = 5 * 60 * 1000  # ms that a mail's own date may be ahead


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The install's config, complete and valid; raises Invalid naming the field."""
    from .config import check as check_config

    return check_config(config)


def verify(envelope: Envelope, install: Install, secrets: Secrets, *, now: int) -> None:
    """As the install's provider does it."""
    _provider(install).verify(envelope, install, secrets, now=now)


def pace(envelope: Envelope, install: Install) -> tuple[str, int] | None:
    """Only the provider gets this far; senders are counted one by one where the mail is read."""
    return None


def group(envelope: Envelope) -> str:
    """The install's: which conversation a mail belongs to cannot be told cheaply."""
    return envelope.install


def greet(envelope: Envelope, install: Install) -> Greeting:
    """200: Postmark tries again at any other success. What cannot be read is told in the log, not to a machine that
    would only send it again."""
    return Greeting(status=200, headers={"Content-Type": "application/json"}, body='{"accepted": true}')


def parse(envelope: Envelope, install: Install) -> list[Arrival]:
    """The mail, or why it is no message."""
    try:
        found = _reader(envelope, install).read(envelope)
    except Refusal:
        return [Unsupported(what="unreadable", id=envelope.id)]
    if not hasattr(found, "checks"):
        return of_event([found], envelope.id)
    from .automatic import by_machine, unheard
    from .config import of
    from .formmailers import as_meant
    from .lists import as_written
    from .verdict import verdict

    mail = as_written(found, of(install).lists)
    aside = unheard(mail, install)
    if aside and not (isinstance(aside, Ignored) and aside.reason in REASONS):
        return of_event([aside], mail.message_id)
    machine = "" if aside else by_machine(mail)
    meant = mail if machine else as_meant(mail, of(install).address)
    mailed = _mailed(meant, envelope, install, vouched=meant is not mail and verdict(mail) == "pass")
    if isinstance(aside, Ignored):
        return of_event([msgspec.structs.replace(aside, said=mailed)], mailed.id)
    return [msgspec.structs.replace(mailed, machine=machine)]


def _reader(envelope: Envelope, install: Install) -> Any:
    """What came by SES says so where others have an address: bounces do, whoever the install's provider is."""
    from . import ses

    return ses if envelope.address == "ses" else _provider(install)


def _provider(install: Install) -> Any:
    return import_module(f".{install.config['provider']}", __package__)


def _mailed(mail: "Mail", envelope: Envelope, install: Install, *, vouched: bool) -> Mailed:
    from ...desk.markdown_writer import escaped
    from .addresses import others, tokens
    from .config import of
    from .identity import content_hash, identity
    from .text import written
    from .verdict import verdict

    text, rest = written(mail)
    found = content_hash(mail)
    return Mailed(
        id=identity(mail, found),
        sender=mail.sender,
        name=mail.sender_name,
        verdict=verdict(mail),
        vouched=vouched,
        reaction=mail.reaction,
        subject=mail.subject,
        text=text or escaped(mail.subject) or ("(no text)" if not mail.parts else ""),
        rest=rest,
        at=min(mail.at, envelope.received_at + LATEST_MS) or envelope.received_at,
        thread=mail.thread,
        tokens=tokens(mail.recipients, of(install).address),
        others=others(mail.recipients, of(install).address, mail.sender),
        files=tuple(part.file for part in mail.parts[:MAX_FILES]),
        original=mail.original,
        original_type=mail.original_type,
        content=found,
        once=mail.told_token,
        per_hour=of(install).per_hour,
    )
