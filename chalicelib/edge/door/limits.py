"""A rate limit counts the requests of each credential and workspace, and visitors by their address (fixed window)
(ADR 6).

A container lets a share of the minute's limit pass by its own count; only a caller who is busier than that is counted
in the table, so that an ordinary request costs no write for it. What is left is told with every answer, as the draft
standard of the IETF has it (draft-ietf-httpapi-ratelimit-headers): as far as this container knows.
"""

from typing import NamedTuple

from ...desk.errors import Limited
from ...desk.permissions import Principal
from ...desk.times import HOUR_MS
from ...desk.usage_sources import Source
from ...flows.pace import hold_to, seconds_left, spent
from ...ports import Memory, World

WINDOW_MS = 60_000  # ms
PER_MINUTE = {"agent": 12_000, "user": 1_200, "coding agent": 300, "visitor": 300, "workspace": 60_000}
# Requests of usage, of which each may bring a batch: they are counted apart from all others.
USAGE_PER_MINUTE = {"source": 6_000, "workspace": 60_000, "address": 600}
VISITORS_PER_HOUR = 20  # from one address
SHARE = 20  # a container's own count is worth 1/20 of the limit, then as much again for each write


class Count(NamedTuple):
    """The requests of a window: this container's own, and those of all, as of the last time that it asked the table."""

    window: int = 0
    own: int = 0
    all: int = 0


COUNTS = 10_000  # credentials and workspaces that a container counts


def counts(world: World) -> Memory[Count]:
    """What this container has counted, by credential and workspace."""
    return world.memory.of("requests", COUNTS)


def spend(world: World, who: Principal, headers: dict[str, str]) -> None:
    """Count one request of the caller, and put what is left into the answer's `headers`. Raises Limited, which says
    when the next minute begins."""
    own, all_ = PER_MINUTE["coding agent" if who.is_coding_agent else who.kind], PER_MINUTE["workspace"]
    _spend_each(world, {"credential": (who.credential, own), "workspace": (who.workspace, all_)}, headers)


def spend_usage(world: World, source: Source, address: str, *, headers: dict[str, str]) -> None:
    """As `spend`, one request of usage; where the key is public, by the sender's network address, too."""
    named = {"source": source.id, "workspace": f"usage:{source.workspace}"}
    if source.kind == "browser":
        named["address"] = f"usage:{source.id}:{address}"
    _spend_each(world, {label: (name, USAGE_PER_MINUTE[label]) for label, name in named.items()}, headers)


def _spend_each(world: World, quotas: dict[str, tuple[str, int]], headers: dict[str, str]) -> None:
    now = world.clock.now()
    try:
        for name, limit in quotas.values():
            _spend(world, name, limit, now=now)
    finally:
        headers |= _left(world, quotas, now)


def _left(world: World, quotas: dict[str, tuple[str, int]], now: int) -> dict[str, str]:
    """Structured fields (RFC 9651): of each quota q requests are allowed in w seconds, r are left for t seconds."""
    policies, limits = [], []
    for label, (name, limit) in quotas.items():
        rest = max(0, limit - _used(world, name, limit, now=now))
        policies.append(f'"{label}";q={limit};w={WINDOW_MS // 1000}')
        limits.append(f'"{label}";r={rest};t={seconds_left(now, WINDOW_MS)}')
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(limits)}


def _used(world: World, name: str, limit: int, *, now: int) -> int:
    count = counts(world).get(name) or Count()
    return count.all + count.own % _share(limit) if count.window == now // WINDOW_MS else 0


def _share(limit: int) -> int:
    return max(1, limit // SHARE)


def spend_visitor(world: World, workspace: str, address: str) -> None:
    """Count a new visitor from a network address. Raises Limited, which says when the next hour begins."""
    words = f"at most {VISITORS_PER_HOUR} visitors an hour are taken from one address"
    hold_to(world, f"visitors:{workspace[:100]}:{address}", HOUR_MS, most=VISITORS_PER_HOUR, words=words)


def _spend(world: World, name: str, limit: int, *, now: int) -> None:
    window, share = now // WINDOW_MS, _share(limit)
    kept = counts(world)
    count = kept.get(name) or Count()
    count = count._replace(own=count.own + 1) if count.window == window else Count(window, 1)
    kept.keep(name, count)
    if count.own % share:
        return
    total = spent(world, f"rate:{name}", WINDOW_MS, amount=share)
    if total > limit - share:
        kept.keep(name, Count(window, count.own - 1, limit))  # the next request asks again
        words = f"at most {limit} requests a minute are taken from here"
        raise Limited(words, retry_after=seconds_left(now, WINDOW_MS))
    kept.keep(name, count._replace(all=total))
