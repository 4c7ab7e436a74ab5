"""Accept a webhook, whatever it says: verify it, queue it as it came, and only then answer (at-least-once)."""

import msgspec

from ...desk.envelopes import Envelope, Greeting
from ...desk.errors import NotFound, Refusal, Unauthenticated
from ...desk.times import HOUR_MS
from ...desk.workspaces import Install
from ...ports import World, ref
from ..pace import hold_to
from ..secrets import Opened

TRUST_MS = 20_000  # ms for which a container trusts its copy of an install
REST_MS = 1_000  # ms before it looks again at one that is switched off, or whose secrets made nothing of a signature
DROPPED = frozenset(
    {"authorization", "cookie", "x-forwarded-for", "x-amz-cf-id", "via", "content-encoding"}
)  # verified, undone, or of no use to any parser
INSTALLS = 2_000  # that a container remembers


def installed(world: World, channel: str, install_id: str, *, trust: int = TRUST_MS) -> Install | None:
    """The active install of this channel; a container's copy of it may be some seconds old."""
    now, kept = world.clock.now(), world.memory.of("installs", INSTALLS)
    install: Install | None = kept.get(install_id, now, trust)
    if install is None or install.state != "active" and kept.get(install_id, now, REST_MS) is None:
        install = world.store.one(ref(Install, install_id))
        if install:
            kept.keep(install_id, install, now)
    return install if install and install.kind == channel and install.state != "disabled" else None


def accept(
    world: World,
    channel: str,
    install_id: str,
    *,
    headers: dict[str, str],
    body: bytes,
    query: dict[str, str],
    address: str,
    sent: bytes = b"",
) -> Greeting:
    """What to answer. When this returns, the envelope is durable. `sent` are the bytes of the body as they came, where
    it was compressed: what its sender signed, or else the body itself.

    In this order: the install first, since its secrets are what is verified with; then the signature, before a byte of
    the body is believed; then what has to be answered in the same breath (a challenge); then the pace, which nobody
    unverified may use up; the queue last, because its answer is what makes the 2xx true."""
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
    install = _verified(world, envelope, install, sent=sent)
    greeting = way_in.greet(envelope, install)
    kept = {name: value for name, value in headers.items() if name not in DROPPED}
    envelope = msgspec.structs.replace(envelope, headers=kept)
    _pace(world, envelope, install)
    world.queues.inbound(envelope, f"{install.id}:{way_in.group(envelope)}")
    return greeting


def _verified(world: World, envelope: Envelope, install: Install, *, sent: bytes) -> Install:
    """The install whose secrets made the envelope's signature: perhaps one that is younger than our copy."""
    try:
        _verify(world, envelope, install, sent=sent)
    except Unauthenticated:
        fresh = installed(world, install.kind, install.id, trust=REST_MS)
        if fresh is None or fresh.version == install.version:
            raise
        _verify(world, envelope, fresh, sent=sent)
        return fresh
    return install


def _verify(world: World, envelope: Envelope, install: Install, *, sent: bytes) -> None:
    """Unauthenticated unless a secret of the install signed the bytes that came, or what they hold."""
    verify, secrets = world.way_in(install.kind).verify, Opened(world, install)
    try:
        verify(envelope, install, secrets, now=envelope.received_at)
    except Unauthenticated as refusal:
        if not sent:
            raise
        try:
            verify(msgspec.structs.replace(envelope, body=sent), install, secrets, now=envelope.received_at)
        except Refusal:
            raise refusal from None


def _pace(world: World, envelope: Envelope, install: Install) -> None:
    pace = world.way_in(install.kind).pace(envelope, install)
    if pace is None:
        return
    name, most = pace
    words = f"at most {most} an hour are taken from one address"
    hold_to(world, f"pace:{name}", HOUR_MS, most=most, words=words)
