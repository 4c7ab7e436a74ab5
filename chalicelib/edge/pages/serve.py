"""How the pages' files are served."""

from ..door.calls import Call, Reply

A_WHILE = "public, max-age=300, stale-while-revalidate=86400"
FOR_GOOD = "public, max-age=31536000, immutable"


def served(call: Call, text: str, version: str, type_: str) -> Reply:
    """A file of ours: for good under its version (`?v=`), else for minutes and then by ETag."""
    etag = f'"{version}"'
    headers = {"Content-Type": type_, "ETag": etag, "Cache-Control": A_WHILE}
    if call.query("v") == version:
        headers["Cache-Control"] = FOR_GOOD
    if etag in call.incoming.headers.get("if-none-match", ""):
        return Reply(text="", status=304, headers=headers)
    return Reply(text=text, headers=headers)


def script(call: Call, name: str) -> Reply:
    """`served`, for a joined script. Pages of any origin may load it."""
    from .bundle import joined

    found = joined(name)
    reply = served(call, found.text, found.version, "text/javascript; charset=utf-8")
    reply.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return reply
