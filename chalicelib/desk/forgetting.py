"""Take a person out of a record (anonymisation): what becomes of each field is said where fields say what they hold, in
personal_data.py (ADR 176)."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from .domains import same_mailbox
from .erasures import Subject
from .personal_data import said_of
from .record import Part

S = TypeVar("S", bound=msgspec.Struct)
FORGOTTEN = "somebody who was forgotten"
STAND_IN = "gone"  # what the ids of chance begin with that take the place of theirs
OWN = frozenset({"name", "address", "picture", "outside"})  # of whomever the record names, and of nobody else
# What stands for a name where nobody has told one.
NAMELESS = frozenset({"", "agent", "user", "visitor", "machine", "system", "bot", "triage", FORGOTTEN})


@dataclass(frozen=True)
class Traces:
    """What tells of those who are forgotten, and the id of chance that takes their place. With `outside_too` what other
    sides call them goes as well: once all is removed over there that can be."""

    subject: Subject
    stand_in: str
    outside_too: bool = False

    @cached_property
    def ids(self) -> frozenset[str]:
        """Our ids of them."""
        return frozenset(self.subject.ids)

    @cached_property
    def outside(self) -> frozenset[str]:
        """Others' ids of them."""
        return frozenset(self.subject.outside)

    @cached_property
    def names(self) -> frozenset[str]:
        """Their names, as they are compared."""
        return frozenset(name.casefold() for name in self.subject.names)

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Their addresses, as they are compared."""
        return frozenset(map(same_mailbox, self.subject.addresses))

    @cached_property
    def words(self) -> re.Pattern[str] | None:
        """Their names and addresses as whole words, the longest first."""
        known = sorted({*self.subject.names, *self.subject.addresses, *self.addresses}, key=len, reverse=True)
        listed = "|".join(re.escape(word) for word in known if named(word))
        return re.compile(rf"(?<!\w)@?(?:{listed})(?!\w)", re.IGNORECASE) if listed else None

    def at(self, address: str) -> bool:
        """Whether an address is theirs."""
        return same_mailbox(address) in self.addresses

    def text(self, text: str) -> str:
        """A text without their names, addresses and ids."""
        for id_ in self.subject.ids:
            text = text.replace(id_, self.stand_in)
        return self.words.sub(FORGOTTEN, text) if self.words and text else text

    def tells(self, text: str) -> bool:
        """Whether a text tells of them."""
        return self.text(text) != text


def named(word: str) -> bool:
    """Whether it is somebody's own name or address, and none that stands for nobody."""
    return len(word) > 1 and word.casefold() not in NAMELESS


def without(record: S, traces: Traces, *, theirs: bool = False) -> S:
    """A record or a part without those who are forgotten; the same one, if it tells nothing of them. What does not say
    itself whose it is, is `theirs` if that which it is in is. Somebody else by our ids keeps what is theirs, though it
    is the same: a name that two have, the address of who came back."""
    said, own = said_of(type(record)), whose(record, traces)
    if own is False:
        said = {name: what for name, what in said.items() if what not in OWN}
    theirs = theirs if own is None else own
    changed: dict[str, Any] = {}
    for name in record.__struct_fields__:
        before = getattr(record, name)
        after = BECOMES[said.get(name, "plain")](before, traces, theirs)
        if after != before:
            changed[name] = after
    return msgspec.structs.replace(record, **changed) if changed else record


def whose(record: msgspec.Struct, traces: Traces) -> bool | None:
    """Whether it is theirs, by the ids and addresses in it; None where nothing says whose it is."""
    said = said_of(type(record))
    author = getattr(record, "author", None)
    if isinstance(author, Part):
        return whose(author, traces)
    texts = [(what, getattr(record, name)) for name, what in said.items()]
    held = [(what, value) for what, value in texts if isinstance(value, str) and value]
    people = [value for what, value in held if what == "person"]
    if people:  # our own id is nobody else's; what others call one may be
        return any(value == traces.stand_in or any(id_ in value for id_ in traces.ids) for value in people)
    outside = any(what == "outside" and value in traces.outside for what, value in held)
    return outside or any(what == "address" and traces.at(value) for what, value in held) or None


Becomes = Callable[[Any, Traces, bool], Any]


def _plain(value: Any, traces: Traces, theirs: bool) -> Any:
    """Nothing of a person, but parts that may hold something."""
    return _each(value, lambda text: text, traces, theirs=theirs)


def _person(value: Any, traces: Traces, theirs: bool) -> Any:
    def stands(text: str) -> str:
        for id_ in traces.ids:
            text = text.replace(id_, traces.stand_in)
        return text

    return _each(value, stands, traces, theirs=theirs)


def _name(value: Any, traces: Traces, theirs: bool) -> Any:
    def called(text: str) -> str:
        return FORGOTTEN if text and (theirs or text.casefold() in traces.names) else traces.text(text)

    return _each(value, called, traces, theirs=theirs)


def _address(value: Any, traces: Traces, theirs: bool) -> Any:
    if isinstance(value, tuple):
        return tuple(each for each in value if not traces.at(each))
    if isinstance(value, str) and (theirs or traces.at(value)):
        return ""
    return _each(value, traces.text, traces, theirs=theirs)


def _picture(value: Any, traces: Traces, theirs: bool) -> Any:
    return "" if theirs else value


def _outside(value: Any, traces: Traces, theirs: bool) -> Any:
    if not traces.outside_too:
        return value
    if theirs:
        return type(value)()
    return _each(value, lambda text: "" if text in traces.outside else text, traces, theirs=theirs)


def _said(value: Any, traces: Traces, theirs: bool) -> Any:
    return type(value)() if theirs and value is not None else _named(value, traces, theirs)


def _named(value: Any, traces: Traces, theirs: bool) -> Any:
    return _each(value, traces.text, traces, theirs=theirs)


def _file(value: Any, traces: Traces, theirs: bool) -> Any:
    return "" if theirs else value


BECOMES: dict[str, Becomes] = {
    "plain": _plain,
    "person": _person,
    "name": _name,
    "address": _address,
    "picture": _picture,
    "outside": _outside,
    "said": _said,
    "named": _named,
    "file": _file,
}


def _each(value: Any, change: Callable[[str], str], traces: Traces, *, theirs: bool) -> Any:
    """Every text in a value changed, the parts in it without them."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, msgspec.Struct):
        return without(value, traces, theirs=theirs)
    if isinstance(value, tuple | list):
        return type(value)(_distinct(_each(each, change, traces, theirs=theirs) for each in value))
    if isinstance(value, dict):
        return {
            change(key): _each(each, change, traces, theirs=theirs or key in traces.ids) for key, each in value.items()
        }
    return value


def _distinct(values: Iterable[Any]) -> list[Any]:
    """Those who were several are one now, and named once."""
    found: list[Any] = []
    for each in values:
        if not (isinstance(each, str) and each.startswith(f"{STAND_IN}_") and each in found):
            found.append(each)
    return found
