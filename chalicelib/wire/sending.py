"""One change on its way over: which of a channel's senders takes it (a dispatch table), and the receipt for what the
other side refused."""

from collections.abc import Callable, Mapping
from typing import TypeVarTuple

from ..desk.deliveries import Lost, Parcel, Receipt, Refused, Retry, What
from ..ports import ProviderBusy, ProviderRefused

Given = TypeVarTuple("Given")


class Closed(ProviderRefused):
    """The conversation is closed to us; the rest of the account is not."""


def refused(denied: ProviderRefused) -> Receipt:
    """The receipt for what the other side will not, however often it is asked."""
    if isinstance(denied, Closed):
        return Lost(reason=denied.reason, bridge_only=True)
    return Lost(reason=denied.reason) if denied.lost else Refused(reason=denied.reason)


def sent_by(
    senders: Mapping[What, Callable[[*Given], Receipt]],
    parcel: Parcel,
    *given: *Given,
    refused: Callable[[ProviderRefused], Receipt] = refused,
) -> Receipt:
    """What the sender of this kind of change makes of what is `given`; `refused` tells a channel's own refusals. Never
    raises for what the other side did."""
    try:
        return senders[parcel.delivery.what](*given)
    except ProviderBusy as busy:
        return Retry(reason=busy.reason, after=busy.after)
    except ProviderRefused as denied:
        return refused(denied)
