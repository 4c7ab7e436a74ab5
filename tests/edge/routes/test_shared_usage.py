"""Usage that is shared: a customer's own people see their curve and its reasons, and answer why it moved, once."""

from typing import Any

import pytest

from chalicelib.desk.times import DAY_MS
from chalicelib.desk.usage_meters import Usage, UsageActor
from chalicelib.desk.usage_reasons import Reason
from chalicelib.ports import Put
from tests.api import Client, Got, Tenant
from tests.conftest import in_memory
from tests.fakes import Parley
from tests.flows.usage.test_signals_and_reasons import MONDAY, Stage
from tests.races.test_races import at_once

BELONGS = {"cause": "launch", "until": "2027-02-01", "text": "We launched in Japan, until 1 February."}


@pytest.fixture
def stage() -> Any:
    with in_memory(Parley()) as parley:
        parley.clock.at = MONDAY
        stage = Stage(parley)
        stage.ann = stage.tenant.user("acme", "ann", name="Ann", exp=MONDAY // 1000 + 86_000)
        share(stage)
        yield stage


def share(stage: Stage, on: bool = True) -> None:
    assert stage.api.patch("/v1/workspace", {"share_usage": on}).json["share_usage"] is on


def someone(stage: Stage, customer: str = "acme", user: str = "bea") -> Client:
    return stage.tenant.user(customer, user, exp=stage.parley.clock.at // 1000 + 3600)


def asked(stage: Stage, **signal: Any) -> str:
    """The message in which acme is asked because of a surge."""
    stage.segment(**signal)
    stage.calls({0: 1204})
    stage.run()
    (raised, *_) = stage.signals()
    return str(stage.api.post(f"/v1/signals/{raised['id']}/question", {"text": "You call much more. Why?"}).json["id"])


def answered(
    stage: Stage, question: str, body: dict[str, Any] = BELONGS, who: Client | None = None, **options: Any
) -> Got:
    return (who or stage.ann).post(f"/v1/me/usage/questions/{question}/answer", body, **options)


def shown(stage: Stage, who: Client | None = None, **days: str) -> dict[str, Any]:
    got = (who or stage.ann).get("/v1/me/usage", **days)
    assert got.status == 200, got.text
    return dict(got.json)


def test_nothing_is_shared_unless_the_workspace_says_so(tenant: Tenant) -> None:
    ann = tenant.user()
    assert tenant.api.get("/v1/workspace").json["share_usage"] is False
    assert (ann.get("/v1/me").json["usage"], ann.get("/v1/me/usage").status) == (False, 403)
    tenant.api.patch("/v1/workspace", {"share_usage": True})
    assert (ann.get("/v1/me").json["usage"], ann.get("/v1/me/usage").status) == (True, 200)
    assert tenant.api.get("/v1/me").json["usage"] is False
    assert tenant.api.get("/v1/me/usage").status == 403, "agents have their customers'"


def test_visitors_see_none(tenant: Tenant) -> None:
    tenant.api.patch("/v1/workspace", {"share_usage": True, "visitors": True})
    body = {"workspace": tenant.id, "name": "Vi", "email": "vi@x.example", "text": "Where?"}
    visitor = Client(Client().post("/v1/visitors", body).json["token"])
    assert (visitor.get("/v1/me").json["usage"], visitor.get("/v1/me/usage").status) == (False, 403)


def test_they_see_their_own_days_as_counts(stage: Stage) -> None:
    stage.calls({0: 1204}, errors={"5xx": 4}, sdks={"py 1.2": 1200, "js 3": 4})
    for kind, actor in (("developer", "ann"), ("developer", "secret"), ("token", "secret")):
        whose = {"customer": stage.customer, "workspace": stage.tenant.id, "day": stage.today}
        row = UsageActor(version=1, kind=kind, who=actor, ends=MONDAY + DAY_MS, **whose)  # type: ignore[arg-type]
        stage.parley.store.commit(Put(row, None))
    got = shown(stage)
    assert set(got) == {"days", "sdks", "reasons", "questions"}
    assert len(got["days"]) == 30
    day = got["days"][-1]
    assert (day["calls"], day["errors"], day["developers"], day["tokens"]) == (1204, {"5xx": 4}, 2, 1)
    assert got["sdks"] == {"py 1.2": 1200, "js 3": 4}
    assert "secret" not in str(got)
    stage.tenant.customer("beta", name="Beta")
    assert shown(stage, someone(stage, "beta", "bob")) == {"days": [], "sdks": {}, "reasons": [], "questions": []}
    assert stage.ann.get("/v1/me/usage", first_day="soon").json["field"] == "first_day"


def test_a_reason_says_to_them_what_their_own_people_said_and_no_more(stage: Stage) -> None:
    triage = stage.tenant.triage("acme")
    ours = stage.ann.post(f"/v1/rooms/{triage}/messages", {"text": "Our sales."}).json["id"]
    vendors = stage.api.post(f"/v1/rooms/{triage}/messages", {"text": "Their sales, we think."}).json["id"]
    room = stage.api.post("/v1/rooms", {"name": "Ours", "customer": "acme", "kind": "internal"}).json
    inside = stage.api.post(f"/v1/rooms/{room['id']}/messages", {"text": "They are about to leave."}).json["id"]
    reason = {"kind": "surge", "cause": "season", "from": "2027-01-08", "until": "2027-02-11"}
    for said in (
        {"message": ours, "text": "They say: sales."},
        {"message": vendors},
        {"message": inside},
        {"text": "Bad debt"},
    ):
        assert stage.api.post("/v1/customers/acme/reasons", reason | said).status == 201
        stage.parley.clock.at += 1000
    found = shown(stage)["reasons"]
    assert [each["said"] and each["said"]["text"] for each in found] == ["Our sales.", None, None, None]
    (first, *_) = found
    assert set(first) == {"id", "kind", "cause", "from", "until", "spans", "said"}
    assert (first["kind"], first["cause"], first["from"], first["until"]) == tuple(
        reason[name] for name in ("kind", "cause", "from", "until")
    )
    assert first["spans"] == [{"from": "2027-01-08", "until": "2027-02-11"}]
    assert (first["said"]["message"], first["said"]["room"], first["said"]["by"]) == (ours, triage, "Ann")
    assert stage.owner not in str(found)
    assert [each["spans"] for each in shown(stage, first_day="2028-01-01", last_day="2028-01-31")["reasons"]] == [
        [{"from": "2028-01-08", "until": "2028-02-11"}]
    ] * 4, "a season is one of each year"
    assert shown(stage, first_day="2026-09-01", last_day="2026-09-30")["reasons"] == []
    stage.ann.patch(f"/v1/rooms/{triage}/messages/{ours}", {"text": "Our winter sales."})
    assert shown(stage)["reasons"][0]["said"]["text"] == "Our winter sales."
    stage.ann.delete(f"/v1/rooms/{triage}/messages/{ours}")
    assert shown(stage)["reasons"][0]["said"] is None


def test_what_was_said_in_a_room_that_is_not_theirs_any_more_is_not_theirs(stage: Stage) -> None:
    stage.tenant.customer("beta", name="Beta")
    bob = someone(stage, "beta", "bob")
    said = bob.post(f"/v1/rooms/{stage.tenant.triage('beta')}/messages", {"text": "Our secret launch."}).json["id"]
    reason = Reason(
        version=1, id="rsn_1", workspace=stage.tenant.id, customer=stage.customer, kind="surge", from_day=stage.today,
        until_day=stage.today, cause="launch", text="Our secret launch.", by=stage.owner, at=1, message=said,
    )  # fmt: skip
    stage.parley.store.commit(Put(reason, None))
    assert [each["said"] for each in shown(stage)["reasons"]] == [None]


def test_one_of_them_answers_the_question_in_its_room_and_that_is_the_reason(stage: Stage) -> None:
    question = asked(stage)
    (open_,) = shown(stage)["questions"]
    triage = stage.tenant.triage("acme")
    assert (open_["message"], open_["room"], open_["text"]) == (question, triage, "You call much more. Why?")
    assert (open_["kind"], open_["day"]) == ("surge", stage.today)
    said = answered(stage, question)
    assert said.status == 201, said.text
    assert (said.json["text"], said.json["author"]["name"]) == (BELONGS["text"], "Ann")
    assert said.json["reply_to"]["message"] == question
    (reason,) = stage.api.get("/v1/customers/acme/reasons").json["items"]
    me = stage.ann.get("/v1/me").json["id"]
    (signal,) = stage.signals()
    assert (reason["by"], reason["message"], reason["signal"]) == (me, said.json["id"], signal["id"])
    assert (reason["cause"], reason["from"], reason["until"]) == ("launch", stage.today, "2027-02-01")
    assert signal["reason"] == reason["id"]
    seen = shown(stage, someone(stage))
    assert seen["questions"] == []
    assert seen["reasons"][0]["said"]["by"] == "Ann"
    stage.days_pass(7)
    stage.calls({0: 9000})
    (silent,) = stage.run()
    assert stage.api.get(f"/v1/signals/{silent}").json["reason"] == reason["id"]


def test_it_is_answered_once_whoever_comes_first(stage: Stage) -> None:
    question, bea = asked(stage), someone(stage)
    bea.get("/v1/rooms")
    key = {"Idempotency-Key": "k1"}
    (one, two) = at_once(
        lambda i: answered(stage, question, who=bea) if i else answered(stage, question, headers=key), 2
    )
    assert {one.status, two.status} == {201, 409}
    assert len(stage.api.get("/v1/customers/acme/reasons").json["items"]) == 1
    triage = stage.tenant.triage("acme")
    assert len(stage.ann.get(f"/v1/rooms/{triage}/messages").json["items"]) == 2
    if one.status == 201:
        assert answered(stage, question, headers=key).json == one.json


def test_whose_the_question_is_not_answers_none(stage: Stage) -> None:
    question = asked(stage)
    stage.tenant.customer("beta", name="Beta")
    assert answered(stage, question, who=someone(stage, "beta", "bob")).status == 404
    assert answered(stage, question, who=stage.api).status == 403
    for id_ in ("msg_x_1", "x", question.replace("msg_", "note_")):
        assert answered(stage, id_).status == 404
    for field, value in (("until", "2027-01-01"), ("until", "soon"), ("cause", "debt"), ("text", "")):
        assert answered(stage, question, BELONGS | {field: value}).json["field"] == field
    share(stage, on=False)
    assert answered(stage, question).status == 403
    assert stage.api.get("/v1/customers/acme/reasons").json["items"] == []


def test_what_is_no_question_of_a_signals_waits_for_no_answer(stage: Stage) -> None:
    own = stage.api.post("/v1/customers/acme/questions", {"text": "How is the new SDK?"}).json["id"]
    assert shown(stage)["questions"] == []
    stage.segment(kind="first_success")
    usage = Usage(version=1, customer=stage.customer, workspace=stage.tenant.id, first_success_at=MONDAY)
    stage.parley.store.commit(Put(usage, None))
    (raised,) = stage.run()
    first = stage.api.post(f"/v1/signals/{raised}/question", {"text": "How was it?"}).json["id"]
    assert shown(stage)["questions"] == []
    for other in (own, first):
        assert answered(stage, other).json["detail"] == "no such question"
    question = asked(stage)
    stage.api.delete(f"/v1/rooms/{stage.tenant.triage('acme')}/messages/{question}")
    assert shown(stage)["questions"] == []
    assert answered(stage, question).status == 404


def test_who_is_forgotten_is_out_of_the_reason_that_they_gave(stage: Stage) -> None:
    question = asked(stage)
    answered(stage, question)
    stage.api.delete("/v1/customers/acme/users/ann")
    for _ in range(30):
        stage.parley.clock.at += 130_000
        stage.parley.use_all()
        stage.parley.due()
    stage.parley.settle()
    (reason,) = stage.api.get("/v1/customers/acme/reasons").json["items"]
    assert (reason["cause"], reason["text"]) == ("launch", "")
    assert reason["by"].startswith("gone_")
    (seen,) = shown(stage, someone(stage))["reasons"]
    assert (seen["cause"], seen["until"]) == ("launch", "2027-02-01")
    assert seen["said"] is None


def test_a_reason_that_they_gave_is_an_event_of_theirs(stage: Stage) -> None:
    config = {"url": "https://vendor.example/hook", "events": ["reason.given"]}
    stage.api.post("/v1/installs", {"kind": "webhook", "name": "Hook", "config": config})
    answered(stage, asked(stage))
    stage.parley.settle()
    assert "reason.given" in str(stage.parley.outside.posts)
    assert stage.ann.get("/v1/me").json["id"] in str(stage.parley.outside.posts)
