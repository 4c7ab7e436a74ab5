"""Records as rows of the table and back: key attributes, version, end (TTL), and the record as one JSON document
(ADR 2), which is deflated where that saves capacity units (ADR 150)."""

import zlib
from base64 import b64decode
from dataclasses import dataclass, field

import msgspec

from ..desk.record import Record
from .keys import BY_NAME, BY_TYPE, Key


@dataclass(frozen=True, slots=True)
class Row:
    """An item of the table. `expires` is in seconds (DynamoDB's TTL), 0 for never."""

    pk: str
    sk: str
    v: int
    t: str
    d: str
    g: dict[str, Key] = field(default_factory=dict)
    expires: int = 0

    @property
    def key(self) -> Key:
        """Its primary key."""
        return self.pk, self.sk


def key_of(row: Row, index: str) -> dict[str, str]:
    """The key of a row as a query of an index, or of the table itself, continues behind it."""
    own = {"pk": row.pk, "sk": row.sk}
    return own | {f"{index}pk": row.g[index][0], f"{index}sk": row.g[index][1]} if index else own


UNIT = 1024  # bytes that a write unit pays for
BESIDES = 40  # bytes of an item besides its keys and its document: names, version, end
RAW = -zlib.MAX_WBITS  # deflate alone, without a header


def packed(row: Row) -> bytes | None:
    """The document deflated, if the row then takes fewer write units; else None."""
    besides = BESIDES + sum(map(len, (row.pk, row.sk, row.t, *(part for key in row.g.values() for part in key))))
    plain = len(row.d.encode())
    if besides + plain <= UNIT:
        return None
    small = deflated(row.d)
    return small if _units(besides + len(small)) < _units(besides + plain) else None


def _units(size: int) -> int:
    return -(-size // UNIT)


def deflated(document: str) -> bytes:
    """A document in fewer bytes."""
    squeezer = zlib.compressobj(wbits=RAW)
    return squeezer.compress(document.encode()) + squeezer.flush()


def inflated(small: bytes) -> str:
    """What was deflated."""
    return zlib.decompress(small, wbits=RAW).decode()


_encoder = msgspec.json.Encoder()
_decoders: dict[str, msgspec.json.Decoder[Record]] = {}


def to_row(record: Record) -> Row:
    """What is written for a record."""
    kind = BY_TYPE[type(record)]
    pk, sk = kind.key(*kind.ids(record))
    expires = -(-kind.expires(record) // 1000)
    document = _encoder.encode(record).decode()
    return Row(pk, sk, record.version, kind.name, document, kind.indexes(record), expires)


def record_of_image(image: dict[str, dict[str, str]] | None) -> Record | None:
    """The record of an item as the stream tells it (DynamoDB's own JSON); None for what is gone or is no record."""
    if not image or image.get("t", {}).get("S") not in BY_NAME:
        return None
    document = image["d"]["S"] if "d" in image else inflated(b64decode(image["z"]["B"]))
    return _decoded(image["t"]["S"], document)


def from_row(row: Row) -> Record:
    """The record that a row holds."""
    return _decoded(row.t, row.d)


def _decoded(name: str, document: str) -> Record:
    if name not in _decoders:
        _decoders[name] = msgspec.json.Decoder(BY_NAME[name].type)
    return _decoders[name].decode(document)
