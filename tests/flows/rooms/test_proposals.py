"""Proposals: what a machine drafts waits in its room, and one agent sends it, once; it turns and leaks nothing."""

from typing import Any

import pytest

from tests.api import Client, Got, Tenant
from tests.fakes import Parley

TEXT = "Zebra: rotate the key, then try again."


def drafting(tenant: Tenant, mode: str = "on", **fields: Any) -> None:
    got = tenant.api.patch("/v1/workspace", {"drafting": {"mode": mode, **fields}})
    assert got.status == 200, got.text


def key(tenant: Tenant, name: str = "Drafter", kind: str = "machine", **fields: Any) -> Client:
    body = {"name": name, "kind": kind, "scopes": ["read", "draft"]} | fields
    got = tenant.api.post("/v1/api-keys", body)
    assert got.status == 201, got.text
    return Client(got.json["key"])


def colleague(tenant: Tenant, name: str = "Bo", role: str = "agent") -> Client:
    agent = tenant.api.post("/v1/agents", {"name": name, "role": role}).json["id"]
    return key(tenant, name, "person", agent=agent, scopes=["read", "write"])


def propose(machine: Client, room: str, text: str = TEXT, **fields: Any) -> Got:
    return machine.post(f"/v1/rooms/{room}/proposals", {"text": text} | fields)


def click(agent: Client, room: str, proposal: str, text: str = TEXT, **fields: Any) -> Got:
    return agent.post(f"/v1/rooms/{room}/messages", {"text": text, "proposal": proposal} | fields)


def states(client: Client, room: str) -> list[str]:
    return [each["state"] for each in client.get(f"/v1/rooms/{room}/proposals").json["items"]]


@pytest.fixture
def room(parley: Parley, tenant: Tenant) -> str:
    """One in which Ann has asked."""
    drafting(tenant)
    room = tenant.triage()
    tenant.user().post(f"/v1/rooms/{room}/messages", {"text": "It says 401"})
    parley.settle()
    return room


def test_machines_draft_where_it_is_switched_on_and_by_keys_that_may(parley: Parley, tenant: Tenant) -> None:
    room, machine = tenant.triage(), key(tenant)
    assert propose(machine, room).status == 403
    drafting(tenant)
    assert propose(machine, room).status == 201
    assert machine.post(f"/v1/rooms/{room}/messages", {"text": "x"}).status == 403
    assert propose(key(tenant, scopes=["read"]), room).status == 403
    assert propose(colleague(tenant), room).status == 403
    assert propose(tenant.user(), room).status == 403
    internal = tenant.api.post("/v1/rooms", {"name": "Ours", "kind": "internal"}).json["id"]
    assert propose(machine, internal).status == 409


def test_of_some_segments_alone(parley: Parley, tenant: Tenant) -> None:
    machine = key(tenant)
    tenant.customer("acme")
    pro = tenant.api.post("/v1/segments", {"name": "Pro", "customers": ["acme"]})
    assert pro.status == 201, pro.text
    drafting(tenant, segments=[pro.json["id"]])
    inside, outside = tenant.triage("acme"), tenant.triage("bolt")
    parley.settle()
    assert propose(machine, inside).status == 201
    assert propose(machine, outside).status == 403
    assert tenant.api.patch("/v1/workspace", {"drafting": {"mode": "on", "segments": ["seg_1"]}}).status == 422


def test_it_turns_nothing_and_counts_as_nothing(parley: Parley, tenant: Tenant, room: str) -> None:
    seen = ("turn", "waiting_since", "acknowledged_at", "messages", "unread", "last_message", "state")
    ann = tenant.user()
    before = [client.get(f"/v1/rooms/{room}").json for client in (tenant.api, ann)]
    sent = len(parley.outside.posts)
    assert propose(key(tenant), room).status == 201
    parley.settle()
    for client, old in zip((tenant.api, ann), before, strict=True):
        now = client.get(f"/v1/rooms/{room}").json
        assert {name: now.get(name) for name in seen} == {name: old.get(name) for name in seen}
    assert len(parley.outside.posts) == sent


def test_no_reader_of_a_customers_finds_it(parley: Parley, tenant: Tenant, room: str) -> None:
    made = propose(key(tenant), room, sources=[{"title": "Zebra", "url": "https://docs.example/zebra"}]).json
    tenant.api.post(f"/v1/rooms/{room}/proposals/{made['id']}/discard", {"reason": "wrong", "words": "Zebra"})
    propose(key(tenant), room)
    parley.settle()
    ann = tenant.user()
    for path in ("", "/messages", "/changes", "/roster", "/read-marks"):
        got = ann.get(f"/v1/rooms/{room}{path}")
        assert "Zebra" not in got.text
        assert "prp_" not in got.text
    found = ann.get(f"/v1/rooms/{room}/changes", after="0").json["items"]
    assert {each["type"] for each in found} <= {"posted", "room"}
    for method, path in (("GET", ""), ("GET", f"/{made['id']}"), ("POST", f"/{made['id']}/discard"), ("POST", "")):
        body = {"reason": "wrong"} if "discard" in path else {"text": "x"}
        assert ann(method, f"/v1/rooms/{room}/proposals{path}", None if method == "GET" else body).status == 403
    assert click(ann, room, made["id"]).status == 403


def test_it_is_the_agents_message_and_marked_for_the_vendor(parley: Parley, tenant: Tenant, room: str) -> None:
    made = propose(key(tenant), room).json
    sent = click(tenant.api, room, made["id"])
    assert sent.status == 201, sent.text
    me = tenant.api.get("/v1/me").json
    assert (sent.json["author"]["kind"], sent.json["author"]["id"]) == ("agent", me["id"])
    assert sent.json["drafted_by"] == {"name": "Drafter", "key": made["by"]["id"], "proposal": made["id"]}
    assert tenant.api.get(f"/v1/rooms/{room}").json["turn"] == "customer"
    for client, marked in ((tenant.api, True), (tenant.user(), False)):
        last = client.get(f"/v1/rooms/{room}/messages").json["items"][0]
        assert (last["text"], last["drafted_by"] is not None) == (TEXT, marked)
    settled = tenant.api.get(f"/v1/rooms/{room}/proposals/{made['id']}").json
    assert (settled["state"], settled["message"], settled["edited"]) == ("sent", sent.json["id"], False)
    assert settled["settled_by"] == me["id"]


def test_customers_are_told_where_the_workspace_says_so(tenant: Tenant, room: str) -> None:
    drafting(tenant, shown=True)
    made = propose(key(tenant), room).json
    click(tenant.api, room, made["id"])
    last = tenant.user().get(f"/v1/rooms/{room}/messages").json["items"][0]
    assert last["drafted_by"] == {"name": "Drafter", "key": None, "proposal": None}


def test_two_who_send_it_send_one_message(tenant: Tenant, room: str) -> None:
    made, bo = propose(key(tenant), room).json, colleague(tenant)
    first = click(bo, room, made["id"], "Rotate the key.")
    assert first.status == 201
    again = click(bo, room, made["id"], "Rotate the key.")
    assert (again.status, again.json["id"]) == (201, first.json["id"])
    other = click(tenant.api, room, made["id"])
    assert other.status == 409
    assert "Bo sent it already" in other.json["detail"]
    assert "Rotate the key." in other.json["detail"]
    said = [each["text"] for each in tenant.api.get(f"/v1/rooms/{room}/messages").json["items"]]
    assert said == ["Rotate the key.", "It says 401"]
    assert tenant.api.get(f"/v1/rooms/{room}/proposals/{made['id']}").json["edited"] is True


def test_two_who_click_at_once_send_one_message(parley: Parley, tenant: Tenant, room: str) -> None:
    made, bo = propose(key(tenant), room).json, colleague(tenant)
    commit, raced = parley.store.commit, []

    def commit_after_bo(*writes: Any) -> Any:
        if not raced:
            raced.append(True)
            assert click(bo, room, made["id"]).status == 201
        return commit(*writes)

    parley.store.commit = commit_after_bo  # type: ignore[method-assign]
    late = click(tenant.api, room, made["id"])
    assert raced
    assert late.status == 409
    assert "Bo sent it already" in late.json["detail"]
    assert len(tenant.api.get(f"/v1/rooms/{room}/messages").json["items"]) == 2


def test_who_answers_at_the_same_moment_goes_before_it(parley: Parley, tenant: Tenant, room: str) -> None:
    made, bo = propose(key(tenant), room).json, colleague(tenant)
    commit, raced = parley.store.commit, []

    def commit_after_bo(*writes: Any) -> Any:
        if not raced:
            raced.append(True)
            assert bo.post(f"/v1/rooms/{room}/messages", {"text": "On it"}).status == 201
        return commit(*writes)

    parley.store.commit = commit_after_bo  # type: ignore[method-assign]
    late = click(tenant.api, room, made["id"])
    assert late.status == 409
    assert "Bo has answered" in late.json["detail"]
    assert "On it" in late.json["detail"]


def test_it_is_not_sent_once_somebody_has_answered(parley: Parley, tenant: Tenant, room: str) -> None:
    made, bo = propose(key(tenant), room).json, colleague(tenant)
    tenant.user().post(f"/v1/rooms/{room}/messages", {"text": "Still"})
    answer = bo.post(f"/v1/rooms/{room}/messages", {"text": "On it"}).json
    assert states(tenant.api, room) == ["answered"]
    late = click(tenant.api, room, made["id"])
    assert late.status == 409
    assert late.json["field"] == "proposal"
    assert "Bo has answered" in late.json["detail"]
    assert answer["id"] in late.json["detail"]
    assert propose(key(tenant), room, read_to=1).status == 409
    assert bo.delete(f"/v1/rooms/{room}/messages/{answer['id']}").status == 200
    assert click(tenant.api, room, made["id"]).status == 201


def test_answers_that_the_trail_forgot_still_count(parley: Parley, tenant: Tenant, room: str) -> None:
    made = propose(key(tenant), room).json
    for n in range(10):
        parley.clock.at += 1000
        tenant.api.post(f"/v1/rooms/{room}/messages", {"text": f"Answer {n}"})
        tenant.now = parley.clock.at // 1000
        tenant.user().post(f"/v1/rooms/{room}/messages", {"text": f"Ask {n}"})
    assert click(tenant.api, room, made["id"]).status == 409
    assert propose(key(tenant), room).status == 201


def test_notes_machines_and_the_customer_are_no_answer(tenant: Tenant, room: str) -> None:
    made = propose(key(tenant), room).json
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "Note", "internal": True})
    key(tenant, "Bot", scopes=["read", "write"]).post(f"/v1/rooms/{room}/messages", {"text": "Beep"})
    tenant.user().post(f"/v1/rooms/{room}/messages", {"text": "And 403"})
    assert click(tenant.api, room, made["id"]).status == 201


def test_a_newer_one_of_the_same_machine_takes_its_place(tenant: Tenant, room: str) -> None:
    machine, other = key(tenant), key(tenant, "Other")
    first = propose(machine, room).json
    propose(other, room)
    second = propose(machine, room, "Better")
    assert second.status == 201
    assert states(tenant.api, room) == ["open", "open", "replaced"]
    late = click(tenant.api, room, first["id"])
    assert late.status == 409
    assert "another answer" in late.json["detail"]


def test_it_is_discarded_for_a_reason(tenant: Tenant, room: str) -> None:
    made = propose(key(tenant), room).json
    url = f"/v1/rooms/{room}/proposals/{made['id']}/discard"
    assert tenant.api.post(url, {"reason": "because"}).status == 422
    got = tenant.api.post(url, {"reason": "wrong", "words": "The key is fine"})
    assert (got.status, got.json["state"], got.json["reason"]) == (200, "discarded", "wrong")
    assert tenant.api.post(url, {"reason": "wrong"}).status == 409
    assert click(tenant.api, room, made["id"]).status == 409


def test_machines_do_not_send_and_a_note_is_no_answer(tenant: Tenant, room: str) -> None:
    made = propose(key(tenant), room).json
    assert click(key(tenant, "Bot", scopes=["read", "write"]), room, made["id"]).status == 403
    assert click(tenant.api, room, made["id"], internal=True).status == 422
    assert click(tenant.api, room, "prp_1").status == 404


def test_what_it_rests_on_is_a_link_or_the_workspaces_own(parley: Parley, tenant: Tenant, room: str) -> None:
    theirs = Tenant.found("Other", tenant.now).triage()
    machine = key(tenant)
    said = tenant.api.get(f"/v1/rooms/{room}/messages").json["items"][0]["id"]
    good = [{"title": "Keys", "url": "https://docs.example/keys#rotate"}, {"room": room}, {"message": said}]
    made = propose(machine, room, sources=good)
    assert made.status == 201, made.text
    assert made.json["sources"][0] == {"title": "Keys", "url": good[0]["url"], "room": None, "message": None}
    for bad in (
        {"title": "Nothing"},
        {"url": "javascript:alert(1)"},
        {"url": "https://x.example/ y"},
        {"room": theirs},
        {"message": f"msg_{theirs[5:]}_1"},
        {"message": "note_1_1"},
        {"room": room, "message": said},
    ):
        assert propose(machine, room, sources=[bad]).status == 422, bad
    assert propose(machine, room, sources=[good[0]] * 21).status == 422
    assert propose(machine, room, "x" * 40_001).status in (413, 422)
    assert propose(machine, room, " ").status == 422
    assert propose(machine, room, read_to=99).status == 422


def test_a_request_that_is_repeated_proposes_once(tenant: Tenant, room: str) -> None:
    machine, headers = key(tenant), {"Idempotency-Key": "1"}
    first, again = (machine.post(f"/v1/rooms/{room}/proposals", {"text": TEXT}, headers=headers) for _ in range(2))
    assert first.json == again.json
    assert states(tenant.api, room) == ["open"]


def test_shadow_is_for_admins_and_is_never_sent(parley: Parley, tenant: Tenant, room: str) -> None:
    drafting(tenant, "shadow")
    bo, machine = colleague(tenant), key(tenant)
    change = tenant.api.get(f"/v1/rooms/{room}").json["change"]
    made = propose(machine, room).json
    parley.settle()
    assert made["shadow"] is True
    assert tenant.api.get(f"/v1/rooms/{room}").json["change"] == change
    assert (states(bo, room), states(machine, room), states(tenant.api, room)) == ([], ["open"], ["open"])
    assert bo.get(f"/v1/rooms/{room}/proposals/{made['id']}").status == 404
    assert click(bo, room, made["id"]).status == 404
    assert click(tenant.api, room, made["id"]).status == 409
    drafting(tenant)
    assert click(tenant.api, room, made["id"]).status == 409


def test_how_near_it_was_to_the_next_answer(parley: Parley, tenant: Tenant, room: str) -> None:
    drafting(tenant, "shadow")
    machine = key(tenant)

    def answer(drafted: str, said: str) -> None:
        parley.clock.at += 1000
        propose(machine, room, drafted)
        tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "A note", "internal": True})
        tenant.api.post(f"/v1/rooms/{room}/messages", {"text": said})
        propose(machine, room, "After it")
        parley.settle()
        parley.reacted.clear()
        parley.settle()

    answer("abcd", "abcd")
    answer("abcd", "abcx")
    answer("abcd", "wxyz")
    got = tenant.api.get("/v1/metrics/proposals").json
    assert got["total"]["made"] == 6
    assert got["total"]["nearness"] == {"count": 3, "p50": 25, "p85": 100}


def test_figures_count_what_became_of_them(parley: Parley, tenant: Tenant, room: str) -> None:
    machine = key(tenant)
    click(tenant.api, room, propose(machine, room).json["id"])
    tenant.user().post(f"/v1/rooms/{room}/messages", {"text": "And now?"})
    click(tenant.api, room, propose(machine, room).json["id"], "Other words")
    url = f"/v1/rooms/{room}/proposals/{propose(key(tenant, 'Other'), room).json['id']}/discard"
    tenant.api.post(url, {"reason": "tone"})
    parley.settle()
    got = tenant.api.get("/v1/metrics/proposals").json
    wanted = {"made": 3, "sent": 2, "edited": 1, "discarded": 1, "reasons": {"tone": 1}}
    assert {name: got["total"][name] for name in wanted} == wanted
    assert got["total"]["nearness"] == {"count": 0, "p50": None, "p85": None}
    assert [each["key"]["name"] for each in got["keys"]] == ["Drafter", "Other"]
    assert tenant.user().get("/v1/metrics/proposals").status == 403
    assert tenant.api.get("/v1/metrics/proposals", first_day="2020-01-02", last_day="2020-01-01").status == 422
