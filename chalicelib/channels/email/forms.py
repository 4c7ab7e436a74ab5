"""The forms that Mailgun and SendGrid post: values by name, and files."""

from urllib.parse import parse_qsl

from ...desk.envelopes import Envelope
from ...desk.errors import Malformed

MAX_PARTS = 300


class Form:
    """Values by lower-case name, the first of each (Mailgun repeats some in two letter cases); files as they came."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}
        self.files: list[tuple[str, str, str, bytes]] = []

    def __getitem__(self, name: str) -> str:
        return self.values.get(name.lower(), b"").decode("utf-8", "replace")

    def value(self, name: str) -> str | None:
        """The value; None if there is no such field."""
        found = self.values.get(name.lower())
        return None if found is None else found.decode("utf-8", "replace")

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.values


def read(envelope: Envelope) -> Form:
    """The form of a body. Malformed for what is none."""
    if envelope.content_type == "application/x-www-form-urlencoded":
        return _urlencoded(envelope.body)
    if envelope.content_type == "multipart/form-data":
        return _multipart(envelope)
    raise Malformed("this provider sends forms")


def _urlencoded(body: bytes) -> Form:
    form = Form()
    try:
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=MAX_PARTS)
    except ValueError:
        raise Malformed("a form of too many fields") from None
    for name, value in pairs:
        form.values.setdefault(name.lower(), value.encode("latin-1", "replace"))
    return form


def _multipart(envelope: Envelope) -> Form:
    from ...wire.multipart import bytes_of, segments

    form = Form()
    for segment, content in segments(envelope.body, envelope.headers.get("content-type", ""), most=MAX_PARTS):
        name = bytes_of(segment.name or "").decode("utf-8", "replace")
        if segment.filename is None:
            form.values.setdefault(name.lower(), content)
        else:
            filename = bytes_of(segment.filename).decode("utf-8", "replace")
            form.files.append((name, filename, segment.content_type or "", content))
    return form
