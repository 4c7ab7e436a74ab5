"""Who is assigned or named is told by one mail, once, whatever the order and repetition of what is derived."""

import json
import random
from typing import Any

import pytest

from chalicelib.desk.alerts import GATHER_MS, AgentAlerts, Alerted
from chalicelib.desk.messages import Change, Message
from chalicelib.edge import frames
from chalicelib.flows.derive import Written, derive
from chalicelib.ports import ProviderBusy, ProviderRefused
from tests.api import Client, Tenant
from tests.fakes import Parley
from tests.flows.alerts.team import Team, text
from tests.mails import postmark, take

ANYONE = Client()


@pytest.fixture
def team(parley: Parley, tenant: Tenant) -> Team:
    return Team(parley, tenant)


def test_assigned_and_mentioned_agents_get_one_mail_with_links(team: Team) -> None:
    other = team.api.post("/v1/rooms", {"name": "Webhooks", "customer": "acme"}).json["id"]
    team.say(team.ann, "It is broken")
    team.assign(team.bea)
    team.say(team.api, "@Bea please look", internal=True, mentions=[team.bea["id"]])
    team.say(team.api, "@Bea and here", room=other, mentions=[team.bea["id"]])
    team.parley.settle()
    assert team.mails() == []  # it gathers
    team.later()
    [mail] = team.mails()
    assert mail["To"].addresses[0].addr_spec == "bea@acorn.example"
    assert f"https://parley.test/console#/inbox/open/{team.room}" in text(mail)
    assert f"https://parley.test/console#/inbox/open/{other}" in text(mail)
    assert "put you on it" in text(mail)
    assert "> @Bea please look" in text(mail)
    assert mail["Subject"].endswith("(and 3 more)")
    assert mail["Auto-Submitted"] == "auto-generated"
    team.later()
    team.later()
    assert team.mails() == []


def test_who_does_it_themselves_is_not_told(team: Team) -> None:
    team.bea["api"].patch(f"/v1/rooms/{team.room}", {"assignees": [team.bea["id"]]})
    team.say(team.bea["api"], "I, @Bea, take it", mentions=[team.bea["id"]])
    team.later()
    assert team.mails() == []


def test_a_second_assignee_is_told_and_the_first_not_again(team: Team) -> None:
    team.assign(team.bea)
    team.later()
    assert len(team.mails("bea@")) == 1
    team.assign(team.bea, team.cyd)
    team.later()
    assert [mail["To"].addresses[0].addr_spec for mail in team.mails()] == ["cyd@acorn.example"]


def test_what_was_read_or_done_meanwhile_is_not_told(team: Team) -> None:
    read_ = team.say(team.api, "@Bea read this", mentions=[team.bea["id"]])
    gone = team.say(team.api, "@Cyd no, wait", mentions=[team.cyd["id"]])
    team.parley.settle()
    assert team.bea["api"].put(f"/v1/rooms/{team.room}/read", {"message": read_["id"]}).status in (200, 204)
    assert team.api.delete(f"/v1/rooms/{team.room}/messages/{gone['id']}").status in (200, 204)
    team.later()
    assert team.mails() == []


def test_a_customers_answer_is_told_to_whose_room_it_is_unless_somebody_answers(team: Team) -> None:
    team.assign(team.bea)
    team.later()
    team.mails()
    team.say(team.ann, "Still broken")
    team.later()
    [mail] = team.mails()
    assert "ann wrote\n> Still broken" in text(mail)
    team.say(team.ann, "And more")
    team.parley.settle()
    team.say(team.cyd["api"], "Here it is")
    team.later()
    assert team.mails("bea@") == []


def test_who_answered_last_is_told_where_nobody_is_on_it(team: Team) -> None:
    team.say(team.ann, "It is broken")
    team.say(team.cyd["api"], "Which one?")
    team.say(team.ann, "The second one")
    team.later()
    assert [mail["To"].addresses[0].addr_spec for mail in team.mails()] == ["cyd@acorn.example"]


def test_any_order_and_repetition_of_derived_work_gives_one_message(team: Team) -> None:
    chance = random.Random(17)
    for _ in range(3):
        team.say(team.ann, "It is broken")
        team.assign(team.bea)
        team.say(team.api, "@Bea @Cyd look", mentions=[team.bea["id"], team.cyd["id"]])
        team.assign()
        team.parley.react_all()
        rows = [each for each in team.parley.records() if isinstance(each, Message | Change)]
        for _ in range(4):
            chance.shuffle(rows)
            again = [Written("", "", type(row).__name__, lambda row=row: row, lambda: None) for row in rows]
            _, aside = derive(team.parley.world, again, frames.changed)
            assert not aside
        team.later()
        assert sorted(mail["To"].addresses[0].addr_spec[:3] for mail in team.mails()) == ["bea", "cyd"]
        derive(team.parley.world, again, frames.changed)
        team.later()
        assert team.mails() == []


def test_two_at_once_send_one(team: Team) -> None:
    from chalicelib.flows.alerts.send import tell_agent

    team.assign(team.bea)
    team.parley.react_all()
    team.parley.clock.at += GATHER_MS
    send, mailer = team.parley.mailer.send, team.parley.mailer

    def twice(raw: bytes, to: Any) -> str:
        mailer.send = send  # type: ignore[method-assign]
        assert tell_agent(team.parley.world, team.bea["id"]) == 0
        return send(raw, to)

    mailer.send = twice  # type: ignore[method-assign]
    assert tell_agent(team.parley.world, team.bea["id"]) == 1
    assert len(team.mails()) == 1


def test_where_ses_is_busy_it_comes_again_and_what_it_refuses_is_over(team: Team) -> None:
    team.assign(team.bea)
    team.parley.mailer.fails = [ProviderBusy("later")]
    team.later()
    assert team.mails() == []
    team.later(6 * 60_000)
    assert len(team.mails()) == 1
    team.assign(team.bea, team.cyd)
    team.parley.mailer.fails = [ProviderRefused("never")]
    team.later()
    team.later(6 * 60_000)
    assert team.mails() == []
    rows = [each for each in team.parley.records() if isinstance(each, AgentAlerts)]
    assert all(row.gathered == () and row.due == 0 for row in rows)
    assert any(isinstance(each, Alerted) for each in team.parley.records())


def test_an_undelivered_answer_is_told_to_its_author(team: Team) -> None:
    got = take(ANYONE, team.install, postmark(sender="zoe@nobody.example", name="Zoe"))
    assert got.status == 200
    team.parley.settle()
    room = next(r["id"] for r in team.api.get("/v1/rooms").json["items"] if r["name"] == "Webhooks stopped")
    team.parley.mailer.fails = [ProviderRefused("no such mailbox")]
    team.say(team.cyd["api"], "Here you are", room=room)
    team.settle()
    team.later()
    [mail] = team.mails()
    assert mail["To"].addresses[0].addr_spec == "cyd@acorn.example"
    assert "did not get through" in text(mail)


def answer_of(mail: Any, sender: str, **more: Any) -> dict[str, Any]:
    """The mail that answers one of ours."""
    to = mail["Reply-To"].addresses[0].addr_spec
    return postmark(sender=sender, to=to, subject=f"Re: {mail['Subject']}", id_="a1@acorn.example", **more)


def everything(team: Team) -> tuple[Any, Any]:
    items = team.api.get(f"/v1/rooms/{team.room}/messages").json["items"]
    notes = [(each["text"], each["author"]["name"]) for each in items if each["internal"]]
    return [each["text"] for each in items if not each["internal"]], notes


def test_an_answer_to_the_mail_is_a_note_of_the_agents(team: Team) -> None:
    team.say(team.ann, "It is broken")
    team.assign(team.bea)
    team.later()
    [mail] = team.mails()
    for _ in range(2):
        take(ANYONE, team.install, answer_of(mail, "bea@acorn.example", text="I know this one"))
        team.parley.settle()
    assert everything(team) == (["It is broken"], [("I know this one", "Bea")])
    assert team.mails() == []


@pytest.mark.parametrize(
    ("sender", "spf"), [("bea@acorn.example", "Fail"), ("ann@acme.example", "Pass"), ("cyd@acorn.example", "Pass")]
)
def test_an_answer_that_proves_no_agents_address_is_refused_with_a_sentence(team: Team, sender: str, spf: str) -> None:
    team.say(team.ann, "It is broken")
    team.assign(team.bea)
    team.later()
    [mail] = team.mails()
    thread = mail["References"].strip("<>")
    for to_token in (True, False):  # to the address, or as mailers know it: by the mail that it answers
        body = answer_of(mail, sender, text="Not for customers", spf=spf, answers=thread)
        if not to_token:
            body = postmark(sender=sender, text="Not for customers", spf=spf, answers=thread, id_="a2@acorn.example")
        take(ANYONE, team.install, body)
        team.parley.settle()
    assert everything(team) == (["It is broken"], [])
    ignored = team.api.get(f"/v1/installs/{team.install['id']}/ignored").json["items"]
    assert len(ignored) == 2
    assert all("does not prove that agent's address" in json.dumps(each) for each in ignored)
    assert len(team.api.get("/v1/rooms").json["items"]) == 1  # and it opens no room of its own
    team.later()
    [refusal] = team.mails()  # at the agent's own address, whoever wrote
    assert refusal["To"].addresses[0].addr_spec == "bea@acorn.example"
    assert "refused, and said to nobody" in text(refusal)


def test_an_answer_to_a_mail_about_several_rooms_goes_nowhere(team: Team) -> None:
    other = team.api.post("/v1/rooms", {"name": "Webhooks", "customer": "acme"}).json["id"]
    team.assign(team.bea)
    team.assign(team.bea, room=other)
    team.later()
    [mail] = team.mails()
    take(ANYONE, team.install, answer_of(mail, "bea@acorn.example", text="Which one?"))
    team.parley.settle()
    assert everything(team) == ([], [])
    [ignored] = team.api.get(f"/v1/installs/{team.install['id']}/ignored").json["items"]
    assert "several rooms" in json.dumps(ignored)
    team.later()
    [refusal] = team.mails()
    assert "the mail that it answers is about several rooms" in text(refusal)
    lines = text(mail).splitlines()
    place = next(i for i, line in enumerate(lines) if line.endswith(team.room))
    note_to = lines[place + 1].removeprefix("Leave a note: ")
    take(
        ANYONE, team.install, postmark(sender="bea@acorn.example", to=note_to, text="This one", id_="a3@acorn.example")
    )
    team.parley.settle()
    assert everything(team) == ([], [("This one", "Bea")])


def test_looking_at_the_page_changes_nothing_and_its_button_stops_mails(team: Team) -> None:
    team.assign(team.bea)
    team.later()
    [mail] = team.mails()
    url = str(mail["List-Unsubscribe"]).strip("<>")
    assert url.startswith("https://parley.test/alerts/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = url.removeprefix("https://parley.test")
    before = team.parley.records()
    for _ in range(3):
        page = ANYONE.get(path)
        assert (page.status, "No more mails" in page.text) == (200, True)
        assert ANYONE("HEAD", path).status == 200
    assert team.parley.records() == before
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert ANYONE.post(path, raw="nothing=1", headers=form).status == 422
    assert ANYONE.post(path, raw="List-Unsubscribe=One-Click", headers=form).status == 200
    team.assign(team.cyd)
    team.assign(team.bea)
    team.later()
    assert team.mails("bea@") == []
    again = ANYONE.post(path, raw="do=start", headers=form)
    assert "No more mails" in again.text
    team.assign()
    team.assign(team.bea)
    team.later()
    assert len(team.mails("bea@")) == 1
    assert ANYONE.get("/alerts/" + "a" * 26).status == 404
