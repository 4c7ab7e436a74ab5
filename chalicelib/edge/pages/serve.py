"""How the pages' files are served: those with a hash in their name for good, the others for minutes (ADR 127)."""

import hashlib
from functools import cache

from ...desk.errors import NotFound
from ..door.calls import Call, Reply
from . import BUILT

A_WHILE = "public, max-age=300, stale-while-revalidate=86400"
FOR_GOOD = "public, max-age=31536000, immutable"
TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml"}


def entry(call: Call, name: str) -> Reply:
    """A file that pages know by its name: for good under its version (`?v=`), else for minutes and then by ETag."""
    text, version = built(name)
    etag = f'"{version}"'
    headers = {"ETag": etag, "Cache-Control": FOR_GOOD if call.query("v") == version else A_WHILE}
    if etag in call.incoming.headers.get("if-none-match", ""):
        return Reply(text="", status=304, headers=_typed(name) | headers)
    return Reply(text=text, headers=_typed(name) | headers)


def asset(name: str) -> Reply:
    """A file whose name changes with what it says. Raises NotFound: of an earlier deployment, say."""
    if name not in _assets():
        raise NotFound("no such asset: the page that asks for it is of another version")
    return Reply(text=built(f"assets/{name}")[0], headers=_typed(name) | {"Cache-Control": FOR_GOOD})


@cache
def built(name: str) -> tuple[str, str]:
    """A built file, and the version that its content gives it."""
    text = (BUILT / name).read_text("utf-8")
    return text, hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def _assets() -> frozenset[str]:
    return frozenset(path.name for path in (BUILT / "assets").iterdir())


def _typed(name: str) -> dict[str, str]:
    """Pages of any origin may load it."""
    return {"Content-Type": TYPES[name.rpartition(".")[2]], "Cross-Origin-Resource-Policy": "cross-origin"}
