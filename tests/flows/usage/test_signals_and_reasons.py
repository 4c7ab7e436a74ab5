"""Signals of segments and the reasons behind them: raised once, told their owner, asked once, explained, and silent."""

import pytest

from chalicelib.desk.alerts import AgentAlerts
from chalicelib.desk.customers import Customer
from chalicelib.desk.ids import customer_id
from chalicelib.desk.rooms import Room
from chalicelib.desk.times import DAY_MS, from_rfc3339
from chalicelib.desk.usage_meters import Usage, UsageDay, day_of
from chalicelib.desk.usage_signals import shifted
from chalicelib.flows.usage.facts import evaluate_usage
from chalicelib.flows.usage.signals import look_after, run_signals, walk
from chalicelib.ports import Put, ref
from tests.api import Client, Tenant
from tests.conftest import in_memory
from tests.fakes import Parley
from tests.flows.broadcasts.test_broadcasting import work

MONDAY = from_rfc3339("2027-01-18T12:00:00Z") or 0
SURGE = {"kind": "surge", "sentence": "Ask them what is going on.", "on": True}


class Stage:
    """A workspace with a customer that has called for ten weeks, and its own people."""

    def __init__(self, parley: Parley) -> None:
        self.parley = parley
        self.tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        self.api = self.tenant.api
        self.owner = self.api.get("/v1/me").json["id"]
        self.tenant.customer("acme", name="Acme")
        self.customer = customer_id(self.tenant.id, "acme")
        self.ann = self.tenant.user("acme", "ann", exp=parley.clock.at // 1000 + 3600)
        self.calls({-n: 300 for n in range(1, 71)})

    @property
    def today(self) -> str:
        return day_of(self.parley.clock.at)

    def calls(self, by_day: dict[int, int], **fields: object) -> None:
        """Calls of days, counted from today on."""
        for n, calls in by_day.items():
            day = shifted(self.today, n)
            row = UsageDay(version=1, customer=self.customer, workspace=self.tenant.id, day=day, calls=calls, **fields)  # type: ignore[arg-type]
            self.parley.store.commit(Put(row, None))

    def segment(self, **signal: object) -> str:
        body = {"name": "Watched", "customers": ["acme"], "signal": SURGE | {"owner": self.owner} | signal}
        made = self.api.post("/v1/segments", body)
        assert made.status == 201, made.text
        self.parley.settle()
        return str(made.json["id"])

    def run(self) -> list[str]:
        found = run_signals(self.parley.world, self.tenant.id, self.customer)
        self.parley.settle()
        return [each.id for each in found]

    def days_pass(self, days: int) -> None:
        self.parley.clock.at += days * DAY_MS

    def signals(self) -> list[dict]:
        return self.api.get("/v1/signals", customer="acme").json["items"]


@pytest.fixture
def stage():
    with in_memory(Parley()) as parley:
        parley.clock.at = MONDAY
        yield Stage(parley)


def test_a_surge_is_told_its_owner_in_one_room(stage):
    stage.segment()
    assert stage.run() == []
    stage.calls({0: 1204})
    (raised,) = stage.run()
    assert stage.run() == []
    (signal,) = stage.signals()
    assert (signal["id"], signal["name"]) == (raised, "Acme")
    words = "1,204 calls on Monday, 18 January 2027; the 8 Mondays before had a median of 300 (300 to 300)."
    assert signal["found"]["words"] == words
    room = stage.api.get(f"/v1/rooms/{signal['room']}").json
    assert (room["kind"], room["name"], room["assignees"]) == ("internal", "Usage surges: Acme", [stage.owner])
    (message,) = stage.api.get(f"/v1/rooms/{signal['room']}/messages").json["items"]
    assert message["text"] == f"Ask them what is going on.\n\n{words}"
    assert stage.ann.get(f"/v1/rooms/{signal['room']}").status == 404
    gathered = stage.parley.store.one(ref(AgentAlerts, stage.owner)).gathered
    assert [(alert.kind, alert.room) for alert in gathered] == [("mentioned", signal["room"])]


def test_one_is_raised_a_period_and_kind(stage):
    stage.segment()
    for _ in range(20):
        stage.calls({0: 9000})
        stage.run()
        stage.days_pass(1)
    days = [signal["found"]["day"] for signal in stage.signals()]
    assert days == ["2027-02-01", "2027-01-25", "2027-01-18"]


def test_the_reason_is_asked_once_and_silences_the_season(stage):
    stage.segment()
    stage.calls({0: 1204})
    stage.run()
    (signal,) = stage.signals()
    asked = stage.api.post(f"/v1/signals/{signal['id']}/question", {"text": "You call much more. A launch?"})
    assert asked.status == 201, asked.text
    again = stage.api.post(f"/v1/signals/{signal['id']}/question", {"text": "Well?"})
    assert again.status == 409
    triage = stage.tenant.triage("acme")
    said = stage.ann.post(f"/v1/rooms/{triage}/messages", {"text": "Our sales: each January."})
    body = {"cause": "season", "until": "2027-02-11", "from": "2027-01-08", "message": said.json["id"]}
    reason = stage.api.post("/v1/customers/acme/reasons", body | {"signal": signal["id"]})
    assert reason.status == 201, reason.text
    assert (reason.json["text"], reason.json["kind"]) == ("Our sales: each January.", "surge")
    assert stage.api.get(f"/v1/signals/{signal['id']}").json["reason"] == reason.json["id"]
    messages = len(stage.api.get(f"/v1/rooms/{triage}/messages").json["items"])
    for days in (8, 357):  # the next one of this season, and of that a year later
        stage.days_pass(days)
        stage.calls({-7 * n: 300 for n in range(1, 9)} | {0: 9000})
        (raised,) = stage.run()
        silent = stage.api.get(f"/v1/signals/{raised}").json
        assert (silent["reason"], silent["room"]) == (reason.json["id"], None)
    assert len(stage.api.get(f"/v1/rooms/{triage}/messages").json["items"]) == messages
    stage.api.delete(f"/v1/customers/acme/reasons/{reason.json['id']}")
    stage.days_pass(7)
    stage.calls({0: 9000})
    (raised,) = stage.run()
    assert stage.api.get(f"/v1/signals/{raised}").json["room"]


def test_who_asked_what_and_when(stage):
    stage.segment()
    stage.calls({0: 1204})
    stage.run()
    (signal,) = stage.signals()
    stage.api.post(f"/v1/signals/{signal['id']}/question", {"text": "A launch?"})
    stage.parley.clock.at += 1000
    for _ in range(2):
        question, key = {"text": "How is the new SDK?"}, {"Idempotency-Key": "k1"}
        assert stage.api.post("/v1/customers/acme/questions", question, headers=key).status == 201
    stage.parley.clock.at += 1000
    body = {"text": "Which SDK do you use?", "kind": "question", "customers": ["acme"]}
    made = stage.api.post("/v1/broadcasts", body)
    assert made.status == 201, made.text
    stage.api.post(f"/v1/broadcasts/{made.json['id']}/send")
    news = stage.api.post("/v1/broadcasts", body | {"kind": "news"}).json["id"]
    stage.api.post(f"/v1/broadcasts/{news}/send")
    work(stage.parley)
    stage.parley.settle()
    found = stage.api.get("/v1/customers/acme/questions").json["items"]
    assert [(each["why"], each["text"], each["by"]) for each in found] == [
        ("broadcast", "Which SDK do you use?", stage.owner),
        ("person", "How is the new SDK?", stage.owner),
        ("signal", "A launch?", stage.owner),
    ]
    assert [each["about"] for each in found] == [made.json["id"], None, signal["id"]]
    stage.api.post(f"/v1/broadcasts/{made.json['id']}/undo")
    work(stage.parley)
    stage.parley.settle()
    assert len(stage.api.get("/v1/customers/acme/questions").json["items"]) == 2


def test_a_reason_is_in_the_words_of_this_customer_and_of_what_is_there(stage):
    stage.tenant.customer("zebra", name="Zebra")
    zoe = stage.tenant.user("zebra", "zoe", exp=stage.parley.clock.at // 1000 + 3600)
    theirs = zoe.post(f"/v1/rooms/{stage.tenant.triage('zebra')}/messages", {"text": "A launch, in secret."}).json["id"]
    triage = stage.tenant.triage("acme")
    said = stage.ann.post(f"/v1/rooms/{triage}/messages", {"text": "A launch."}).json["id"]
    gone = stage.ann.post(f"/v1/rooms/{triage}/messages", {"text": "Never mind."}).json["id"]
    assert stage.ann.delete(f"/v1/rooms/{triage}/messages/{gone}").status == 200
    reason = {"kind": "surge", "cause": "launch", "from": stage.today, "until": shifted(stage.today, 366)}
    path = "/v1/customers/acme/reasons"
    for message in (theirs, gone, f"{said}9", "nothing"):
        refused = stage.api.post(path, reason | {"message": message})
        assert (refused.status, refused.json.get("field")) == (422, "message"), message
    assert stage.api.post(path, reason | {"message": said}).json["text"] == "A launch."
    late = stage.api.post(path, reason | {"message": said, "until": shifted(stage.today, 367)})
    assert (late.status, late.json["field"]) == (422, "until")


def test_a_one_off_is_no_measure_for_the_next(stage):
    stage.segment(period_days=1)
    weeks = {-7 * n: 9000 for n in range(1, 5)}
    stage.calls({0: 900} | weeks)
    assert stage.run() == []  # half of the Mondays had as many
    for n in weeks:
        day = shifted(stage.today, n)
        reason = {"kind": "surge", "cause": "one_off", "from": day, "until": day, "text": "A load test"}
        assert stage.api.post("/v1/customers/acme/reasons", reason).status == 201
    assert len(stage.run()) == 1


def test_the_preview_says_what_would_have_been(stage):
    segment = stage.segment(on=False)
    stage.calls({-1: 900, -30: 900, -33: 900})
    assert stage.run() == []
    rule = {"kind": "surge", "owner": stage.owner, "sentence": "Ask."}
    seen = stage.api.post(f"/v1/segments/{segment}/signal-preview", rule).json
    assert (seen["first"], seen["last"], seen["looked_at"]) == ("2026-10-20", "2027-01-17", 1)
    assert (seen["recomputed"], seen["as_today"][0]) == (["usage"], "who is in the segment")
    days = [each["found"]["day"] for each in seen["raised"]]
    assert days == ["2026-12-16", "2027-01-17"]  # 2026-12-19 is within the period
    assert stage.signals() == []
    fewer = stage.api.post(f"/v1/segments/{segment}/signal-preview", rule | {"factor": 4}).json
    assert fewer["raised"] == []


@pytest.mark.parametrize("kind", ["drop", "silence"])
def test_who_calls_no_more_is_told_of(stage, kind):
    stage.segment(kind=kind)
    stage.days_pass(10)
    (raised,) = stage.run()
    signal = stage.api.get(f"/v1/signals/{raised}").json
    assert (signal["kind"], signal["found"]["day"], signal["found"]["count"]) == (kind, "2027-01-27", 0)


def test_errors_and_the_first_success_are_told_of(stage):
    stage.segment(kind="error_storm")
    stage.segment(kind="first_success")
    usage = Usage(customer=stage.customer, workspace=stage.tenant.id, version=1, first_success_at=stage.parley.clock.at)
    stage.parley.store.commit(Put(usage, None))
    stage.calls({0: 400}, errors={"5xx": 150, "4xx": 50})
    assert len(stage.run()) == 2
    assert {each["kind"] for each in stage.signals()} == {"error_storm", "first_success"}
    stage.days_pass(8)
    assert stage.run() == []


def test_who_never_came_to_a_call_is_found_by_the_clock(stage):
    stage.tenant.customer("zebra", name="Zebra")
    body = {"name": "New ones", "customers": ["zebra"]}
    signal = {"kind": "never_started", "owner": stage.owner, "sentence": "Help them.", "period_days": 14, "on": True}
    segment = stage.api.post("/v1/segments", body | {"signal": signal}).json["id"]
    stage.parley.settle()
    for _ in range(16):
        stage.days_pass(1)
        stage.parley.due()
        stage.parley.settle()
    (raised,) = stage.api.get("/v1/signals").json["items"]
    assert raised["found"]["words"] == "No call has succeeded in 14 days, up to Monday, 1 February 2027."
    assert raised["customer"]["external_id"] == "zebra"
    stage.api.patch(f"/v1/segments/{segment}", {"signal": None})
    assert stage.api.get(f"/v1/segments/{segment}").json["signal"] is None


def test_what_is_off_or_of_others_is_not_watched(stage):
    segment = stage.segment(on=False)
    stage.calls({0: 9000})
    assert stage.run() == []
    stage.api.patch(f"/v1/segments/{segment}", {"signal": SURGE | {"owner": stage.owner}})
    stage.api.delete(f"/v1/segments/{segment}/members/acme")
    assert stage.run() == []


def test_a_walk_that_nobody_asks_for_any_more_is_none(stage):
    segment = stage.segment(kind="never_started", period_days=1, on=False)
    stage.days_pass(20)
    for id_ in (segment, "seg_gone"):
        walk(stage.parley.world, id_, None)
        look_after(stage.parley.world, id_, stage.parley.clock.at)
    stage.api.patch(f"/v1/segments/{segment}", {"signal": SURGE | {"kind": "never_started", "owner": stage.owner}})
    look_after(stage.parley.world, segment, stage.parley.clock.at - DAY_MS)  # it is due at another time
    stage.parley.settle()
    assert stage.signals() == []


def test_an_owner_who_is_blocked_meanwhile_has_no_room_and_the_others_see_it(stage):
    stage.api.post("/v1/agents", {"name": "Bob", "email": "bob@vendor.example", "role": "agent"})
    bob = stage.api.get("/v1/agents").json["items"][-1]["id"]
    stage.segment(owner=bob)
    stage.api.patch(f"/v1/agents/{bob}", {"state": "blocked"})
    nameless = stage.parley.store.one(ref(Customer, stage.customer))
    stage.parley.store.commit(Put(nameless.changed(name=""), nameless.version))
    stage.calls({0: 1204})
    stage.run()
    (signal,) = stage.signals()
    room = stage.api.get(f"/v1/rooms/{signal['room']}").json
    assert (room["assignees"], room["name"]) == ([], "Usage surges: acme")


def test_what_cannot_be_is_refused_by_name(stage):
    def refused(path: str, body: dict, client: Client | None = None) -> str:
        got = (client or stage.api).post(path, body)
        assert got.status == 422, got.text
        return str(got.json["field"])

    bad = {"name": "S", "customers": [], "signal": SURGE | {"owner": "agt_nobody"}}
    assert refused("/v1/segments", bad) == "signal.owner"
    preview = f"/v1/segments/{stage.segment()}/signal-preview"
    for field, value in {"owner": "agt_nobody", "factor": 1, "sentence": ""}.items():
        assert refused(preview, SURGE | {"owner": stage.owner, field: value}) == field
    reason = {"kind": "surge", "cause": "launch", "until": "2027-02-24", "text": "x"}
    cases = {"kind": {"kind": "never_started"}, "until": {"until": "2027-01-01"}, "text": {"text": ""}}
    cases |= {"signal": {"signal": "sig_x"}, "message": {"message": "msg_x_1", "text": ""}, "from": {"from": "soon"}}
    for field, fields in cases.items():
        assert refused("/v1/customers/acme/reasons", reason | fields) == field


def test_two_workers_at_once_open_one_room(stage, monkeypatch):
    stage.segment()
    stage.calls({0: 1204})
    monkeypatch.setattr("chalicelib.flows.usage.signals._is_known", lambda *_, **__: False)
    assert (len(stage.run()), len(stage.run())) == (1, 0)
    assert sum(isinstance(each, Room) and each.kind == "internal" for each in stage.parley.records()) == 1


def test_what_comes_in_is_looked_at_with_the_facts(stage):
    """As the clock and a fold do it: facts, place, signals; and a one-off leaves the trend at once."""
    stage.segment()
    stage.calls({0: 300, -1: 1204})
    usage = Usage(version=1, customer=stage.customer, workspace=stage.tenant.id, due=stage.parley.clock.at)
    stage.parley.store.commit(Put(usage, None))
    evaluate_usage(stage.parley.world, stage.tenant.id, [stage.customer])
    (signal,) = stage.signals()
    facts = stage.parley.store.one(ref(Usage, stage.customer))
    assert facts.trend == pytest.approx((6 * 300 + 1204) / 2100, abs=0.001)
    day = shifted(stage.today, -1)
    reason = {"cause": "one_off", "from": day, "until": day, "text": "A load test", "signal": signal["id"]}
    made = stage.api.post("/v1/customers/acme/reasons", reason).json["id"]
    stage.parley.due()
    stage.parley.use_all()
    assert stage.parley.store.one(ref(Usage, stage.customer)).trend == 1.0
    stage.api.delete(f"/v1/customers/acme/reasons/{made}")
    stage.parley.due()
    stage.parley.use_all()
    assert stage.parley.store.one(ref(Usage, stage.customer)).trend == facts.trend
