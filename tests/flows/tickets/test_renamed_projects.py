"""A project that is called otherwise: its install says so, once, and each of its tickets is looked at. A customer that
is another than before is counted."""

import pytest
from msgspec.structs import replace

from chalicelib.desk.customers import Customer
from chalicelib.desk.issues import Issue, Link
from chalicelib.desk.workspaces import Install
from chalicelib.flows.tickets import renamed_project
from chalicelib.flows.tickets.after_change import tasks_after_change
from chalicelib.flows.tickets.renamed_project import follow_renamed_project
from chalicelib.flows.tickets.tasks import run_task
from chalicelib.ports import Task, over, ref
from tests.fakes import Parley
from tests.tracking import Desk, busy, denied


@pytest.fixture
def desk(parley: Parley) -> Desk:
    return Desk(parley)


def install(desk: Desk) -> Install:
    found = desk.parley.store.one(ref(Install, desk.install))
    assert found
    return found


def rename(desk: Desk, **names: str) -> None:
    probe = desk.there.probe
    desk.there.probe = lambda: replace(probe(), renamed=names)  # type: ignore[method-assign]


def test_the_install_follows_once_and_every_ticket_is_looked_at(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renamed_project, "PAGE", 2)
    for _ in range(3):
        desk.raised()
    rename(desk, url="https://new.example")
    before = install(desk)
    assert run_task(desk.parley.world, Task("project", desk.install, why="env_1:0")) == "done"
    looks = {(task.do, task.ticket, task.why) for task in desk.parley.queues.looks}
    assert looks == {("look", id_, "project:env_1:0") for id_ in "123"}
    after = install(desk)
    assert (after.config, after.version) == (before.config | {"url": "https://new.example"}, before.version + 1)
    assert follow_renamed_project(desk.parley.world, desk.install, "env_2:0") == 3
    assert install(desk) == after


def test_a_project_that_has_no_other_name_leaves_the_install_alone(desk: Desk) -> None:
    desk.raised()
    before = install(desk)
    assert follow_renamed_project(desk.parley.world, desk.install, "env_1:0") == 1
    assert install(desk) == before


@pytest.mark.parametrize("mood", [busy(), denied()])
def test_each_look_finds_out_for_itself_what_is_not_said_now(desk: Desk, mood: Exception) -> None:
    desk.raised()
    before, desk.there.moods = install(desk), [mood]
    assert follow_renamed_project(desk.parley.world, desk.install, "env_1:0") == 1
    assert install(desk) == before


def test_nobody_asks_for_an_install_that_is_gone_or_not_active(desk: Desk) -> None:
    desk.raised()
    assert follow_renamed_project(desk.parley.world, "ins_none", "env_1:0") == 0
    old = install(desk)
    desk.parley.store.commit(over(old.changed(state="disabled"), old))
    desk.there.reads.clear()
    assert follow_renamed_project(desk.parley.world, desk.install, "env_1:0") == 0
    assert desk.there.reads == []


def test_what_follows_from_a_change() -> None:
    acme = Customer(version=2, id="cus_1", workspace="w", external_id="acme", name="Acme", created_at=1)
    named = acme.changed(name="Apex")
    assert tasks_after_change(named, acme) == [Task("count", "cus_1", why="v3")]
    tickets = (Link(install="ins_1", ticket="1"), Link(install="ins_2"))
    issue = Issue(version=4, id="iss_1", workspace="w", kind="bug", title="T", created_at=1, by="a", tickets=tickets)
    assert tasks_after_change(issue, None) == [
        Task("look", "iss_1", "ins_1", "1", why="v4"),
        Task("look", "iss_1", "ins_2", why="v4"),
    ]
    assert tasks_after_change(acme, None) == [Task("count", "cus_1", why="v2")]  # nobody knows what it was
    new = Customer(version=1, id="cus_1", workspace="w", external_id="acme", name="Acme", created_at=1)
    for record, before in ((new, None), (None, acme), (None, None), (acme.changed(), acme)):
        assert tasks_after_change(record, before) == []
