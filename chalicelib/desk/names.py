"""How people and companies are called, and by which ids: one rule for names, which are cleaned, and one for ids, which
are refused. Tokens, the API, CSV, mail, forms, chats and OpenID all go by these (ADR 101)."""

import re
import unicodedata
from typing import Any

from .errors import Invalid

MAX_NAME = 200  # characters
MAX_ID = 200
MAX_ADDRESS = 254
JOINERS = "\u200c\u200d"  # parts of words in Persian and Sinhala, and of emoji
TAGS = range(0xE0020, 0xE0080)  # the letters of flags
EMPTY = str.maketrans(dict.fromkeys("\u115f\u1160\u2800\u3164\uffa0", " "))  # letters with nothing to see
UNSEEN = ("Cc", "Cf", "Cs", "Co")
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def one_line(text: str, most: int) -> str:
    """A text as one line of at most `most` characters, composed (NFC): white space of any kind is a space, and control
    and direction marks, half characters and private ones are gone."""
    spaced = " ".join(text.translate(EMPTY).split())
    kept = "".join(c for c in spaced if unicodedata.category(c) not in UNSEEN or c in JOINERS or ord(c) in TAGS)
    return " ".join(unicodedata.normalize("NFC", kept).split())[:most].rstrip(f" {JOINERS}")


def shown_name(text: str) -> str:
    """A name as it is kept, whoever tells it; "" where there is nothing to see."""
    line = one_line(text, MAX_NAME)
    return line if any(unicodedata.category(c)[0] in "LNPS" for c in line) else ""


def given_name(text: str, field: str = "name") -> str:
    """The name that somebody asks for; Invalid, naming `field`, where there is nothing to see."""
    name = shown_name(text)
    if not name:
        raise Invalid("a name has something to be seen", field)
    return name


def mail_address(text: str) -> str:
    """The mail address that somebody is said to have; "" for what is none."""
    line = one_line(text, MAX_ADDRESS + 1)
    return line if len(line) <= MAX_ADDRESS and ADDRESS.fullmatch(line) else ""


def as_called(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a person or company, with the name as it is kept; without it where there is nothing to see."""
    if "name" not in fields:
        return fields
    name = shown_name(fields["name"])
    rest = {key: value for key, value in fields.items() if key != "name"}
    return {"name": name, **rest} if name else rest


def check_id(text: str, field: str = "external_id") -> str:
    """An id of the vendor's own: 1 to 200 printable characters, no space around them, composed (NFC). Invalid, naming
    `field`, for any other."""
    if not 0 < len(text) <= MAX_ID or not text.isprintable():
        raise Invalid(f"an id has 1 to {MAX_ID} printable characters", field)
    if text != text.strip() or not unicodedata.is_normalized("NFC", text):
        raise Invalid("an id has no space around it, and its letters composed (NFC)", field)
    return text
