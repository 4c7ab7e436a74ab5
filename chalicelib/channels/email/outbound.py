"""Out by mail: to people, one by one. Who gets a letter, and what it tells, is handed to it (flows/mail; ADR 116)."""

from ...desk.deliveries import Delivery, What
from ...desk.mails import Letter
from ...desk.workspaces import Install
from ...ports import Mailer, ProviderRefused
from .letter import compose

CARDS = False
MARKS = UNMARKED = frozenset[What]()  # of what is mailed nothing can be taken back
UNTOLD = {
    "edit": "the settings tell of no edits by mail; a mail that waits says the newest words",
    "delete": "the settings tell of no deletes by mail",
    "reaction": "reactions do not leave by mail",
    "card": "a room's state does not leave by mail",
}


def leaves_at(row: Delivery, install: Install) -> int:
    """A delivery waits until its install's `collect` seconds are over."""
    return 0 if untold(row.what, install) else row.created_at + int(install.config.get("collect", 0)) * 1000


def untold(what: What, install: Install) -> str:
    """Edits and deletes are told in words where `changes` says so."""
    told_in_words = what in ("edit", "delete") and install.config.get("changes")
    return "" if what == "post" or told_in_words else UNTOLD[what]


def write(letter: Letter, mailer: Mailer) -> str:
    """The Message-ID that it has at its reader."""
    if not letter.to.isascii():  # of what stands before the @; a domain is spelled so
        raise ProviderRefused(f"no mail can be sent to {letter.to}: SES takes no letters but ASCII before the @")
    return mailer.send(compose(letter), [letter.to])
