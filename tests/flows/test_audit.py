"""What agents and keys change is written down, in the transaction that changes it: who, what, which; never a body."""

import json

import pytest

from chalicelib.ports import AwsAway
from tests.api import Tenant
from tests.fakes import Parley

MARK = "marker-91b2"


def log(tenant: Tenant) -> list[tuple[str, str, list[str]]]:
    items = tenant.api.get("/v1/audit", limit="100").json["items"]
    assert [item["at"] for item in items] == sorted((item["at"] for item in items), reverse=True)
    return [(item["verb"], item["subject"], item["fields"]) for item in items]


def test_each_change_of_an_agents_has_its_entry_and_tells_no_content(parley: Parley, tenant: Tenant) -> None:
    api = tenant.api
    customer = tenant.customer("acme", name=MARK, attributes={"plan": MARK})
    user = api.put("/v1/customers/acme/users/ann", {"name": MARK}).json
    agent = api.post("/v1/agents", {"name": MARK}).json["id"]
    api.patch(f"/v1/agents/{agent}", {"role": "reader"})
    key = api.post("/v1/api-keys", {"name": MARK, "agent": agent}).json["id"]
    api.delete(f"/v1/api-keys/{key}")
    config = {"url": f"https://{MARK}.example/"}
    install = api.post("/v1/installs", {"kind": "webhook", "name": MARK, "config": config}).json["id"]
    api.patch(f"/v1/installs/{install}", {"name": MARK + "2"})
    api.post(f"/v1/installs/{install}/secrets")
    api.delete(f"/v1/installs/{install}")
    api.patch("/v1/workspace", {"name": MARK})
    api.post("/v1/workspace/token-secrets")
    room = api.post("/v1/rooms", {"name": MARK, "customer": "acme"}).json["id"]
    api.patch(f"/v1/rooms/{room}", {"name": MARK + "2", "assignees": [agent]})
    said = api.post(f"/v1/rooms/{room}/messages", {"text": MARK}).json["id"]
    fork = api.post(f"/v1/rooms/{room}/fork", {"name": MARK, "from": said}).json["id"]
    assert log(tenant)[::-1] == [
        ("workspace.founded", tenant.id, []),
        ("customer.put", customer["id"], ["attributes", "name"]),
        ("user.put", user["id"], ["name"]),
        ("agent.added", agent, []),
        ("agent.changed", agent, ["role"]),
        ("key.issued", key, []),
        ("key.revoked", key, []),
        ("install.connected", install, []),
        ("install.changed", install, ["name"]),
        ("install.secret-rolled", install, []),
        ("install.removed", install, []),
        ("workspace.changed", tenant.id, ["name"]),
        ("workspace.token-secret-rolled", tenant.id, []),
        ("room.opened", room, []),
        ("room.changed", room, ["assignees", "name"]),
        ("room.forked", room, [fork]),
    ]
    answer = tenant.api.get("/v1/audit", limit="100")
    assert MARK not in answer.text
    mine = {(item["actor"], item["credential"]) for item in answer.json["items"]} - {("bootstrap", "bootstrap")}
    assert mine == {(api.get("/v1/agents").json["items"][0]["id"], api.get("/v1/api-keys").json["items"][0]["id"])}


def test_what_changes_nothing_and_what_users_do_is_not_in_it(tenant: Tenant) -> None:
    room = tenant.triage()
    before = log(tenant)
    tenant.customer("acme")
    tenant.api.patch(f"/v1/rooms/{room}", {"state": "open"})
    ann = tenant.user()
    ann.patch(f"/v1/rooms/{room}", {"state": "resolved"})
    ann.post("/v1/rooms", {"name": "Mine"})
    assert log(tenant) == before


@pytest.mark.parametrize("verb", ["customer", "room", "install"])
def test_there_is_no_change_without_its_entry(parley: Parley, tenant: Tenant, monkeypatch, verb: str) -> None:
    room = tenant.triage()
    hook = tenant.api.post("/v1/installs", {"kind": "form", "name": "F"}).json["id"]
    before, write = dict(parley.table.rows), parley.table.write

    def without_audit(puts, drops):
        assert any(row.t == "Audit" for row, _ in puts)
        raise AwsAway("no")

    monkeypatch.setattr(parley.table, "write", without_audit)
    call = {
        "customer": ("PUT", "/v1/customers/acme", {"name": "N"}),
        "room": ("PATCH", f"/v1/rooms/{room}", {"state": "resolved"}),
        "install": ("DELETE", f"/v1/installs/{hook}", None),
    }[verb]
    assert tenant.api(*call).status == 503
    monkeypatch.setattr(parley.table, "write", write)
    assert parley.table.rows == before


def test_the_log_pages(tenant: Tenant) -> None:
    for number in range(7):
        tenant.customer(f"c{number}")
    seen, query = [], {"limit": "3"}
    while True:
        page = json.loads(tenant.api.get("/v1/audit", **query).text)
        seen += [item["id"] for item in page["items"]]
        if not page["next"]:
            break
        query["cursor"] = page["next"]
    assert len(seen) == len(set(seen)) == 8
