"""A message that is several over there: which of its parts an earlier attempt has sent, and the sending of the others,
each of which is written down before the next (ADR 110)."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from ..desk.deliveries import POSTED, Parcel, part_step

Text = TypeVar("Text")


def sent_by_steps(parcel: Parcel) -> dict[int, str]:
    """The other side's ids of what earlier attempts have sent, by the part's number from 1 on."""
    steps = parcel.delivery.steps
    numbered = {number: id_ for number in range(1, len(steps) + 1) if (id_ := steps.get(part_step(number)))}
    return {1: steps[POSTED], **numbered} if steps.get(POSTED) else numbered


def send_missing(
    parcel: Parcel, texts: Sequence[Text], known: Mapping[int, str], *, send: Callable[[Text, int], str]
) -> list[str]:
    """The ids of all parts in their order, those that are not `known` by their number now sent by `send`, which is
    given the text and its number: 0 for a message that is one."""
    ids = dict(known)
    for number, text in enumerate(texts, 1):
        if number in ids:
            continue
        ids[number] = send(text, number if len(texts) > 1 else 0)
        if len(texts) > 1:
            parcel.keep(part_step(number), ids[number])
    return [ids[number] for number in sorted(ids)]
