"""What every channel and tracker does, and how its provider refuses."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from ..desk.envelopes import Envelope, Greeting
from ..desk.workspaces import Install

# An install's live secrets by name, newest first: `signing`, and what was given. What an issuer of tokens publishes is
# there too: `published:<address of its OpenID metadata>#<key id>` is that public key, as JSON (a JWK).
Secrets = Mapping[str, Sequence[str]]
PUBLISHED = "published:"


@runtime_checkable
class Renewing(Protocol):
    """Secrets for which the provider gives new ones."""

    def renew(self, name: str, refused: str, exchange: Callable[[Secrets], Mapping[str, str]]) -> None:
        """Have another than the `refused` one (empty: there was none) under `name`. `exchange` asks the provider for
        new ones, by the secrets as they are now: of all workers one alone, and what it gives is kept at once. Raises
        ProviderBusy while another does that, and what `exchange` raises."""


class WayIn(Protocol):
    """What every channel and tracker does with a webhook before it is queued: verify, greet (and `group`, `check` for
    its set-up)."""

    def check(self, config: dict[str, Any]) -> dict[str, Any]:
        """The install's config, complete and valid; raises Invalid naming the field (`config.url`)."""

    def verify(self, envelope: Envelope, install: Install, secrets: Secrets, *, now: int) -> None:
        """Raise Unauthenticated (or Forbidden) unless it is from whom it says. No secret configured rejects."""

    def pace(self, envelope: Envelope, install: Install) -> tuple[str, int] | None:
        """(counter's name, how many an hour) where anybody may knock; None where only a signed sender can."""

    def group(self, envelope: Envelope) -> str:
        """The outside conversation, where that is cheaply told, else the envelope's own id or the install's."""

    def greet(self, envelope: Envelope, install: Install) -> Greeting:
        """What to answer once it is durable. Raises Invalid or Malformed for what can be told to be bad at once."""


class ProviderBusy(Exception):
    """The provider asks to wait `after` seconds (0: it did not say), or is not there just now."""

    def __init__(self, reason: str, after: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.after = reason, after


class ProviderRefused(Exception):
    """The provider will not, however often it is asked: no right, no such thing, a field that it refuses. `lost` says
    that the account itself is gone (token revoked, app removed)."""

    def __init__(self, reason: str, *, lost: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.lost = reason, lost
