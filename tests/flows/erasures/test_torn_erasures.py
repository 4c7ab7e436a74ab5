"""An erasure whose worker dies at any write of the table, before its effect or after it: done again it ends whole."""

import contextlib

import pytest

from chalicelib.desk.erasures import Erasure
from chalicelib.flows import dispatch
from chalicelib.flows.erasures.start import next_piece
from chalicelib.store.rows import to_row
from tests.api import Tenant
from tests.conftest import in_memory
from tests.dying import Death, Failing, failing
from tests.fakes import Parley

PIECES = 60  # at most, of one erasure


class Scene:
    """Ann has spoken, was answered by her name, and has put up a file."""

    def __init__(self, parley: Parley) -> None:
        self.parley = parley
        self.tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        self.room = self.tenant.triage()
        ann = self.tenant.user(name="Ann Zebra", email="zebra@acme.example")
        file = ann.post("/v1/attachments", {"name": "zebra.txt", "size": 5, "type": "text/plain"}).json["id"]
        said = {"text": "zebra words", "attachments": [file]}
        assert ann.post(f"/v1/rooms/{self.room}/messages", said).status == 201
        assert self.tenant.api.post(f"/v1/rooms/{self.room}/messages", {"text": "Ann Zebra, we look"}).status == 201
        parley.settle()
        self.id = self.tenant.api.delete("/v1/customers/acme/users/ann").json["id"]
        parley.queues.tasks.clear()

    def erasure(self) -> Erasure:
        (found,) = [each for each in self.parley.records() if isinstance(each, Erasure)]
        return found

    def run(self) -> Erasure:
        """As the clock would wake it, until it is done."""
        for _ in range(PIECES):
            erasure = self.erasure()
            if erasure.ended:
                return erasure
            dispatch.job(self.parley.world, next_piece(erasure))
            self.parley.react_all()
            self.parley.clock.at += 4_000_000
        raise AssertionError(self.erasure())

    def left(self) -> list[str]:
        rows = [to_row(each) for each in self.parley.records()]
        return [f"{row.t} {row.sk}" for row in rows if "zebra" in f"{row.pk} {row.sk} {row.g} {row.d}".casefold()]


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log of events is an hour long, and what changes something alone is counted."""
    monkeypatch.setattr("chalicelib.flows.erasures.places.KEPT_EVENTS_MS", 3_600_000)
    monkeypatch.setattr(Failing, "CALLS", ("write", "spread"))


def test_a_death_at_any_write_ends_whole() -> None:
    with in_memory(Parley()) as parley:
        whole = Scene(parley)
        with failing(parley, 0, after=False) as table:
            wanted = whole.run()
        assert whole.left() == []
        calls = table.calls
    for after in (False, True):
        for at in range(1, calls + 1):
            with in_memory(Parley()) as parley:
                torn = Scene(parley)
                with failing(parley, at, after=after, error=Death), contextlib.suppress(Death):
                    torn.run()
                found = torn.run()
                assert torn.left() == [], (at, after)
                assert sorted(found.removed) == sorted(wanted.removed), (at, after)
                assert sorted(found.anonymised) == sorted(wanted.anonymised), (at, after)


def test_what_is_held_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    with in_memory(Parley()) as parley:
        scene = Scene(parley)
        monkeypatch.setattr("chalicelib.flows.erasures.run.held", lambda world, target: True)
        dispatch.job(parley.world, next_piece(scene.erasure()))
        assert scene.erasure().state == "held"
        assert scene.left()
        monkeypatch.undo()
        assert scene.run().state == "done"
        assert scene.left() == []
