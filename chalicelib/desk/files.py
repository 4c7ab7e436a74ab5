"""Attachments: what may be uploaded, under which name it is kept, and what of it is shown in place (ADR 154)."""

import re
import unicodedata

from .record import Record

MAX_SIZE = 25 * 1024 * 1024
TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\Z")
# What a browser would run if it were ever shown inline from our origin, or an operating system on a double click.
REFUSED_TYPES = frozenset({"application/x-msdownload", "application/x-sh", "application/x-bat", "application/hta"})

TEXT_SHOWN = 64 * 1024  # bytes of a text, such as a log, that are shown in place
PROVEN = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
)  # where in a file which bytes prove that it is of a type
BINARY = frozenset(range(32)) - set(b"\t\n\f\r\x1b")  # bytes that no text has; logs have escapes for colours


class Attachment(Record, frozen=True):
    """A file of a workspace. `secret` makes its outside link unguessable; `room` is the one that it was put up for.
    Its bytes are gone since `gone_at` (ms), as the workspace keeps them for no longer."""

    id: str
    workspace: str
    name: str
    size: int
    type: str
    secret: str
    created_at: int
    by: str
    customer: str = ""
    gone_at: int = 0

    @property
    def key(self) -> str:
        """Where its bytes lie in the bucket."""
        return self.key_of(self.workspace, self.id)

    @staticmethod
    def key_of(workspace: str, id_: str) -> str:
        """The same, by its id."""
        return f"files/{workspace}/{id_}"


def shown_as(head: bytes) -> str:
    """The type that a file's first bytes prove, of those that are shown in place: PDF, pictures, `text/plain` for what
    is text, whatever it says of itself; "" for all others."""
    for place, magic, type_ in PROVEN:
        if head[place : place + len(magic)] == magic:
            return type_
    return "text/plain" if text_of(head) is not None else ""


def text_of(head: bytes) -> str | None:
    """The text that a file begins with, a character that is cut at its end left out; None if it is no UTF-8 text."""
    if BINARY.intersection(head):
        return None
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return head[: error.start].decode("utf-8-sig") if error.end == len(head) > error.start > len(head) - 4 else None


def safe_name(name: str) -> str:
    """A name that no file system or header misreads: no path (IE sent `C:\\…`), no control or direction marks,
    at most 120 characters, the ending kept."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    name = re.sub(r'[<>:"|?*%;]', "_", name).strip(" .")
    if len(name) > 120:
        stem, dot, ending = name.rpartition(".")
        name = stem[: 119 - len(ending)] + dot + ending if stem and len(ending) <= 16 else name[:120]
    return name or "file"
