"""What tells one mail from another: its Message-ID, or where there is none, what it says."""

import hashlib

from .mail import Mail


def content_hash(mail: Mail) -> str:
    """The same however often, and by whichever retry, the mail comes; names no receiving server's headers."""
    parts = (mail.message_id, mail.sender, mail.header("date"), mail.subject, mail.text, mail.html)
    files = [hashlib.sha256(part.file.content).hexdigest() for part in mail.parts]
    return hashlib.sha256("\x1f".join([*parts, *files]).encode("utf-8", "replace")).hexdigest()[:40]


def identity(mail: Mail, content: str) -> str:
    """The id under which the mail is known."""
    return mail.message_id or f"{content}@none.invalid"
