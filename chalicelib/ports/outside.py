"""The guarded way out."""

from dataclasses import dataclass, field
from typing import Protocol

from ..desk.errors import Refusal


@dataclass(frozen=True, slots=True)
class Request:
    """What an outside server is asked: answered within `timeout` seconds in all, with the body of its answer cut at
    `most` bytes."""

    method: str
    url: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    timeout: float = 15.0
    most: int = 20_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What an outside server said: its status, its headers by lower-case name, its body, cut where asked."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Outside(Protocol):
    """The guarded way out: resolves, checks every address, connects to the vetted one, follows no redirect."""

    def send(self, request: Request) -> Answer:
        """Its answer, whatever the status. Raises AddressRefused (a Refusal) for a forbidden target, Unreachable for
        what may pass."""


class AddressRefused(Refusal):
    """A target that the guard of the way out never lets through: a private address, a name that hides one."""


class Unreachable(Exception):
    """No answer: a name that does not resolve, a refused connection, a time-out, a broken TLS."""
