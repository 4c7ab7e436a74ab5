"""A create screen may lack Labels or Description, and createmeta comes in pages."""

import pytest

from chalicelib.desk.tickets import TicketDraft
from tests.peers.sides import SIDES
from tests.trackers.peering import Ours

DRAFT = TicketDraft(title="It breaks", text="Now", mark="iss_1", labels=("backend",))


@pytest.fixture(params=[True, False], ids=["cloud", "data center"])
def side(request):
    made = SIDES["jira"]()
    made.peer.cloud = request.param
    with made.peer:
        made.config |= {"deployment": "cloud" if request.param else "data_center"}
        made.credentials = made.credentials if request.param else {"token": "bot-token"}
        yield made


def ours(side):
    return Ours(side.kind, side.config, **side.credentials).tickets


def creations(side):
    return [asked for asked in side.peer.log if asked.method == "POST" and asked.path.endswith("/issue")]


LACKING = [(), ("labels",), ("description",), ("labels", "description")]


@pytest.mark.parametrize("lacking", LACKING)
def test_a_ticket_gets_what_its_screen_has(side, lacking):
    side.peer.screen -= set(lacking)
    there = ours(side)
    made = there.create(DRAFT)
    assert made.title == "It breaks"
    assert made.text == ("" if "description" in lacking else "Now")
    assert made.labels == (() if "labels" in lacking else ("backend",))
    assert made.mark == "iss_1"
    assert len(side.peer.issues) == 1
    assert len(creations(side)) == 1
    if side.peer.cloud or "labels" not in lacking:
        assert there.made("iss_1", 0).id == made.id


@pytest.mark.parametrize("lacking", LACKING)
def test_a_try_says_what_the_screen_lacks(side, lacking):
    side.peer.screen -= set(lacking)
    missing = ours(side).probe().missing
    assert len([line for line in missing if "has no" in line]) == len(lacking)
    assert any("at least once" in line for line in missing) is (len(lacking) == 2)


def test_what_stands_on_a_later_page_is_read(side):
    side.peer.more_kinds, side.peer.required = 120, True
    missing = ours(side).probe().missing
    assert missing == ("the field Team is required: set config.fields.customfield_10010",)


def test_where_jira_does_not_tell_the_screen_its_refusal_does(side):
    side.peer.screen -= {"labels"}
    side.peer.tells_screen = False
    made = ours(side).create(DRAFT)
    assert (made.title, made.labels) == ("It breaks", ())
    assert len(creations(side)) == 2
