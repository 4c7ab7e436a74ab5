"""The page of the table, made from the keys that the code uses: `make table` writes docs/table.md.

A key is made with names in place of ids, so that what is shown is what `chalicelib/store/keys.py` does.
"""

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chalicelib.store.keys import KINDS, LISTINGS, Kind

PAGE = Path(__file__).resolve().parents[1] / "docs" / "table.md"
SHARD = re.compile(r"T#\d+")
PLACE = 98760
HEAD = """# The table

Made from `chalicelib/store/keys.py` by `make table`. One table, a stream, three overloaded indexes (`g1`, `g2`, `g3`),
of which `g3` is the time index, sparse and sharded. A row bears the name of its kind for good, whatever its class is
called.

## What lies where

In `<…>` stands a field of the record; a number or a moment is written so that it sorts. What ends is removed by its
TTL.

| kind | record | pk | sk | ends |
|---|---|---|---|---|
"""
LISTED = """
## What is listed

Each is one query of a page: an index (none: the table itself), a partition, the beginning of the sort key. A letter in
`<…>` is what the listing is asked for.

| listing | index | partition | sort key begins |
|---|---|---|---|
"""


class Named(str):
    """A name where an id, a number or a moment would stand."""

    def __format__(self, spec: str) -> str:
        """Itself, however it was to be padded."""
        return str(self)

    def partition(self, sep: str) -> tuple[str, str, str]:
        """Both halves are of what it names."""
        return str(self), sep, str(self)


class Names:
    """Any record: each field is its own name."""

    def __getattr__(self, field: str) -> Named:
        """The field's name."""
        return Named(f"<{field}>")


def page() -> str:
    """The page, in Markdown."""
    kinds = "".join(_kind(kind) for kind in sorted(KINDS, key=lambda kind: kind.name))
    return HEAD + kinds + LISTED + "".join(_listing(name) for name in sorted(LISTINGS))


def _kind(kind: Kind) -> str:
    ids = kind.ids(Names())
    ways = [tuple(_public(id_, public) for id_ in ids) for public in (True, False)]
    keys = list(dict.fromkeys(kind.key(*way) for way in ways))
    pk, sk = (" or ".join(dict.fromkeys(f"`{_sharded(key[part])}`" for key in keys)) for part in (0, 1))
    return f"| {kind.name} | `{kind.type.__name__}` | {pk} | {sk} | {'yes' if _ends(kind) else ''} |\n"


def _public(id_: Any, public: bool) -> Any:
    """Notes lie under other keys than messages."""
    return not public if id_ == "<internal>" else id_


def _ends(kind: Kind) -> bool:
    return kind.expires is not Kind.__dataclass_fields__["expires"].default


def _sharded(key: str) -> str:
    return SHARD.sub("T#<shard>", key)


def _listing(name: str) -> str:
    index, partition, prefix, numbered = LISTINGS[name]
    begins = _asked(prefix)
    shown = f"`{begins}{'<number>' if numbered else ''}`" if begins or numbered else ""
    return f"| {name} | {index} | `{_sharded(_asked(partition))}` | {shown} |\n"


def _asked(part: Callable[..., str]) -> str:
    names = list(inspect.signature(part).parameters)
    try:
        return part(*(Named(f"<{name}>") for name in names))
    except ValueError:  # it reads a number: one is given, and its name put in its place
        shown = part(*(str(PLACE + at) for at in range(len(names))))
        return re.sub(rf"0*({PLACE // 10}\d)", lambda match: f"<{names[int(match[1]) - PLACE]}>", shown)


def main() -> None:
    """Write it."""
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
