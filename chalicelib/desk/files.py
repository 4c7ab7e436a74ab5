"""Attachments: what may be uploaded, and under which name it is kept and shown."""

import re
import unicodedata

from .record import Record

MAX_SIZE = 25 * 1024 * 1024
TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\Z")
# What a browser would run if it were ever shown inline from our origin, or an operating system on a double click.
REFUSED_TYPES = frozenset({"application/x-msdownload", "application/x-sh", "application/x-bat", "application/hta"})


class Attachment(Record, frozen=True):
    """A file of a workspace. `secret` makes its outside link unguessable; `room` is the one that it was put up for."""

    id: str
    workspace: str
    name: str
    size: int
    type: str
    secret: str
    created_at: int
    by: str
    customer: str = ""

    @property
    def key(self) -> str:
        """Where its bytes lie in the bucket."""
        return self.key_of(self.workspace, self.id)

    @staticmethod
    def key_of(workspace: str, id_: str) -> str:
        """The same, by its id."""
        return f"files/{workspace}/{id_}"


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
