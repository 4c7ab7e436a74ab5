"""Accept a webhook, whatever it says: verify it, queue it as it came, and only then answer (at-least-once)."""

import msgspec

from ...desk.envelopes import Envelope, Greeting
from ...desk.errors import Limited, NotFound, Unauthenticated
from ...desk.times import HOUR_MS
from ...desk.workspaces import Install
from ...ports import World, ref
from ..secrets import Opened

TRUST_MS = 20_000  # ms for which a container trusts its copy of an install
REST_MS = 1_000  # ms before it looks again at one that is switched off, or whose secrets made nothing of a signature
DROPPED = frozenset(
    {"authorization", "cookie", "x-forwarded-for", "x-amz-cf-id", "via"}
)  # verified, and of no use to any parser
_installs: dict[str, tuple[int, Install]] = {}


def installed(world: World, channel: str, install_id: str, trust: int = TRUST_MS) -> Install | None:
    """The active install of this channel; a container's copy of it may be some seconds old."""
    now = world.clock.now()
    known = _installs.get(install_id)
    if known and now - known[0] < (trust if known[1].state == "active" else REST_MS):
        install: Install | None = known[1]
    else:
        install = world.store.one(ref(Install, install_id))
        if install:
            _installs[install_id] = (now, install)
    return install if install and install.kind == channel and install.state != "disabled" else None


def accept(
    world: World,
    channel: str,
    install_id: str,
    headers: dict[str, str],
    body: bytes,
    query: dict[str, str],
    address: str,
) -> Greeting:
    """What to answer. When this returns, the envelope is durable."""
    install = installed(world, channel, install_id)
    if install is None:
        raise NotFound("no such install")
    now = world.clock.now()
    way_in = world.way_in(channel)
    envelope = Envelope(
        id=world.fresh_id("env"),
        workspace=install.workspace,
        install=install.id,
        channel=channel,
        received_at=now,
        headers=headers,
        body=body,
        query=query,
        address=address,
    )
    install = _verified(world, envelope, install)
    greeting = way_in.greet(envelope, install)
    kept = {name: value for name, value in headers.items() if name not in DROPPED}
    envelope = msgspec.structs.replace(envelope, headers=kept)
    _pace(world, envelope, install, now)
    world.queues.inbound(envelope, f"{install.id}:{way_in.group(envelope)}")
    return greeting


def _verified(world: World, envelope: Envelope, install: Install) -> Install:
    """The install whose secrets made the envelope's signature: perhaps one that is younger than our copy."""
    way_in = world.way_in(install.kind)
    try:
        way_in.verify(envelope, install, Opened(world, install), envelope.received_at)
    except Unauthenticated:
        fresh = installed(world, install.kind, install.id, REST_MS)
        if fresh is None or fresh.version == install.version:
            raise
        way_in.verify(envelope, fresh, Opened(world, fresh), envelope.received_at)
        return fresh
    return install


def _pace(world: World, envelope: Envelope, install: Install, now: int) -> None:
    pace = world.way_in(install.kind).pace(envelope, install)
    if pace is None:
        return
    name, most = pace
    window = now // HOUR_MS
    if world.store.count(f"pace:{name}", window, 1, (window + 2) * HOUR_MS) > most:
        left = (window + 1) * HOUR_MS - now
        raise Limited(f"at most {most} an hour are taken from one address", retry_after=-(-left // 1000))
