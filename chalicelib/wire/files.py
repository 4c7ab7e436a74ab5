"""Files of providers, both ways: fetched with a credential, and put up as a multipart form (RFC 7578)."""

import hashlib
from collections.abc import Callable, Mapping
from urllib.parse import urljoin, urlsplit

from ..desk.arrivals import File
from ..ports import Answer, Outside, ProviderBusy, Request
from .rest import LATER, after, send

HOPS = 3
REDIRECTS = (301, 302, 303, 307, 308)
TYPE = "application/octet-stream"
TIMEOUT_S = 20.0


def fetched(
    outside: Outside, url: str, headers: Mapping[str, str], *, most: int, now: Callable[[], int], name: str
) -> File | None:
    """The file at `url`; None if it is not there for us, or has more than `most` bytes. Where it leads elsewhere the
    credential in `headers` stays behind. Raises ProviderBusy."""
    sent = dict(headers)
    for _ in range(HOPS):
        answer = send(outside, Request("GET", url, b"", {"user-agent": "Parley", **sent}, TIMEOUT_S, most + 1))
        if answer.status in LATER or answer.status >= 500:
            raise ProviderBusy(f"HTTP {answer.status}", after(answer.headers.get("retry-after", ""), now()))
        if answer.status not in REDIRECTS:
            return _read(answer, most, name)
        url, sent = urljoin(url, answer.headers.get("location", "")), {}
    return None


def _read(answer: Answer, most: int, name: str) -> File | None:
    if answer.status != 200 or len(answer.body) > most:
        return None
    type_ = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return File(name=name, type=type_ or TYPE, content=answer.body)


def form(file: File, fields: Mapping[str, str] = {}) -> tuple[bytes, str]:
    """A multipart form of `fields` and then the file, as `file`; and its content type."""
    boundary = "parley-" + hashlib.sha256(file.content).hexdigest()[:40]
    parts = [_part(boundary, f'name="{name}"', "", content=value.encode()) for name, value in fields.items()]
    named = f'name="file"; filename="{_quoted(file.name)}"'
    parts.append(_part(boundary, named, f"Content-Type: {file.type or TYPE}\r\n", content=file.content))
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def _part(boundary: str, named: str, more: str, *, content: bytes) -> bytes:
    head = f"--{boundary}\r\nContent-Disposition: form-data; {named}\r\n{more}\r\n"
    return head.encode() + content + b"\r\n"


def _quoted(name: str) -> str:
    """As browsers do it."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def last_of(url: str) -> str:
    """The name at the end of a URL."""
    return urlsplit(url).path.rstrip("/").rpartition("/")[2]
