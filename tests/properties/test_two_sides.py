"""An issue and its ticket change at random on both sides, while webhooks are lost, doubled and shuffled, the tracker
is busy, and workers run when they like. Once the nightly pass has been, both are equal, and no write was answered."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.flows.tickets.tasks import run_task
from tests.conftest import in_memory
from tests.fakes import Parley
from tests.tracking import DOING, DONE, OPEN, REVIEW, WONTFIX, Desk, busy

STATES = ["open", "in_progress", "done", "declined"]
WORDS = [OPEN, DOING, REVIEW, DONE, WONTFIX]
LABELS = ["a", "b", "c"]
acts = st.one_of(
    st.tuples(st.just("ours"), st.integers(0, 3)),
    st.tuples(st.just("theirs"), st.integers(0, 4)),
    st.tuples(st.just("our title"), st.integers(0, 3)),
    st.tuples(st.just("their title"), st.integers(0, 3)),
    st.tuples(st.just("our labels"), st.integers(0, 7)),
    st.tuples(st.just("their labels"), st.integers(0, 7)),
    st.tuples(st.sampled_from(["lose", "deliver", "double"]), st.integers(0, 20)),
    st.tuples(st.just("work"), st.integers(0, 20)),
    st.tuples(st.just("busy"), st.integers(0, 2)),
    st.tuples(st.just("time"), st.integers(1, 400)),
)


class Both:
    """One issue with its ticket; `ours` counts what was changed on our side."""

    def __init__(self, parley: Parley) -> None:
        self.desk = Desk(parley)
        self.desk.cross(title=True, labels=True, policy="tell")
        self.id = self.desk.raised("acme")["id"]
        self.parley, self.there, self.ours = parley, self.desk.there, 0

    def act(self, act: str, pick: int) -> None:
        labels = [label for bit, label in enumerate(LABELS) if pick >> bit & 1]
        if act == "ours":
            self.change(state=STATES[pick])
        elif act == "our title":
            self.change(title=f"Ours {pick}")
        elif act == "our labels":
            self.change(labels=labels)
        elif act == "theirs":
            self.there.turn("1", WORDS[pick])
        elif act == "their title":
            self.there.rename("1", f"Theirs {pick}")
        elif act == "their labels":
            self.there.relabel("1", *labels)
        elif act == "busy":
            self.there.moods = [busy(pick * 20)]
        elif act == "time":
            self.parley.clock.at += pick * 1000
            self.parley.due()
        elif act == "work":
            self.work(pick)
        elif self.there.sent:
            hook = self.there.sent.pop(pick % len(self.there.sent))
            for _ in range({"lose": 0, "deliver": 1, "double": 2}[act]):
                self.desk.hook(hook)

    def change(self, **fields: Any) -> None:
        before = self.desk.stored(self.id).version
        self.desk.patch(self.id, tell="tell", **fields) if "state" in fields else self.desk.patch(self.id, **fields)
        self.ours += self.desk.stored(self.id).version != before

    def work(self, pick: int) -> None:
        """One task: not the oldest, but the oldest of a group, as the queue would give it."""
        self.parley.react_all()
        looks = self.parley.queues.looks
        if looks:
            group = looks[pick % len(looks)].group
            task = next(task for task in looks if task.group == group)
            looks.remove(task)
            run_task(self.parley.world, task)

    def repaired(self) -> None:
        """All workers, the webhooks that are left thrown away, and the nightly pass, twice."""
        self.there.moods, self.there.sent = [], []
        for _ in range(4):
            self.desk.pass_(13 * 3600)

    def writes(self) -> list[tuple[str, ...]]:
        return [write for write in self.there.writes if write[0] in ("move", "retitle", "label")]


@settings(max_examples=120)
@given(st.lists(acts, max_size=25))
def test_both_sides_end_equal_with_few_writes(acts_: list[tuple[str, int]]) -> None:
    with in_memory(Parley()) as parley:
        both = Both(parley)
        for act, pick in acts_:
            both.act(act, pick)
        both.repaired()
        issue, ticket = both.desk.issue(both.id), both.there.tickets_["1"]
        assert ticket.word.means == issue["state"]
        assert ticket.title == issue["title"]
        assert set(ticket.labels) == set(issue["labels"])
        assert len(both.there.writes) - len(both.writes()) == 1
        assert len(both.writes()) <= both.ours
        done, said = list(both.there.writes), both.desk.said_in("acme")
        both.there.sent = [{"type": "ticket.changed", "ticket": "1"}] * 3
        both.desk.deliver(3)
        both.repaired()
        assert both.there.writes == done
        assert both.desk.said_in("acme") == said


@pytest.mark.parametrize("times", [1, 3])
def test_each_write_is_the_end_of_it(times: int) -> None:
    with in_memory(Parley()) as parley:
        both = Both(parley)
        for state in STATES[1:] * 3:
            both.change(state=state)
            for _ in range(4):
                both.desk.deliver(times)
        assert len(both.writes()) == both.ours == 9
