"""What AWS does for Parley besides the table and the queues; and time, and chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Upload:
    """Where and how a client puts a file's bytes: a form POST of `fields` plus the file, last, as `file`."""

    url: str
    fields: dict[str, str]
    expires_at: int


class Files(Protocol):
    """The bucket."""

    def upload(self, key: str, type_: str, size: int, *, now: int) -> Upload:
        """A presigned upload of exactly `size` bytes of that type."""

    def link(self, key: str, name: str, type_: str, *, inline: bool = False) -> str:
        """A presigned download that lives for minutes, as an attachment of that name; `inline`, to be shown in place:
        for what was looked at."""

    def put(self, key: str, content: bytes, type_: str) -> None:
        """Store bytes."""

    def get(self, key: str) -> bytes:
        """Read bytes."""

    def part(self, key: str, start: int, end: int) -> bytes:
        """Read the bytes from `start` up to `end`."""

    def remove(self, key: str) -> None:
        """Forget bytes, if they are there."""

    def keys(self, prefix: str, after: str = "") -> list[str]:
        """What lies under a prefix, in the order of the alphabet: up to 1,000 keys, those that come after `after`."""

    def folders(self, prefix: str) -> list[str]:
        """The prefixes one step below a prefix, each with its slash; up to 1,000."""

    def remove_all(self, keys: Sequence[str]) -> None:
        """Forget up to 1,000, as far as they are there."""


class Mailer(Protocol):
    """The way out for e-mail, all of it from one address."""

    @property
    def sender(self) -> str:
        """The address that mails come from; "" where nobody has told one: then nothing can be sent."""

    def send(self, raw: bytes, to: Sequence[str]) -> str:
        """Send one raw MIME message to up to 50 addresses, once it is taken; the Message-ID (without brackets) that it
        has at its readers. Raises ProviderBusy where it may pass, ProviderRefused where it will not, AwsAway."""


class Sockets(Protocol):
    """The open WebSockets."""

    def send(self, connection: str, frame: dict[str, Any]) -> bool:
        """Whether the connection is still there."""

    def close(self, connection: str) -> None:
        """End it."""


class Sealer(Protocol):
    """Encryption of secrets at rest, bound to a context of names."""

    def seal(self, secret: str, context: dict[str, str]) -> str:
        """The sealed text."""

    def open(self, sealed: str, context: dict[str, str]) -> str:
        """The secret. Cached for the life of the container."""


class AwsAway(Exception):
    """AWS itself did not answer, or not in time: the whole, idempotent work is to be done again."""


class Throttled(AwsAway):
    """A partition of the table takes no more for now (hot partition): trying again later is right."""


class Clock(Protocol):
    """Time and randomness."""

    def now(self) -> int:
        """Milliseconds since the epoch."""

    def entropy(self, size: int) -> bytes:
        """Random bytes."""

    def chance(self) -> float:
        """0 ≤ x < 1."""

    def sleep(self, seconds: float) -> None:
        """Wait."""
