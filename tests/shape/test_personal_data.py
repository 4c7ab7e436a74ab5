"""Every kind of record says what it holds of people, each field of words too, and so does what lies outside."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
import pytest

from chalicelib.desk.personal_data import (
    FIELDS,
    KINDS,
    NOBODYS,
    ORDINARY,
    PARTS,
    PLACES,
    REMOVED,
    STARTS,
    parts_of,
    paths_of,
    said_of,
    words_of,
)
from chalicelib.desk.record import Record
from chalicelib.desk.times import DAY_MS
from chalicelib.store import keys
from chalicelib.store.rows import Row, from_row
from infra.privacy import PAGE, page
from tests.faults.simulation.aws import TEMPLATE

ROOT = Path(__file__).parents[2]
STORED = ROOT / "tests" / "stored" / "table.jsonl"
IDENTIFY = ("name", "address", "picture", "person", "outside")  # what tells of a person whoever reads it
SAMPLED = "-é"  # rows of one sample each, whose fields hold their own names
AGES = r"\d+ (days|hours|minutes)"
NEVER = next(field.default for field in fields(keys.Kind) if field.name == "expires")


@cache
def parts() -> list[Any]:
    """Every part of a record, and of a part."""
    found: list[Any] = []
    queue: list[Any] = [kind.type for kind in keys.KINDS]
    while queue:
        for hint in get_type_hints(queue.pop()).values():
            fresh = [part for part in parts_of(hint) if part not in found]
            found += fresh
            queue += fresh
    return found


def named(types: list[Any]) -> list[Any]:
    return [pytest.param(each, id=f"{each.__module__.rpartition('.')[2]}.{each.__name__}") for each in types]


def test_every_kind_and_every_part_says_what_it_holds() -> None:
    assert set(KINDS) == {kind.type for kind in keys.KINDS}
    assert set(PARTS) == set(parts())


@pytest.mark.parametrize("type_", named([kind.type for kind in keys.KINDS] + parts()))
def test_every_field_of_words_says_what_it_holds(type_: Any) -> None:
    said = [
        name for names in (KINDS[type_].fields if type_ in KINDS else PARTS[type_]).values() for name in names.split()
    ]
    assert len(said) == len(set(said)), "a field is said once"
    assert set(said) - words_of(type_) == set(), "there is no such field, or it can hold no words"
    assert words_of(type_) - set(said) - ORDINARY == set(), "a field of words does not say what it holds"


@pytest.mark.parametrize("kind", keys.KINDS, ids=lambda kind: kind.name)
def test_what_becomes_of_a_record_is_said_whole(kind: keys.Kind) -> None:
    holds = KINDS[kind.type]
    personal = any(what != "plain" for _, what in paths_of(kind.type))
    assert personal is (holds.fate != NOBODYS), "what is a person's is removed, anonymised or kept; nothing else is"
    assert bool(holds.of) is bool(holds.start) is personal
    assert holds.lives
    if personal:
        assert holds.start in STARTS or holds.start in {each.__name__ for each in KINDS}, holds.start
        assert holds.because or holds.fate == REMOVED, "what is kept, or kept in part, says why"
    assert set(holds.listings.split()) <= set(keys.LISTINGS)


@pytest.mark.parametrize("kind", keys.KINDS, ids=lambda kind: kind.name)
def test_how_long_it_lives_is_what_the_table_is_set_to(kind: keys.Kind) -> None:
    """A kind that ends by itself says after how long; one that does not names no time."""
    ends = kind.expires is not NEVER
    said = re.search(AGES, KINDS[kind.type].lives)
    assert bool(said) is ends, KINDS[kind.type].lives


def test_a_listing_that_is_to_find_a_kind_gives_that_kind() -> None:
    """By the rows of earlier code: those that a listing's partition and prefix fit are of the kind that names it."""
    prefixes = {name: prefix(*["x"] * prefix.__code__.co_argcount) for name, (_, _, prefix, _) in keys.LISTINGS.items()}
    for row in stored():
        kind = keys.BY_NAME[row.t].type
        for other, holds in KINDS.items():
            for listing in holds.listings.split():
                index, partition, _, _ = keys.LISTINGS[listing]
                low = prefixes[listing]
                if index or not low or not row.sk.startswith(low):
                    continue
                at = re.escape(partition(*["\0"] * partition.__code__.co_argcount)).replace(re.escape("\0"), "[^#]+")
                if re.fullmatch(at, row.pk):
                    assert kind is other, (listing, row.t)


# --- what is said is so: by rows that earlier code has stored -----------------------------------------------------


def stored() -> list[Row]:
    lines = map(json.loads, STORED.read_text().splitlines())
    return [Row(**{**line, "g": {name: tuple(key) for name, key in line["g"].items()}}) for line in lines]


def held(value: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """What fields of a record and of its parts hold: (path, what that is said to be, text)."""
    said = said_of(type(value))
    for name in value.__struct_fields__:
        found = getattr(value, name)
        what = said.get(name, "plain")
        yield from ((f"{path}{name}", what, text) for text in texts(found))
        for part in parts_in(found):
            yield from held(part, f"{path}{name}.")


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for pair in value.items() for each in pair for text in texts(each))
    elif isinstance(value, list | tuple):
        yield from (text for each in value for text in texts(each))


def parts_in(value: Any) -> Iterator[msgspec.Struct]:
    if isinstance(value, msgspec.Struct):
        yield value
    elif isinstance(value, dict):
        yield from (part for each in value.values() for part in parts_in(each))
    elif isinstance(value, list | tuple):
        yield from (part for each in value for part in parts_in(each))


def test_what_tells_of_a_person_lies_in_no_field_that_is_said_to_hold_nothing_of_one() -> None:
    rows: list[tuple[str, Record]] = [(row.t, from_row(row)) for row in stored()]
    found = [(kind, path, what, text) for kind, record in rows for path, what, text in held(record)]
    people = {"User", "Agent", "Visitor", "Face", "Alias", "Correspondent", "Mailbox"}
    telling = {text for kind, _, what, text in found if kind in people and what in IDENTIFY and len(text) > 5}
    telling = {text for text in telling if not text.endswith(SAMPLED)}
    assert len(telling) > 20
    leaks = {
        (kind, path, each)
        for kind, path, what, text in found
        if what == "plain" and text
        for each in telling
        if re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text)
    }
    assert leaks == set()


# --- outside of the table -----------------------------------------------------------------------------------------


def places(of: str) -> dict[str, str]:
    return {place.name.removeprefix(of): place.ends for place in PLACES if place.name.startswith(of)}


def test_every_prefix_of_the_bucket_says_what_lies_there() -> None:
    there = {"received/", "aws/lambda/"}  # by SES and by Lambda
    for folder in ("desk", "aws", "flows", "search"):
        for path in (ROOT / "chalicelib" / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                    there |= set(re.findall(r"\A(?:[a-z-]+/)+\Z", str(node.values[0].value)))
    assert set(places("bucket: ")) == there


def test_what_ends_in_the_bucket_ends_as_the_bucket_is_set_to() -> None:
    rules = TEMPLATE["Files"]["Properties"]["LifecycleConfiguration"]["Rules"]
    ends = {rule["Prefix"]: f"{rule['ExpirationInDays']} days" for rule in rules if "Prefix" in rule}
    assert {name: words for name, words in places("bucket: ").items() if re.search(AGES, words)} == ends


def test_every_queue_says_what_it_holds_and_for_how_long() -> None:
    queues = {
        name: f"{resource['Properties']['MessageRetentionPeriod'] * 1000 // DAY_MS} days"
        for name, resource in TEMPLATE.items()
        if resource.get("Type") == "AWS::SQS::Queue"
    }
    dead = {name: days for name, days in queues.items() if name.endswith("DeadQueue")}
    assert places("queue: ") == {name: days for name, days in queues.items() if name not in dead}
    assert set(dead.values()) == {places("dead-letter queues")[""]}


def test_the_page_is_made_of_this() -> None:
    assert PAGE.read_text() == page(), "python -m infra.privacy"


def test_what_a_field_becomes_is_said_of_all() -> None:
    used = {what for kind in KINDS for _, what in paths_of(kind)}
    assert used == set(FIELDS)
