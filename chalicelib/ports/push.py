"""Messages to browsers that have no page of ours open (Web Push)."""

from typing import Protocol

from ..desk.alerts import Browser, PushMessage
from .outside import Outside


class WebPush(Protocol):
    """The way to browsers, over their makers' push services."""

    def new_key(self) -> tuple[str, str]:
        """A key pair for a workspace: the private one, to be kept secret, and the public one, as browsers are told."""

    def send(
        self, outside: Outside, to: Browser, message: PushMessage, *, private: str, contact: str, now: int
    ) -> None:
        """Push to one browser at `now` (ms), in the name of whoever is found at `contact` (a URL). Raises ProviderBusy,
        and ProviderRefused: `lost` where the browser takes none any more."""
