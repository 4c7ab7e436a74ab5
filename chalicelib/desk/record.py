"""Records are what is stored: frozen, with a version that each write moves by one (optimistic lock)."""

from typing import Any, Self

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stored value. Version 0 was never stored; a write is conditional on the version that it was decided on."""

    version: int = 0

    def changed(self, **fields: Any) -> Self:
        """The next version of this, with `fields` replaced."""
        return msgspec.structs.replace(self, version=self.version + 1, **fields)


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value inside a record."""
