"""A sample of every kind, with what tells of a person in every field that is said to hold such: nothing of it is left,
and what is said to be others' stays."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from chalicelib.desk.erasures import Self, Subject
from chalicelib.desk.forgetting import FORGOTTEN, Traces, whose, without
from chalicelib.desk.messages import Author, Message, Quote, Reply
from chalicelib.desk.personal_data import KEPT, KINDS, NOBODYS, said_of
from tests.contracts.test_table import sample

ID, NAME, ADDRESS, OUTSIDE = "usr_zebra0000000000000000000000", "Zoe Zebra", "zoe@zebra.example", "U0ZEBRA"
TRACES = Traces(
    Subject(selves=(Self(id=ID, customer="cus_1"),), names=(NAME,), addresses=(ADDRESS,), outside=(OUTSIDE,)),
    "gone_1",
    outside_too=True,
)
TELLS = {
    "person": ID,
    "name": NAME,
    "address": ADDRESS,
    "picture": f"https://pictures.example/{OUTSIDE}",
    "outside": OUTSIDE,
    "said": f"I am {NAME}, {ADDRESS}",
    "named": f"Ask @{NAME} <{ADDRESS}>, or {NAME.upper()}.",
    "file": f"att_{OUTSIDE}",
}


def filled(value: Any, text: str) -> Any:
    """A value with `text` in place of every text in it."""
    if isinstance(value, str):
        return text
    if isinstance(value, msgspec.Struct):
        return telling(value)
    if isinstance(value, tuple | list):
        return type(value)(filled(each, text) for each in value)
    if isinstance(value, dict):
        return {filled(key, text): filled(each, text) for key, each in value.items()}
    return value


def telling(record: Any) -> Any:
    """A record or a part that tells of her wherever it may tell of anybody."""
    said = said_of(type(record))
    changed = {}
    for name in record.__struct_fields__:
        value, what = getattr(record, name), said.get(name, "plain")
        changed[name] = filled(value, TELLS[what]) if what != "plain" else inner(value)
    return msgspec.structs.replace(record, **changed)


def inner(value: Any) -> Any:
    """What tells nothing itself, but may have parts that do."""
    if isinstance(value, msgspec.Struct):
        return telling(value)
    if isinstance(value, tuple):
        return tuple(map(inner, value))
    if isinstance(value, dict):
        return {key: inner(each) for key, each in value.items()}
    return value


PERSONAL = [kind for kind, holds in KINDS.items() if holds.fate not in (NOBODYS, KEPT)]


@pytest.mark.parametrize("kind", PERSONAL, ids=lambda kind: kind.__name__)
def test_nothing_of_her_is_left(kind: Any) -> None:
    record = telling(sample(kind))
    assert "zebra" in str(record).casefold()
    after = without(record, TRACES, theirs=True)
    assert "zebra" not in str(after).casefold()
    assert without(after, TRACES, theirs=True) == after, "a second walk finds nothing"


@pytest.mark.parametrize("kind", PERSONAL, ids=lambda kind: kind.__name__)
def test_of_a_record_that_tells_nothing_of_her_nothing_is_changed(kind: Any) -> None:
    record = sample(kind)
    assert without(record, TRACES) is record


def test_others_words_stay_without_her() -> None:
    bob = Author(kind="user", id="usr_bob", name="Bob")
    quote = Quote(start=0, end=3, text="All of her words", author=ID)
    message = msgspec.structs.replace(
        sample(Message),
        author=bob,
        text=f"@{NAME}: zebras are nice, {ADDRESS}",
        mentions=(ID, "usr_bob"),
        reply_to=Reply(message="msg_1", quote=quote),
    )
    after = without(message, TRACES)
    assert whose(message, TRACES) is False
    assert after.text == f"{FORGOTTEN}: zebras are nice, {FORGOTTEN}"
    assert after.mentions == ("gone_1", "usr_bob")
    assert after.author == bob
    assert after.reply_to is not None
    assert after.reply_to.quote is not None
    assert (after.reply_to.quote.text, after.reply_to.quote.author) == ("", "gone_1")


def test_whom_another_customer_calls_the_same_is_somebody_else() -> None:
    other = Author(kind="user", id="usr_other", name="Olga", external_id=OUTSIDE)
    assert whose(other, TRACES) is False
    assert without(other, replace(TRACES, outside_too=False)) == other
