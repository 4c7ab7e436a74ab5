"""Erasures and their reports, as they go over the wire."""

from collections import Counter
from typing import Any

import msgspec

from ...desk.erasures import COPIES, ENDING, Erasure, Fared, Of, Stage, State
from ...desk.errors import Invalid
from .answers import Time, View, time_of


class EraseBody(msgspec.Struct, forbid_unknown_fields=True):
    """Who is to be forgotten, by our ids: a `user`, with the `customer` whose they are, or a `visitor`, a `person`, or
    a `customer` alone."""

    user: str | None = None
    visitor: str | None = None
    person: str | None = None
    customer: str | None = None


class TwinView(View, frozen=True):
    """What lies at an install: how many things fared so, and why."""

    install: str
    channel: str
    state: Fared
    reason: str | None
    count: int


class CopyView(View, frozen=True):
    """Copies that nobody can change or looks into, and when the last of them ends at the latest. What comes back out of
    them until then is dropped."""

    where: str
    ends_at: Time


class ErasureView(View, frozen=True):
    """How far an erasure is (`stage`), and its report: how many records of each kind were removed, and how many are
    there without them; what became of what lies elsewhere; how much came again from before, and was dropped. It names
    nobody: `stand_in` is the id that took the place of theirs."""

    id: str
    of: Of
    state: State
    stage: Stage
    stand_in: str
    requested_by: str
    created_at: Time
    ended_at: Time | None
    removed: dict[str, int]
    anonymised: dict[str, int]
    elsewhere: list[TwinView]
    dropped: int
    copies: list[CopyView]


def named(body: EraseBody) -> tuple[Of, str, str]:
    """Who is to be forgotten, and whose user that is; Invalid for none or several."""
    if body.user and body.customer and not (body.visitor or body.person):
        return "user", body.user, body.customer
    asked: dict[Of, Any] = {"visitor": body.visitor, "person": body.person, "customer": body.customer}
    given = [(of, id_) for of, id_ in asked.items() if id_]
    if len(given) != 1 or body.user:
        raise Invalid("a user with their customer, or one of visitor, person and customer, by our ids", "user")
    return *given[0], ""


def erasure_view(erasure: Erasure) -> ErasureView:
    """An erasure's report."""
    counts = Counter[tuple[str, str, Fared, str]]()
    for each in (*erasure.earlier, *erasure.twins):
        counts[each.install, each.channel, each.fared, each.reason] += each.count
    twins = [
        TwinView(install=install, channel=channel, state=fared, reason=reason or None, count=count)
        for (install, channel, fared, reason), count in counts.items()
    ]
    ended = erasure.ended_at
    copies = COPIES | ENDING if ended else {}
    return ErasureView(
        id=erasure.id,
        of=erasure.of,
        state=erasure.state,
        stage=erasure.stage,
        stand_in=erasure.stand_in,
        requested_by=erasure.by,
        created_at=time_of(erasure.created_at) or "",
        ended_at=time_of(ended),
        removed=erasure.removed,
        anonymised=erasure.anonymised,
        elsewhere=twins,
        dropped=erasure.dropped,
        copies=[CopyView(where=where, ends_at=time_of(ended + lives) or "") for where, lives in copies.items()],
    )
