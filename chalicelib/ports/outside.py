"""The guarded way out."""

from dataclasses import dataclass, field
from typing import Protocol

from ..desk.errors import Refusal


@dataclass(frozen=True, slots=True)
class Answer:
    """What an outside server said: its status, its headers by lower-case name, its body, cut where asked."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


MAX_ANSWER = 20_000  # bytes of an outside server's answer that are read, if nobody asks for more


class Outside(Protocol):
    """The guarded way out: resolves, checks every address, connects to the vetted one, follows no redirect."""

    def send(
        self,
        method: str,
        url: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        timeout: float = 15.0,
        most: int = MAX_ANSWER,
    ) -> Answer:
        """One request, answered within `timeout` seconds in all; the answer's body is cut at `most` bytes. Raises
        AddressRefused (a Refusal) for a forbidden target, Unreachable for what may pass."""


class AddressRefused(Refusal):
    """A target that the guard of the way out never lets through: a private address, a name that hides one."""


class Unreachable(Exception):
    """No answer: a name that does not resolve, a refused connection, a time-out, a broken TLS."""
