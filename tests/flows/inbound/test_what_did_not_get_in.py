"""What a person may have said and that did not get in: seen by agents, with the reason, and taken in once."""

import base64
import json
import pathlib
import re
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.desk.customers import Customer
from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.messages import Message
from chalicelib.desk.rooms import Binding, Bridge
from chalicelib.desk.times import DAY_MS, HOUR_MS
from chalicelib.desk.unheard import KEPT_MS, MOST_A_DAY, REASONS, Unheard
from chalicelib.edge import workers
from chalicelib.flows.inbound.receive import receive
from chalicelib.ports import new, over, ref
from tests.api import Client, Tenant
from tests.arriving import event
from tests.edge.test_workers import Queues, message, queues
from tests.fakes import Parley
from tests.mails import ADDRESS, postmark
from tests.texts.coming_in import ACTIVITY, BODY, EVENT
from tests.texts.teams_activities import PLACE

__all__ = ["queues"]

PAGE = pathlib.Path(__file__).parents[3] / "docs" / "channels" / "README.md"
PAYLOADS = pathlib.Path(__file__).parents[2] / "channels" / "email" / "payloads"
CONFIGS: dict[str, dict[str, Any]] = {
    "email": {"provider": "postmark", "address": ADDRESS},
    "slack": {"team": "T0VENDOR"},
    "msteams": {},
    "form": {},
    "webhook": {"url": "https://vendor.example/hook"},
}
Body = dict[str, Any]


def made(tenant: Tenant, kind: str, **config: Any) -> str:
    got = tenant.api.post("/v1/installs", {"kind": kind, "name": kind, "config": CONFIGS[kind] | config})
    assert got.status == 201, got.text
    return str(got.json["id"])


def come(
    parley: Parley, tenant: Tenant, install: str, kind: str, body: Body, id_: str = "env_1", **headers: str
) -> Any:
    """Work off what came to an install."""
    envelope = Envelope(
        id=id_,
        workspace=tenant.id,
        install=install,
        channel=kind,
        received_at=parley.clock.now(),
        headers={"content-type": "application/json"} | headers,
        body=json.dumps(body).encode(),
    )
    outcome = receive(parley.world, envelope)
    parley.settle()
    return outcome


def listed(tenant: Tenant, install: str) -> list[Any]:
    got = tenant.api.get(f"/v1/installs/{install}/ignored", limit="100")
    assert got.status == 200, got.text
    return list(got.json["items"])


def take_in(parley: Parley, caller: Client, install: str, id_: str, status: int = 202) -> Any:
    got = caller.post(f"/v1/installs/{install}/ignored/{id_}/take-in")
    assert got.status == status, got.text
    parley.settle()
    return got.json


def texts(parley: Parley) -> list[str]:
    return [each.text for each in parley.records() if isinstance(each, Message)]


def slack(**fields: Any) -> Body:
    event = EVENT | {"text": "The key fails"} | fields
    return BODY | {"event": {name: value for name, value in event.items() if value is not None}}


def teams(**fields: Any) -> Body:
    return ACTIVITY | {"text": "The key fails"} | fields


def mail(*headers: tuple[str, str], **more: Any) -> Body:
    body = postmark("The key fails", **more)
    return body | {"Headers": [*body["Headers"], *({"Name": name, "Value": value} for name, value in headers)]}


def notice(name: str) -> Body:
    """What SES tells of a mail."""
    raw = (PAYLOADS / f"{name}.eml").read_bytes()
    receipt = {"recipients": [ADDRESS], "dmarcVerdict": {"status": "PASS"}}
    mail = {"source": "ann@acme.example"}
    return {"notificationType": "Received", "mail": mail, "receipt": receipt, "raw": base64.b64encode(raw).decode()}


def bind(parley: Parley, tenant: Tenant, install: str, conversation: str = "C0ACME", **settings: Any) -> None:
    sample = {"install": install, "conversation": conversation, "workspace": tenant.id, "room": tenant.triage()}
    sample |= {"bound_at": 1, "slot": "s"}
    parley.store.commit(new(Binding(**sample)), new(Bridge(**sample, channel="slack", **settings)))


def block(parley: Parley, tenant: Tenant, install: str) -> None:
    tenant.customer()
    (acme,) = (each for each in parley.records() if isinstance(each, Customer) and each.external_id == "acme")
    parley.store.commit(over(acme.changed(state="blocked"), acme))


def nothing(parley: Parley, tenant: Tenant, install: str) -> None:
    return None


def bound(**settings: Any) -> Callable[[Parley, Tenant, str], None]:
    return lambda parley, tenant, install: bind(parley, tenant, install, **settings)


def many(parley: Parley, tenant: Tenant, install: str) -> None:
    come(parley, tenant, install, "email", mail(id_="earlier@acme.example"), "env_0")


# reason → the channel, its settings, what is done before, what comes, whom it is from and its first line, what is said
CASES: dict[str, tuple[str, Body, Callable[[Parley, Tenant, str], None], Body, str, str, str]] = {
    "another-bot": (
        "slack", {"bots": "ignored"}, bound(),
        slack(user=None, bot_id="B0CI", username="CI", subtype="bot_message"), "CI", "The key fails", "The key fails",
    ),
    "automatic": (
        "email", {}, nothing, mail(("Auto-Submitted", "auto-replied")),
        "Ann Lee <ann@acme.example>", "Webhooks stopped", "The key fails",
    ),
    "blocked-speaker": (
        "webhook", {}, block, event(text="The key fails", user="ann"), "ann", "The key fails", "The key fails",
    ),
    "bulk": (
        "email", {}, nothing, mail(("Precedence", "bulk"), sender="news@else.example", name=""),
        "news@else.example", "Webhooks stopped", "The key fails",
    ),
    "calendar-answer": (
        "email", {"provider": "ses"}, nothing, notice("calendar-answer"),
        "Ann Lee <ann@acme.example>", "Webhooks stopped", "Ann accepted",
    ),
    "empty": (
        "email", {}, nothing, {"MessageID": "pm-1", "Subject": "Help", "ToFull": [{"Email": ADDRESS}], "Headers": []},
        "", "Help", "Help",
    ),
    "empty-message": ("msteams", {}, bound(conversation=PLACE), teams(text=""), "Ann Lee", "(no text)", "(no text)"),
    "empty-return-path": (
        "email", {}, nothing, mail(("Return-Path", "<>")),
        "Ann Lee <ann@acme.example>", "Webhooks stopped", "The key fails",
    ),
    "honeypot": (
        "form", {}, nothing,
        {"name": "Zoe", "email": "zoe@mail.example", "message": "The key fails", "website": "https://x.example"},
        "Zoe", "The key fails", "The key fails",
    ),
    "loop-mark": (
        "email", {}, nothing, mail(("X-Parley-Install", "ins_of_another_parley")),
        "Ann Lee <ann@acme.example>", "Webhooks stopped", "The key fails",
    ),
    "no-text": ("slack", {}, bound(), slack(text=""), "U0ANN", "(no text)", "(no text)"),
    "nobody-spoke": (
        "slack", {}, bound(), slack(user=None, username="Form", text="The key fails"),
        "Form", "The key fails", "The key fails",
    ),
    "one-way-bridge": ("slack", {}, bound(direction="out"), slack(), "U0ANN", "The key fails", "The key fails"),
    "spam": (
        "email", {}, nothing, mail(("X-Spam-Status", "Yes, score=9")),
        "Ann Lee <ann@acme.example>", "Webhooks stopped", "The key fails",
    ),
    "too-many": (
        "email", {"per_hour": 1}, many, mail(), "Ann Lee <ann@acme.example>", "Webhooks stopped", "The key fails",
    ),
    "unbound-conversation": ("slack", {}, nothing, slack(), "U0ANN", "The key fails", "The key fails"),
    "unsupported": ("slack", {}, bound(), slack(subtype="moon_message"), "U0ANN", "The key fails", "The key fails"),
}  # fmt: skip


ALERTS = {"alert-unproven", "alert-of-several"}  # for good: tests/flows/alerts


def test_every_reason_has_its_case_and_stands_in_the_docs() -> None:
    assert set(CASES) | ALERTS == set(REASONS)
    section = PAGE.read_text().partition("## What did not get in\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
    assert {word for row in rows[1:] for word in re.findall(r"`([^`]+)`", row)} == set(REASONS)


@pytest.mark.parametrize("reason", CASES)
def test_it_is_listed_with_its_reason_and_taken_in_once(parley: Parley, tenant: Tenant, reason: str) -> None:
    kind, config, before, body, sender, line, text = CASES[reason]
    install = made(tenant, kind, **config)
    before(parley, tenant, install)
    there = texts(parley)
    for number in range(3):
        outcome = come(parley, tenant, install, kind, body, f"env_{number if kind != 'form' else 1}")
        assert [*outcome.ignored, *(["unsupported"] if outcome.unsupported else [])] == [reason]
    assert texts(parley) == there
    (row,) = listed(tenant, install)
    found = {name: row[name] for name in ("reason", "because", "sender", "line", "asked_at", "taken_at", "room")}
    assert found == {
        "reason": reason, "because": REASONS[reason], "sender": sender, "line": line,
        "asked_at": None, "taken_at": None, "room": None,
    }  # fmt: skip

    asked = take_in(parley, tenant.api, install, row["id"])
    assert asked["asked_at"]
    assert not asked["taken_at"]
    (after,) = listed(tenant, install)
    assert after["taken_at"], after
    assert sorted(texts(parley)) == sorted([*there, text])
    (said,) = tenant.api.get(f"/v1/rooms/{after['room']}/messages").json["items"][:1]
    assert said["text"] == text
    for _ in range(2):
        parley.clock.at += 1000
        assert take_in(parley, tenant.api, install, row["id"])["taken_at"]
    assert sorted(texts(parley)) == sorted([*there, text])
    assert listed(tenant, install) == [after]


def test_two_agents_at_once_give_one_message(parley: Parley, tenant: Tenant) -> None:
    install = made(tenant, "slack")
    come(parley, tenant, install, "slack", slack())
    (row,) = listed(tenant, install)
    for _ in range(2):
        assert tenant.api.post(f"/v1/installs/{install}/ignored/{row['id']}/take-in").status == 202
    twice = [*parley.queues.envelopes, *parley.queues.envelopes]  # the queue may hand out a message twice
    for envelope, _ in twice:
        receive(parley.world, envelope)
    parley.queues.envelopes.clear()
    assert texts(parley) == ["The key fails"]


def test_an_asked_one_whose_wake_up_was_lost_is_woken_again(parley: Parley, tenant: Tenant) -> None:
    install = made(tenant, "slack")
    come(parley, tenant, install, "slack", slack())
    (row,) = listed(tenant, install)
    tenant.api.post(f"/v1/installs/{install}/ignored/{row['id']}/take-in")
    parley.queues.envelopes.clear()
    parley.queues.asked.clear()
    take_in(parley, tenant.api, install, row["id"])
    assert texts(parley) == ["The key fails"]


def test_only_the_rule_that_held_it_up_is_lifted(parley: Parley, tenant: Tenant) -> None:
    install = made(tenant, "email", per_hour=1)
    many(parley, tenant, install)
    come(parley, tenant, install, "email", mail(("X-Spam-Status", "Yes, score=9")))
    (row,) = listed(tenant, install)
    assert row["reason"] == "spam"
    take_in(parley, tenant.api, install, row["id"])
    (row,) = listed(tenant, install)
    assert (row["reason"], row["asked_at"], row["taken_at"]) == ("too-many", None, None)
    assert len(texts(parley)) == 1
    take_in(parley, tenant.api, install, row["id"])
    assert listed(tenant, install)[0]["taken_at"]
    assert len(texts(parley)) == 2


def test_what_nobody_can_read_yet_may_be_asked_for_again(parley: Parley, tenant: Tenant) -> None:
    install = made(tenant, "slack")
    come(parley, tenant, install, "slack", BODY | {"event": {"type": "moon_phase_changed"}})
    (row,) = listed(tenant, install)
    assert (row["reason"], row["line"]) == ("unsupported", "moon_phase_changed")
    take_in(parley, tenant.api, install, row["id"])
    (row,) = listed(tenant, install)
    assert (row["asked_at"], row["taken_at"]) == (None, None)


def test_a_flood_fills_no_table(parley: Parley, tenant: Tenant) -> None:
    install, other = made(tenant, "slack"), made(tenant, "slack")
    for number in range(MOST_A_DAY + 10):
        come(parley, tenant, install, "slack", slack(ts=f"1700000000.{number:06}"), f"env_{number}")
    rows = [each for each in parley.records() if isinstance(each, Unheard)]
    assert len(rows) == MOST_A_DAY == len(parley.queues.kept)
    come(parley, tenant, other, "slack", slack(), "env_other")
    assert len(listed(tenant, other)) == 1
    parley.clock.at += DAY_MS
    come(parley, tenant, install, "slack", slack(ts="1800000000.000001"), "env_next")
    assert len([each for each in parley.records() if isinstance(each, Unheard)]) == MOST_A_DAY + 2


def test_the_list_has_pages_the_last_first_and_ends_after_thirty_days(parley: Parley, tenant: Tenant) -> None:
    install = made(tenant, "slack")
    for number in range(5):
        parley.clock.at += HOUR_MS
        come(
            parley,
            tenant,
            install,
            "slack",
            slack(ts=f"1700000000.00000{number}", text=f"no {number}"),
            f"env_{number}",
        )
    found, cursor = [], ""
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = tenant.api.get(f"/v1/installs/{install}/ignored", limit="2", **more).json
        found += [each["line"] for each in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert found == ["no 4", "no 3", "no 2", "no 1", "no 0"]
    (first, *_) = listed(tenant, install)[::-1]
    parley.clock.at += KEPT_MS - 7 * HOUR_MS // 2
    assert [each["line"] for each in listed(tenant, install)] == ["no 4", "no 3", "no 2", "no 1"]
    take_in(parley, tenant.api, install, first["id"], 404)


def test_who_takes_their_words_back_takes_them_back_here(parley: Parley, tenant: Tenant) -> None:
    install = made(tenant, "slack")
    come(parley, tenant, install, "slack", slack(text="the key is sk_live_1"))
    gone = {"subtype": "message_deleted", "deleted_ts": EVENT["ts"], "ts": "1700000009.000100", "user": None}
    come(parley, tenant, install, "slack", slack(**gone), "env_2")
    assert listed(tenant, install) == []
    assert parley.queues.kept == {}
    assert not any("sk_live_1" in str(each) for each in parley.records())


@pytest.mark.parametrize("taken", [False, True])
def test_an_edit_of_what_did_not_get_in_is_what_comes_in(parley: Parley, tenant: Tenant, taken: bool) -> None:
    install = made(tenant, "slack")
    come(parley, tenant, install, "slack", slack(text="the key is sk_live_1"))
    (row,) = listed(tenant, install)
    if taken:
        take_in(parley, tenant.api, install, row["id"])
    words = {"type": "message", "user": "U0ANN", "ts": EVENT["ts"], "text": "the key is …"}
    edited = {
        "message": words | {"edited": {"user": "U0ANN", "ts": "1700000009.000100"}},
        "previous_message": words | {"text": "x"},
    }
    come(parley, tenant, install, "slack", slack(subtype="message_changed", ts="1700000009.000100", **edited), "env_2")
    assert [each["line"] for each in listed(tenant, install)] == ["the key is …"]
    take_in(parley, tenant.api, install, row["id"])
    assert texts(parley) == ["the key is …"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("slack", slack(app_id="A0PARLEY")),
        ("slack", slack(subtype="channel_join")),
        ("slack", BODY | {"event": {"type": "user_typing"}}),
        ("msteams", teams() | {"from": {"id": "28:parley"}}),
        ("msteams", teams(type="typing")),
        ("email", mail(sender="mailer-daemon@acme.example")),
        ("email", mail(sender=ADDRESS)),
    ],
)
def test_echoes_joins_and_receipts_are_counted_and_logged_by_their_id_alone(
    parley: Parley, tenant: Tenant, queues: Queues, capsys: Any, kind: str, body: Body
) -> None:
    install = made(tenant, kind)
    envelope = Envelope(
        id="env_1", workspace=tenant.id, install=install, channel=kind, received_at=parley.clock.at,
        headers={"content-type": "application/json"}, body=json.dumps(body).encode(),
    )  # fmt: skip
    queues.envelope = lambda text: envelope  # type: ignore[attr-defined]
    capsys.readouterr()
    workers.receive({"Records": [message("m1")]}, None)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["ignored"] for line in lines if "ignored" in line] == [1]
    (noted,) = (line for line in lines if line.get("message") == "ignored")
    assert noted["install"] == install
    assert noted["id"] == {"slack": "Ev1", "msteams": "19:general@thread.tacv2/1700000000001"}.get(
        kind, "m1@acme.example"
    )
    assert listed(tenant, install) == []


@pytest.mark.parametrize("reason", ["unbound-conversation", "unsupported", "spam"])
def test_no_words_of_anybody_are_in_a_log(
    parley: Parley, tenant: Tenant, queues: Queues, capsys: Any, reason: str
) -> None:
    kind, config, before, body, *_ = CASES[reason]
    install = made(tenant, kind, **config)
    envelope = Envelope(
        id="env_1", workspace=tenant.id, install=install, channel=kind, received_at=parley.clock.at,
        headers={"content-type": "application/json"}, body=json.dumps(body).encode(),
    )  # fmt: skip
    queues.envelope = lambda text: envelope  # type: ignore[attr-defined]
    capsys.readouterr()
    workers.receive({"Records": [message("m1")]}, None)
    out = capsys.readouterr()
    assert "The key fails" not in out.out + out.err
    assert "Webhooks stopped" not in out.out + out.err
    assert listed(tenant, install)


def test_agents_alone_see_it_and_readers_take_nothing_in(parley: Parley, tenant: Tenant) -> None:
    install = made(tenant, "slack")
    come(parley, tenant, install, "slack", slack())
    (row,) = listed(tenant, install)
    path = f"/v1/installs/{install}/ignored"
    user = tenant.user()
    assert (user.get(path).status, user.post(f"{path}/{row['id']}/take-in").status) == (403, 403)
    reader = Client(tenant.api.post("/v1/api-keys", {"name": "R", "scopes": ["read"]}).json["key"])
    assert (reader.get(path).status, reader.post(f"{path}/{row['id']}/take-in").status) == (200, 403)
    assert tenant.api.get("/v1/installs/ins_none/ignored").status == 404
    take_in(parley, tenant.api, install, "ign_none", 404)
    take_in(parley, tenant.api, install, row["id"])
    assert "ignored.taken-in" in [each["verb"] for each in tenant.api.get("/v1/audit").json["items"]]


def test_an_envelope_that_is_kept_is_that_which_came(parley: Parley, tenant: Tenant) -> None:
    install = made(tenant, "slack")
    come(parley, tenant, install, "slack", slack())
    (row,) = (each for each in parley.records() if isinstance(each, Unheard))
    assert parley.queues.kept[row.kept].body == json.dumps(slack()).encode()
    assert parley.store.one(ref(Unheard, install, row.id)) == row
