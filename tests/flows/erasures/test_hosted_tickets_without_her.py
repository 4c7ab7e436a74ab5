"""On the emulators of GitHub and Linear: a ticket that we made tells nothing of who is forgotten, and what we said
there of her is gone; the rest stays."""

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.aws.outside import GuardedOutside
from tests.api import Tenant
from tests.fakes import Parley
from tests.trackers.hands import Team, on_github, on_linear

MAIL = "ann@developers.example"


@pytest.mark.parametrize("on", [on_github, on_linear])
def test_title_text_and_comments_are_without_her(parley: Parley, tenant: Tenant, on: Any) -> None:
    parley.world = replace(parley.world, outside=GuardedOutside(allow_loopback=True))
    there: AbstractContextManager[Team] = on()
    with there as team:
        account = {"config": team.config, "credentials": team.credentials}
        install = tenant.api.post("/v1/installs", {"kind": team.kind, "name": "Work", **account}).json["id"]
        crossing = {"comments": "all", "title": True, "policy": "tell"}
        assert tenant.api.patch(f"/v1/installs/{install}/tracking", crossing).status == 200
        room = tenant.triage()
        ann = tenant.user(name="Ann", email=MAIL)
        asked = ann.post(f"/v1/rooms/{room}/messages", {"text": "The zebra is gone"}).json["id"]
        raised = {"title": f"{MAIL} cannot pay", "from": asked, "to": asked, "tickets": [install]}
        issue = tenant.api.post(f"/v1/rooms/{room}/issues", raised).json["id"]
        settle(parley)
        ticket = tenant.api.get(f"/v1/issues/{issue}/tickets").json["items"][0]["ticket"]
        for text in (f"{MAIL} asks again", "We look"):
            assert tenant.api.post(f"/v1/issues/{issue}/comments", {"text": text}).status == 202
        settle(parley)
        assert all(words in shown(team, ticket) for words in (MAIL, "zebra", "asks again", "We look"))

        erasure = tenant.api.delete("/v1/customers/acme/users/ann").json["id"]
        report: dict[str, Any] = {"state": ""}
        for _ in range(40):
            if report["state"] == "done":
                break
            parley.clock.at += 130_000
            parley.due()
            settle(parley)
            report = tenant.api.get(f"/v1/erasures/{erasure}").json
        assert {(each["state"], each["reason"]) for each in report["elsewhere"]} == {("done", None)}
        assert not [words for words in (MAIL, "zebra", "asks again") if words in shown(team, ticket)]
        assert "We look" in shown(team, ticket)


def settle(parley: Parley) -> None:
    for _ in range(12):
        parley.settle()
        parley.sync_all()
        parley.work_all()


def shown(team: Team, ticket: str) -> str:
    return " ".join([team.title(ticket), team.body_of(ticket), *team.comments(ticket)])
