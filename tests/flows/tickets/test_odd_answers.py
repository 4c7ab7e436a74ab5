"""Something else than the tracker answers: a proxy, a page to log in, another server. Whatever it says, no worker falls
over it and no caller gets a 5xx; what waits is done when the tracker answers again."""

from dataclasses import replace

import pytest

from chalicelib.flows.tickets.tasks import run_task
from chalicelib.flows.tickets.tracker import ClientFault
from chalicelib.ports import Answer, Request, Task
from tests.api import Tenant
from tests.tracking import Desk

KINDS = {
    "github": ({"repository": "acorn/api"}, {"token": "t"}),
    "linear": ({"team": "ENG"}, {"token": "t"}),
    "jira": ({"url": "https://acme.atlassian.net", "project": "ACME"}, {"email": "bot@acme.example", "token": "t"}),
    "gitlab": ({"project": "acme/api"}, {"token": "t"}),
    "asana": ({"project": "1200000000000001"}, {"token": "t"}),
    "tracker": ({"url": "https://tracker.example/ask"}, {}),
}
BODIES = [
    *(b"", b"null", b"{}", b"[]", b"[null]", b'"ok"', b"1", b"<html>log in</html>", b"\xff"),
    *(b'{"data": null}', b'{"data": {}}', b'{"data": {"issue": null}}', b'{"errors": ["x"], "data": null}'),
    *(b'[{"id": 1}]', b'{"id": null}', b'{"issues": [null]}', b'{"message": {"base": "x"}}'),
]


class Odd:
    """Answers everything the same."""

    def __init__(self):
        self.told = Answer(200)

    def send(self, request):
        return self.told


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_throws_anything_over(parley, kind):
    odd = Odd()
    parley.world = replace(parley.world, outside=odd)
    config, credentials = KINDS[kind]
    api = Tenant.found("Acorn", parley.clock.at // 1000).api
    body = {"kind": kind, "name": "Work", "config": config, "credentials": credentials}
    made = api.post("/v1/installs", body)
    assert made.status == 201, made.text
    path = f"/v1/installs/{made.json['id']}"
    issue = api.post("/v1/issues", {"title": "Export breaks", "tickets": [made.json["id"]]}).json["id"]
    for status in (200, 204, 302, 404, 502):
        for said in BODIES:
            odd.told = Answer(status, {}, said)
            for asked in (
                api.post(f"{path}/try"),
                api.get(f"{path}/words"),
                api.post(f"{path}/webhook"),
                api.get(f"{path}/tickets", text="export breaks"),
            ):
                assert asked.status in (200, 409, 503), (status, said, asked.text)
            parley.clock.at += 25 * 3_600_000
            parley.due()
            parley.settle()
    [ticket] = api.get(f"/v1/issues/{issue}/tickets").json["items"]
    assert ticket["standing"] == "making"
    assert ticket["trouble"]


@pytest.mark.parametrize("answered", [False, True])
def test_a_fault_of_our_own_client_is_told_from_an_answer_that_is_none(parley, monkeypatch, answered):
    """Where nobody has answered yet it is ours: the task fails, with its reason. Else it says where it stumbled."""
    parley.world = replace(parley.world, outside=Odd())
    desk = Desk(parley)
    issue = desk.raised()["id"]

    def tickets(install, secrets, outside, now):
        def fetch(ticket):
            if answered:
                outside.send(Request("GET", "https://tracker.example"))
            raise TypeError("what it says may be a piece of a body")

        monkeypatch.setattr(desk.there, "fetch", fetch)
        return desk.there

    with monkeypatch.context() as patch:
        patch.setattr(desk.there, "tickets", tickets)
        task = Task("look", issue, desk.install, why="repair")
        if answered:
            assert run_task(parley.world, task).startswith("not understood: TypeError ")
        else:
            with pytest.raises(ClientFault, match="fetch: TypeError$"):
                run_task(parley.world, task)
    [ticket] = desk.api.get(f"/v1/issues/{issue}/tickets").json["items"]
    assert ("a fault of ours" in ticket["trouble"]) is not answered
    monkeypatch.undo()
    desk.pass_(3_600)
    [ticket] = desk.api.get(f"/v1/issues/{issue}/tickets").json["items"]
    assert not ticket["trouble"]
