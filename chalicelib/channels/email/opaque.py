"""Mails within a wrapping: opaque S/MIME (CMS, RFC 5652), Exchange's winmail.dat (MS-OXTNEF). What is not read is
nothing."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
SEQUENCE, OCTETS, OCTETS_IN_PIECES, WITHIN = 0x30, 0x04, 0x24, 0xA0
MAX_DEPTH = 12
MAX_PIECES = 10_000
TNEF = b"\x78\x9f\x3e\x22"
MAX_ATTRIBUTES = 2000
BODY, ATTACHMENT, TITLE, DATA = 0x0002800C, 0x00069002, 0x00018010, 0x0006800F


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
    """What a winmail.dat holds."""

    text: bytes = b""
    files: list[tuple[bytes, bytes]] = field(default_factory=list)


def unwrapped(content: bytes) -> Unwrapped | None:
    """The text and the files (name, content) of a winmail.dat; None for what is none."""
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
            found.files.append((b"", b""))
        elif attribute == TITLE and found.files:
            found.files[-1] = (value.rstrip(b"\0"), found.files[-1][1])
        elif attribute == DATA and found.files:
            found.files[-1] = (found.files[-1][0], value)
    found.files = [each for each in found.files if each[1]]
    return found if found.text or found.files else None
