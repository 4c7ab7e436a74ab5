"""An endpoint on the running stack that asks for events: each once, signed, in the order of what it is about; listed
afterwards, and sent again by range under the same ids."""

import json
from typing import Any

from standardwebhooks.webhooks import Webhook

from tests.journeys.caller import Caller, OtherSide, eventually, user_token
from tests.stack import LocalStack

ROOM = ["room.opened", "room.labelled", "room.assigned", "room.resolved", "room.reopened"]
OTHERS = ["agent.added", "customer.created", "customer.changed", "issue.raised", "issue.tied", "key.issued"]


def told(other: OtherSide, secret: str) -> list[dict[str, Any]]:
    """What came, each proven by its signature."""
    return [Webhook(secret).verify(body, headers) for headers, body in other.got]


def types(events: list[dict[str, Any]], beginning: str) -> list[str]:
    return [each["type"] for each in events if each["type"].startswith(beginning)]


def test_what_happens_is_told_once_in_order_and_can_be_had_again(stack: LocalStack) -> None:
    founded = Caller(stack.base_url, stack.bootstrap_key).post("/v1/workspaces", {"name": "Told"})
    api = Caller(stack.base_url, founded["api_key"])
    with OtherSide() as other:
        config = {"url": other.url, "all_rooms": False, "events": [*ROOM, *OTHERS]}
        hook = api.post("/v1/installs", {"kind": "webhook", "name": "Data", "config": config})
        agent = api.post("/v1/agents", {"name": "Alan", "email": "alan@demo.example", "role": "agent"})
        api("PUT", "/v1/customers/acme", {"name": "Acme"})
        api("PATCH", "/v1/customers/acme", {"attributes": {"plan": "pro"}})
        ann = Caller(stack.base_url, user_token(founded, "acme", "ann"))
        room = ann.post("/v1/rooms", {"name": "Exports"})["id"]
        for change in ({"labels": ["billing"]}, {"assignees": [agent["id"]]}, {"state": "resolved"}, {"state": "open"}):
            assert api("PATCH", f"/v1/rooms/{room}", change).status == 200
        issue = api.post(f"/v1/rooms/{room}/issues", {"title": "Exports stop", "kind": "bug"})["id"]
        api.post(f"/v1/issues/{issue}/rooms", {"room": api.get("/v1/customers/acme")["triage_room"]})
        api.post("/v1/api-keys", {"name": "Data", "scopes": ["read"]})

        def all_told() -> list[dict[str, Any]]:
            found = told(other, hook["secret"])
            return found if {each["type"] for each in found} == {*ROOM, *OTHERS} else []

        events = eventually(all_told)
        own = [each for each in events if each.get("room", {}).get("id") == room]
        assert [each["type"] for each in own] == ROOM
        assert own[1]["data"]["now"]["labels"] == ["billing"]
        assert types(events, "customer.")[0] == "customer.created"
        assert types(events, "issue.") == ["issue.raised", "issue.tied"]
        assert len({each["id"] for each in events}) == len(events)
        assert [headers["webhook-id"] for headers, _ in other.got] == [each["id"] for each in events]
        assert not [secret for secret in (founded["api_key"], hook["secret"]) if secret in str(other.got)]

        path = f"/v1/installs/{hook['id']}"
        assert [each["type"] for each in api.all(f"{path}/events") if each["of"] == room] == ROOM
        before = len(other.got)
        again = ["room.resolved", "room.labelled"]
        api.post(f"{path}/resend", {"from": own[0]["at"], "types": again})
        eventually(lambda: len(other.got) >= before + len(again))
        resent = told(other, hook["secret"])[before:]
        assert [each["type"] for each in resent] == ["room.labelled", "room.resolved"]
        assert all(each in events for each in resent)
        assert api("DELETE", path).status == 204
    assert json.loads(other.got[0][1])["workspace"] == founded["id"]
