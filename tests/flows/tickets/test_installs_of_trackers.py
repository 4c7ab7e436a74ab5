"""Which install of a tracker a caller may ask, what of its tickets may be named, and what a ticket has not got yet."""

from typing import Any

import pytest

from chalicelib.desk.errors import Conflict, Invalid
from chalicelib.desk.issues import PendingComment
from chalicelib.desk.permissions import Principal
from chalicelib.desk.workspaces import Install
from chalicelib.flows.tickets.tracker import found_ticket, pending_on, tracker_install
from chalicelib.ports import new, over, ref
from tests.fakes import Parley
from tests.tracking import Desk


@pytest.fixture
def desk(parley: Parley) -> Desk:
    return Desk(parley)


def principal(workspace: str) -> Principal:
    return Principal(workspace=workspace, kind="agent", id="agt_1", name="Bo", credential="key_1")


def installed(desk: Desk, **fields: Any) -> Install:
    install = desk.parley.store.one(ref(Install, desk.install))
    assert install
    changed = install.changed(**fields)
    desk.parley.store.commit(over(changed, install))
    return changed


def test_it_is_a_trackers_and_of_the_callers_workspace(desk: Desk) -> None:
    world, who = desk.parley.world, principal(desk.tenant.id)
    assert tracker_install(world, who, desk.install).id == desk.install
    form = desk.api.post("/v1/installs", {"kind": "form", "name": "F"}).json["id"]
    for asking, id_ in ((who, "ins_none"), (who, form), (principal("wsp_other"), desk.install)):
        with pytest.raises(Invalid, match="no such install") as refused:
            tracker_install(world, asking, id_, field="tickets[0]")
        assert refused.value.field == "tickets[0]"


STATES = [("active", False, True), ("active", True, True), ("paused", False, False), ("paused", True, True)]
STATES += [("disabled", False, False), ("disabled", True, False)]


@pytest.mark.parametrize(("state", "paused", "may"), STATES)
@pytest.mark.parametrize(("because", "why"), [("", "by an admin"), ("the token was revoked", "the token was revoked")])
def test_it_is_active_or_paused_where_that_will_do(
    desk: Desk, state: str, paused: bool, may: bool, because: str, why: str
) -> None:
    installed(desk, state=state, disabled_because=because)
    world, who = desk.parley.world, principal(desk.tenant.id)
    if may:
        assert tracker_install(world, who, desk.install, paused=paused).state == state
    else:
        with pytest.raises(Conflict, match=f"the install is {state}: {why}"):
            tracker_install(world, who, desk.install, paused=paused)


def test_a_ticket_that_is_shown_as_gone_is_not_linked(desk: Desk) -> None:
    install = installed(desk, name="Board")
    desk.there.new("Known for long", gone=True)
    for key in ("T-1", "T-2"):
        with pytest.raises(Invalid, match="no such ticket"):
            found_ticket(desk.parley.world, install, key)


def test_a_ticket_owes_the_comments_for_its_own_install_that_were_not_refused(desk: Desk) -> None:
    rows = (("cmt_1", desk.install, ""), ("cmt_2", "ins_other", ""), ("cmt_3", desk.install, "too long"))
    for id_, install, failed in rows:
        fields = {"workspace": desk.tenant.id, "text": "x", "by": "agt_1", "name": "Bo", "at": 1, "failed": failed}
        desk.parley.store.commit(new(PendingComment(version=1, issue="iss_1", install=install, id=id_, **fields)))  # type: ignore[arg-type]
    assert [row.id for row in pending_on(desk.parley.world, "iss_1", desk.install)] == ["cmt_1"]


def test_a_webhook_is_taken_away_once(desk: Desk) -> None:
    path = f"/v1/installs/{desk.install}/webhook"
    for made in (False, True):
        if made:
            assert desk.api.post(path).status == 200
            assert desk.api.delete(path).status == 200
        assert desk.api.delete(path).status == 409
    assert [write for write in desk.there.writes if write[0] == "unregister"] == [("unregister", "hook_1")]


def test_a_comment_stands_in_the_text_for_comments_alone(desk: Desk) -> None:
    desk.cross(texts={"comment": "They say: {{comment}}"})
    got = desk.api.patch(f"/v1/installs/{desk.install}/tracking", {"texts": {"done": "{{comment}}"}})
    assert (got.status, got.json["field"]) == (422, "texts.done")
