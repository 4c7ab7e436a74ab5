"""Something else than the tracker answers: a proxy, a page to log in, another server. Whatever it says, no worker falls
over it and no caller gets a 5xx; what waits is done when the tracker answers again."""

from dataclasses import replace

import pytest

from chalicelib.ports import Answer
from tests.api import Tenant

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
