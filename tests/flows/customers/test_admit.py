"""Customers, their domains, users and attachments: who may claim and name what."""

import pytest

from chalicelib.desk.customers import Domain
from chalicelib.desk.domains import domain_name
from chalicelib.desk.ids import customer_id
from chalicelib.flows.customers.admit import MAX_DOMAINS, admit_customer, check_domains, customer_of_address
from chalicelib.ports import ref
from tests.api import Tenant
from tests.fakes import Parley
from tests.proofs import prove


def holder(parley: Parley, tenant: Tenant, domain: str) -> str | None:
    claim = parley.store.one(ref(Domain, tenant.id, domain))
    return claim.customer if claim else None


def test_a_customer_comes_with_its_triage_room(parley: Parley, tenant: Tenant) -> None:
    made = tenant.api.put("/v1/customers/acme", {"name": "Acme", "attributes": {"plan": "gold"}})
    assert made.status == 201
    rooms = tenant.api.get("/v1/rooms", customer="acme").json["items"]
    assert [(room["id"], room["kind"]) for room in rooms] == [(made.json["triage_room"], "triage")]
    again = tenant.api.put("/v1/customers/acme", {"attributes": {"plan": "silver"}})
    assert (again.status, again.json["name"], again.json["attributes"]) == (200, "Acme", {"plan": "silver"})
    assert tenant.api.get("/v1/rooms", customer="acme").json["items"] == rooms


def test_what_changes_nothing_writes_nothing_and_json_tells_1_from_true(parley: Parley, tenant: Tenant) -> None:
    tenant.customer("acme", attributes={"a": 1})
    before = dict(parley.table.rows)
    tenant.customer("acme", attributes={"a": 1})
    assert parley.table.rows == before
    assert tenant.customer("acme", attributes={"a": True})["attributes"] == {"a": True}
    assert tenant.api.get("/v1/customers/acme").json["attributes"]["a"] is True


def test_a_domain_is_one_customers_and_moves_when_it_is_given_up(parley: Parley, tenant: Tenant) -> None:
    acme, beta = customer_id(tenant.id, "acme"), customer_id(tenant.id, "beta")
    tenant.customer("acme", domains=["acme.example", "acme.test"])
    clash = tenant.api.put("/v1/customers/beta", {"domains": ["beta.example", "acme.test"]})
    assert (clash.status, clash.json["field"]) == (409, "domains")
    assert "acme.test" in clash.json["detail"]
    assert tenant.api.get("/v1/customers/beta").status == 404
    assert holder(parley, tenant, "beta.example") is None
    tenant.customer("acme", domains=["acme.example"])
    assert holder(parley, tenant, "acme.test") is None
    tenant.customer("beta", domains=["acme.test"])
    assert (holder(parley, tenant, "acme.test"), holder(parley, tenant, "acme.example")) == (beta, acme)


def test_two_workspaces_may_know_the_same_domain(parley: Parley, tenant: Tenant) -> None:
    other = Tenant.found("Other", tenant.now)
    for each in (tenant, other):
        each.customer("acme", domains=["acme.example"])
        assert holder(parley, each, "acme.example") == customer_id(each.id, "acme")


@pytest.mark.parametrize("domain", ["GMAIL.com.", "web.de", "vip.qq.com", "co.uk", "github.io", "ＧＭＸ。de"])  # noqa: RUF001
def test_what_can_be_nobodys_own_is_refused_by_name_on_every_way(parley: Parley, tenant: Tenant, domain: str) -> None:
    name = domain_name(domain).removeprefix("vip.")
    put = tenant.api.put("/v1/customers/acme", {"domains": ["acme.example", domain]})
    assert (put.status, put.json["field"], name in put.json["detail"]) == (422, "domains[1]", True)
    bulk = {"customers": [{"external_id": "acme", "domains": ["acme.example", domain]}]}
    file = {"csv": f"external_id,domains\nacme,acme.example;{domain}\n"}
    for path, body in (("bulk", bulk), ("import", file)):
        for dry_run in (True, False):
            job = tenant.api.post(f"/v1/customers/{path}", {**body, "dry_run": dry_run}).json
            parley.work_all()
            (flaw,) = tenant.api.get(f"/v1/jobs/{job['id']}/errors").json["items"]
            assert (flaw["field"], name in flaw["detail"]) == ("domains[1]", True)
    assert tenant.api.get("/v1/customers/acme").status == 404


def test_what_was_taken_before_the_lists_stays_until_it_is_given_up(parley: Parley, tenant: Tenant) -> None:
    admit_customer(parley.world, tenant.id, "acme", domains=("t-online.de", "acme.example"))
    assert tenant.api.put("/v1/customers/acme", {"domains": ["acme.example", "T-Online.de"]}).status == 200
    file = {"csv": "external_id,domains\nacme,acme.example;t-online.de;beta.example\n"}
    job = tenant.api.post("/v1/customers/import", file).json
    parley.work_all()
    assert tenant.api.get(f"/v1/jobs/{job['id']}").json["failed"] == 0
    tenant.customer("acme", domains=["acme.example"])
    assert tenant.api.put("/v1/customers/acme", {"domains": ["t-online.de"]}).status == 422


def test_two_firms_may_differ_in_what_idna_2003_took_for_one(parley: Parley, tenant: Tenant) -> None:
    tenant.customer("sharp", domains=["straße.example"])
    tenant.customer("double", domains=["strasse.example"])
    prove(parley, "xn--strae-oqa.example", "strasse.example")
    for address, external_id in (("a@straße.example", "sharp"), ("a@STRASSE.example", "double")):
        found = customer_of_address(parley.world, tenant.id, address)
        assert found
        assert found.external_id == external_id


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([" Acme.Example. "], ("acme.example",)),
        (["bücher.example"], ("xn--bcher-kva.example",)),
        (["a.example", "A.EXAMPLE"], ("a.example",)),
        ([], ()),
    ],
)
def test_domains_are_kept_in_one_form(given, kept) -> None:
    assert check_domains(given) == kept


def test_forty_domains_can_be_changed_at_once(parley: Parley, tenant: Tenant) -> None:
    for name in ("old", "new"):
        tenant.customer("acme", domains=[f"{name}{number}.example" for number in range(MAX_DOMAINS)])
    assert holder(parley, tenant, "old0.example") is None
    assert holder(parley, tenant, "new39.example")


@pytest.mark.parametrize("email", ["", "x", "x@", "@", "x@other.example", "x@" + "a" * 5000])
def test_an_address_of_no_claimed_domain_belongs_to_nobody(parley: Parley, tenant: Tenant, email: str) -> None:
    tenant.customer("acme", domains=["acme.example"])
    prove(parley, "acme.example")
    assert customer_of_address(parley.world, tenant.id, email) is None


# --- attachments --------------------------------------------------------------------------------------------------


def upload(caller, name: str = "a.txt") -> str:
    got = caller.post("/v1/attachments", {"name": name, "size": 3, "type": "Text/Plain"})
    assert got.status == 201
    return str(got.json["id"])


def test_an_attachment_is_put_up_named_and_downloaded_by_a_lasting_link(parley: Parley, tenant: Tenant) -> None:
    ann, room = tenant.user(), tenant.triage()
    made = ann.post("/v1/attachments", {"name": "../a b.txt", "size": 3, "type": "Text/Plain"}).json
    assert (made["name"], made["type"]) == ("a b.txt", "text/plain")
    assert made["upload"]["fields"]["key"].startswith(f"files/{tenant.id}/")
    said = ann.post(f"/v1/rooms/{room}/messages", {"attachments": [made["id"]]}).json
    assert [file["url"] for file in said["attachments"]] == [made["url"]]


def test_who_may_name_an_attachment(tenant: Tenant) -> None:
    ann, bob, agent, room = tenant.user(), tenant.user(user="bob"), tenant.api, tenant.triage()
    anns, agents = upload(ann), upload(agent)

    def names(caller, file):
        return caller.post(f"/v1/rooms/{room}/messages", {"attachments": [file]}).status

    assert (names(ann, anns), names(bob, anns), names(agent, anns), names(agent, agents)) == (201,) * 4
    assert names(ann, agents) == 422
    beta = tenant.user("beta", "eve")
    eves = beta.get("/v1/rooms").json["items"][0]["id"]
    assert beta.post(f"/v1/rooms/{eves}/messages", {"attachments": [anns]}).status == 422


def test_the_same_key_puts_up_one_attachment(tenant: Tenant) -> None:
    got = [tenant.api.post("/v1/attachments", {"name": "a", "size": 1}, headers={"Idempotency-Key": "k"}) for _ in "12"]
    assert got[0].text == got[1].text
