"""A webhook as it came: what is verified, queued and, if need be, replayed."""

from .record import Part


class Envelope(Part, frozen=True):
    """Raw bytes and lower-cased headers of one request to an install, and the moment (ms) at which it came. Rules that
    an agent has `lifted` for it, by the reasons that they give, do not hold it up."""

    id: str
    workspace: str
    install: str
    channel: str
    received_at: int
    headers: dict[str, str]
    body: bytes
    query: dict[str, str] = {}
    address: str = ""
    lifted: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The media type alone, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Greeting(Part, frozen=True):
    """What is answered to the provider in the same breath."""

    status: int
    headers: dict[str, str] = {}
    body: str = ""
