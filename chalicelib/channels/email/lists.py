"""Lists of the vendor's own: `support@` as a Google group or a mailing list hands on what people write, and says so
as newsletters do."""

import re
from collections.abc import Collection
from dataclasses import replace

from .mail import Checks, Mail
from .mime import sender_of

LIST_ID = re.compile(r"<([^<>]+)>\s*$")
LISTED = ("list-", "mailing-list")


def as_written(mail: Mail, lists: Collection[str]) -> Mail:
    """The mail as it was before one of `lists` (their List-IDs) handed it on. For domains that let nobody else send for
    them a list puts its own address into From, and the writer's into X-Original-From or Reply-To: nothing proves it."""
    value = mail.header("list-id").strip()
    found = LIST_ID.search(value)
    if (found[1] if found else value).strip().lower() not in lists:
        return mail
    headers = {name: lines for name, lines in mail.headers.items() if not name.startswith(LISTED)}
    if mail.header("precedence").strip().lower() in ("list", "bulk"):
        del headers["precedence"]
    writers = mail.headers.get("x-original-from", [])
    if not writers and f"<mailto:{mail.sender}>" in mail.header("list-post").lower():
        writers = mail.headers.get("reply-to", [])
    name, sender = sender_of(writers)
    if not sender or sender == mail.sender:
        return replace(mail, headers=headers)
    return replace(mail, headers=headers, sender=sender, sender_name=name, checks=Checks())
