"""What the console's page may load, and whom it may talk to (Content-Security-Policy; ADR 74)."""

from urllib.parse import urlsplit

from ..door.calls import Call


def policy(call: Call, socket_url: str) -> str:
    """What the page may do: load from here, talk to here, to the socket and to the bucket, and no more."""
    files, socket = (
        urlsplit(call.world.files.link("any", "any", "text/plain")),
        urlsplit(socket_url),
    )
    bucket = f"{files.scheme}://{files.netloc}"
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": f"'self' blob: {bucket}",
        "frame-src": bucket,  # PDFs (ADR 154)
        "connect-src": f"'self' {bucket} {socket.scheme}://{socket.netloc}",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "parley-worker",  # which makes the address of the service worker, and no other
    }
    return "; ".join(f"{what} {who}" for what, who in rules.items())
