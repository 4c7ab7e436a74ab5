"""What an admin may set for a contact form."""

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from ...desk.errors import Invalid
from ...desk.strict_json import shaped
from ...desk.workspaces import Install

FIELDS = {"name": "name", "email": "email", "message": "message", "file": "file", "subject": "subject"}
LOOPBACK = ("localhost", "127.0.0.1", "::1")
ORIGIN = re.compile(r"(https?)://([a-z0-9_.-]+|\[[0-9a-f:]+\])(?::([0-9]{1,5}))?/?", re.ASCII)
MAX_FIELD = 100
MAX_URL = 2000
MAX_ORIGINS = 50


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """`fields`: our words to the form's own field names. `allowed_origins`: sites whose pages may send it
    (none named: all). `honeypot`: a field that only bots fill in ("" for none). `per_hour`: submissions per
    address. `redirect`: where a browser goes afterwards, an https URL or a path ("" for a thank-you page)."""

    fields: dict[str, str] = {}
    allowed_origins: list[str] = []
    honeypot: str = "website"
    per_hour: Annotated[int, Meta(ge=1, le=100_000)] = 30
    redirect: str = ""
    max_files: Annotated[int, Meta(ge=0, le=20)] = 5


class Asked(Config, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What comes from outside: nothing but the known fields."""


def of(install: Install) -> Config:
    """The install's config; what it does not say is as by default."""
    config = msgspec.convert(install.config, Config)
    return msgspec.structs.replace(config, fields=FIELDS | config.fields)


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The config, complete. Invalid names the field, as `config.fields.email`."""
    asked = shaped(config, Asked, "config")
    _check_fields(FIELDS | asked.fields, asked.honeypot)
    if len(asked.allowed_origins) > MAX_ORIGINS:
        raise Invalid(f"allowed_origins takes at most {MAX_ORIGINS}", "config.allowed_origins")
    origins = [_origin(origin, n) for n, origin in enumerate(asked.allowed_origins)]
    if asked.redirect:
        _check_redirect(asked.redirect)
    whole = msgspec.structs.replace(asked, fields=FIELDS | asked.fields, allowed_origins=origins)
    settings: dict[str, Any] = msgspec.to_builtins(whole)
    return settings


def _check_fields(fields: dict[str, str], honeypot: str) -> None:
    taken = {honeypot} - {""}
    for ours, theirs in fields.items():
        place = f"config.fields.{ours}"
        if ours not in FIELDS:
            raise Invalid(f"fields.{ours} is unknown: there are {', '.join(FIELDS)}", place)
        if not theirs.strip() or len(theirs) > MAX_FIELD or not theirs.isprintable():
            raise Invalid(f"fields.{ours} must be 1 to {MAX_FIELD} printable characters", place)
        if theirs in taken:
            raise Invalid(f"fields.{ours} is also the name of another field", place)
        taken.add(theirs)
    if len(honeypot) > MAX_FIELD or not honeypot.isprintable():
        raise Invalid(f"honeypot must be at most {MAX_FIELD} printable characters", "config.honeypot")


def _origin(origin: str, n: int) -> str:
    """As a browser writes it: lower case, no path, no default port."""
    written = ORIGIN.fullmatch(origin.lower())
    if not written:
        place = f"config.allowed_origins[{n}]"
        raise Invalid("an origin is written as https://www.example.com, without a path", place)
    scheme, host, port = written.groups()
    if port is None or int(port) == {"http": 80, "https": 443}[scheme]:
        return f"{scheme}://{host}"
    return f"{scheme}://{host}:{int(port)}"


def _check_redirect(url: str) -> None:
    place = "config.redirect"
    if len(url) > MAX_URL or not re.fullmatch(r"[!#-;=?-\[\]^-~]+", url):
        raise Invalid("redirect must be plain ASCII, all else percent-encoded", place)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise Invalid("redirect is not a URL", place) from None
    if not parts.scheme and not parts.netloc and url.startswith("/") and not url.startswith("//"):
        return
    if parts.scheme == "https" and host or parts.scheme == "http" and host in LOOPBACK:
        return
    raise Invalid("redirect must be an https URL or a path that begins with one /", place)
