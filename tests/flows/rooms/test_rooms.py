"""Rooms: whose turn it is, resolve and reopen, assignment, forks, rosters, mentions, edits and deletes."""

import pytest

from chalicelib.flows.rooms.fork import MAX_FORKED
from tests.api import Client, Tenant
from tests.fakes import Parley


@pytest.fixture
def room(tenant: Tenant) -> str:
    return tenant.triage()


def say(caller, room, text="x", **more):
    got = caller.post(f"/v1/rooms/{room}/messages", {"text": text, **more})
    assert got.status == 201, got.text
    return got.json


def look(caller, room):
    return caller.get(f"/v1/rooms/{room}").json


def texts(caller, room):
    return [message["text"] for message in caller.get(f"/v1/rooms/{room}/messages", after="0").json["items"]]


# --- turn and state -----------------------------------------------------------------------------------------------


def test_whose_turn_it_is_follows_who_spoke_last(tenant, room):
    assert look(tenant.api, room)["turn"] is None
    say(tenant.user(), room)
    assert look(tenant.api, room)["turn"] == "vendor"
    say(tenant.api, room, internal=True)
    assert look(tenant.api, room)["turn"] == "vendor"
    say(tenant.api, room)
    assert look(tenant.api, room)["turn"] == "customer"


def test_a_customers_message_reopens_and_an_agents_does_not(tenant, room):
    resolved = tenant.api.patch(f"/v1/rooms/{room}", {"state": "resolved", "outcome": "solved", "reason": "v2"}).json
    assert (resolved["state"], resolved["outcome"]) == ("resolved", "solved")
    for more in ({}, {"internal": True}):
        say(tenant.api, room, **more)
        assert look(tenant.api, room)["state"] == "resolved"
    assert tenant.api.get("/v1/rooms").json["items"] == []
    assert len(tenant.api.get("/v1/rooms", state="resolved").json["items"]) == 1
    say(tenant.user(), room)
    assert (look(tenant.api, room)["state"], look(tenant.api, room)["outcome"]) == ("open", "")
    assert tenant.api.get("/v1/rooms", state="resolved").json["items"] == []


def test_users_resolve_and_reopen_but_neither_assign_nor_rename_triage(tenant, room):
    ann = tenant.user()
    assert ann.patch(f"/v1/rooms/{room}", {"state": "resolved"}).json["state"] == "resolved"
    assert ann.patch(f"/v1/rooms/{room}", {"state": "open"}).json["state"] == "open"
    assert ann.patch(f"/v1/rooms/{room}", {"name": "Mine"}).status == 403
    assert ann.patch(f"/v1/rooms/{room}", {"assignees": []}).status == 403
    own = ann.post("/v1/rooms", {"name": "Topic"}).json["id"]
    assert ann.patch(f"/v1/rooms/{own}", {"name": "Renamed"}).json["name"] == "Renamed"
    assert ann.post("/v1/rooms", {"name": "I", "kind": "internal"}).status == 403


def test_active_agents_alone_are_assigned(parley, tenant, room):
    ids = [tenant.api.post("/v1/agents", {"name": name}).json["id"] for name in ("A", "B")]
    answer = tenant.api.patch(f"/v1/rooms/{room}", {"assignees": [ids[0], ids[1], ids[0]]}).json
    assert answer["assignees"] == ids
    parley.react_all()
    assert [each["id"] for each in tenant.api.get("/v1/rooms", assignee=ids[0]).json["items"]] == [room]
    assert tenant.api.get("/v1/rooms", assignee="agt_none").json["items"] == []
    tenant.api.patch(f"/v1/agents/{ids[1]}", {"state": "gone"})
    refused = tenant.api.patch(f"/v1/rooms/{room}", {"assignees": ids})
    assert (refused.status, refused.json["field"]) == (422, "assignees[1]")
    person = tenant.user().get(f"/v1/rooms/{room}/roster").json["items"][-1]["id"]
    assert tenant.api.patch(f"/v1/rooms/{room}", {"assignees": [person]}).status == 422


def test_the_glimpse_follows_the_last_public_message(tenant, room):
    first = say(tenant.api, room, "  Hello\n\nthere  " + "x" * 300)
    last = look(tenant.api, room)["last_message"]
    assert (last["id"], len(last["text"]), last["text"][:12]) == (first["id"], 160, "Hello there ")
    say(tenant.api, room, "a note", internal=True)
    assert look(tenant.api, room)["last_message"]["id"] == first["id"]
    tenant.api.patch(f"/v1/rooms/{room}/messages/{first['id']}", {"text": "Changed"})
    assert look(tenant.user(), room)["last_message"]["text"] == "Changed"
    tenant.api.delete(f"/v1/rooms/{room}/messages/{first['id']}")
    assert look(tenant.user(), room)["last_message"]["text"] == ""


# --- messages -----------------------------------------------------------------------------------------------------


def test_a_deleted_message_is_a_tombstone_that_nothing_revives(tenant, room):
    ann = tenant.user()
    file = ann.post("/v1/attachments", {"name": "a", "size": 1}).json["id"]
    said = say(ann, room, "secret", attachments=[file])
    url = f"/v1/rooms/{room}/messages/{said['id']}"
    ann.put(f"{url}/reactions/tada")
    gone = ann.delete(url).json
    assert (gone["deleted"], gone["text"], gone["attachments"], gone["reactions"]) == (True, "", [], [])
    assert gone["author"] == said["author"]
    for again in (ann.patch(url, {"text": "back"}), ann.put(f"{url}/reactions/tada"), ann.delete(url)):
        assert (again.status, again.json) == (200, gone)
    assert [change["type"] for change in ann.get(f"/v1/rooms/{room}/changes").json["items"]] == [
        "posted",
        "reaction",
        "deleted",
    ]


def test_one_edits_and_deletes_ones_own_and_an_admin_deletes_any(tenant, room):
    said = say(tenant.user(), room)
    url = f"/v1/rooms/{room}/messages/{said['id']}"
    for other in (tenant.user(user="bob"), tenant.api):
        assert other.patch(url, {"text": "y"}).status == 403
    assert tenant.user(user="bob").delete(url).status == 403
    assert tenant.api.delete(url).json["deleted"] is True


def test_reactions_count_people_once(tenant, room):
    url = f"/v1/rooms/{room}/messages/{say(tenant.api, room)['id']}/reactions"
    for caller in (tenant.user(), tenant.user(), tenant.user(user="bob")):
        caller.put(f"{url}/tada")
    tenant.user().put(f"{url}/%F0%9F%91%8D")
    answer = tenant.user().delete(f"{url}/tada").json["reactions"]
    assert [(each["emoji"], each["count"]) for each in answer] == [("tada", 1), ("👍", 1)]
    tenant.user(user="bob").delete(f"{url}/tada")
    assert [each["emoji"] for each in tenant.user().delete(f"{url}/tada").json["reactions"]] == ["👍"]


def test_people_of_both_teams_can_be_mentioned_and_nobody_else(tenant, room):
    tenant.user(user="bob").get("/v1/rooms")
    people = tenant.api.get(f"/v1/rooms/{room}/roster").json["items"]
    assert [person["side"] for person in people] == ["vendor", "customer"]
    ids = [person["id"] for person in people]
    assert say(tenant.user(), room, mentions=[*ids, ids[0]])["mentions"] == ids
    eve = tenant.user("beta", "eve")
    stranger = eve.get(f"/v1/rooms/{eve.get('/v1/rooms').json['items'][0]['id']}/roster").json["items"][-1]["id"]
    refused = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "x", "mentions": [ids[0], stranger]})
    assert (refused.status, refused.json["field"]) == (422, "mentions[1]")


def test_a_roster_shows_who_is_there_and_hides_roles_from_users(tenant, room):
    for user in ("ann", "bob", "eve"):
        tenant.user(user=user, name=user.title()).get("/v1/rooms")
    tenant.api.put("/v1/customers/acme/users/eve", {"state": "gone"})
    seen = tenant.user().get(f"/v1/rooms/{room}/roster", limit="1").json
    names = [(member["side"], member["name"], member["role"]) for member in seen["items"]]
    while seen["next"]:
        seen = tenant.user().get(f"/v1/rooms/{room}/roster", limit="1", cursor=seen["next"]).json
        names += [(member["side"], member["name"], member["role"]) for member in seen["items"]]
    assert names[0] == ("vendor", "Owner", None)
    assert sorted(names[1:]) == [("customer", "Ann", None), ("customer", "Bob", None)]
    assert tenant.api.get(f"/v1/rooms/{room}/roster").json["items"][0]["role"] == "owner"


# --- fork ---------------------------------------------------------------------------------------------------------


def test_a_fork_shows_where_it_came_from_and_the_old_room_where_it_went(tenant, room):
    ann = tenant.user()
    ids = [say(ann, room, text)["id"] for text in ("a", "b", "c", "d")]
    new = tenant.api.post(f"/v1/rooms/{room}/fork", {"name": "Apart", "from": ids[1], "to": ids[2]}).json
    assert (new["kind"], new["name"], new["messages"]) == ("topic", "Apart", 2)
    assert new["origin"] == {"room": room, "from": ids[1], "to": ids[2]}
    assert (texts(ann, new["id"]), texts(ann, room)) == (["b", "c"], ["a", "b", "c", "d"])
    last = ann.get(f"/v1/rooms/{room}/changes").json["items"][-1]
    assert (last["type"], last["other_room"], last["message"]) == ("forked", new["id"], None)
    copies = ann.get(f"/v1/rooms/{new['id']}/messages", after="0").json["items"]
    assert [copy["forked_from"] for copy in copies] == [{"room": room, "message": id_} for id_ in ids[1:3]]
    assert [copy["change"] for copy in copies] == [1, 2]


def test_copies_are_as_the_originals_are(tenant, room):
    ann = tenant.user()
    file = ann.post("/v1/attachments", {"name": "a", "size": 1}).json["id"]
    outside = say(ann, room, "before")["id"]
    first = say(ann, room, "first", attachments=[file])["id"]
    reply = say(ann, room, "reply", reply_to={"message": first, "quote": {"start": 0, "end": 5}})["id"]
    say(ann, room, "far reply", reply_to=outside)
    gone = say(ann, room, "gone")["id"]
    ann.patch(f"/v1/rooms/{room}/messages/{first}", {"text": "first, edited"})
    ann.put(f"/v1/rooms/{room}/messages/{reply}/reactions/tada")
    ann.delete(f"/v1/rooms/{room}/messages/{gone}")
    new = tenant.api.post(f"/v1/rooms/{room}/fork", {"name": "F", "from": first, "to": gone}).json["id"]
    copies = ann.get(f"/v1/rooms/{new}/messages", after="0").json["items"]
    originals = ann.get(f"/v1/rooms/{room}/messages", after="1").json["items"]
    for copy, original in zip(copies, originals, strict=True):
        for name in ("text", "author", "attachments", "reactions", "deleted", "edited_at", "created_at", "mentions"):
            assert copy[name] == original[name], name
    assert copies[1]["reply_to"] == {"message": copies[0]["id"], "quote": originals[1]["reply_to"]["quote"]}
    assert copies[2]["reply_to"]["message"] == outside


def test_what_can_not_be_forked_is_named(tenant, room):
    ids = [say(tenant.api, room, str(number))["id"] for number in range(MAX_FORKED + 1)]

    def fork(**body):
        return tenant.api.post(f"/v1/rooms/{room}/fork", {"name": "F", **body})

    whole = {"from": ids[0], "to": ids[-1]}
    assert (fork(**whole).status, fork(**whole).json["field"]) == (422, "to")
    assert fork(**{"from": ids[1], "to": ids[0]}).json["field"] == "to"
    assert fork(**{"from": "msg_x_1"}).json["field"] == "from"
    assert fork(**{"from": ids[0].rpartition("_")[0] + "_999"}).json["field"] == "from"
    assert fork(**{"from": ids[1], "to": ids[-1]}).status == 201


def test_a_fork_of_the_largest_messages_is_refused_in_time(tenant, room):
    ids = [say(tenant.api, room, "\x01" * 40_000)["id"] for _ in range(14)]
    refused = tenant.api.post(f"/v1/rooms/{room}/fork", {"name": "F", "from": ids[0], "to": ids[-1]})
    assert (refused.status, refused.json["field"]) == (422, "to")


def test_a_visitors_room_forks_into_one_that_agents_alone_see(parley: Parley, tenant: Tenant):
    form = (
        tenant.api.post("/v1/installs", {"kind": "form", "name": "F"}).json["url"].removeprefix("https://parley.test")
    )
    Client().post(form, {"message": "hi", "email": "x@nobody.example"})
    parley.settle()
    old = tenant.api.get("/v1/rooms").json["items"][0]
    said = tenant.api.get(f"/v1/rooms/{old['id']}/messages").json["items"][0]["id"]
    new = tenant.api.post(f"/v1/rooms/{old['id']}/fork", {"name": "F", "from": said}).json
    assert (old["kind"], new["kind"], new["visitor"]) == ("visitor", "visitor", old["visitor"])
