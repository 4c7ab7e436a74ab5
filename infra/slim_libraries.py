"""Native libraries without what only a debugger reads (symbol table, ELF): a tenth of the zip was the names in one.

The bytes of those sections become zeros, which compress to nothing; no offset moves, so that whatever the machine, the
file is loaded as it was. (`strip` would be of the machine that builds, not of the one that runs it.)
"""

import struct
from pathlib import Path

ELF64 = b"\x7fELF\x02\x01"  # of 64 bits, little-endian: x86_64 and arm64
SYMBOLS, STRINGS = 2, 3  # types of sections
LOADED = 2  # the flag of a section that is in memory at run time


def slim_libraries(folder: Path) -> None:
    """Rewrite every library below a folder that has such sections."""
    for path in folder.rglob("*.so"):
        before = path.read_bytes()
        after = without_symbols(before)
        if after != before:
            path.write_bytes(after)


def without_symbols(library: bytes) -> bytes:
    """The library with zeros for its table of symbols and their names; as it is, if it is none of ELF's."""
    if not library.startswith(ELF64):
        return library
    slim = bytearray(library)
    (table,) = struct.unpack_from("<Q", library, 0x28)
    size, count, names = struct.unpack_from("<HHH", library, 0x3A)
    for number in range(count):
        kind, flags, _, start, length = struct.unpack_from("<IQQQQ", library, table + number * size + 4)
        if kind in (SYMBOLS, STRINGS) and not flags & LOADED and number != names:
            slim[start : start + length] = bytes(length)
    return bytes(slim)
