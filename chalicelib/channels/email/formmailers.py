"""Mails that a form sends in somebody's name: from an address that nobody reads, with the writer's in Reply-To."""

from dataclasses import replace

from .mail import Checks, Mail, is_nobody
from .mime import sender_of


def as_meant(mail: Mail, own: str) -> Mail:
    """The mail as its writer's: nothing proves who that is, but answers reach them."""
    if not is_nobody(mail.sender):
        return mail
    name, writer = sender_of(mail.headers.get("reply-to", []))
    local, _, domain = own.partition("@")
    ours = writer.partition("@")[0].partition("+")[0] == local and writer.endswith("@" + domain)
    if not writer or writer == mail.sender or is_nobody(writer) or ours:
        return mail
    return replace(mail, sender=writer, sender_name=name or mail.sender_name, checks=Checks())
