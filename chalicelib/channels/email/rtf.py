"""Rich text (RTF) as Exchange wraps it: unpacked (MS-OXRTFCP), and read as the page that it encapsulates (MS-OXRTFEX),
or as its words (ADR 119). Imported when such a mail comes; broken, it is what could be read of it."""

import re
import struct
from dataclasses import dataclass, field, replace
from html import escape

from ...wire import charsets

MAX_BYTES = 1_000_000  # of what is unpacked
PACKED, WHOLE = b"LZFu", b"MELA"
# What every dictionary begins with, as the format has it.
DICTIONARY = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    + b"\r\n"
    + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
WINDOW = 4096
# A word with its number, a byte, a sign, a brace, text.
PIECE = re.compile(r"\\([a-zA-Z]{1,32})(-?\d{1,9})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|([^\\{}\r\n\0]+)")
SAID = {
    "par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "cell": "\t", "tab": "\t",
    "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "bullet": "•", "endash": "–", "emdash": "—", "emspace": " ", "enspace": " ",
}  # fmt: skip
SIGNS = {"~": "\u00a0", "_": "\u2011", "\\": "\\", "{": "{", "}": "}", "\n": "\n", "\r": "\n"}
# Groups whose content is none of the text.
ASIDE = frozenset(
    {"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "headerl", "headerr", "footer", "footerl",
     "footerr", "xmlnstbl", "listtable", "filetbl", "revtbl", "private"}
)  # fmt: skip
CODEPAGES = {
    77: "mac-roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5", 161: "cp1253", 162: "cp1254",
    163: "cp1258",
    177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip


def unpacked(content: bytes) -> bytes:
    """What LZFu packs, or what stands there whole; at most `MAX_BYTES`."""
    if len(content) < 16 or content[8:12] == WHOLE:
        return content[16 : 16 + MAX_BYTES]
    size = min(struct.unpack_from("<I", content, 4)[0], MAX_BYTES)
    if content[8:12] != PACKED:
        return b""
    window, at = bytearray(DICTIONARY.ljust(WINDOW, b"\0")), len(DICTIONARY)
    found, place = bytearray(), 16
    while place < len(content) and len(found) < size:
        control, place = content[place], place + 1
        for bit in range(8):
            if control >> bit & 1:
                if place + 2 > len(content):
                    return bytes(found)
                offset, count = divmod(content[place] << 8 | content[place + 1], 16)
                place += 2
                if offset == at:
                    return bytes(found)
                signs = [offset + each for each in range(count + 2)]
            elif place < len(content):
                window[at], signs, place = content[place], [at], place + 1
            else:
                return bytes(found)
            for sign in signs:
                window[at] = window[sign % WINDOW]
                found.append(window[at])
                at = (at + 1) % WINDOW
    return bytes(found[:size])


@dataclass(frozen=True)
class _Group:
    """What holds within braces: nothing is said (`aside`), or what only RTF shows (`shown`, MS-OXRTFEX's htmlrtf); it
    is of a tag; it is the table of fonts; the font; how many characters stand for one that is told by its number."""

    aside: bool = False
    shown: bool = False
    tag: bool = False
    fonts: bool = False
    font: int = -1
    stands: int = 1


@dataclass
class _Reader:
    """What was read so far."""

    html: bool = False
    codepage: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    group: _Group = _Group()
    outer: list[_Group] = field(default_factory=list)
    waiting: bytearray = field(default_factory=bytearray)
    said: list[str] = field(default_factory=list)
    ignorable: bool = False
    skipped: int = 0

    def quiet(self) -> bool:
        """Whether nothing is said here."""
        return self.group.aside or self.html and self.group.shown and not self.group.tag

    def say(self, text: str) -> None:
        """Say characters, which in a page are no tags."""
        if not self.quiet():
            self.said.append(text if self.group.tag or not self.html else escape(text, quote=False))

    def flush(self) -> None:
        """Say the bytes that came, in the charset that holds here."""
        if self.waiting:
            charset = self.codepage if self.group.tag else self.fonts.get(self.group.font, self.codepage)
            self.say(charsets.as_named(bytes(self.waiting), charset))
            self.waiting.clear()

    def take(self, content: bytes) -> None:
        """Bytes of text, without those that stand for a character which was told by its number."""
        self.waiting += content[self.skipped :]
        self.skipped = max(0, self.skipped - len(content))

    def enter(self, brace: str) -> None:
        """A group begins or ends."""
        self.flush()
        self.skipped, self.ignorable = 0, False
        if brace == "{":
            self.outer.append(self.group)
        elif self.outer:
            self.group = self.outer.pop()

    def word(self, word: str, number: int | None) -> None:
        """A control word."""
        self.flush()
        ignorable, self.ignorable = self.ignorable, False
        if word == "u" and number is not None:
            self.say(chr(number & 0xFFFF))
            self.skipped = self.group.stands
        elif word == "htmltag":
            self.group = replace(self.group, tag=True)
        elif word == "htmlrtf":
            self.group = replace(self.group, shown=number != 0)
        elif ignorable or word in ASIDE:
            self.group = replace(self.group, aside=True, fonts=word == "fonttbl")
        elif word == "fromhtml":
            self.html = number != 0
        elif word == "ansicpg":
            self.codepage = f"cp{number}" if number != 65001 else "utf-8"
        elif word == "f" and number is not None:
            self.group = replace(self.group, font=number)
        elif word == "fcharset" and self.group.fonts and number in CODEPAGES:
            self.fonts[self.group.font] = CODEPAGES[number]
        elif word == "uc" and number is not None:
            self.group = replace(self.group, stands=max(0, min(number, 9)))
        elif word in SAID:
            self.say(SAID[word])


def read(content: bytes) -> tuple[str, bool]:
    """What rich text says, and whether that is a page (HTML)."""
    text, at, reader = content[:MAX_BYTES].decode("latin-1"), 0, _Reader()
    while found := PIECE.search(text, at):
        at = found.end()
        word, number, byte, sign, brace, said = found.groups()
        if word == "bin":
            at += max(0, int(number or 0))
        elif word:
            reader.word(word, int(number) if number else None)
        elif brace:
            reader.enter(brace)
        elif sign == "*":
            reader.ignorable = True
        elif sign:
            reader.flush()
            reader.say(SIGNS.get(sign, ""))
        else:
            reader.take(bytes([int(byte, 16)]) if byte else said.encode("latin-1"))
    reader.flush()
    whole = "".join(reader.said)
    return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), reader.html
