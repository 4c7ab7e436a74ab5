"""The generic signed webhook, going out: a signed POST for each event, and what its answer means.

| answer | receipt |
|---|---|
| 2xx | Sent |
| 410 | Gone: the endpoint wants no more |
| 3xx | Retry: a redirect is never followed and counts as a failure, as Standard Webhooks says |
| any other | Retry, as Standard Webhooks says, after what Retry-After asks |
| none | Retry |
| forbidden address | Refused |
| no url to send to | Skipped |
"""

from http import HTTPStatus

from ...desk.deliveries import Gone, Notice, Parcel, Receipt, Refused, Retry, Sent, Skipped, What
from ...desk.tickets import Probe
from ...desk.workspaces import Install
from ...ports import AddressRefused, Answer, Outside, Request, Secrets, Unreachable
from ...wire import standard
from ...wire.rest import after
from . import events_out

CARDS = False
MARKS = UNMARKED = frozenset[What]()  # receivers know a repeat by its webhook-id
TIMEOUT_S = 15.0
MAX_PROVIDER_ID = 200


def lane(parcel: Parcel, install: Install) -> tuple[str, int] | None:
    """An endpoint of the vendor's own takes whatever comes."""
    return None


def deliver(parcel: Parcel, install: Install, secrets: Secrets, *, outside: Outside, now: int) -> Receipt:
    """Send all that one change tells, each once and in order. Never raises for what the other side did."""
    if parcel.message.internal:
        return Refused(reason="internal notes never leave")
    url = install.config.get("url", "")
    if not url:
        return Skipped(reason="no url is configured")
    receipt: Receipt = Skipped(reason="there is nothing to tell any more")
    events, steps = events_out.events(parcel), parcel.delivery.steps
    for id_, body in events:
        if id_ in steps:
            receipt = Sent(provider_id=steps[id_])
            continue
        receipt = _sent(id_, body, url, secrets=secrets, outside=outside, now=now)
        if not isinstance(receipt, Sent):
            return receipt
        if len(events) > 1:
            parcel.keep(id_, receipt.provider_id)
    return receipt


def announce(notice: Notice, install: Install, secrets: Secrets, *, outside: Outside, now: int) -> Receipt:
    """Tell what is no message, once."""
    url = install.config.get("url", "")
    if not url:
        return Skipped(reason="no url is configured")
    id_ = events_out.event_id(notice.delivery, notice.event.type) if notice.event else notice.delivery.id
    return _sent(id_, events_out.notice(notice), url, secrets=secrets, outside=outside, now=now)


def _sent(id_: str, body: bytes, url: str, *, secrets: Secrets, outside: Outside, now: int) -> Receipt:
    headers = standard.signed(id_, now, body, secrets=secrets.get("signing", ()))
    if not headers:
        return Refused(reason="no usable secret is configured")
    headers |= {"content-type": "application/json", "user-agent": "Parley"}
    try:
        return receipt(outside.send(Request("POST", url, body, headers, TIMEOUT_S)), now)
    except AddressRefused as refused:
        return Refused(reason=f"address refused: {refused.detail}")
    except Unreachable as unreachable:
        return Retry(reason=str(unreachable) or "unreachable")


def probe(install: Install, secrets: Secrets, outside: Outside, *, now: int) -> Probe:
    """Send a signed `{"type": "ping"}`, and tell what the address says to it."""
    url = install.config.get("url", "")
    if not url:
        return _missing("no url is configured: nothing is sent out")
    body = b'{"type":"ping"}'
    headers = standard.signed(f"ping_{now}", now, body, secrets=secrets.get("signing", ()))
    if not headers:
        return _missing("no usable secret is configured")
    try:
        headers |= {"content-type": "application/json"}
        answer = outside.send(Request("POST", url, body, headers, TIMEOUT_S))
    except AddressRefused as refused:
        return _missing(f"the address is refused: {refused.detail}")
    except Unreachable as unreachable:
        return _missing(f"nobody answers there: {unreachable}")
    words = f"it answered HTTP {answer.status} to a signed ping"
    return Probe(account="", actor="", right=(words,)) if isinstance(receipt(answer, now), Sent) else _missing(words)


def _missing(words: str) -> Probe:
    return Probe(account="", actor="", missing=(words,))


def receipt(answer: Answer, now: int) -> Receipt:
    """What an answer means for the delivery."""
    if 200 <= answer.status < 300:
        return Sent(provider_id=_provider_id(answer))
    if answer.status == HTTPStatus.GONE:
        return Gone(reason="HTTP 410: the endpoint wants no more")
    reason = f"HTTP {answer.status}"
    if 300 <= answer.status < 400:
        reason += ": redirects are not followed"
    return Retry(reason=reason, after=after(answer.headers.get("retry-after", ""), now))


def _provider_id(answer: Answer) -> str:
    """The id under which the receiver logs it, if it names one; their words, so kept short and plain."""
    id_ = answer.headers.get("webhook-id") or answer.headers.get("x-request-id") or ""
    return id_[:MAX_PROVIDER_ID] if id_.isascii() and id_.isprintable() else ""
