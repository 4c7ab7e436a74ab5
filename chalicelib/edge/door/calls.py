"""A request on its way to its handler, and what the handler answers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from ...desk.addresses import network
from ...desk.errors import Invalid, NotFound
from ...desk.permissions import Principal
from ...desk.rooms import Room
from ...desk.workspaces import Workspace
from ...flows.once import KEYLESS, Once
from ...ports import World
from .conditions import version_of
from .router import Route

T = TypeVar("T")
V = TypeVar("V")


class Incoming(msgspec.Struct, frozen=True):
    """A request: header names in lower case, the path as it was sent, the body in bytes, inflated; `sent` is the body
    as it came where it was compressed."""

    method: str
    path: str
    headers: dict[str, str]
    query: dict[str, str]
    body: bytes
    address: str
    id: str
    base_url: str
    sent: bytes = b""

    @property
    def network(self) -> str:
        """Who asks, where nothing else tells: limits are by this."""
        return network(self.address)


@dataclass(slots=True)
class Call:
    """A request that found its route, with its caller known and its room read. What it `counts` is in its line, what is
    left of its `limits` in the answer's headers."""

    incoming: Incoming
    world: World
    route: Route
    params: dict[str, str]
    who: Principal
    room: Room | None = None
    once: Once = KEYLESS
    tenant: Workspace | None = None
    counts: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, str] = field(default_factory=dict)

    def answering(self, flow: Callable[[Once], T], view: Callable[[T], V]) -> V:
        """The view of what `flow` made, once: the same view is kept under the request's Idempotency-Key."""
        self.once.view = view
        return view(flow(self.once))

    @staticmethod
    def reply(body: Any, status: int | None = None, version: int | None = None) -> "Reply":
        """An answer with a status of its own, or with the ETag of a version."""
        return Reply(body, None, status, version=version)

    def query(self, name: str) -> str | None:
        """A query parameter."""
        return self.incoming.query.get(name)

    @property
    def limit(self) -> int:
        """`limit`: 1 to 100, 50 if not told."""
        text = self.query("limit")
        if text is None:
            return 50
        if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= 100):
            raise Invalid("limit is a number from 1 to 100", "limit")
        return int(text)

    @property
    def if_version(self) -> int | None:
        """The version that If-Match names, None for none or `*`."""
        return version_of(self.incoming.headers.get("if-match", ""))

    @property
    def here(self) -> Room:
        """The room of the path, which the caller may see."""
        if self.room is None:
            raise NotFound("no such room")
        return self.room


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler answers when it is more than a view: `text` goes out as it is, `version` is its record's."""

    body: Any = None
    text: str | None = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    version: int | None = None
