"""Whose a domain is: until that is proven, agents alone see what strangers under it write. What proves it, what not."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.desk.customers import Domain
from chalicelib.flows.customers.prove_domain import texts_at
from chalicelib.flows.rebuild import rebuild
from chalicelib.ports import AddressRefused, Answer, Unreachable, ref
from tests.api import Client, Tenant
from tests.fakes import Parley
from tests.flows.mail.test_machines_mails import alert
from tests.flows.mail.test_mails import come
from tests.mails import connect
from tests.proofs import Resolver, prove

CLAIMS = "/v1/customers/acme/domains"
CHECK = f"{CLAIMS}/acme.example/check"


@pytest.fixture
def resolver(parley: Parley, monkeypatch: pytest.MonkeyPatch) -> Resolver:
    twin = Resolver()
    world = replace(parley.world, outside=twin, resolver="https://dns.example/query")
    monkeypatch.setattr("chalicelib.edge.http.world", lambda: world)
    return twin


@pytest.fixture
def acme(tenant: Tenant, resolver: Resolver) -> Tenant:
    """A tenant whose customer Acme claims its domain."""
    tenant.customer("acme", domains=["acme.example", "acme.test"])
    return tenant


def proven(tenant: Tenant, customer: str = "acme") -> dict[str, str]:
    found = tenant.api.get(f"/v1/customers/{customer}").json["claims"]
    assert tenant.api.get(f"/v1/customers/{customer}/domains").json["items"] == found
    assert all(bool(each["proven_by"]) is bool(each["proven_at"]) for each in found)
    return {each["domain"]: each["proven_by"] for each in found if each["proven_by"]}


def record(tenant: Tenant, customer: str = "acme") -> tuple[str, str]:
    shown = tenant.api.get(f"/v1/customers/{customer}/domains").json["items"][0]["record"]
    return shown["name"], shown["value"]


def the_install(tenant: Tenant) -> dict[str, Any]:
    """The one e-mail install of a workspace."""
    if "mail" not in vars(tenant):
        vars(tenant)["mail"] = connect(tenant.api)
    return dict(vars(tenant)["mail"])


# --- until it is proven -------------------------------------------------------------------------------------------


def mailed(parley: Parley, tenant: Tenant, sender: str) -> None:
    come(parley, the_install(tenant), sender=sender, id_=f"x.{sender}", subject="A question")


def answered(parley: Parley, tenant: Tenant, sender: str) -> None:
    """The answer of a stranger to a mail of Acme's people, which stands in Acme's room."""
    install = the_install(tenant)
    tenant.api.put("/v1/customers/acme/users/ann", {"email": "ann@elsewhere.example"})
    come(parley, install, sender="ann@elsewhere.example", id_="first@x.example", subject="Known")
    come(parley, install, sender=sender, id_=f"x.{sender}", answers="first@x.example")


def filled_in(parley: Parley, tenant: Tenant, sender: str) -> None:
    form = tenant.api.post("/v1/installs", {"kind": "form", "name": "Form"}).json
    path = form["url"].removeprefix("https://parley.test")
    body = {"name": "Eve", "email": sender, "message": "A question"}
    assert Client().post(path, body, headers={"Accept": "application/json"}).status == 202
    parley.settle()


def alerted(parley: Parley, tenant: Tenant, sender: str) -> None:
    alert(parley, the_install(tenant), sender=sender, id_=f"a.{sender}")


WAYS: dict[str, Callable[[Parley, Tenant, str], None]] = {
    "a mail": mailed,
    "an answer": answered,
    "a form": filled_in,
    "a machine": alerted,
}


def strangers_rooms(parley: Parley, tenant: Tenant, way: str, sender: str) -> tuple[list[str], list[str]]:
    """Which kinds of rooms hold a stranger's words: of those that agents see, and of those that Acme's people do."""
    WAYS[way](parley, tenant, sender)
    both = []
    for who in (tenant.api, tenant.user(user="reader")):
        kinds = []
        for room in who.get("/v1/rooms").json["items"]:
            said = who.get(f"/v1/rooms/{room['id']}/messages").json["items"]
            kinds += [room["kind"] for message in said if message["author"]["kind"] in ("visitor", "machine")]
        both.append(kinds)
    return both[0], both[1]


@pytest.mark.parametrize("way", WAYS)
def test_what_strangers_say_is_for_agents_alone_until_the_domain_is_proven(
    parley: Parley, acme: Tenant, way: str
) -> None:
    seen, shown = strangers_rooms(parley, acme, way, "eve@acme.example")
    assert (seen, shown) == (["visitor"], [])


@pytest.mark.parametrize("way", WAYS)
def test_once_it_is_proven_they_are_placed_in_their_companys_room(parley: Parley, acme: Tenant, way: str) -> None:
    prove(parley, "acme.example")
    seen, shown = strangers_rooms(parley, acme, way, "eve@acme.example")
    assert seen == shown == ["triage" if way == "a machine" else "topic"]


@pytest.mark.parametrize("way", WAYS)
def test_the_sharp_s_of_one_firm_is_no_double_s_of_another(parley: Parley, tenant: Tenant, way: str) -> None:
    tenant.customer("acme", domains=["straße.example"])
    tenant.customer("beta", domains=["strasse.example"])
    prove(parley, "xn--strae-oqa.example", "strasse.example")
    _, shown = strangers_rooms(parley, tenant, way, "eve@strasse.example")
    assert shown == []
    _, shown = strangers_rooms(parley, tenant, way, "eve@xn--strae-oqa.example")
    assert len(shown) == 1


def test_a_machine_of_an_unproven_domain_has_one_room_for_all_it_says(parley: Parley, acme: Tenant) -> None:
    install = the_install(acme)
    for number in range(3):
        alert(parley, install, id_=f"a{number}@acme.example")
    rooms = [room for room in acme.api.get("/v1/rooms").json["items"] if room["kind"] == "visitor"]
    assert [room["name"] for room in rooms] == ["alerts@acme.example"]
    assert len(acme.api.get(f"/v1/rooms/{rooms[0]['id']}/messages").json["items"]) == 3
    assert alert(parley, install, sender="news@nobody.example", id_="n@nobody.example").ignored == ["automatic"]
    assert alert(parley, install, id_="b@acme.example", spf="Fail").ignored == ["automatic"]


# --- by DNS -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quoted", [True, False])
def test_a_txt_record_proves_it(acme: Tenant, resolver: Resolver, quoted: bool) -> None:
    name, value = record(acme)
    assert name == "_parley.acme.example"
    refused = acme.api.post(CHECK)
    assert (refused.status, refused.json["field"]) == (409, "domain")
    assert name in refused.json["detail"]
    assert value in refused.json["detail"]
    resolver.texts[name], resolver.quoted = ["v=spf1 -all", value], quoted
    got = acme.api.post(CHECK, headers={"Idempotency-Key": "k"})
    assert (got.status, got.json["domain"], got.json["proven_by"]) == (200, "acme.example", "dns")
    assert proven(acme) == {"acme.example": "dns"}
    asked = len(resolver.asked)
    assert acme.api.post(CHECK, headers={"Idempotency-Key": "k"}).json == got.json
    resolver.texts.clear()
    assert acme.api.post(CHECK).json == got.json
    assert len(resolver.asked) == asked
    verbs = [entry["verb"] for entry in acme.api.get("/v1/audit").json["items"]]
    assert verbs.count("customer.domain-proven") == 1


def test_a_record_proves_nothing_of_another_customer_workspace_or_domain(acme: Tenant, resolver: Resolver) -> None:
    acme.customer("beta", domains=["beta.example"])
    other = Tenant.found("Other", acme.now)
    other.customer("acme", domains=["acme.example"])
    values = [record(acme)[1], record(acme, "beta")[1], record(other)[1]]
    assert len(set(values)) == 3
    for name, wrong in (("_parley.acme.example", values[1:]), ("_parley.beta.example", [values[0], values[2]])):
        resolver.texts[name] = [*wrong, values[0][:-1], values[1].upper(), values[0] + "x"]
    assert acme.api.post(CHECK).status == 409
    assert acme.api.post("/v1/customers/beta/domains/beta.example/check").status == 409
    resolver.texts["acme.example"] = values
    assert acme.api.post(CHECK).status == 409


@pytest.mark.parametrize("domain", ["other.example", "sub.acme.example", "example", "acme_.example", "%F0%9F%92%A9.la"])
def test_what_the_customer_does_not_claim_cannot_be_proven(acme: Tenant, resolver: Resolver, domain: str) -> None:
    assert acme.api.post(f"{CLAIMS}/{domain}/check").status == 404
    assert resolver.asked == []


def test_a_domain_may_be_named_in_any_of_its_forms(acme: Tenant, resolver: Resolver) -> None:
    acme.customer("acme", domains=["straße.example"])
    name, value = record(acme)
    assert name == "_parley.xn--strae-oqa.example"
    resolver.texts[name] = [value]
    got = acme.api.post(f"{CLAIMS}/Stra%C3%9Fe.EXAMPLE/check")
    assert (got.status, got.json["domain"]) == (200, "xn--strae-oqa.example")


@pytest.mark.parametrize(
    "said",
    [
        Unreachable("no"),
        Answer(500),
        Answer(200, {}, b"<html>"),
        Answer(200, {}, b"[" * 100_000),
        Answer(200, {}, b"[]"),
        Answer(200, {}, b"{}"),
        Answer(200, {}, b'{"Status": 2}'),
        Answer(200, {}, b"\xff"),
        AddressRefused("a private address"),
    ],
)
def test_a_resolver_that_does_not_answer_proves_nothing_and_denies_nothing(
    acme: Tenant, resolver: Resolver, said: Any
) -> None:
    resolver.says = [said]
    assert acme.api.post(CHECK).status == 503
    assert proven(acme) == {}


@pytest.mark.parametrize(
    "answer", [{}, {"Answer": None}, {"Answer": {}}, {"Answer": [None, 5, {}, {"type": 16}, {"type": 5, "data": "x"}]}]
)
def test_an_answer_without_texts_has_none(parley: Parley, answer: dict[str, Any]) -> None:
    twin = Resolver(says=[Answer(200, {}, json.dumps({"Status": 0} | answer).encode())])
    assert [text for text in texts_at(replace(parley.world, outside=twin), "x.example") if text] == []


def test_long_and_escaped_texts_are_one(parley: Parley) -> None:
    data = ['"' + "a" * 255 + '" "b\\"c"', "bare words"]
    answer = {"Status": 0, "Answer": [{"type": 16, "data": each} for each in data]}
    twin = Resolver(says=[Answer(200, {}, json.dumps(answer).encode())])
    assert texts_at(replace(parley.world, outside=twin), "x.example") == ["a" * 255 + 'b\\"c', "bare words"]


# --- by mail ------------------------------------------------------------------------------------------------------


def known(tenant: Tenant, email: str = "ann@acme.example", **claims: Any) -> None:
    """Ann came in by a token that names her address."""
    assert tenant.user(email=email, **claims).get("/v1/me").status == 200


def test_a_mail_of_a_user_for_whom_a_token_vouches_proves_it(parley: Parley, acme: Tenant) -> None:
    known(acme, "Ann@ACME.example")
    mailed(parley, acme, "ann@acme.example")
    assert proven(acme) == {"acme.example": "mail"}
    assert strangers_rooms(parley, acme, "a form", "eve@acme.example")[1] == ["topic"]


def by_call(tenant: Tenant) -> None:
    tenant.api.put("/v1/customers/acme/users/ann", {"email": "ann@acme.example"})


def changed_since(tenant: Tenant) -> None:
    known(tenant, "ann@elsewhere.example")
    by_call(tenant)


@pytest.mark.parametrize("made", [by_call, changed_since])
def test_an_address_that_no_token_named_proves_nothing(
    parley: Parley, acme: Tenant, made: Callable[[Tenant], None]
) -> None:
    made(acme)
    mailed(parley, acme, "ann@acme.example")
    assert proven(acme) == {}


@pytest.mark.parametrize(
    ("email", "sender", "spf"),
    [
        ("ann@acme.example", "ann@acme.example", "Fail"),  # anybody may write that
        ("ann@acme.example", "eve@acme.example", "Pass"),  # somebody else
        ("ann@sub.acme.example", "ann@sub.acme.example", "Pass"),  # not that domain
        ("ann@acme.example", "ann@acme.test", "Pass"),  # not that address
    ],
)
def test_no_other_mail_proves_it(parley: Parley, acme: Tenant, email: str, sender: str, spf: str) -> None:
    known(acme, email)
    come(parley, the_install(acme), sender=sender, spf=spf)
    assert proven(acme) == {}


def test_a_user_of_another_customer_proves_nothing(parley: Parley, acme: Tenant) -> None:
    assert acme.user("beta", "eve", email="eve@acme.example").get("/v1/me").status == 200
    mailed(parley, acme, "eve@acme.example")
    assert proven(acme) == {}


def test_who_is_blocked_proves_nothing(parley: Parley, acme: Tenant) -> None:
    known(acme)
    acme.api.put("/v1/customers/acme/users/ann", {"state": "blocked"})
    mailed(parley, acme, "ann@acme.example")
    assert proven(acme) == {}


def test_a_public_provider_that_was_claimed_of_old_is_nobodys_for_ever(
    parley: Parley, acme: Tenant, resolver: Resolver
) -> None:
    from chalicelib.flows.customers.admit import admit_customer

    admit_customer(parley.world, acme.id, "acme", domains=("t-online.de",))
    name, value = record(acme)
    resolver.texts[name] = [value]
    refused = acme.api.post(f"{CLAIMS}/t-online.de/check")
    assert (refused.status, refused.json["field"]) == (422, "domain")
    known(acme, "ann@t-online.de")
    mailed(parley, acme, "ann@t-online.de")
    assert proven(acme) == {}
    assert strangers_rooms(parley, acme, "a mail", "eve@t-online.de")[1] == []


# --- by nothing else ----------------------------------------------------------------------------------------------


def test_an_import_and_a_call_never_prove(parley: Parley, acme: Tenant) -> None:
    for csv in ("external_id,domains\nacme,a.example\n", "external_id,domains\nbeta,b.example\n"):
        acme.api.post("/v1/customers/import", {"csv": csv})
    rows = [{"external_id": "gamma", "domains": ["g.example"]}]
    acme.api.post("/v1/customers/bulk", {"customers": rows})
    parley.work_all()
    assert [proven(acme, name) for name in ("acme", "beta", "gamma")] == [{}, {}, {}]
    for name in ("claims", "Claims"):
        refused = acme.api.post("/v1/customers/import", {"csv": f"external_id,{name}\nacme,a.example\n"})
        assert (refused.status, name.lower() in refused.json["detail"].lower()) == (422, True)
    assert acme.api.put("/v1/customers/acme", {"proofs": {"a.example": {"at": 1, "by": "dns"}}}).status == 422
    assert acme.api.put("/v1/customers/acme", {"claims": []}).status == 422


def test_what_is_given_up_has_to_be_proven_anew(parley: Parley, acme: Tenant) -> None:
    prove(parley, "acme.example", "acme.test")
    acme.customer("acme", name="Acme, Inc.")
    assert proven(acme) == {"acme.example": "dns", "acme.test": "dns"}
    acme.customer("acme", domains=["acme.test", "new.example"])
    assert proven(acme) == {"acme.test": "dns"}
    acme.customer("acme", domains=["acme.example", "acme.test"])
    assert proven(acme) == {"acme.test": "dns"}
    acme.customer("acme", domains=[])
    acme.customer("beta", domains=["acme.test"])
    assert proven(acme, "beta") == {}
    assert strangers_rooms(parley, acme, "a mail", "eve@acme.test")[1] == []


def test_a_rebuild_keeps_what_is_proven_and_nothing_else(parley: Parley, acme: Tenant) -> None:
    prove(parley, "acme.example")
    before = dict(parley.table.rows)
    rebuild(parley.store)
    assert parley.table.rows == before
    for key in [key for key in parley.table.rows if key[0].startswith("X#domain#")]:
        del parley.table.rows[key]
    rebuild(parley.store)
    claims = {name: parley.store.one(ref(Domain, acme.id, name)) for name in ("acme.example", "acme.test")}
    assert {name: claim.proven for name, claim in claims.items() if claim} == {"acme.example": True, "acme.test": False}


# --- subdomains ---------------------------------------------------------------------------------------------------


def placed(parley: Parley, tenant: Tenant, sender: str) -> bool:
    before = len(tenant.user(user="reader").get("/v1/rooms", limit="100").json["items"])
    come(parley, the_install(tenant), sender=sender, id_=f"s.{sender}")
    return len(tenant.user(user="reader").get("/v1/rooms", limit="100").json["items"]) > before


def test_below_a_proven_domain_the_setting_decides(parley: Parley, acme: Tenant) -> None:
    prove(parley, "acme.example")
    assert acme.api.get("/v1/workspace").json["subdomains"] is False
    assert not placed(parley, acme, "eve@mail.acme.example")
    assert acme.api.patch("/v1/workspace", {"subdomains": True}).json["subdomains"] is True
    assert placed(parley, acme, "eve@acme.example")
    assert placed(parley, acme, "bob@mail.acme.example")
    assert placed(parley, acme, "bob@a.b.c.acme.example")
    assert not placed(parley, acme, "bob@notacme.example")
    assert not placed(parley, acme, "bob@acme.test")
    assert not placed(parley, acme, "bob@x.acme.test")


def test_the_nearest_proven_claim_counts(parley: Parley, acme: Tenant) -> None:
    acme.api.patch("/v1/workspace", {"subdomains": True})
    acme.customer("beta", domains=["lab.acme.example"])
    prove(parley, "acme.example")
    assert placed(parley, acme, "eve@lab.acme.example")
    prove(parley, "lab.acme.example")
    assert not placed(parley, acme, "bob@lab.acme.example")
    assert not placed(parley, acme, "bob@x.lab.acme.example")
    assert placed(parley, acme, "bob@x.acme.example")
