"""The ways in of every kind of channel and tracker (webhooks), and the payloads that are stored of them. A new kind is
found by its folder of tests."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chalicelib import wiring
from tests.senders import folder, senders_of

KINDS = frozenset(wiring.KINDS)
SENDERS = tuple(sender for kind in wiring.KINDS for sender in senders_of(kind))


@dataclass(frozen=True)
class Payload:
    """A stored payload: its name, its content type and its bytes."""

    name: str
    type_: str
    body: bytes


@cache
def payloads(kind: str) -> tuple[Payload, ...]:
    """Those that the tests of the kind have."""
    found = sorted(folder(kind).glob("[!.]*"))
    assert found, kind
    return tuple(map(_payload, found))


def _payload(path: Path) -> Payload:
    raw, type_ = path.read_bytes(), "application/json"
    if path.suffix == ".body":
        head, _, raw = raw.partition(b"\n\n")
        type_ = head.partition(b": ")[2].decode("latin-1")
    return Payload(path.name, type_, raw)
