"""One person behind users and visitors: tied by proof or an agent's word, untied, and no token sees more by it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.desk.customers import User
from chalicelib.desk.errors import NotFound
from chalicelib.desk.people import Member, Person, PersonOf, Tie, persons_of
from chalicelib.flows import dispatch
from chalicelib.flows.people.tie import tie
from chalicelib.flows.search.index import index_pending
from chalicelib.ports import Drop, ref
from tests import mails
from tests.api import Client, Tenant
from tests.fakes import Parley
from tests.races.test_races import at_once

MAIL = "ann@acme.example"


@pytest.fixture
def people(parley: Parley, tenant: Tenant) -> dict[str, str]:
    """Users and their ids: ann and slack of Acme, ann of Beta; and of Gamma, with another address."""
    users = {"ann": ("acme", "ann"), "slack": ("acme", "slack:U1"), "beta": ("beta", "ann"), "gamma": ("gamma", "ann")}
    for name, (customer, user) in users.items():
        tenant.customer(customer)
        email = MAIL if name != "gamma" else "ann@gamma.example"
        tenant.api.put(f"/v1/customers/{customer}/users/{user}", {"name": "Ann", "email": email})
    return {
        name: tenant.api.get(f"/v1/customers/{customer}/users/{user}").json["id"]
        for name, (customer, user) in users.items()
    }


def person(tenant: Tenant, id_: str, customer: str = "acme") -> Any:
    return tenant.api("GET", f"/v1/people/{id_}", customer=customer).json


def tied(tenant: Tenant, id_: str, customer: str, user: str) -> Any:
    body = {"member": {"customer": customer, "user": user}}
    return tenant.api("POST", f"/v1/people/{id_}/ties", body, customer="acme")


def test_who_is_gone_is_tied_to_nobody(parley: Parley, tenant: Tenant, people: dict[str, str]) -> None:
    customers = [tenant.api.get(f"/v1/customers/{name}").json["id"] for name in ("acme", "beta")]
    ids = (people["ann"], people["beta"])
    pair = (Member(id=ids[0], customer=customers[0]), Member(id=ids[1], customer=customers[1]))
    parley.store.commit(Drop(ref(User, customers[1], ids[1])))
    with pytest.raises(NotFound):
        tie(parley.world, tenant.id, pair, reason="address", by=ids[0])
    assert not [each for each in parley.records() if isinstance(each, Person | PersonOf)]


def test_who_is_tied_is_one_and_untied_all_is_as_before(tenant: Tenant, people: dict[str, str]) -> None:
    before = [person(tenant, people["ann"]), person(tenant, people["slack"]), person(tenant, people["beta"], "beta")]
    assert [each["id"] for each in before] == [people[name] for name in ("ann", "slack", "beta")]
    assert {each["member"]["id"] for each in before[0]["suggestions"]} == {people["slack"], people["beta"]}
    first = tied(tenant, people["ann"], "acme", "slack:U1").json
    assert (len(first["members"]), first["ties"][0]["reason"]) == (2, "agent")
    assert {each["channel"] for each in first["members"]} == {None, "slack"}
    both = tied(tenant, first["id"], "beta", "ann").json
    assert (both["id"], len(both["members"]), both["suggestions"]) == (first["id"], 3, [])
    assert person(tenant, people["beta"], "beta")["id"] == first["id"]
    for named in (people["ann"], people["slack"]):
        tied(tenant, named, "gamma", "ann")
        [tie] = [each for each in person(tenant, named)["ties"] if people["gamma"] in each["members"]]
        assert named in tie["members"], "the tie is theirs whom the address names"
        assert tenant.api.delete(f"/v1/people/{first['id']}/ties/{tie['id']}").status == 204
    assert tied(tenant, first["id"], "beta", "ann").json == both
    later = next(each["id"] for each in both["ties"] if people["beta"] in each["members"])
    assert tenant.api.delete(f"/v1/people/{first['id']}/ties/{later}").status == 204
    assert tenant.api.delete(f"/v1/people/{first['id']}/ties/{later}").status == 404
    assert person(tenant, people["ann"]) == first
    tenant.api.delete(f"/v1/people/{first['id']}/ties/{first['ties'][0]['id']}")
    after = [person(tenant, people["ann"]), person(tenant, people["slack"]), person(tenant, people["beta"], "beta")]
    assert after == before
    assert tenant.api.get(f"/v1/people/{first['id']}").status == 404


def test_one_address_in_two_tokens_is_one_person_unless_an_agent_says_no(
    parley: Parley, tenant: Tenant, people: dict[str, str]
) -> None:
    for customer in ("acme", "beta"):
        tenant.user(customer, email=MAIL).get("/v1/me")
        parley.react_all()
    tasks = list(parley.queues.tasks)
    parley.settle()
    both = person(tenant, people["ann"])
    assert {each["id"] for each in both["members"]} == {people["ann"], people["beta"]}
    assert both["ties"][0]["reason"] == "address"
    tenant.api.delete(f"/v1/people/{both['id']}/ties/{both['ties'][0]['id']}")
    for task in tasks:
        dispatch.job(parley.world, task)
    assert person(tenant, people["ann"])["ties"] == []
    assert len(tied(tenant, people["ann"], "beta", "ann").json["ties"]) == 1


@pytest.mark.parametrize("mail_first", [True, False])
def test_a_mail_that_passed_is_of_whoevers_token_names_that_address_whichever_comes_first(
    parley: Parley, tenant: Tenant, mail_first: bool
) -> None:
    install = mails.connect(tenant.api)
    tenant.customer("acme")
    tenant.customer("beta")

    def written() -> None:
        for n, spf in enumerate(("Pass", "Fail")):
            mails.take(Client(), install, mails.postmark("A mail", MAIL, id_=f"m{n}@acme.example", spf=spf))
        parley.settle()

    def signed_in() -> None:
        for customer in ("acme", "beta"):  # of two with one address no mail says who of them writes
            tenant.user(customer, email=MAIL).get("/v1/me")
        parley.settle()

    for step in (written, signed_in) if mail_first else (signed_in, written):
        step()
    ann = tenant.api.get("/v1/customers/acme/users/ann").json["id"]
    shown = person(tenant, ann)
    assert sorted((each["kind"], each["proven"]) for each in shown["members"]) == [
        ("user", True),
        ("user", True),
        ("visitor", True),
    ]
    assert {each["reason"] for each in shown["ties"]} == {"address"}
    assert [each["proven"] for each in shown["suggestions"]] == [False], "the mail that did not pass proves nothing"


def test_a_tie_widens_no_token(parley: Parley, tenant: Tenant, people: dict[str, str]) -> None:
    ann, beta = tenant.user("acme", "ann"), tenant.user("beta", "ann")
    tenant.api.post(f"/v1/rooms/{tenant.triage('beta')}/messages", {"text": "A secret of Beta's"})

    def shown() -> list[str]:
        ways = ("/v1/rooms", "/v1/me", f"/v1/rooms/{tenant.triage('beta')}", f"/v1/rooms/{tenant.triage()}")
        return [client.get(way).text for client in (ann, beta) for way in ways]

    before = shown()
    tied(tenant, people["ann"], "beta", "ann")
    assert shown() == before
    for method, path in (("GET", f"/v1/people/{people['ann']}"), ("POST", f"/v1/people/{people['ann']}/ties")):
        assert ann(method, path, {"member": {"visitor": "vis_1"}} if method == "POST" else None).status == 403


def test_whoever_takes_their_earlier_room_is_the_visitor(
    parley: Parley, tenant: Tenant, people: dict[str, str]
) -> None:
    tenant.api.patch("/v1/workspace", {"visitors": True})
    body = {"workspace": tenant.id, "name": "Ann", "email": MAIL, "text": "Where is the zebra?"}
    made = Client().post("/v1/visitors", body).json
    tenant.user("acme", "ann", email=MAIL).post(f"/v1/me/earlier-rooms/{made['room']['id']}")
    parley.settle()
    form = tenant.api.post("/v1/installs", {"kind": "form", "name": "F"}).json
    assert Client().post(f"/in/form/{form['id']}", {"name": "Ann", "email": MAIL, "message": "By form"}).status < 300
    parley.settle()
    [asked] = [each["id"] for each in tenant.user("acme", "ann").get("/v1/me/earlier-rooms").json["items"]]
    before = person(tenant, people["ann"])
    assert tenant.api.post(f"/v1/rooms/{asked}/adoption", {"customer": "acme"}).status == 200
    [by_form] = [each["author"]["id"] for each in tenant.api.get(f"/v1/rooms/{asked}/messages").json["items"]]
    assert [each["id"] for each in person(tenant, by_form)["rooms"]] == [asked]
    tenant.api.delete(f"/v1/rooms/{asked}/adoption")
    tenant.user("acme", "ann").post(f"/v1/me/earlier-rooms/{asked}")
    parley.settle()
    unread = {each["id"]: each["unread"] for each in tenant.user("acme", "ann").get("/v1/rooms").json["items"]}
    assert unread[asked] == 0, "she has read what she said herself"
    tenant.api.delete(f"/v1/rooms/{asked}/adoption")
    shown = person(tenant, made["id"])
    [tie] = [each["id"] for each in shown["ties"] if by_form in each["members"]]
    assert tenant.api.delete(f"/v1/people/{shown['id']}/ties/{tie}").status == 204
    shown = person(tenant, made["id"])
    assert shown == before, "what somebody has read while it was their team's is not theirs now"
    assert {each["id"] for each in shown["members"]} == {made["id"], people["ann"]}
    assert (shown["ties"][0]["reason"], [room["name"] for room in shown["rooms"]]) == ("token", ["Where is the zebra?"])


def test_a_person_has_their_first_and_last_word_their_channels_and_what_they_know(
    parley: Parley, tenant: Tenant, people: dict[str, str]
) -> None:
    acme, beta = tenant.triage("acme"), tenant.triage("beta")
    first = {"text": "The webhook **signature** does not fit"}
    said = tenant.user("acme", "ann").post(f"/v1/rooms/{acme}/messages", first).json
    parley.clock.at += 1000
    tenant.user("beta", "ann").post(f"/v1/rooms/{beta}/messages", {"text": "Another signature, " + "very " * 50})
    tenant.api.post(f"/v1/rooms/{beta}/messages", {"text": "An answer about the zebra, a zebra"})
    parley.settle()
    alone = person(tenant, people["ann"])
    assert [room["id"] for room in alone["rooms"] if room["spoke_at"]] == [acme]
    assert alone["first_word"] == alone["last_word"]
    assert alone["first_word"]["message"] == said["id"]
    assert (alone["first_word"]["text"], alone["channels"]) == ("The webhook signature does not fit", ["widget"])
    both = tied(tenant, people["ann"], "beta", "ann").json
    assert {room["id"] for room in both["rooms"]} == {acme, beta}
    assert both["first_word"] == alone["first_word"]
    assert (both["last_word"]["room"], both["last_word"]["text"][-1]) == (beta, "…")
    assert both["last_spoke_at"] == both["last_word"]["at"]
    assert [(each["word"], each["messages"], each["room"]) for each in both["knows"]] == [("signature", 2, beta)]
    assert not index_pending(parley.store, parley.world.index, tenant.id, now=parley.clock.now(), enough=1)
    assert person(tenant, people["ann"]) == both
    silent = person(tenant, people["slack"])
    assert (silent["first_word"], silent["last_spoke_at"], silent["knows"], silent["rooms"]) == (None, None, [], [])


def test_ties_at_once_end_as_if_one_after_the_other(tenant: Tenant, people: dict[str, str]) -> None:
    users = [("acme", "slack:U1"), ("beta", "ann")]
    answers = at_once(lambda n: tied(tenant, people["ann"], *users[n % 2]).status, 6)
    assert set(answers) == {200}
    shown = person(tenant, people["ann"])
    assert (len(shown["members"]), len(shown["ties"])) == (3, 2)


members = st.integers(0, 6).map(lambda n: Member(id=f"usr_{n}"))
pairs = st.tuples(members, members).map(lambda pair: sorted(pair, key=str)).filter(lambda pair: pair[0] != pair[1])
ties = st.lists(
    st.builds(
        lambda pair, at: Tie(one=pair[0], other=pair[1], reason="agent", by="agt_1", at=at), pairs, st.integers(1, 9)
    ),
    max_size=8,
)


@settings(max_examples=200)
@given(ties, st.randoms(use_true_random=False))
def test_persons_follow_from_their_ties_in_any_order(some: list[Tie], chance: Any) -> None:
    found = persons_of("wsp_1", some)
    shuffled = [*some, *some]
    chance.shuffle(shuffled)
    assert sorted(persons_of("wsp_1", shuffled), key=str) == sorted(found, key=str)
    everybody = [member.id for each in found for member in each.members]
    assert len(everybody) == len(set(everybody))
    assert set(everybody) == {member.id for each in some for member in (each.one, each.other)}
