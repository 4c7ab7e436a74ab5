"""Search over the API: who finds what, filters, snippets, pages; and never what is another's, nor a note."""

from typing import Any

import pytest

from chalicelib.desk.search_index import Entry, Unindexed
from chalicelib.flows.search.index import index_pending
from chalicelib.ports import new
from tests.api import Client, Tenant
from tests.fakes import Parley
from tests.tracking import Desk


def found(caller: Client, q: str, **filters: str) -> list[tuple[str, str]]:
    got = caller.get("/v1/search", q=q, **filters)
    assert got.status == 200, got.text
    return [(hit["kind"], told(hit)) for hit in got.json["items"]]


def told(hit: dict[str, Any]) -> str:
    return "".join(f"[{piece['text']}]" if piece["hit"] else piece["text"] for piece in hit["snippet"])


def texts(caller: Client, q: str, **filters: str) -> list[str]:
    return [text for _, text in found(caller, q, **filters)]


@pytest.fixture(params=["young", "indexed"])
def story(request: pytest.FixtureRequest, parley: Parley, tenant: Tenant) -> Tenant:
    """Two customers, what they say, and a note; known to the index, or not yet."""
    tenant.customer("acme", name="Acme Rockets", domains=["rockets.example"])
    tenant.customer("bolt", name="Bolt")
    for customer, user in (("acme", "ann"), ("bolt", "bob")):
        room, caller = tenant.triage(customer), tenant.user(customer, user, name=user.title())
        caller.post(f"/v1/rooms/{room}/messages", {"text": f"The rockets of {customer} are late"})
        tenant.api.post(f"/v1/rooms/{room}/messages", {"text": f"Rockets for {customer}: we look"})
        tenant.api.post(f"/v1/rooms/{room}/messages", {"text": f"Rockets: {customer} pays late", "internal": True})
    tenant.api.post("/v1/rooms", {"name": "Rockets inside", "kind": "internal"})
    topic = tenant.user("acme", "ann").post("/v1/rooms", {"name": "Rocket fuel"}).json["id"]
    raised = {"title": "Rockets leak (private)", "public_title": "Rockets and fuel", "kind": "bug"}
    assert tenant.api.post(f"/v1/rooms/{topic}/issues", raised).status == 201
    parley.settle()
    if request.param == "indexed":
        for tree in {row.pk[2:] for row in list(parley.table.rows.values()) if row.pk.startswith("Q#")}:
            index_pending(parley.store, parley.world.index, tree, now=parley.clock.now(), enough=1)
    return tenant


def test_an_agent_finds_all_of_the_workspace(story: Tenant) -> None:
    assert sorted(found(story.api, "rocket")) == [
        ("customer", "Acme [Rockets] acme [rockets].example"),
        ("issue", "[Rockets] leak (private) [Rockets] and fuel"),
        ("message", "The [rockets] of acme are late"),
        ("message", "The [rockets] of bolt are late"),
        ("message", "[Rockets] for acme: we look"),
        ("message", "[Rockets] for bolt: we look"),
        ("message", "[Rockets]: acme pays late"),
        ("message", "[Rockets]: bolt pays late"),
        ("room", "[Rocket] fuel"),
        ("room", "[Rockets] inside"),
    ]


def test_a_user_finds_what_their_customer_may_see(story: Tenant) -> None:
    ann, bob = story.user("acme", "ann"), story.user("bolt", "bob")
    assert sorted(found(ann, "rocket")) == [
        ("issue", "[Rockets] and fuel"),
        ("message", "The [rockets] of acme are late"),
        ("message", "[Rockets] for acme: we look"),
        ("room", "[Rocket] fuel"),
    ]
    assert sorted(texts(bob, "rocket")) == ["The [rockets] of bolt are late", "[Rockets] for bolt: we look"]
    assert texts(ann, "leak") == texts(ann, "private") == texts(ann, "pays") == texts(ann, "inside") == []
    assert found(ann, "ann") == [("person", "[Ann] [ann]")]
    assert found(ann, "owner") == [("person", "[Owner]")]
    assert found(bob, "ann") == []


def test_a_note_is_told_from_a_message(story: Tenant) -> None:
    (hit,) = story.api.get("/v1/search", q="acme pays").json["items"]
    assert (hit["kind"], hit["internal"], hit["id"][:5]) == ("message", True, "note_")
    assert (hit["room"]["kind"], hit["customer"]["external_id"], hit["author"]["name"]) == ("triage", "acme", "Owner")


def test_whatever_the_index_says_a_users_search_reads_no_note_and_nothing_of_others(
    story: Tenant, parley: Parley
) -> None:
    """Even an index that mixed everything up."""
    ann = story.user("acme", "ann")
    customer = story.customer("acme")["id"]
    words = dict.fromkeys(("rockets", "pays", "late", "leak", "=k:message"), 9)
    mixed: list[tuple[str, int]] = []
    for row in list(parley.table.rows.values()):
        if row.t in ("Message", "Room", "Issue", "Customer", "User", "Agent"):
            kind, rest = row.t, row.pk.partition("#")[2]
            if kind == "Message":
                mixed.append((f"{'m' if row.sk[0] == 'M' else 'n'}:{rest}", int(row.sk[2:])))
            elif kind in ("Room", "Issue", "Customer"):
                mixed.append((f"{kind[0].lower()}:{rest}", 0))
            else:
                mixed.append((f"{kind[0].lower()}:{rest}:{row.sk.partition('#')[2]}", 0))
    right = {q: sorted(texts(ann, q)) for q in ("rocket", "pays", "leak", "bob")}
    parley.world.index.put(customer, [Entry(place, n, 1, words) for place, n in mixed])
    rows = [Unindexed(version=1, tree=customer, at=5, place=place, n=n) for place, n in mixed]
    for q, there in right.items():
        assert sorted(texts(ann, q)) == there
    for row in rows:
        parley.store.commit(new(row))
    read: list[str] = []
    really = parley.table.read
    parley.table.read = lambda keys: (read.extend(sk for _, sk in keys), really(keys))[1]
    for q, there in right.items():
        assert sorted(texts(ann, q)) == there
    assert not [sk for sk in read if sk.startswith("N#")]


def test_another_workspace_finds_nothing(story: Tenant, parley: Parley) -> None:
    other = Tenant.found("Other", parley.clock.at // 1000)
    assert found(other.api, "rocket") == []
    assert found(other.user("acme", "ann"), "rocket") == []
    assert story.api.get("/v1/search", q="rocket", customer="nobody").json["items"] == []
    assert story.user("acme", "ann").get("/v1/search", q="rocket", customer="bolt").status == 404


def test_filters(story: Tenant, parley: Parley) -> None:
    api = story.api
    assert len(texts(api, "rocket", kind="message")) == 6
    assert texts(api, "rocket", kind="room") == texts(api, "rocket", kind="room", state="open")
    assert sorted(texts(api, "late", customer="bolt")) == [
        "Rockets: bolt pays [late]",
        "The rockets of bolt are [late]",
    ]
    agent = api.get("/v1/me").json["id"]
    assert len(texts(api, "rockets", author=agent)) == 4
    assert texts(api, "rockets", channel="widget", customer="acme") == ["The [rockets] of acme are late"]
    room = story.triage("acme")
    assert len(texts(api, "rockets", room=room)) == 3
    api.patch(f"/v1/rooms/{room}", {"state": "resolved"})
    assert len(texts(api, "rockets", state="resolved")) == 3
    assert texts(story.user("acme", "ann"), "look", state="resolved") == ["Rockets for acme: we [look]"]
    assert texts(api, "rockets", to="2020-01-01") == texts(api, "rockets", **{"from": "2100-01-01T00:00:00Z"}) == []
    assert len(texts(api, "rockets", **{"from": "2020-01-01"})) == len(texts(api, "rockets"))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "q"),
        ({"q": " "}, "q"),
        ({"q": "?" * 3000}, "q"),
        ({"q": "x", "kind": "note"}, "kind"),
        ({"q": "x", "state": "late"}, "state"),
        ({"q": "x", "order": "worst"}, "order"),
        ({"q": "x", "from": "yesterday"}, "from"),
        ({"q": "x", "to": "9999999-01-01"}, "to"),
        ({"q": "x", "cursor": "x"}, "cursor"),
        ({"q": "x", "cursor": "WyJhIl0"}, "cursor"),
        ({"q": "x", "limit": "0"}, "limit"),
        ({"q": "x", "sort": "age"}, "sort"),
    ],
)
def test_what_cannot_be_is_refused_by_name(tenant: Tenant, query: dict[str, str], field: str) -> None:
    got = tenant.api.get("/v1/search", **query)
    assert (got.status, got.json["field"]) in {(422, field), (400, field)}


LONG = [
    "late " * 700,
    "x" * 4000,
    "請求書を送ってもタイムアウトになるんですがどうすればいいですか" * 60,
    "การชำระเงินล้มเหลว" * 80,
    "서버가 결제를 " * 300,
    "at com.acme.billing.InvoiceService.commit(InvoiceService.java:42) " * 60,
    "https://api.acme.example/v2/customers?" + "&".join(f"field{n}=value{n}" for n in range(200)),
]


@pytest.mark.parametrize("q", LONG, ids=range(len(LONG)))
def test_too_long_a_question_is_cut_whoever_asks_and_finds_what_it_was_copied_from(tenant: Tenant, q: str) -> None:
    """Wherever questions are asked."""
    tenant.api.patch("/v1/workspace", {"visitors": True})
    token = Client().post("/v1/visitors", {"workspace": tenant.id, "name": "V", "email": "v@x.example", "text": q})
    ann = tenant.user("acme", "ann")
    ann.post(f"/v1/rooms/{tenant.triage('acme')}/messages", {"text": q})
    for caller in (tenant.api, ann, Client(token.json["token"])):
        got = caller.get("/v1/search", q=q, kind="message", order="newest")
        assert got.status == 200, got.text
    for caller in (tenant.api, ann):
        assert caller.get("/v1/experts", q=q).status == 200


@pytest.mark.parametrize("q", LONG, ids=range(len(LONG)))
def test_what_was_pasted_is_found_by_itself(parley: Parley, tenant: Tenant, q: str) -> None:
    ann = tenant.user("acme", "ann")
    made = ann.post(f"/v1/rooms/{tenant.triage('acme')}/messages", {"text": q}).json["id"]
    parley.settle()
    index_pending(parley.store, parley.world.index, tenant.id, now=parley.clock.now(), enough=1)
    assert [hit["id"] for hit in tenant.api.get("/v1/search", q=q, kind="message").json["items"]] == [made]
    assert [each["person"]["name"] for each in tenant.api.get("/v1/experts", q=q).json["items"]] == ["ann"]


def test_a_tracker_is_asked_for_the_beginning_of_too_long_a_text(parley: Parley) -> None:
    desk = Desk(parley)
    pasted = "late " * 800
    desk.there._new(pasted[:200].strip(), "", "", (), "bot")
    got = desk.api.get(f"/v1/installs/{desk.install}/tickets", text=pasted)
    assert (got.status, len(got.json["items"])) == (200, 1)


def test_an_edit_and_a_delete_count_at_once_and_a_fork_is_found(story: Tenant, parley: Parley) -> None:
    ann = story.user("acme", "ann")
    room = story.triage("acme")
    first = ann.get(f"/v1/rooms/{room}/messages", after="0").json["items"][0]["id"]
    ann.patch(f"/v1/rooms/{room}/messages/{first}", {"text": "The boats of acme are late"})
    assert texts(ann, "rockets late") == []
    parley.settle()
    assert texts(ann, "boats late") == ["The [boats] of acme are [late]"]
    ann.post(f"/v1/rooms/{room}/fork", {"name": "Boats", "from": first})
    ann.delete(f"/v1/rooms/{room}/messages/{first}")
    parley.settle()
    (hit,) = ann.get("/v1/search", q="boats late").json["items"]
    assert hit["room"]["name"] == "Boats"


def test_who_is_gone_is_found_no_more(story: Tenant) -> None:
    assert found(story.api, "bob", kind="person") == [("person", "[Bob] [bob]")]
    story.api.put("/v1/customers/bolt/users/bob", {"state": "blocked"})
    assert found(story.api, "bob", kind="person") == []


def test_a_room_by_its_new_name(story: Tenant, parley: Parley) -> None:
    (room,) = story.api.get("/v1/search", q="rocket fuel", kind="room").json["items"]
    story.api.patch(f"/v1/rooms/{room['id']}", {"name": "Propellant", "labels": ["hypergolic"]})
    parley.settle()
    ann = story.user("acme", "ann")
    assert found(ann, "propel") == [("room", "[Propellant]")]
    assert found(ann, "fuel", kind="room") == found(ann, "hypergolic") == []
    assert found(story.api, "hypergolic") == [("room", "Propellant [hypergolic]")]


def test_a_visitor_searches_their_room_and_nothing_else(parley: Parley, tenant: Tenant, story: Tenant) -> None:
    tenant.api.patch("/v1/workspace", {"visitors": True})
    asked = {"workspace": tenant.id, "name": "Vic", "email": "v@x.example", "text": "Rockets for sale"}
    got = Client().post("/v1/visitors", asked)
    assert got.status == 201, got.text
    parley.settle()
    visitor = Client(got.json["token"])
    assert {kind for kind, _ in found(visitor, "rockets")} <= {"message", "room"}
    assert [text for kind, text in found(visitor, "rockets") if kind == "message"] == ["[Rockets] for sale"]
    assert found(visitor, "acme") == []
    assert visitor.get("/v1/experts", q="rockets").status == 403
    assert "Rockets for sale" in " ".join(texts(story.api, "sale")).replace("[", "").replace("]", "")


def test_a_rebuild_is_an_admins_and_finds_all_again(story: Tenant, parley: Parley) -> None:
    before = {q: found(story.api, q) for q in ("rocket", "late", "ann", "owner")}
    for key in [key for key in parley.table.rows if key[0].startswith("Q#")]:
        del parley.table.rows[key]
    assert found(story.api, "rocket") == []
    assert story.user("acme", "ann").post("/v1/search/rebuild").status == 403
    assert story.api.post("/v1/search/rebuild").status == 202
    parley.sort_all()
    assert {q: found(story.api, q) for q in before} == before
    assert len(found(story.user("acme", "ann"), "rocket")) == 4
