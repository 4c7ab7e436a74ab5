"""Events of usage as they lie in the raw log (JSON lines in gzip, Hive-partitioned): the columns, and where (ADR 185).

An object holds what one request brought. Its name begins with the window of five minutes in which it came.
"""

import gzip
import re
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from .ids import derived
from .times import MINUTE_MS, rfc3339
from .usage_sources import Mode

Kind = Literal["identify", "group", "track", "page", "screen", "alias"]
Means = Literal["", "key_created", "key_revoked", "called"]
WINDOW_MS = 5 * MINUTE_MS
LOG, ASIDE = "usage/", "usage-aside/"  # prefixes of the bucket
# The three names that a vendor sends, and what each means. All others are kept, and counted by nobody.
NAMES: dict[str, Means] = {
    "API Key Created": "key_created",
    "API Key Revoked": "key_revoked",
    "API Called": "called",
}
PLACE = re.compile(
    r"usage/(?P<workspace>[^/]+)/mode=(?P<mode>live|test)/date=(?P<date>\d{4}-\d\d-\d\d)/hour=(?P<hour>\d\d)"
    r"/(?P<window>\d{9})-[^/]+\.jsonl\.gz"
)
TOKEN = re.compile(r"tok_[0-9a-z]{26}")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What a fold reads of a line of the raw log.

    `at` (ms) is when it happened, by the clock of who received it, `received_at` when it came. `customer`, `user` and
    `anonymous` are the vendor's own ids; of what `alias` says `anonymous` is the id before. `token` is a hash that
    follows from the id of an API key. `errors` of the `calls` failed, by `error`: a class such as "5xx", or the
    vendor's word."""

    id: str
    source: str
    received_at: int
    at: int
    kind: Kind
    name: str = ""
    means: Means = ""
    customer: str = ""
    user: str = ""
    anonymous: str = ""
    token: str = ""
    calls: int = 0
    errors: int = 0
    error: str = ""
    sdk: str = ""
    sdk_version: str = ""
    test: bool = False


class UsageLine(Line, frozen=True, kw_only=True):
    """A line of the raw log: an event that was taken. Its columns are those that docs/usage.md tells a warehouse;
    `event` is the JSON object as it came, but for what is not kept."""

    event: msgspec.Raw = msgspec.Raw(b"{}")


class Place(msgspec.Struct, frozen=True):
    """What the name of an object of the log tells of it."""

    workspace: str
    mode: Mode
    date: str
    hour: str
    window: int


_decoder = msgspec.json.Decoder(UsageLine)
_encoder = msgspec.json.Encoder()


def window_of(received_at: int) -> int:
    """The number of the window in which something came."""
    return received_at // WINDOW_MS


def window_prefix(workspace: str, mode: Mode, window: int) -> str:
    """What the names of all objects of a window begin with."""
    day, _, rest = rfc3339(window * WINDOW_MS).partition("T")
    return f"{day_prefix(workspace, mode, day)}hour={rest[:2]}/{window:09d}-"


def day_prefix(workspace: str, mode: Mode, day: str) -> str:
    """What the names of all objects of a day (in UTC, by when they came) begin with."""
    return f"usage/{workspace}/mode={mode}/date={day}/"


def object_key(workspace: str, mode: Mode, received_at: int, *, id_: str) -> str:
    """Where lies what one request brought."""
    return f"{window_prefix(workspace, mode, window_of(received_at))}{id_}.jsonl.gz"


def place_of(key: str) -> Place | None:
    """What the name of an object tells; None for one that is none of the log."""
    found = PLACE.fullmatch(key)
    if not found:
        return None
    mode: Mode = "live" if found["mode"] == "live" else "test"
    return Place(found["workspace"], mode, found["date"], found["hour"], int(found["window"]))


def encode(lines: Iterable[UsageLine]) -> bytes:
    """Lines as an object holds them."""
    return gzip.compress(_encoder.encode_lines(list(lines)), 6, mtime=0)


def decode(content: bytes) -> Sequence[UsageLine]:
    """The lines of an object."""
    return _decoder.decode_lines(gzip.decompress(content))


def token_of(workspace: str, key: str) -> str:
    """What stands for an API key, or for its id. What stands for one already stays as it is."""
    return key if TOKEN.fullmatch(key) else derived("tok", workspace, key)
