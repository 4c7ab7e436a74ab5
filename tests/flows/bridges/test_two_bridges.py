"""Two bridges of one room share its partition of deliveries, and neither sees nor holds up the other."""

import json

from tests.api import Tenant
from tests.fakes import Parley

MANY = 70


def test_each_of_two_endpoints_gets_everything_in_order(parley: Parley, tenant: Tenant) -> None:
    room = tenant.triage()
    hooks = [
        tenant.api.post(
            "/v1/installs", {"kind": "webhook", "name": name, "config": {"url": f"https://{name}.example/"}}
        ).json
        for name in ("one", "two")
    ]
    said = [f"number {number}" for number in range(MANY)]
    for text in said:
        tenant.api.post(f"/v1/rooms/{room}/messages", {"text": text})
    parley.outside.down(1)
    parley.settle()
    for _ in range(3):
        parley.clock.at += 3_600_000
        parley.due()
        parley.settle()
    for name in ("one", "two"):
        posts = [json.loads(body) for url, body, _ in parley.outside.posts if name in url]
        texts = list(dict.fromkeys(event["message"]["text"] for event in posts))
        assert texts == said
    rows = tenant.api.get(f"/v1/rooms/{room}/deliveries", limit="100").json
    assert len(rows["items"]) == 100
    more = tenant.api.get(f"/v1/rooms/{room}/deliveries", limit="100", cursor=rows["next"]).json
    found = rows["items"] + more["items"]
    assert len(found) == 2 * MANY
    assert {row["state"] for row in found} == {"sent"}
    assert {row["install"] for row in found} == {hook["id"] for hook in hooks}


def test_the_deliveries_of_a_message_are_its_post_and_its_changes(parley: Parley, tenant: Tenant) -> None:
    room = tenant.triage()
    tenant.api.post("/v1/installs", {"kind": "webhook", "name": "Hook", "config": {"url": "https://vendor.example/"}})
    first = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "First"}).json["id"]
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "Second"})
    tenant.api.patch(f"/v1/rooms/{room}/messages/{first}", {"text": "First!"})
    parley.settle()
    rows = tenant.api.get(f"/v1/rooms/{room}/deliveries", message=first).json["items"]
    assert [(row["what"], row["state"]) for row in rows] == [("post", "sent"), ("edit", "sent")]
