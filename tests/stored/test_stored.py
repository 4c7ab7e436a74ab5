"""What is stored and spoken keeps its name: rows, queue messages, stream records and documents of 4a140ce are read,
written and worked off by later code as they were then.

What is new since need not be in it. What is meant to come out otherwise is told by `python -m tests.stored.make again`.
"""

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.desk.customers import Customer, User, Visitor
from chalicelib.desk.files import Attachment
from chalicelib.desk.inbox_views import RoomViews
from chalicelib.desk.messages import Message
from chalicelib.desk.rooms import Room
from chalicelib.desk.search_index import Wanted, place_of
from chalicelib.desk.search_query import asked
from chalicelib.desk.text_normalization import words_of
from chalicelib.search.segment import Source
from chalicelib.store.keys import KINDS
from chalicelib.store.rows import Row, from_row, to_row

from . import spoken
from .standing import after_hours, after_queues, after_stream, document, found, lines, standing
from .wire import read

ROWS = read(lines("table.jsonl"))


def test_every_kind_of_then_is_known() -> None:
    assert {row.t for row in ROWS} <= {kind.name for kind in KINDS}
    assert len({row.t for row in ROWS}) == 67


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.t} {row.sk}")
def test_a_row_comes_back_as_it_is(row: Row) -> None:
    record = from_row(row)
    again = to_row(record)
    if isinstance(record, Room) and not record.last_message_at:  # rooms without a word lie apart from the inbox now
        moved = {"g1": (row.g["g1"][0].replace("#ROOMS#", "#UNSAID#"), row.g["g1"][1])}
        row = replace(row, g=row.g | moved)
    if isinstance(record, User | Visitor) or isinstance(record, Room) and record.visitor and not record.customer:
        row = replace(row, g=again.g)  # users and visitors are found by what they are known by, their rooms by them
    if isinstance(record, Customer):  # who stands in the index by id, too
        row = replace(row, g=row.g | {"g2": (f"W#{record.workspace}#CUSTOMERS", record.id)})
    if isinstance(record, Attachment):  # a file is found by who put it up now
        row = replace(row, g=row.g | again.g)
    if isinstance(record, Message):  # what has files, or a mail as it came, is found by its age now
        row = replace(row, g=again.g)
    if isinstance(record, RoomViews):  # a view of a turn's is read off them now
        row = replace(row, g=row.g | again.g)
    assert (again.pk, again.sk, again.v, again.t, again.g, again.expires) == (
        row.pk, row.sk, row.v, row.t, row.g, row.expires,
    )  # fmt: skip
    assert json.loads(again.d) == json.loads(row.d)


def compare(made: dict[str, Any], kept: dict[str, Any]) -> None:
    """One list after the other: so each failure tells of little."""
    for name in kept:
        more, fewer = _without(made[name], kept[name]), _without(kept[name], made[name])
        assert (more, fewer) == ([], []), name
    assert set(made) == set(kept)


def _without(these: list[Any], those: list[Any]) -> list[Any]:
    left = list(those)
    return [each for each in these if each not in left or left.remove(each)]


def test_react_makes_of_the_stream_what_it_made() -> None:
    compare(after_stream(), document("outcome.json")["stream"])


def test_the_workers_make_of_the_queues_what_they_made() -> None:
    kept = document("outcome.json")["queues"]
    assert kept["failed"] == []
    compare(after_queues(), kept)


def test_the_clock_finds_due_what_it_found() -> None:
    compare(after_hours(), document("outcome.json")["hours"])


def test_credentials_open_and_search_finds() -> None:
    kept = document("outcome.json")
    assert kept["people"] != []
    assert kept["hits"] != []
    compare(found(), {name: kept[name] for name in ("people", "hits")})


def test_the_api_still_says_of_itself_all_that_it_said() -> None:
    now, kept = spoken.openapi(), document("openapi.json")
    for path, operations in kept["paths"].items():
        assert missing(now["paths"].get(path), operations) == [], path
    assert missing(now, kept) == []


def missing(now: Any, kept: Any, at: str = "") -> list[str]:
    """The places of `kept` at which `told` has something else. What it has besides is no matter."""
    if isinstance(kept, dict) and isinstance(now, dict):
        return [miss for name in kept for miss in missing(now.get(name), kept[name], f"{at}/{name}")]
    if isinstance(kept, list) and isinstance(now, list):
        return [f"{at}/{each}" for each in kept if each not in now]
    return [] if now == kept else [at]


def test_refusals_are_called_what_they_were_called() -> None:
    assert spoken.problems() == document("problems.json")


def test_metrics_count_by_the_words_that_they_counted_by() -> None:
    assert spoken.metrics() == document("metrics.json")


def test_what_is_in_old_segments_is_found_by_its_own_words() -> None:
    """By a question of today, which asks for more than they know."""
    said = {place_of(record): record for record in map(from_row, ROWS) if isinstance(record, Message)}
    asked_for = 0
    with standing() as (parley, _):
        index = parley.world.index
        for tree in (from_row(row) for row in ROWS if row.t == "Tree"):
            for each in (each for each in tree.segments if each.key in parley.files.content):
                for _, place, n in Source.read(parley.files.content[each.key], each.head).order:
                    message = said.get((place, n))
                    if message and not message.deleted and words_of(message.text):
                        found = index.find(tree.id, Wanted(asked(message.text).terms), None, limit=100)
                        assert (place, n) in {(hit.place, hit.n) for hit in found}, message.text
                        asked_for += 1
    assert asked_for > 5
