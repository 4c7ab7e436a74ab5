"""Whether a mail as it came (RFC 5322) tells of somebody: its headers and its texts, decoded."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from ...desk.forgetting import Traces


def tells_of(raw: bytes, traces: Traces) -> bool:
    """Whether it does, or cannot be read."""
    try:
        mail = message_from_bytes(raw, policy=policy.default)
        headers = "\n".join(f"{name}: {value}" for name, value in mail.items())
        texts = [_text(part) for part in mail.walk() if isinstance(part, EmailMessage)]
    except Exception:  # noqa: BLE001  whatever somebody sent: what cannot be read cannot be kept
        return True
    return any(traces.tells(text) for text in [headers, *texts, raw.decode(errors="replace")])


def _text(part: EmailMessage) -> str:
    if part.get_content_maintype() != "text":
        return ""
    content = part.get_payload(decode=True)
    return content.decode(errors="replace") if isinstance(content, bytes) else ""
