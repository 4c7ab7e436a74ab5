"""Whose turn it is follows from the order of a room's changes: what is derived may come in any order, late, twice."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.desk.messages import Author, Draft, Source
from chalicelib.desk.rooms import Room
from chalicelib.desk.turns import MAX_TRAIL, Mark, MarkKind, Standing, fold, with_mark, without_message
from chalicelib.flows.rooms.amend import (
    amend_known,
    delete_step,
    delete_wait,
    edit_step,
    edit_wait,
    react_step,
    react_wait,
)
from chalicelib.flows.rooms.post import post
from chalicelib.ports import new, ref
from tests.api import Tenant
from tests.fakes import Parley

KINDS: tuple[MarkKind, ...] = (
    "ask", "answer", "thanks", "acknowledge", "resolve", "close", "remind", "no answer", "told",
    "untold", "reopen", "ask again", "none needed", "waits",
)  # fmt: skip
STORIES = st.lists(st.sampled_from(KINDS), min_size=1, max_size=30)


def marks(story: list[MarkKind]) -> list[Mark]:
    return [
        Mark(n=n, at=10 * n, kind=kind, word="w" if kind in ("resolve", "close") else "")
        for n, kind in enumerate(story, 1)
    ]


def kept(trail: list[Mark]) -> tuple[Standing, tuple[Mark, ...]]:
    base, left = Standing(), ()
    for mark in trail:
        base, left = with_mark(base, left, mark)
    return base, left


@given(STORIES)
def test_base_and_trail_stand_where_all_marks_would(story: list[MarkKind]) -> None:
    base, trail = kept(marks(story))
    assert len(trail) <= MAX_TRAIL
    assert fold(base, trail) == fold(Standing(), tuple(marks(story)))


@given(STORIES, st.data())
def test_what_is_taken_away_and_put_back_in_any_order_leaves_what_stands_at_last(
    story: list[MarkKind], data: Any
) -> None:
    """Deletes, bounces and late receipts of the last messages: the room is what it would be without those that are
    gone at last, whoever came first, and however often."""
    base, trail = kept(marks(story))
    away = data.draw(st.sets(st.sampled_from(trail)))
    steps = data.draw(st.permutations([(mark, gone) for mark in trail for gone in (True, False)]))
    last = [(mark, mark in away) for mark in data.draw(st.permutations(trail))]
    moved, left = base, trail
    for mark, gone in [*steps, *last]:
        if gone:
            left = without_message(left, mark.n)
        else:
            moved, left = with_mark(moved, left, mark)
    assert moved == base
    assert left == tuple(mark for mark in trail if mark not in away)


@given(STORIES)
def test_what_is_older_than_the_trail_has_had_its_effect(story: list[MarkKind]) -> None:
    base, trail = kept(marks(story))
    for mark in marks(story):
        if mark.n <= base.n:
            assert with_mark(base, trail, mark) == (base, trail)
            assert without_message(trail, mark.n) == trail


@given(STORIES)
def test_nobody_waits_where_it_is_not_the_vendors_turn(story: list[MarkKind]) -> None:
    stands = fold(Standing(), tuple(marks(story)))
    assert (stands.waiting_since > 0) == (stands.turn == "vendor")
    assert stands.state == "open" or (stands.turn, stands.acked_at) == ("", 0)
    assert stands.turn == "vendor" or not stands.acked_at


# --- post, edit, delete and reaction of one message, in any order of arrival ---------------------------------------

SOURCE = Source(channel="slack", install="ins_1", id="C1/1")
USER = Author(kind="user", id="usr_1", name="Ann")


def events(parley: Parley, workspace: str, room: str, text: str) -> dict[str, Callable[[], Any]]:
    world = parley.world

    def known(step: Any, wait: Any, type_: Any) -> Any:
        return amend_known(world, SOURCE, workspace, step=step, wait=wait, type_=type_, by="usr_1")

    return {
        "post": lambda: post(world, room, Draft(author=USER, text="Thanks!", source=SOURCE, revision=1)),
        "edit": lambda: known(edit_step(text, 2, 5), edit_wait(text, 2, 5), "edited"),
        "reaction": lambda: known(
            react_step("usr_1", "👍", True, revision=1),
            react_wait("usr_1", "👍", True, revision=1, customer=None),
            "reaction",
        ),
        "delete": lambda: known(delete_step, delete_wait, "deleted"),
    }


@pytest.mark.parametrize("before", ["open", "resolved"])
@pytest.mark.parametrize(
    "names", [("post", "edit", "reaction"), ("post", "edit", "delete"), ("post", "delete", "reaction")]
)
@pytest.mark.parametrize("text", ["Thanks, still broken", "Thank you!"])
def test_any_order_of_arrival_gives_the_same_turn(
    parley: Parley, tenant: Tenant, before: Any, names: tuple[str, ...], text: str
) -> None:
    found = set()
    for number, order in enumerate(permutations(names)):
        room = Room(
            version=1, id=f"room_{number}", workspace=tenant.id, kind="topic", name="R", created_at=1, customer="cus_1"
        )
        parley.store.commit(new(room))
        if before == "resolved":
            path = f"/v1/rooms/{room.id}"
            assert tenant.api.patch(path, {"state": "resolved"}).status == 200
        global SOURCE
        SOURCE = replace(SOURCE, id=f"C1/{number}")
        for name in (*order, order[0]):
            events(parley, tenant.id, room.id, text)[name]()
        now = parley.store.one(ref(Room, room.id))
        assert now
        found.add((now.turn, now.waiting_since > 0, now.state))
    assert len(found) == 1, found
