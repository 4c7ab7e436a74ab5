"""Segments by what rooms, people and issues tell, on the packaged stack: the stream says it, the webhook is told."""

import json

from tests.journeys.caller import Caller, OtherSide, eventually, user_token
from tests.stack import LocalStack


def test_who_waits_and_who_has_asked(stack: LocalStack) -> None:
    founded = Caller(stack.base_url, stack.bootstrap_key).post("/v1/workspaces", {"name": "Footing"})
    api = Caller(stack.base_url, founded["api_key"])
    ann = Caller(stack.base_url, user_token(founded, "acme", "ann"))
    with OtherSide() as side:
        config = {"url": side.url, "all_rooms": False, "events": ["segment.entered", "segment.left"]}
        install = api.post("/v1/installs", {"kind": "webhook", "name": "Hook", "config": config})["id"]
        waits = {"all": [{"attribute": "oldest_wait", "exists": True}, {"attribute": "members", "greater": 0}]}
        waiting = api.post("/v1/segments", {"name": "Waits", "filter": waits})["id"]
        room = ann.get("/v1/rooms")["items"][0]
        assert room["customer_name"] == "acme"
        issue = api.post("/v1/issues", {"title": "Exports", "kind": "feature"})["id"]
        asked = api.post("/v1/segments", {"name": "Asked", "filter": {"has_asked_for": issue}})["id"]
        eventually(lambda: all(api.get(f"/v1/segments/{id_}")["ready"] for id_ in (waiting, asked)))

        ann.post(f"/v1/rooms/{room['id']}/messages", {"text": "Anybody there?"})
        api.post(f"/v1/issues/{issue}/rooms", {"room": room["id"]})
        eventually(lambda: len(told(side)) == 2)
        assert [api.get(f"/v1/segments/{id_}")["members"] for id_ in (waiting, asked)] == [1, 1]
        api.post(f"/v1/rooms/{room['id']}/messages", {"text": "Yes"})
        assert api("DELETE", f"/v1/issues/{issue}/rooms/{room['id']}").status == 204
        eventually(lambda: len(told(side)) == 4)
        assert sorted(told(side)) == sorted(
            (f"segment.{what}", name) for what in ("entered", "left") for name in ("Asked", "Waits")
        )
        assert [api.get(f"/v1/segments/{id_}")["members"] for id_ in (waiting, asked)] == [0, 0]
        api("PATCH", f"/v1/installs/{install}", {"state": "disabled"})


def told(side: OtherSide) -> list[tuple[str, str]]:
    events = [json.loads(body) for _, body in side.got]
    return [(event["type"], event["segment"]["name"]) for event in events]
