"""A request of Slack's as it came: events are JSON, commands and interactions are forms."""

from typing import Any
from urllib.parse import parse_qsl

from ...desk.envelopes import Envelope
from ...desk.errors import Malformed
from ...desk.strict_json import loads_object

FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 60


def read(envelope: Envelope) -> tuple[str, dict[str, Any]]:
    """(`event`, its JSON), (`command`, its fields) or (`interaction`, its payload). Malformed for what is none."""
    if envelope.content_type != FORM:
        return "event", loads_object(envelope.body)
    try:
        fields = dict(parse_qsl(envelope.body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        raise Malformed("not a form of Slack's") from None
    if any("\ufffd" in value and "%EF%BF%BD" not in envelope.body.decode().upper() for value in fields.values()):
        raise Malformed("not a form of Slack's: it is not UTF-8")
    if "payload" in fields:
        return "interaction", loads_object(fields["payload"].encode())
    if "command" in fields or "ssl_check" in fields:
        return "command", dict(fields)
    raise Malformed("neither a command nor an interaction")
