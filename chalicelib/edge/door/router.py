"""The route table: each route says what it takes, gives and needs (ADR 1).

Dispatch, OpenAPI and the fence tests read it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote_to_bytes

from ...desk.errors import Malformed, NotFound
from .problems import WrongVerb

Who = Literal["anyone", "bootstrap", "agent", "person"]


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path. `who` may call: anyone, the bootstrap key, agents, or agents and users (person).
    `sealed`: the answer holds a secret, and is kept encrypted under its Idempotency-Key. `visitors` may call it too,
    and so may the `coding` agents of users. Its `tenant` is read along with the credential. `tagged` says of a call
    whose record its ETag is."""

    method: str
    path: str
    handler: Callable[..., Any]
    who: Who
    need: str
    body: type | None
    gives: Any
    status: int
    query: tuple[str, ...]
    sealed: bool
    raw: bool
    visitors: bool
    coding: bool
    tenant: bool
    tagged: Callable[[Any], Any] | None = None

    @property
    def summary(self) -> str:
        """The first sentence of its handler's docstring."""
        return (self.handler.__doc__ or "").strip().partition("\n")[0]

    @property
    def parts(self) -> tuple[str, ...]:
        """The path's segments; `{name}` takes any."""
        return tuple(self.path.strip("/").split("/"))


ROUTES: list[Route] = []
ANY = "{}"
# Number of segments, the first one, the second one (ANY for a parameter) → routes with their parts: few are ever
# compared.
_places: dict[tuple[int, str, str], list[tuple[Route, tuple[str, ...]]]] = {}


def route(
    method: str,
    path: str,
    *,
    who: Who = "person",
    need: str = "read",
    body: type | None = None,
    gives: Any = None,
    status: int = 200,
    query: tuple[str, ...] = (),
    sealed: bool = False,
    raw: bool = False,
    visitors: bool = False,
    coding: bool = False,
    tenant: bool = False,
    tagged: Callable[[Any], Any] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put a handler into the table. A list route `gives` `list[View]` and answers a page of it."""

    def put(handler: Callable[..., Any]) -> Callable[..., Any]:
        fields = (who, need, body, gives, status, query, sealed, raw, visitors, coding, tenant, tagged)
        made = Route(method, path, handler, *fields)
        ROUTES.append(made)
        parts = made.parts
        second = parts[1] if len(parts) > 1 else ""
        place = len(parts), parts[0], ANY if second.startswith("{") else second
        _places.setdefault(place, []).append((made, parts))
        return handler

    return put


def find(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """The route and its path parameters, decoded: a HEAD asks what a GET would. NotFound, or WrongVerb."""
    wanted = "GET" if method == "HEAD" else method
    segments = path.split("/")[1:]
    if len(segments) > 1 and segments[-1] == "":
        segments.pop()
    verbs = set()
    for candidate, params in _matching(segments):
        if candidate.method == wanted:
            return candidate, {name: _decoded(value) for name, value in params.items()}
        verbs.add(candidate.method)
    if verbs:
        raise WrongVerb(sorted(verbs | {"OPTIONS"} | ({"HEAD"} if "GET" in verbs else set())))
    raise NotFound("no such route")


def _matching(segments: list[str]) -> Iterator[tuple[Route, dict[str, str]]]:
    first, second, *_ = [*segments, "", ""]
    length = len(segments)
    for candidate, parts in (*_places.get((length, first, second), ()), *_places.get((length, first, ANY), ())):
        params = {}
        for part, segment in zip(parts, segments, strict=True):
            if part[:1] == "{" and segment:
                params[part[1:-1]] = segment
            elif part != segment:
                break
        else:
            yield candidate, params


def _decoded(segment: str) -> str:
    if "%" not in segment and segment.isascii():
        return segment
    try:
        return unquote_to_bytes(segment).decode()
    except UnicodeError:
        raise Malformed("the path is not UTF-8") from None
