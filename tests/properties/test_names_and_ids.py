"""One name, one id: whichever way they come in, they end the same. A name shuts nobody out; an id is kept as it is, or
refused everywhere."""

import csv
import io
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.channels.webhook.events_in import arrival
from chalicelib.desk.errors import Invalid
from chalicelib.desk.names import check_id, mail_address, one_line, shown_name
from chalicelib.desk.outside_people import Shown
from chalicelib.desk.workspaces import Install
from chalicelib.flows.customers import admit
from chalicelib.flows.customers.admit import admit_visitor
from chalicelib.flows.customers.welcome import welcome
from chalicelib.flows.inbound.identify import outside_person
from chalicelib.ports import Put, ref
from tests.api import Tenant
from tests.arriving import INSTALL, arrive, outside
from tests.conftest import in_memory
from tests.fakes import Parley

NAMES = {
    "山田\u3000太郎": "山田 太郎",
    "علی\u200cرضا": "علی\u200cرضا",
    "ශ්\u200dරී": "ශ්\u200dරී",
    "Ann 👩\u200d🚀": "Ann 👩\u200d🚀",
    "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f": (
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
    ),
    "Ann\u00a0Smith\n": "Ann Smith",
    "  Ann\t\r\n Smith ": "Ann Smith",
    "Jose\u0301": "José",
    "Ann\u202e\u200fx\ufeff": "Annx",
    "A\x00nn\x1b\u2028B": "Ann B",
    "Ann \ue000\u200b": "Ann",
    "N" * 300: "N" * 200,
    "Ann": "Ann",
}
BLANK = ["", " ", "\u3000\u00a0", "\u200b\u200d", "\u3164\u2800", "\u0301", "\x00", "\ue000"]
IDS = ["acme", "a b", "Ä/ü?#%", "7", "a;b", "=1", "山田", "x" * 200]
NO_IDS = ["", " ", " acme", "acme\u3000", "a\u00a0b", "a\x00b", "a\nb", "a\u200bb", "A\u0308", "x" * 201]


def by_token(parley: Parley, tenant: Tenant, id_: str, **named: str) -> bool:
    claims = {f"customer_{key}": value for key, value in named.items()}
    return tenant.user(id_, "ann", **claims).get("/v1/me").status < 300


def by_put(parley: Parley, tenant: Tenant, id_: str, **named: str) -> bool:
    return tenant.api.put(f"/v1/customers/{quote(id_, safe='')}", named).status < 300


def by_bulk(parley: Parley, tenant: Tenant, id_: str, **named: str) -> bool:
    return _job(parley, tenant, "bulk", {"customers": [{"external_id": id_, **named}]})


def by_csv(parley: Parley, tenant: Tenant, id_: str, **named: str) -> bool:
    file = io.StringIO()
    csv.writer(file).writerows([["external_id", *named], [f"'{id_}" if id_ != id_.strip() else id_, *named.values()]])
    return _job(parley, tenant, "import", {"csv": file.getvalue()})


def by_webhook(parley: Parley, tenant: Tenant, id_: str, **named: str) -> bool:
    who = {"customer": {"external_id": id_, **named}, "user": {"external_id": "ann"}}
    body = {"type": "message", "id": parley.world.fresh_id("m"), "text": "Hi", **who}
    try:
        arrival(body, "m1", 1)
    except Invalid:
        return False
    install = Install(version=1, id=INSTALL, workspace=tenant.id, kind="webhook", name="Hook", created_at=1)
    parley.store.commit(Put(install, None))
    return bool(arrive(parley, body).handled)


WAYS: dict[str, Callable[..., bool]] = {
    "token": by_token,
    "PUT": by_put,
    "bulk": by_bulk,
    "CSV": by_csv,
    "webhook": by_webhook,
}


def _job(parley: Parley, tenant: Tenant, how: str, body: dict[str, Any]) -> bool:
    got = tenant.api.post(f"/v1/customers/{how}", body)
    if got.status >= 300:
        return False
    parley.work_all()
    return tenant.api.get(f"/v1/jobs/{got.json['id']}").json["failed"] == 0


def called(tenant: Tenant) -> list[tuple[str, str]]:
    return sorted((each["external_id"], each["name"]) for each in tenant.api.get("/v1/customers").json["items"])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("name", "kept"), NAMES.items(), ids=[ascii(name)[:24] for name in NAMES])
def test_a_name_is_cleaned_by_every_way_in(parley: Parley, tenant: Tenant, way: str, name: str, kept: str) -> None:
    assert WAYS[way](parley, tenant, "acme", name=name)
    assert called(tenant) == [("acme", kept)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", BLANK, ids=ascii)
def test_a_name_of_nothing_is_no_name(parley: Parley, tenant: Tenant, way: str, name: str) -> None:
    taken = WAYS[way](parley, tenant, "acme", name=name)
    assert called(tenant) == ([("acme", "acme")] if taken else [])
    assert taken or way in ("PUT", "bulk", "CSV"), "a name shuts nobody out"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("id_", IDS, ids=ascii)
def test_an_id_is_kept_as_it_is(parley: Parley, tenant: Tenant, way: str, id_: str) -> None:
    assert WAYS[way](parley, tenant, id_, name="Acme")
    assert called(tenant) == [(id_, "Acme")]
    assert all(each(parley, tenant, id_, name="Acme") for each in WAYS.values())
    assert called(tenant) == [(id_, "Acme")]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("id_", NO_IDS, ids=ascii)
def test_what_is_no_id_makes_nobody(parley: Parley, tenant: Tenant, way: str, id_: str) -> None:
    assert not WAYS[way](parley, tenant, id_, name="Acme")
    assert called(tenant) == []


@pytest.mark.parametrize("id_", NO_IDS[3:-1], ids=ascii)
def test_who_was_let_in_by_such_an_id_before_can_be_used_and_changed(
    parley: Parley, tenant: Tenant, id_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(admit, "check_id", lambda text, field="": text)
        admit.admit_customer(parley.world, tenant.id, id_)
    assert tenant.user(id_, "ann").get("/v1/me").status == 200
    assert by_put(parley, tenant, id_, name="Acme")
    assert by_bulk(parley, tenant, id_, name="Acme B")
    assert called(tenant) == [(id_, "Acme B")]


@pytest.mark.parametrize(("name", "kept"), NAMES.items(), ids=[ascii(name)[:24] for name in NAMES])
def test_people_are_called_the_same_by_every_way_in(tenant: Tenant, parley: Parley, name: str, kept: str) -> None:
    assert tenant.user("acme", "ann", name=name).get("/v1/me").json["name"] == kept
    assert tenant.api.put("/v1/customers/acme/users/bo", {"name": name}).json["name"] == kept
    agent = tenant.api.post("/v1/agents", {"name": name}).json
    assert agent["name"] == kept
    assert tenant.api.patch(f"/v1/agents/{agent['id']}", {"name": name}).json["name"] == kept
    assert tenant.api.patch("/v1/me", {"name": name}).json["name"] == kept
    tenant.api.patch("/v1/workspace", {"visitors": True})
    assert welcome(parley.world, tenant.id, name, email="v@x.example", text="Hi")[0].name == kept
    assert admit_visitor(parley.world, tenant.id, "vis_1", name=name, email="v@x.example").name == kept
    outside(parley)
    install = parley.store.one(ref(Install, INSTALL))
    assert install
    asking = lambda kind: lambda *_: type("Account", (), {"person": lambda *_: Shown(name=name)})()  # noqa: E731
    world = replace(parley.world, asking=asking)
    assert outside_person(world, install, "U1", account="").name == kept
    assert outside_person(parley.world, install, "U2", account="", name=name).name == kept


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=250))
@settings(deadline=None)
def test_cleaning_is_done_once_for_all(text: str) -> None:
    name = shown_name(text)
    assert shown_name(name) == name
    assert len(name) <= 200
    assert unicodedata.is_normalized("NFC", name)
    assert not set("\n\r\t\u202e\x00") & set(name)
    assert one_line(one_line(text, 50), 50) == one_line(text, 50)
    assert mail_address(mail_address(text)) == mail_address(text)


@given(st.text(max_size=210))
def test_an_id_is_refused_or_stays(text: str) -> None:
    try:
        assert check_id(text) == text == unicodedata.normalize("NFC", text).strip()
    except Invalid:
        assert not 0 < len(text) <= 200 or not text.isprintable() or text != unicodedata.normalize("NFC", text).strip()


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=220), st.sampled_from(sorted(WAYS)))
@settings(deadline=None, max_examples=60)
def test_any_name_ends_the_same(name: str, way: str) -> None:
    with in_memory(Parley()) as parley:
        tenant = Tenant.found("Vendor", parley.clock.at // 1000)
        if WAYS[way](parley, tenant, "acme", name=name):
            assert called(tenant) == [("acme", shown_name(name) or "acme")]
        else:
            assert not shown_name(name)
