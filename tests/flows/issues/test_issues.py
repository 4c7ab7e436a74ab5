"""Issues: who is behind them, what they are worth, how they merge, and what customers are told of them."""

from typing import Any

import pytest

from chalicelib.flows.tickets.tasks import run_task
from chalicelib.ports import Task
from chalicelib.store.memory import MemoryTable
from tests.conftest import in_memory
from tests.fakes import Parley
from tests.tracking import DOING, DONE, OPEN, WONTFIX, Desk


@pytest.fixture
def desk(parley: Parley) -> Desk:
    return Desk(parley)


# --- who is behind it ---------------------------------------------------------------------------------------------


def test_an_issue_is_raised_out_of_a_range_of_messages(desk: Desk) -> None:
    first = desk.say("acme", "The export of big tables stops after a minute, and nobody can tell why that would be")
    last = desk.say("acme", "Every day")
    desk.say("acme", "Besides: thanks")
    room = first["room"]
    made = desk.api.post(f"/v1/rooms/{room}/issues", {"from": first["id"], "to": last["id"], "kind": "bug"})
    assert made.status == 201, made.text
    assert made.json["title"] == "The export of big tables stops after a minute, and nobody can tell why that…"
    assert made.json["text"] == f"> Ann: {first['text']}\n\n> Ann: Every day"
    assert (made.json["rooms"], made.json["customers"], made.json["public_title"]) == (1, 1, "")
    (tie,) = desk.api.get(f"/v1/issues/{made.json['id']}/rooms").json["items"]
    assert (tie["from"], tie["to"], tie["asked_by"]["name"]) == (first["id"], last["id"], "Ann")
    assert tie["tied_by"]["name"] == "Owner"
    assert (tie["name"], tie["customer_name"]) == ("Triage", "Acme")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"from": "msg_x_1"}, "from"),
        ({"from": "{first}", "to": "msg_x_1"}, "to"),
        ({"issue": "iss_none"}, None),
        ({"reference": "T-1"}, "install"),
        ({"reference": "T-9", "install": "{install}"}, "reference"),
        ({"tickets": ["ins_none"]}, "tickets[0]"),
        ({"labels": ["a\nb"]}, "labels[0]"),
        ({"title": "a\nb"}, "title"),
    ],
)
def test_what_is_wrong_in_a_room_is_named(desk: Desk, body: dict[str, Any], field: str | None) -> None:
    first = desk.say("acme")
    ids = {"{first}": first["id"], "{install}": desk.install}
    fields = {name: ids.get(value, value) if isinstance(value, str) else value for name, value in body.items()}
    got = desk.api.post(f"/v1/rooms/{first['room']}/issues", fields)
    assert (got.status, got.json.get("field")) == ((422, field) if field else (404, None)), got.text


def test_a_room_is_tied_by_a_tickets_url_to_the_issue_that_has_it_or_to_a_new_one(desk: Desk) -> None:
    desk.there.new("Known for long")
    body = {"install": desk.install, "reference": "https://tracker.example/T-1"}
    one = desk.api.post(f"/v1/rooms/{desk.room('acme')}/issues", body)
    two = desk.api.post(f"/v1/rooms/{desk.room('beta')}/issues", body)
    assert (one.status, two.status, one.json["title"]) == (201, 201, "Known for long")
    assert two.json["id"] == one.json["id"]
    assert (two.json["rooms"], two.json["customers"]) == (2, 2)


def test_rooms_customers_and_arr_add_up_whatever_comes_and_goes(desk: Desk) -> None:
    issue = desk.raised("acme", ticket=False)["id"]
    assert desk.issue(issue)["arr"] == 0
    desk.tenant.customer("acme", attributes={"arr": 1000.5})
    desk.tenant.customer("beta", attributes={"arr": 20})
    desk.settle()
    assert desk.issue(issue)["arr"] == 1000.5
    second = desk.api.post("/v1/rooms", {"name": "More", "customer": "acme"}).json["id"]
    for room in (second, desk.room("beta"), second):
        assert desk.api.post(f"/v1/issues/{issue}/rooms", {"room": room}).status == 201
    answer = desk.issue(issue)
    assert (answer["rooms"], answer["customers"], answer["arr"]) == (3, 2, 1020.5)
    desk.tenant.customer("beta", attributes={"arr": None})
    desk.settle()
    assert desk.api.delete(f"/v1/issues/{issue}/rooms/{second}").status == 204
    answer = desk.issue(issue)
    assert (answer["rooms"], answer["customers"], answer["arr"]) == (2, 2, 1000.5)
    assert desk.api.delete(f"/v1/issues/{issue}/rooms/{desk.tenant.triage('acme')}").status == 204
    answer = desk.issue(issue)
    assert (answer["rooms"], answer["customers"], answer["arr"]) == (1, 1, 0)
    assert desk.api.delete(f"/v1/issues/{issue}/rooms/{second}").status == 404


def test_lists_are_sorted_and_filtered(desk: Desk) -> None:
    desk.tenant.customer("beta", attributes={"arr": 500})
    one = desk.raised("acme", "gamma", ticket=False, title="First of all", labels=["api"])["id"]
    two = desk.raised("beta", ticket=False, title="Second", kind="feature")["id"]
    three = desk.raised(ticket=False, title="Third", text="about the API")["id"]

    def found(**query: str) -> list[str]:
        return [each["id"] for each in desk.api.get("/v1/issues", **query).json["items"]]

    assert found() == [three, two, one]
    assert found(sort="rooms")[0] == one
    assert found(sort="arr")[0] == two
    assert (found(kind="feature"), found(label="api"), found(text="API about")) == ([two], [one], [three])
    assert found(text="nothing like it") == []
    desk.patch(two, state="done", tell="quiet")
    assert (found(), found(state="done")) == ([three, one], [two])
    assert desk.api.get("/v1/issues", state="closed").json["field"] == "state"
    assert desk.api.get("/v1/issues", sort="name").json["field"] == "sort"


def test_a_customer_sees_what_is_public_of_the_issues_of_its_rooms_and_no_more(desk: Desk) -> None:
    issue = desk.raised("acme", "beta", text="Secret", public_text="We know", title="Secret too")
    room = desk.tenant.triage("acme")
    got = desk.tenant.user("acme", "ann").get(f"/v1/rooms/{room}/issues")
    assert "Secret" not in got.text
    assert "eta" not in got.text
    (seen,) = got.json["items"]
    assert seen["issue"] is None
    assert (seen["public"]["title"], seen["public"]["text"], seen["public"]["state"]) == ("Export", "We know", "open")
    assert desk.tenant.user("acme", "ann").get(f"/v1/issues/{issue['id']}").status == 403
    assert desk.api.get(f"/v1/rooms/{room}/issues").json["items"][0]["issue"]["title"] == "Secret too"


def test_an_internal_room_asks_for_nothing(desk: Desk) -> None:
    room = desk.api.post("/v1/rooms", {"name": "Us", "kind": "internal"}).json["id"]
    assert desk.api.post(f"/v1/rooms/{room}/issues", {"title": "X"}).status == 409


# --- merging ------------------------------------------------------------------------------------------------------


def test_a_merge_moves_rooms_tickets_comments_and_history_and_the_old_id_leads_there(desk: Desk) -> None:
    desk.tenant.customer("acme", attributes={"arr": 5})
    old = desk.raised("acme", "beta", title="Old")["id"]
    desk.there.say("1", "Noted")
    desk.deliver()
    into = desk.raised("acme", "gamma", ticket=False, title="Into")["id"]
    merged = desk.api.post(f"/v1/issues/{old}/merge", {"into": into})
    assert (merged.status, merged.json["id"]) == (200, into)
    desk.settle()
    answer = desk.issue(into)
    assert (answer["rooms"], answer["customers"], answer["arr"], len(answer["tickets"])) == (3, 3, 5, 1)
    got = desk.api.get(f"/v1/issues/{old}")
    assert (got.status, got.headers["Location"]) == (308, f"https://parley.test/v1/issues/{into}")
    assert {"raised", "merged", "linked"} <= set(desk.history(into))
    assert desk.api.get(f"/v1/issues/{old}/history").json == desk.api.get(f"/v1/issues/{into}/history").json
    assert [each["text"] for each in desk.api.get(f"/v1/issues/{into}/comments").json["items"]] == ["Noted"]
    assert [each["id"] for each in desk.api.get("/v1/issues").json["items"]] == [into]
    desk.there.turn("1", DONE)
    desk.deliver()
    assert desk.issue(into)["state"] == "done"
    assert desk.api.post(f"/v1/issues/{old}/merge", {"into": into}).status == 422


def test_a_merge_that_cannot_be_says_why(desk: Desk) -> None:
    one, two = desk.raised("acme")["id"], desk.raised("acme")["id"]
    assert desk.api.post(f"/v1/issues/{one}/merge", {"into": one}).status == 422
    assert desk.api.post(f"/v1/issues/{one}/merge", {"into": "iss_none"}).json["field"] == "into"
    assert desk.api.post(f"/v1/issues/{one}/merge", {"into": two}).status == 409


# --- what customers are told --------------------------------------------------------------------------------------


def test_a_closed_ticket_is_told_to_each_room_once_after_review(desk: Desk) -> None:
    issue = desk.raised("acme", "beta")["id"]
    desk.there.turn("1", DONE)
    desk.deliver(3)
    assert desk.said_in("acme") == []
    (draft,) = desk.notices()
    assert (draft["about"], draft["becomes"], draft["text"]) == ("state", "done", "“{{issue.title}}” is done.")
    changed = desk.api.patch(f"/v1/notices/{draft['id']}", {"text": "{{customer.name}}: {{issue.title}} is out."})
    assert changed.status == 200
    assert desk.api.post(f"/v1/notices/{draft['id']}/approve").status == 200
    desk.settle()
    desk.deliver(3)
    assert (desk.said_in("acme"), desk.said_in("beta")) == (["Acme: Export is out."], ["Beta: Export is out."])
    rooms = {each["room"]: each for each in desk.api.get(f"/v1/issues/{issue}/told").json["items"]}
    assert set(rooms) == {desk.tenant.triage("acme"), desk.tenant.triage("beta")}
    assert all(each["message"] and each["by"] for each in rooms.values())
    assert desk.api.post(f"/v1/notices/{draft['id']}/approve").status == 409
    assert desk.api.get(f"/v1/notices/{draft['id']}").json["state"] == "sent"


def test_the_policy_tells_at_once_resolves_and_reopening_undoes_it(desk: Desk) -> None:
    desk.cross(policy="tell", resolve=True)
    desk.raised("acme", "beta")
    desk.there.turn("1", DONE)
    desk.deliver(3)
    assert desk.said_in("acme") == desk.said_in("beta") == ["“Export” is done."]
    rooms = [desk.tenant.triage(name) for name in ("acme", "beta")]
    assert [desk.api.get(f"/v1/rooms/{room}").json["state"] for room in rooms] == ["resolved", "resolved"]
    desk.there.turn("1", OPEN)
    desk.deliver(3)
    assert [len(desk.said_in(name)) for name in ("acme", "beta")] == [2, 2]
    assert "again" in desk.said_in("acme")[1]
    assert [desk.api.get(f"/v1/rooms/{room}").json["state"] for room in rooms] == ["open", "open"]
    desk.there.turn("1", DOING)
    desk.deliver(3)
    desk.there.turn("1", WONTFIX)
    desk.deliver(3)
    assert desk.said_in("acme")[2:] == ["“Export” will not be done for now."]


def test_what_nobody_was_told_is_not_taken_back(desk: Desk) -> None:
    desk.raised("acme")
    desk.there.turn("1", DONE)
    desk.deliver()
    desk.there.turn("1", DOING)
    desk.deliver()
    assert desk.notices() == []
    assert [notice["held_because"] for notice in desk.notices("discarded")] == ["the issue moved on"]
    assert desk.said_in("acme") == []


def test_an_agent_closes_with_their_own_words(desk: Desk) -> None:
    issue = desk.raised("acme", ticket=False)["id"]
    desk.patch(issue, state="declined", reason="too dear", tell="tell", words="Sorry, {{not ours}}.", resolve=True)
    desk.settle()
    (said,) = desk.said_in("acme")
    assert said.startswith("“Export” will not be done for now.\n\nSorry, {")
    assert "too dear" not in said
    assert desk.issue(issue)["reason"] == "too dear"
    assert desk.api.patch(f"/v1/issues/{issue}", {"state": "open", "reason": "x"}).json["field"] == "reason"


def test_quiet_is_quiet(desk: Desk) -> None:
    desk.cross(policy="quiet", comments="all")
    desk.raised("acme")
    desk.there.say("1", "Hello all")
    desk.there.turn("1", DONE)
    desk.deliver()
    assert desk.notices() == desk.notices("sent") == []
    assert desk.said_in("acme") == []


def test_only_a_marked_comment_crosses_and_as_a_draft(desk: Desk) -> None:
    desk.raised("acme", "beta")
    desk.there.say("1", "Internal talk of Acme")
    desk.there.say("1", "@customer: A fix is on its way {{soon}}")
    desk.there.say("1", "@customer hidden", internal=True)
    desk.there.say("1", "@customers are many, and @customer is one")
    desk.deliver(3)
    (draft,) = desk.notices()
    assert draft["text"] == "News of “{{issue.title}}”: A fix is on its way {\u200b{soon}}"
    desk.api.post(f"/v1/notices/{draft['id']}/approve")
    desk.settle()
    assert len(desk.said_in("acme")) == len(desk.said_in("beta")) == 1
    assert "Internal" not in str(desk.said_in("acme"))


def test_all_public_needs_a_second_setting_once_several_customers_are_behind(desk: Desk) -> None:
    desk.cross(policy="tell", comments="all")
    issue = desk.raised("acme")["id"]
    desk.there.say("1", "One")
    desk.deliver()
    assert len(desk.said_in("acme")) == 1
    desk.api.post(f"/v1/issues/{issue}/rooms", {"room": desk.room("beta")})
    desk.there.say("1", "Two")
    desk.deliver()
    assert (len(desk.said_in("acme")), len(desk.said_in("beta"))) == (1, 0)
    assert [draft["held_because"] for draft in desk.notices()] == ["several customers are behind the issue"]
    desk.cross(all_to_many=True)
    desk.there.say("1", "Three")
    desk.deliver()
    assert (len(desk.said_in("acme")), len(desk.said_in("beta"))) == (2, 1)


def test_another_customers_name_is_pointed_out_and_never_told_at_once(desk: Desk) -> None:
    desk.cross(policy="tell", comments="all", all_to_many=True)
    issue = desk.raised("acme", "beta")["id"]
    desk.there.say("1", "As BETA's people said")
    desk.deliver()
    assert desk.said_in("acme") == []
    (draft,) = desk.notices()
    assert (draft["names"], draft["held_because"]) == (["Beta"], "it names Beta")
    made = desk.api.post(f"/v1/issues/{issue}/notices", {"text": "Thanks to Acme for this"})
    assert made.json["names"] == ["Acme"]


def test_a_customer_that_is_not_behind_the_issue_is_pointed_out_too(desk: Desk) -> None:
    desk.cross(policy="tell", comments="all")
    desk.tenant.customer("x1", name="Big Blue Inc.")
    issue = desk.raised("acme")["id"]
    for text in ("Like at Acme", "we saw it at Big Blue Inc. last week"):
        desk.there.say("1", text)
    desk.deliver()
    assert desk.said_in("acme") == ["News of “Export”: Like at Acme"]
    (draft,) = desk.notices()
    assert draft["held_because"] == "it names Big Blue Inc."
    changed = desk.api.patch(f"/v1/notices/{draft['id']}", {"text": "We saw it elsewhere"})
    assert changed.json["names"] == []
    assert desk.issue(issue)["customers"] == 1


def test_a_public_tracker_gets_what_is_public_alone(desk: Desk) -> None:
    desk.cross(public=True, title=True)
    first = desk.say("acme", "Our secret plan fails")
    body = {"from": first["id"], "tickets": [desk.install]}
    issue = desk.api.post(f"/v1/rooms/{first['room']}/issues", body).json["id"]
    desk.settle()
    assert desk.there.tickets_ == {}
    (ticket,) = desk.api.get(f"/v1/issues/{issue}/tickets").json["items"]
    assert ticket["trouble"] == "needs a public title"
    desk.patch(issue, public_title="Plans fail", public_text="For some")
    desk.settle()
    desk.patch(issue, title="Acme's secret plan")
    desk.settle()
    (seen,) = desk.there.tickets_.values()
    assert (seen.title, seen.text) == ("Plans fail", "For some")


def test_an_edited_comment_changes_its_draft_and_a_deleted_one_takes_it_back(desk: Desk) -> None:
    desk.raised("acme")
    said = desk.there.say("1", "@customer one")
    desk.deliver()
    desk.there.edit("1", said.id, "@customer two")
    desk.deliver(3)
    assert [draft["text"][-3:] for draft in desk.notices()] == ["two"]
    desk.there.edit("1", said.id, "three, for us")
    desk.deliver()
    assert desk.notices() == []
    desk.there.edit("1", said.id, "@customer four")
    desk.deliver()
    desk.there.unsay("1", said.id)
    desk.deliver(2)
    assert desk.notices() == []


def test_bad_texts_are_refused(desk: Desk) -> None:
    issue = desk.raised("acme", ticket=False)["id"]
    assert desk.api.post(f"/v1/issues/{issue}/notices", {"text": "{{secret}}"}).status == 422
    draft = desk.api.post(f"/v1/issues/{issue}/notices", {"text": "Fine, {{customer.attributes.plan | free}}"}).json
    assert desk.api.patch(f"/v1/notices/{draft['id']}", {"text": "{{no"}).status == 422
    got = desk.api.patch(f"/v1/installs/{desk.install}/tracking", {"texts": {"done": "{{x}}"}})
    assert got.json["field"] == "texts.done"
    assert desk.api.patch(f"/v1/installs/{desk.install}/tracking", {"texts": {"nope": "x"}}).status == 422
    desk.cross(texts={"done": "Ship ahoy, {{customer.name}}"})
    desk.cross(policy="tell")
    desk.raised("acme")
    desk.there.turn("1", DONE)
    desk.deliver()
    assert desk.said_in("acme") == ["Ship ahoy, Acme"]


def test_a_room_that_cannot_be_told_is_written_down_with_the_reason(desk: Desk) -> None:
    issue = desk.raised("acme", "beta", ticket=False)["id"]
    desk.tenant.customer("beta", state="blocked")
    draft = desk.api.post(f"/v1/issues/{issue}/notices", {"text": "{{customer.attributes.plan}}"}).json
    desk.api.post(f"/v1/notices/{draft['id']}/approve")
    desk.settle()
    answer = desk.api.get(f"/v1/issues/{issue}/told").json["items"]
    assert sorted(each["reason"] for each in answer) == [
        "customer.attributes.plan is missing",
        "the customer is blocked",
    ]


# --- five hundred rooms, and a worker that dies -------------------------------------------------------------------


class Killed(BaseException):
    """The worker dies here: nothing catches it."""


class Mortal(MemoryTable):
    """A table whose caller dies at every so many writes, before or after them."""

    every, count = 0, 0

    def write(self, puts: Any, drops: Any) -> None:
        self.count += 1
        dies = self.every and self.count % self.every == 0
        if dies and self.count // self.every % 2:
            raise Killed
        super().write(puts, drops)
        if dies:
            raise Killed


def test_five_hundred_rooms_are_told_once_each_though_the_worker_dies_again_and_again() -> None:
    table = Mortal()
    with in_memory(Parley(table)) as parley:
        desk = Desk(parley)
        issue = desk.raised(ticket=False)["id"]
        rooms = []
        for number in range(500):
            made = desk.tenant.customer(f"c{number}", name=f"Customer {number}")
            rooms.append(made["triage_room"])
            assert desk.api.post(f"/v1/issues/{issue}/rooms", {"room": rooms[-1]}).status == 201
        text = "{{customer.name}}: {{issue.title}} is done"
        draft = desk.api.post(f"/v1/issues/{issue}/notices", {"text": text, "resolve": True}).json["id"]
        assert desk.api.post(f"/v1/notices/{draft}/approve").status == 200
        table.every = 37
        for _ in range(500):
            while parley.queues.looks:
                task = parley.queues.looks[0]
                try:
                    run_task(parley.world, task)
                except Killed:
                    continue  # the queue gives it again
                parley.queues.looks.pop(0)
            if desk.api.get(f"/v1/notices/{draft}").json["state"] == "sent":
                break
            parley.clock.at += 200_000
            parley.due()
        table.every = 0
        for number, room in enumerate(rooms):
            items = desk.api.get(f"/v1/rooms/{room}/messages").json["items"]
            assert [item["text"] for item in items] == [f"Customer {number}: Export is done"]
        rows = [row for row in table.rows.values() if row.t == "Told"]
        assert len(rows) == 500
        run_task(parley.world, Task("tell", draft))
        assert len(desk.api.get(f"/v1/rooms/{rooms[0]}/messages").json["items"]) == 1
        assert desk.api.get(f"/v1/rooms/{rooms[0]}").json["state"] == "resolved"
