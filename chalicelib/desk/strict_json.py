"""JSON read strictly (RFC 8259; I-JSON, RFC 7493): what two readers could take for two things is refused.
Also the step after it: a value read into one of our shapes, with the place named where it does not fit."""

import json
import math
import re
from typing import Any, TypeVar

import msgspec

from .errors import Invalid, Malformed

T = TypeVar("T")

MAX_DEPTH = 64
MAX_SENT_DEPTH = 500
MAX_DIGITS = 4300  # Python's own limit for turning digits into an int, which is quadratic
BOM = "\ufeff"
# Strings are matched whole, also one that never ends, so that brackets inside them do not count; possessive,
# so that no input makes the scan go back.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_PLACE = re.compile(r"(?:`key` in )?`\$\.?(.*)`", re.DOTALL)


def loads(raw: bytes, max_depth: int = MAX_DEPTH, *, allow_bom: bool = False) -> Any:
    """The value in `raw`. Malformed, with no positions told, for: bytes that are not UTF-8, a byte order
    mark (unless allowed), NaN and infinities, also by overflow (1e400), duplicate keys, more than `max_depth`
    levels, surrogates without their other half, integers of over 4300 digits, and whatever is no JSON."""
    text = _decoded(raw, allow_bom)
    value = _parsed(_DECODER, text, max_depth)
    if _ESCAPED_SURROGATE.search(text):
        _check_surrogates(value)
    return value


def loads_object(raw: bytes) -> dict[str, Any]:
    """The object that a provider sent. Its writer is not ours to correct: of a key told twice the last counts, a
    surrogate without its other half (a text that was cut there) becomes U+FFFD, a byte order mark is passed over.
    Otherwise as `loads`; Malformed also for what is no object."""
    text = _decoded(raw, allow_bom=True)
    value = _parsed(_FORGIVING, text, MAX_DEPTH)
    if not isinstance(value, dict):
        raise Malformed("the body must be an object")
    return dict(_without_halves(value, text))


def loads_sent(raw: bytes) -> Any:
    """What a machine sent in great numbers, where one bad value shall not cost the others: as `loads_object`, of any
    type; NaN and infinities, which Python writes, are null as JavaScript writes them, and the depth is looked at
    later."""
    text = _decoded(raw, allow_bom=True)
    return _without_halves(_parsed(_SENT, text, MAX_SENT_DEPTH), text)


def _without_halves(value: Any, text: str) -> Any:
    if not _ESCAPED_SURROGATE.search(text):
        return value
    whole = json.dumps(value, ensure_ascii=False).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return json.loads(whole)


def shaped(value: Any, shape: type[T], place: str = "") -> T:
    """`value` as a `shape`, strictly; Invalid with the place of what does not fit (beginning at `place`)."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise _named(str(error), place) from None


def _named(message: str, place: str) -> Invalid:
    """msgspec tells the place in its message: `Expected `int`, got `str` - at `$.a.b``."""
    what, _, end = message.rpartition(" - at ")
    found = _PLACE.fullmatch(end)
    what = what if found else message
    path = [place, found[1] if found else ""]
    field = re.fullmatch(r"Object (contains unknown|missing required) field `(.*)`", what, re.DOTALL)
    if field:
        path.append(field[2] or '""')
        what = "is no known field" if "unknown" in field[1] else "is needed"
    where = ".".join(filter(None, path))
    wanted = what.replace("`", "").replace("Expected", "must be").replace(", got", ", not")
    return Invalid(f"{where or 'the body'} {wanted}", where)


def _decoded(raw: bytes, allow_bom: bool) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise Malformed("not valid JSON: the bytes are not UTF-8") from None
    if text.startswith(BOM):
        if not allow_bom:
            raise Malformed("not valid JSON: it begins with a byte order mark")
        text = text[1:]
    if not text.strip():
        raise Malformed("not valid JSON: it is empty")
    return text


def _parsed(decoder: json.JSONDecoder, text: str, max_depth: int) -> Any:
    check_depth(text, max_depth)
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" at").removesuffix(" starting").rstrip(": ")
        raise Malformed(f"not valid JSON: {what[:1].lower()}{what[1:]}") from None


def check_depth(text: str, most: int) -> None:
    """Raise Malformed for what is nested deeper. By one scan before parsing: the parser itself recurses."""
    if text.count("[") + text.count("{") <= most:
        return
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        if (mark := match[0]) in ("[", "{"):
            depth += 1
            if depth > most:
                raise Malformed(f"nested deeper than {most} levels")
        elif mark in ("]", "}"):
            depth -= 1


def _check_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Malformed("a string has a surrogate without its other half") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Malformed(f"duplicate key {json.dumps(twice[:60])}")
    return result


def _refuse_constant(name: str) -> None:
    raise Malformed(f"{name} is not a JSON number")


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise Malformed("a number is too large")
    return number


def _float_or_null(digits: str) -> float | None:
    number = float(digits)
    return None if math.isinf(number) else number


def _int(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_DIGITS:
        raise Malformed(f"an integer has more than {MAX_DIGITS} digits")
    return int(digits)


_FORGIVING = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_float, parse_int=_int)
_SENT = json.JSONDecoder(parse_constant=lambda name: None, parse_float=_float_or_null, parse_int=_int)
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_float, parse_int=_int
)
