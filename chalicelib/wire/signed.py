"""A signature that is the HMAC-SHA256 of the raw body, in hex: GitHub's, Jira's, Linear's, Asana's."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from ..desk.errors import Unauthenticated


def check(headers: Mapping[str, str], name: str, body: bytes, *, secrets: Sequence[str], prefix: str = "") -> None:
    """Raise Unauthenticated, with a clause that says which part, unless one of `secrets` made what the header `name`
    holds after its `prefix` (`sha256=`). In hex digits of either case."""
    keys = [secret for secret in secrets if secret]
    if not keys:
        raise Unauthenticated("no secret is configured for this install")
    header = headers.get(name, "").strip()
    if not header:
        raise Unauthenticated(f"{name} is missing")
    method, given = header[: len(prefix)], header[len(prefix) :]
    if method != prefix:
        raise Unauthenticated(f"{name} does not begin with {prefix}")
    expected = [hmac.new(key.encode(), body, hashlib.sha256).hexdigest() for key in keys]
    if not any(same(mine, given.lower()) for mine in expected):
        raise Unauthenticated(f"{name} does not match")


def same(mine: str, yours: str) -> bool:
    """Whether two texts are equal, in constant time. As bytes: compare_digest refuses text that is not ASCII."""
    return hmac.compare_digest(mine.encode(), yours.encode("utf-8", "replace"))
