"""ETags: a write that names an older version is refused, whatever is written; a read of what is known has no body."""

import json
from typing import Any

import pytest

from chalicelib.edge.routes import every
from tests.api import Client, Got, Tenant
from tests.fakes import Parley
from tests.races.test_races import at_once

OFFICE = {"name": "Office", "timezone": "Europe/Berlin", "week": {"monday": [{"from": "09:00", "to": "17:00"}]}}


def made(path: str, body: dict[str, Any]) -> Any:
    return lambda tenant: f"{path}/{tenant.api.post(path, body).json['id']}"


def agent(tenant: Tenant) -> str:
    return f"/v1/agents/{tenant.api.post('/v1/agents', {'name': 'Ann'}).json['id']}"


def customer(tenant: Tenant) -> str:
    tenant.customer("acme")
    return "/v1/customers/acme"


def user(tenant: Tenant) -> str:
    tenant.customer("acme")
    tenant.api.put("/v1/customers/acme/users/ann", {"name": "Ann"})
    return "/v1/customers/acme/users/ann"


def attribute(tenant: Tenant) -> str:
    tenant.api.put("/v1/attributes/plan", {"type": "string"})
    return "/v1/attributes/plan"


def message(tenant: Tenant) -> str:
    path = f"/v1/rooms/{tenant.triage()}/messages"
    return f"{path}/{tenant.api.post(path, {'text': 'Hello'}).json['id']}"


# What two may write: how it is made, and a change by which each of them would undo the other's.
WRITTEN: dict[str, tuple[Any, str, Any]] = {
    "a customer": (customer, "PUT", lambda n: {"name": f"N{n}"}),
    "a user": (user, "PUT", lambda n: {"name": f"N{n}"}),
    "a customer's attributes": (customer, "PATCH", lambda n: {"attributes": {"plan": f"N{n}"}}),
    "a user's attributes": (user, "PATCH", lambda n: {"attributes": {"plan": f"N{n}"}}),
    "an attribute": (attribute, "PUT", lambda n: {"type": "string", "description": f"N{n}"}),
    "a segment": (made("/v1/segments", {"name": "S", "customers": []}), "PATCH", lambda n: {"name": f"N{n}"}),
    "a snippet": (made("/v1/snippets", {"name": "S", "text": "Hello"}), "PATCH", lambda n: {"name": f"N{n}"}),
    "the workspace": (lambda tenant: "/v1/workspace", "PATCH", lambda n: {"name": f"N{n}"}),
    "an agent": (agent, "PATCH", lambda n: {"name": f"N{n}"}),
    "an install": (made("/v1/installs", {"kind": "form", "name": "F"}), "PATCH", lambda n: {"name": f"N{n}"}),
    "a policy": (made("/v1/policies", {"name": "P"}), "PATCH", lambda n: {"name": f"N{n}"}),
    "a calendar": (made("/v1/calendars", OFFICE), "PATCH", lambda n: {"name": f"N{n}"}),
    "measured segments": (
        lambda tenant: "/v1/measured-segments",
        "PUT",
        lambda n: {"segments": []},
    ),
    "rules": (lambda tenant: "/v1/broadcast-rules", "PUT", lambda n: {"per_week": n + 4}),
    "an issue": (made("/v1/issues", {"title": "T"}), "PATCH", lambda n: {"title": f"N{n}"}),
    "a room": (lambda tenant: f"/v1/rooms/{tenant.triage()}", "PATCH", lambda n: {"labels": [f"n{n}"]}),
    "a message": (message, "PATCH", lambda n: {"text": f"N{n}"}),
}
CHANGED = [name for name in WRITTEN if name != "measured segments"]  # nothing to tell apart


def put(tenant: Tenant, what: str, path: str, n: int, **headers: str) -> Got:
    _, method, body = WRITTEN[what]
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return tenant.api(method, path, body(n), headers=named)


@pytest.mark.parametrize("what", CHANGED)
def test_who_writes_over_what_they_have_not_seen_is_refused(tenant: Tenant, what: str) -> None:
    path = WRITTEN[what][0](tenant)
    tag = tenant.api.get(path).headers["ETag"]
    first = put(tenant, what, path, 1, If_Match=tag)
    assert first.status == 200, first.text
    second = put(tenant, what, path, 2, If_Match=tag)
    assert (second.status, second.json["code"], second.json["field"]) == (412, "stale", "If-Match")
    now = tenant.api.get(path)
    version = first.headers["ETag"].partition("-")[0]  # what a change answers may show less than what a read does
    assert now.headers["ETag"].partition("-")[0] == version != tag.partition("-")[0]
    assert put(tenant, what, path, 2, If_Match=now.headers["ETag"]).status == 200
    assert put(tenant, what, path, 3, If_Match="*").status == 200
    assert put(tenant, what, path, 4).status == 200
    assert put(tenant, what, path, 5, If_Match="W/" + tenant.api.get(path).headers["ETag"]).status == 200
    nonsense = put(tenant, what, path, 6, If_Match='"x"')
    assert (nonsense.status, nonsense.json["field"]) == (422, "If-Match")


@pytest.mark.parametrize("what", WRITTEN)
def test_what_is_known_already_is_not_sent_again(tenant: Tenant, what: str) -> None:
    path = WRITTEN[what][0](tenant)
    whole = tenant.api.get(path)
    for known in (whole.headers["ETag"], "W/" + whole.headers["ETag"], f'"other", {whole.headers["ETag"]}', "*"):
        got = tenant.api("GET", path, headers={"If-None-Match": known})
        assert (got.status, got.text, got.headers["ETag"]) == (304, "", whole.headers["ETag"])
    assert put(tenant, what, path, 1).status == 200
    again = tenant.api("GET", path, headers={"If-None-Match": whole.headers["ETag"]})
    assert again.status == (304 if what == "measured segments" else 200)
    assert tenant.api("GET", path, headers={"If-None-Match": '"1"'}).status == 200


@pytest.mark.parametrize("what", ["a customer", "a user", "a segment", "a snippet", "rules", "an install", "a policy"])
def test_of_several_at_once_that_saw_the_same_one_writes(parley: Parley, tenant: Tenant, what: str) -> None:
    path = WRITTEN[what][0](tenant)
    tag = tenant.api.get(path).headers["ETag"]
    got = at_once(lambda n: put(tenant, what, path, n, If_Match=tag).status)
    assert sorted(got) == [200, *[412] * (len(got) - 1)]


@pytest.mark.parametrize("what", ["a segment", "a snippet", "an install", "a policy", "a calendar"])
def test_what_has_changed_is_not_removed_unseen(tenant: Tenant, what: str) -> None:
    path = WRITTEN[what][0](tenant)
    tag = tenant.api.get(path).headers["ETag"]
    put(tenant, what, path, 1)
    assert tenant.api.delete(path, headers={"If-Match": tag}).status == 412
    assert tenant.api.delete(path, headers={"If-Match": tenant.api.get(path).headers["ETag"]}).status == 204


@pytest.mark.parametrize("what", ["a customer", "a user", "an attribute"])
def test_a_put_may_ask_that_nothing_is_there_or_that_something_is(tenant: Tenant, what: str) -> None:
    path = WRITTEN[what][0](tenant)
    assert put(tenant, what, path, 1, If_None_Match="*").status == 412
    fresh = path + "2"
    assert put(tenant, what, fresh, 1, If_Match="*").status == 412
    assert put(tenant, what, fresh, 1, If_Match='"1"').status == 412
    assert tenant.api.get(fresh).status == 404
    assert put(tenant, what, fresh, 1, If_None_Match="*").status in (200, 201)


def test_another_workspaces_is_not_told_by_a_condition(tenant: Tenant) -> None:
    other = Tenant.found("Other", tenant.now)
    for what in ("a segment", "an install", "an issue"):
        path = WRITTEN[what][0](other)
        assert put(tenant, what, path, 1, If_Match='"99"').status == 404
        assert put(tenant, what, path, 1, If_None_Match="*").status == 404


def test_a_room_with_more_unread_is_another_to_who_reads_it(parley: Parley, tenant: Tenant) -> None:
    room = tenant.triage()
    ann = tenant.user()
    path = f"/v1/rooms/{room}"
    tag = ann.get(path).headers["ETag"]
    said = tenant.api.post(f"{path}/messages", {"text": "Hello"}).json
    parley.settle()
    seen = ann.get(path)
    assert seen.json["unread"] == 1
    assert ann.put(f"{path}/read", {"message": said["id"]}).status == 200
    again = ann("GET", path, headers={"If-None-Match": seen.headers["ETag"]})
    assert (again.status, again.json["unread"]) == (200, 0)
    assert tag != seen.headers["ETag"]


def test_a_change_that_writes_twice_holds_itself_up_with_nothing(parley: Parley, tenant: Tenant) -> None:
    tenant.api.put("/v1/attributes/plan", {"type": "string"})
    path = WRITTEN["a segment"][0](tenant)
    filtered = made("/v1/segments", {"name": "S", "filter": {"attribute": "plan", "equals": "pro"}})(tenant)
    parley.settle()
    for each in (path, filtered):
        body = {"name": "New"} if each == path else {"filter": {"attribute": "plan", "equals": "free"}}
        tag = tenant.api.get(each).headers["ETag"]
        assert tenant.api.patch(each, body, headers={"If-Match": tag}).status == 200


def test_every_single_thing_that_may_be_changed_has_a_tag() -> None:
    """Reads and writes of one path tag the same record; what a path shows to be written over has one."""
    tagged = {(route.method, route.path): route.tagged for route in every() if route.tagged}
    by_hand = {"/v1/rooms/{room}", "/v1/issues/{issue}", "/v1/rooms/{room}/messages/{message}"}  # their flows ask
    idempotent = {"/v1/me"}  # shown otherwise than it is changed
    for route in every():
        if route.method in ("PUT", "PATCH") and route.path not in by_hand | idempotent:
            shown = any(each.method == "GET" and each.path == route.path for each in every())
            assert not shown or (route.method, route.path) in tagged, route.path
            assert not shown or tagged["GET", route.path] is tagged[route.method, route.path]


def test_a_list_and_what_is_nobodys_have_no_tag(tenant: Tenant) -> None:
    tenant.customer("acme")
    for path in ("/v1/customers", "/v1/attributes/name", "/health"):
        assert "ETag" not in tenant.api.get(path).headers
    assert "ETag" not in Client().get("/v1/workspace").headers
    assert json.loads(tenant.api.get("/v1/customers").text)["next"] is None
