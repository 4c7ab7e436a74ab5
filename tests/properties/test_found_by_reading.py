"""Search against a naive one that reads everything: whatever is posted, edited, deleted, forked, and whenever the
worker of search runs, dies or runs again."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.desk.messages import Message
from chalicelib.flows.search import search as searching
from chalicelib.flows.search.index import index_pending
from chalicelib.ports import AwsAway
from chalicelib.store.rows import from_row
from tests.api import Client, Tenant
from tests.conftest import in_memory
from tests.fakes import Parley

WORDS = ["late", "later", "limit", "rate", "webhook", "web"]
TEXT = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
WHO = st.sampled_from(["agent", "ann", "bob"])
STEP = st.one_of(
    st.tuples(st.just("post"), WHO, TEXT, st.booleans()),
    st.tuples(st.just("edit"), st.integers(0, 20), TEXT),
    st.tuples(st.just("delete"), st.integers(0, 20)),
    st.tuples(st.just("fork"), st.integers(0, 20)),
    st.tuples(st.just("react")),
    st.tuples(st.just("sort"), st.integers(1, 3), st.sampled_from(["", "before", "after"])),
)
ASKED = st.tuples(st.sampled_from(["late", "rate", "limit web", '"rate limit"', "we", "late l", "web "]), st.booleans())


class Story:
    """What two customers and an agent do, and two ways to look for it."""

    def __init__(self, parley: Parley) -> None:
        self.parley, self.tenant = parley, Tenant.found("Acorn", parley.clock.at // 1000)
        self.rooms = {"ann": self.tenant.triage("acme"), "bob": self.tenant.triage("bolt")}
        self.callers = {"agent": self.tenant.api, "ann": self.tenant.user("acme", "ann")}
        self.callers["bob"] = self.tenant.user("bolt", "bob")
        self.said: list[tuple[Client, str, str]] = []

    def post(self, who: str, text: str, flag: bool) -> None:
        room = self.rooms[who if who != "agent" else "ann" if len(self.said) % 2 else "bob"]
        body = {"text": text, "internal": flag and who == "agent"}
        got = self.callers[who].post(f"/v1/rooms/{room}/messages", body)
        assert got.status == 201
        self.said.append((self.callers[who], room, got.json["id"]))

    def edit(self, which: int, text: str) -> None:
        if self.said:
            author, room, message = self.said[which % len(self.said)]
            assert author.patch(f"/v1/rooms/{room}/messages/{message}", {"text": text}).status in (200, 409)

    def delete(self, which: int) -> None:
        if self.said:
            author, room, message = self.said[which % len(self.said)]
            assert author.delete(f"/v1/rooms/{room}/messages/{message}").status == 200

    def fork(self, which: int) -> None:
        if self.said:
            _, room, message = self.said[which % len(self.said)]
            self.tenant.api.post(f"/v1/rooms/{room}/fork", {"name": "Apart", "from": message})

    def react(self) -> None:
        self.parley.react_all()

    def sort(self, enough: int, dies: str) -> None:
        """Of each tree, or until the worker dies: before the index is written, or before the rows are dropped."""
        for tree in {row.pk[2:] for row in list(self.parley.table.rows.values()) if row.pk.startswith("Q#")}:
            with pytest.MonkeyPatch.context() as patch:
                if dies == "before":
                    patch.setattr(self.parley.files, "put", _dead)
                elif dies:
                    patch.setattr(self.parley.store, "spread", _dead)
                try:
                    index_pending(
                        self.parley.store, self.parley.world.index, tree, now=self.parley.clock.now(), enough=enough
                    )
                except AwsAway:
                    continue

    def found(self, who: str, q: str, newest: bool) -> list[str]:
        """The ids, page by page."""
        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            order = "newest" if newest else "best"
            got = self.callers[who].get("/v1/search", q=q, kind="message", order=order, limit="3", **cursor)
            assert got.status == 200, got.text
            found += [hit["id"] for hit in got.json["items"]]
            if got.json["next"] is None:
                return found
            cursor = {"cursor": got.json["next"]}

    def there(self, who: str, q: str) -> list[str]:
        """By reading all that was ever said, newest first."""
        records: list[Any] = [from_row(row) for row in self.parley.table.rows.values()]
        rooms = {record.id: record for record in records if type(record).__name__ == "Room"}
        own = {"ann": "acme", "bob": "bolt"}.get(who)
        messages = [
            record
            for record in records
            if isinstance(record, Message)
            and not record.deleted
            and (own is None or rooms[record.room].customer_external_id == own and not record.internal)
            and _says(record.text, q)
        ]
        messages.sort(key=lambda m: (m.created_at, f"{'n' if m.internal else 'm'}:{m.room}", m.n), reverse=True)
        return [message.id for message in messages]


def _dead(*_: Any, **__: Any) -> None:
    raise AwsAway("the worker died")


def _says(text: str, q: str) -> bool:
    """In regular expressions: whole words, phrases, a beginning at the end."""
    closed = q.endswith(('"', " "))
    parts = re.findall(r'"[^"]+"|\S+', q)
    patterns = [rf"\b{part.strip(chr(34))}\b" for part in parts]
    if not closed:
        patterns[-1] = rf"\b{parts[-1]}"
    return all(re.search(pattern, text) for pattern in patterns)


@settings(max_examples=40)
@given(st.lists(STEP, max_size=25), st.lists(ASKED, min_size=1, max_size=3))
def test_finds_what_is_there_and_nothing_else(steps: list[Any], asked: list[tuple[str, bool]]) -> None:
    with in_memory(Parley()) as parley, pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "WINDOW", 4)
        patch.setattr(searching, "WINDOWS", 3)
        story = Story(parley)
        for name, *rest in steps:
            getattr(story, name)(*rest)
        story.react()
        for q, newest in asked:
            for who in story.callers:
                found, there = story.found(who, q, newest), story.there(who, q)
                assert (found if newest else sorted(found)) == (there if newest else sorted(there)), (who, q)


def test_the_index_may_be_younger_or_older_than_the_table_and_none_of_it_is_seen() -> None:
    with in_memory(Parley()) as parley:
        story = Story(parley)
        for _ in range(3):
            story.post("ann", "late webhook", False)
            story.post("agent", "the rate limit", False)
        story.react()
        story.sort(1, "")
        story.edit(0, "never mind")
        story.delete(2)
        assert len(story.found("ann", "webhook", True)) == 1  # before anybody has reacted
        story.react()
        assert len(story.found("ann", "mind", True)) == 1
        assert isinstance(story.callers["bob"], Client)
        assert story.found("bob", "webhook", True) == []


def test_what_was_edited_is_found_once_whatever_older_segments_say_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "WINDOW", 3)
    with in_memory(Parley()) as parley:
        story = Story(parley)
        for _ in range(16):
            story.post("ann", "late webhook", False)
        story.react()
        story.sort(1, "")
        for which, text in ((2, "late " + "and " * 30), (9, "late"), (12, "late late late")):
            story.edit(which, text)
            story.react()
            story.sort(1, "")
        for order in ("best", "newest"):
            found = story.found("ann", "late", order == "newest")
            assert len(found) == len(set(found)) == 16
