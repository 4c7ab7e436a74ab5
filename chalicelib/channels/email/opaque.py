"""Mails within a wrapping: opaque S/MIME (CMS, RFC 5652), Exchange's winmail.dat (MS-OXTNEF, MS-OXCDATA). What is not
read is nothing."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
# Enveloped data, and authenticated enveloped data (RFC 5083).
ENCRYPTED = (bytes.fromhex("06092a864886f70d010703"), bytes.fromhex("060b2a864886f70d0109100117"))
SEQUENCE, OCTETS, OCTETS_IN_PIECES, WITHIN = 0x30, 0x04, 0x24, 0xA0
MAX_DEPTH = 12
MAX_PIECES = 10_000
TNEF = b"\x78\x9f\x3e\x22"
MAX_ATTRIBUTES = 2000
BODY, ATTACHMENT, TITLE, DATA = 0x0002800C, 0x00069002, 0x00018010, 0x0006800F
PROPERTIES, OF_ATTACHMENT = 0x00069003, 0x00069005  # lists of properties: of the message, of the attachment
PLAIN, RICH, PAGE, NAME, CONTENT_ID = 0x1000, 0x1009, 0x1013, 0x3707, 0x3712  # which are looked for in them
SIZES = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
SEVERAL, OF_LENGTH, UNICODE = 0x1000, frozenset({0x0D, 0x1E, 0x1F, 0x102}), 0x1F
MAX_PROPERTIES, MAX_VALUES = 2000, 10_000


def signed_content(content: bytes) -> bytes:
    """The mail that opaque S/MIME signs; empty for what is encrypted, or broken."""
    try:
        _, info = next(_pieces(content))
        first, second = list(_pieces(info))[:2]
        if content.find(SIGNED_DATA, 0, 40) < 0 or first[0] != 0x06 or second[0] != WITHIN:
            return b""
        signed = list(_pieces(next(_pieces(second[1]))[1]))
        inner = next(within for tag, within in signed if tag == SEQUENCE)
        return _octets(next(within for tag, within in _pieces(inner) if tag == WITHIN))
    except (StopIteration, ValueError, IndexError, RecursionError):
        return b""


def is_encrypted(content: bytes) -> bool:
    """Whether it is S/MIME that only who it was written for can read."""
    return any(content.find(kind, 0, 40) >= 0 for kind in ENCRYPTED)


def _octets(content: bytes, depth: int = 0) -> bytes:
    """The octet string, which may come in pieces."""
    if depth > MAX_DEPTH:
        raise ValueError
    found = [
        within if tag == OCTETS else _octets(within, depth + 1)
        for tag, within in _pieces(content)
        if tag in (OCTETS, OCTETS_IN_PIECES)
    ]
    return b"".join(found)


def _pieces(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The tags and values that stand one after the other (BER)."""
    at = 0
    for _ in range(MAX_PIECES):
        if at + 2 > len(content) or content[at : at + 2] == b"\0\0":
            return
        tag, begins, ends, following = _piece(content, at, 0)
        yield tag, content[begins:ends]
        at = following


def _piece(content: bytes, at: int, depth: int) -> tuple[int, int, int, int]:
    """Tag, beginning and end of the value, and where the next piece begins."""
    tag, size = content[at], content[at + 1]
    if tag & 0x1F == 0x1F or depth > MAX_DEPTH:
        raise ValueError
    begins = at + 2
    if size == 0x80:  # it ends where two zeros stand in the place of a piece
        end = begins
        for _ in range(MAX_PIECES):
            if content[end : end + 2] == b"\0\0":
                return tag, begins, end, end + 2
            end = _piece(content, end, depth + 1)[3]
        raise ValueError
    if size > 0x80:
        digits = size & 0x7F
        size = int.from_bytes(content[begins : begins + digits], "big")
        begins += digits
    if begins + size > len(content):
        raise ValueError
    return tag, begins, begins + size, begins + size


@dataclass
class Unwrapped:
    """What a winmail.dat holds: a text, a page, rich text (packed), and files by name, content and content-id."""

    text: bytes = b""
    page: bytes = b""
    rich: bytes = b""
    files: list[tuple[bytes, bytes, bytes]] = field(default_factory=list)


def unwrapped(content: bytes) -> Unwrapped | None:
    """The text and the files of a winmail.dat; None for what is none."""
    if content[:4] != TNEF:
        return None
    found, at = Unwrapped(), 6
    for _ in range(MAX_ATTRIBUTES):
        if at + 9 > len(content):
            break
        _, attribute, size = struct.unpack_from("<BII", content, at)
        value = content[at + 9 : at + 9 + size]
        at += 9 + size + 2
        if attribute == BODY:
            found.text = value.rstrip(b"\0")
        elif attribute == ATTACHMENT:
            found.files.append((b"", b"", b""))
        elif attribute == TITLE and found.files:
            found.files[-1] = (value.rstrip(b"\0"), *found.files[-1][1:])
        elif attribute == DATA and found.files:
            found.files[-1] = (found.files[-1][0], value, found.files[-1][2])
        elif attribute == PROPERTIES:
            said = _properties(value)
            found.text = said.get(PLAIN, b"") or found.text
            found.page, found.rich = said.get(PAGE, b""), said.get(RICH, b"")
        elif attribute == OF_ATTACHMENT and found.files:
            said, (name, content, id_) = _properties(value), found.files[-1]
            found.files[-1] = (said.get(NAME, name), content, said.get(CONTENT_ID, id_))
    found.files = [each for each in found.files if each[1]]
    return found if found.text or found.page or found.rich or found.files else None


def _properties(content: bytes) -> dict[int, bytes]:
    """The first values of properties, by their ids; texts in UTF-8, or as they are. What is broken ends them."""
    found: dict[int, bytes] = {}
    try:
        (count,), at = struct.unpack_from("<I", content), 4
        for _ in range(min(count, MAX_PROPERTIES)):
            kind, id_ = struct.unpack_from("<HH", content, at)
            at = _after_name(content, at + 4) if id_ >= 0x8000 else at + 4
            values, at = _values(content, at, kind)
            if values:
                found.setdefault(id_, values[0])
    except struct.error:
        pass
    return found


def _after_name(content: bytes, at: int) -> int:
    """Where the value of a property begins that has a name beside its id."""
    (kind,) = struct.unpack_from("<I", content, at + 16)
    (length,) = struct.unpack_from("<I", content, at + 20)
    return at + 24 + (length + 3 & ~3 if kind else 0)


def _values(content: bytes, at: int, kind: int) -> tuple[list[bytes], int]:
    """A property's values, and where the next property begins."""
    several, kind = kind & SEVERAL, kind & ~SEVERAL
    count = 1
    if several or kind in OF_LENGTH:
        (count,), at = struct.unpack_from("<I", content, at), at + 4
    if kind not in OF_LENGTH:
        at += min(count, MAX_VALUES) * SIZES.get(kind, len(content))
        return [], at
    values = []
    for _ in range(min(count, MAX_VALUES)):
        (length,), at = struct.unpack_from("<I", content, at), at + 4
        value = content[at : at + length]
        at += length + 3 & ~3
        values.append(_said(value) if kind == UNICODE else value if kind == 0x102 else value.rstrip(b"\0"))
    return values, at


def _said(value: bytes) -> bytes:
    return value.decode("utf-16-le", "replace").rstrip("\0").encode("utf-8", "replace")


# OpenPGP within a text (RFC 9580, 7)
CLEAR, SIGNATURE, END = (
    f"-----{words}-----" for words in ("BEGIN PGP SIGNED MESSAGE", "BEGIN PGP SIGNATURE", "END PGP SIGNATURE")
)


def clear_signed(text: str) -> str:
    """A text without the signature that is written into it; as it is, if there is none."""
    above, begun, rest = text.partition(f"{CLEAR}\n")
    _, parted, rest = rest.partition("\n\n")  # below which hashes they were made by
    signed, ended, rest = rest.partition(f"\n{SIGNATURE}\n")
    _, whole, below = rest.partition(END)
    if not (begun and parted and ended and whole):
        return text
    return above + "\n".join(line.removeprefix("- ") for line in signed.split("\n")) + below
