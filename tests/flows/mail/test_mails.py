"""A mail comes in, the room's answers go out, and every answer to those finds its room."""

import json
from typing import Any

import pytest

from chalicelib.channels.msteams import outbound as msteams
from chalicelib.channels.slack import outbound as slack
from chalicelib.desk.deliveries import Delivery, Parcel
from chalicelib.desk.mails import Correspondent
from chalicelib.desk.workspaces import Install
from chalicelib.ports import Listing, ProviderBusy, ProviderRefused
from tests.api import Client, Tenant
from tests.fakes import Parley
from tests.mails import ADDRESS, connect, postmark, read, take
from tests.proofs import prove

ANYONE = Client()


@pytest.fixture
def install(parley: Parley, tenant: Tenant) -> dict[str, Any]:
    tenant.api.put("/v1/customers/acme", {"name": "Acme", "domains": ["acme.example"]})
    prove(parley, "acme.example")
    tenant.api.put("/v1/customers/acme/users/ann", {"name": "Ann", "email": "Ann@acme.example"})
    return connect(tenant.api)


def come(parley: Parley, install: dict[str, Any], **mail: Any) -> Any:
    got = take(ANYONE, install, postmark(**mail))
    assert got.status == 200, got.text
    (outcome,) = parley.receive_all()
    parley.settle()
    return outcome


def rooms(tenant: Tenant) -> dict[str, Any]:
    return {room["name"]: room for room in tenant.api.get("/v1/rooms").json["items"]}


def said(tenant: Tenant, room: dict[str, Any]) -> list[Any]:
    return tenant.api.get(f"/v1/rooms/{room['id']}/messages").json["items"][::-1]


def answer(parley: Parley, tenant: Tenant, room: dict[str, Any], text: str = "I am on it.") -> Any:
    made = tenant.api.post(f"/v1/rooms/{room['id']}/messages", {"text": text})
    assert made.status == 201, made.text
    parley.settle()
    return made.json


def outcome(tenant: Tenant, room: dict[str, Any]) -> list[Any]:
    rows = tenant.api.get(f"/v1/rooms/{room['id']}/deliveries").json["items"]
    return [(row["what"], row["state"], row["reason"]) for row in rows if row["channel"] == "email"]


def test_a_known_user_gets_a_topic_room_named_by_the_subject(parley: Parley, tenant: Tenant, install: Any) -> None:
    assert come(parley, install, subject="Re: Webhooks stopped").handled == ["mailed"]
    room = rooms(tenant)["Webhooks stopped"]
    assert (room["kind"], room["customer"]["external_id"]) == ("topic", "acme")
    (message,) = said(tenant, room)
    assert (message["text"], message["author"]["kind"], message["author"]["name"]) == ("It is broken", "user", "Ann")


def test_three_times_is_one_message(parley: Parley, tenant: Tenant, install: Any) -> None:
    for _ in range(3):
        come(parley, install)
    assert len(said(tenant, rooms(tenant)["Webhooks stopped"])) == 1


def test_an_answer_leaves_as_a_threaded_mail_and_its_answers_come_back(
    parley: Parley, tenant: Tenant, install: Any
) -> None:
    come(parley, install)
    room = rooms(tenant)["Webhooks stopped"]
    answer(parley, tenant, room, "I **see** it.\n\n<b>not bold</b>")
    ((raw, to),) = parley.mailer.sent
    mail = read(raw)
    assert to == ["ann@acme.example"]
    assert mail["Subject"] == "Re: Webhooks stopped"
    assert mail["In-Reply-To"] == "<m1@acme.example>"
    assert "<m1@acme.example>" in mail["References"]
    assert mail["From"].addresses[0].display_name.endswith("(Acorn)")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    html = mail.get_body(("html",)).get_content()
    assert "<strong>see</strong>" in html
    assert "&lt;b&gt;not bold&lt;/b&gt;" in html
    come(parley, install, text="By the id", id_="m2@acme.example", answers="0001@email.amazonses.com")
    come(parley, install, text="By the address", id_="m3@acme.example", to=mail["Reply-To"].addresses[0].addr_spec)
    root = mail["References"].split()[0].strip("<>")
    come(parley, install, text="By the root", id_="m4@acme.example", answers=root)
    texts = [message["text"] for message in said(tenant, room)]
    assert texts == ["It is broken", "I **see** it.\n\n<b>not bold</b>", "By the id", "By the address", "By the root"]
    assert [state for _, state, _ in outcome(tenant, room)].count("sent") == 1


def test_an_address_that_ses_takes_nothing_for_is_told_to_the_agent(
    parley: Parley, tenant: Tenant, install: Any
) -> None:
    come(parley, install, sender="jörg@bücher.example")
    room = rooms(tenant)["Webhooks stopped"]
    answer(parley, tenant, room)
    assert parley.mailer.sent == []
    refused = "no mail can be sent to jörg@xn--bcher-kva.example: SES takes no letters but ASCII before the @"
    assert ("post", "failed", refused) in outcome(tenant, room)


def test_a_number_in_the_subject_leads_nowhere(parley: Parley, tenant: Tenant, install: Any) -> None:
    come(parley, install)
    room = rooms(tenant)["Webhooks stopped"]
    come(parley, install, id_="m9@acme.example", subject=f"Re: [#{room['id']}] Webhooks stopped")
    assert len(said(tenant, room)) == 1


@pytest.mark.parametrize("spf", ["Fail", "SoftFail", "None"])
def test_a_mail_that_did_not_pass_never_speaks_for_a_known_user(
    parley: Parley, tenant: Tenant, install: Any, spf: str
) -> None:
    come(parley, install)
    room = rooms(tenant)["Webhooks stopped"]
    answer(parley, tenant, room)
    token = read(parley.mailer.sent[0][0])["Reply-To"].addresses[0].addr_spec
    forged = {"spf": spf, "id_": "f1@evil.example", "subject": "Forged", "answers": "0001@email.amazonses.com"}
    come(parley, install, to=token, **forged)
    assert len(said(tenant, room)) == 2
    other = rooms(tenant)["Forged"]
    assert (other["kind"], other["customer"]) == ("visitor", None)
    (message,) = said(tenant, other)
    assert (message["author"]["kind"], message["author"]["verified"]) == ("visitor", False)
    answer(parley, tenant, other, "Who are you?")
    assert len(parley.mailer.sent) == 1


def test_somebody_elses_answer_to_a_forwarded_mail_is_seen_by_agents_alone(
    parley: Parley, tenant: Tenant, install: Any
) -> None:
    come(parley, install)
    room = rooms(tenant)["Webhooks stopped"]
    answer(parley, tenant, room)
    token = read(parley.mailer.sent[0][0])["Reply-To"].addresses[0].addr_spec
    come(parley, install, sender="eve@other.example", to=token, id_="e1@other.example", subject="Re: Webhooks stopped")
    assert len(said(tenant, room)) == 2
    kinds = [each["kind"] for each in tenant.api.get("/v1/rooms").json["items"]]
    assert kinds.count("visitor") == 1


def test_a_colleague_of_the_domain_is_a_visitor_in_their_companys_room(
    parley: Parley, tenant: Tenant, install: Any
) -> None:
    come(parley, install, sender="carl@acme.example", name="Carl")
    room = rooms(tenant)["Webhooks stopped"]
    assert room["customer"]["external_id"] == "acme"
    (message,) = said(tenant, room)
    assert (message["author"]["kind"], message["author"]["verified"]) == ("visitor", True)
    answer(parley, tenant, room)
    assert [to for _, to in parley.mailer.sent] == [["carl@acme.example"]]


def test_a_stranger_who_passes_gets_a_room_of_their_own_and_an_answer(
    parley: Parley, tenant: Tenant, install: Any
) -> None:
    come(parley, install, sender="zoe@gmail.com", name="Zoë", id_="z1@gmail.com")
    room = rooms(tenant)["Webhooks stopped"]
    assert room["kind"] == "visitor"
    answer(parley, tenant, room)
    come(parley, install, sender="zoe@gmail.com", id_="z2@gmail.com", answers="0001@email.amazonses.com", text="Thanks")
    assert [each["text"] for each in said(tenant, room)] == ["It is broken", "I am on it.", "Thanks"]


def test_both_correspondents_hear_of_each_other_but_not_of_themselves(
    parley: Parley, tenant: Tenant, install: Any
) -> None:
    tenant.api.put("/v1/customers/acme/users/bob", {"name": "Bob", "email": "bob@acme.example"})
    come(parley, install)
    room = rooms(tenant)["Webhooks stopped"]
    answer(parley, tenant, room)
    come(
        parley,
        install,
        sender="bob@acme.example",
        id_="b1@acme.example",
        answers="0001@email.amazonses.com",
        text="I too",
    )
    assert [to for _, to in parley.mailer.sent] == [["ann@acme.example"], ["ann@acme.example"]]
    answer(parley, tenant, room, "Both of you: done.")
    assert sorted(to[0] for _, to in parley.mailer.sent[2:]) == ["ann@acme.example", "bob@acme.example"]


def test_what_is_said_within_the_time_leaves_as_one_mail(parley: Parley, tenant: Tenant, install: Any) -> None:
    config = {"provider": "postmark", "address": ADDRESS, "collect": 60}
    assert tenant.api("PATCH", f"/v1/installs/{install['id']}", {"config": config}).status == 200
    come(parley, install)
    room = rooms(tenant)["Webhooks stopped"]
    answer(parley, tenant, room, "One.")
    parley.clock.sleep(30)
    answer(parley, tenant, room, "Two.")
    assert parley.mailer.sent == []
    parley.clock.sleep(31)
    parley.due()
    parley.deliver_all()
    ((raw, _),) = parley.mailer.sent
    text = read(raw).get_body(("plain",)).get_content()
    assert text.index("One.") < text.index("Two.")
    parley.clock.sleep(61)
    parley.due()
    parley.deliver_all()
    assert len(parley.mailer.sent) == 1
    assert [state for _, state, _ in outcome(tenant, room)][-2:] == ["sent", "sent"]


def test_who_has_read_it_meanwhile_gets_no_mail(parley: Parley, tenant: Tenant, install: Any) -> None:
    config = {"provider": "postmark", "address": ADDRESS, "collect": 60}
    tenant.api("PATCH", f"/v1/installs/{install['id']}", {"config": config})
    come(parley, install)
    room = rooms(tenant)["Webhooks stopped"]
    answer(parley, tenant, room)
    ann = tenant.user("acme", "ann")
    assert ann("PUT", f"/v1/rooms/{room['id']}/read", {}).status == 200
    parley.clock.sleep(61)
    parley.due()
    parley.deliver_all()
    assert parley.mailer.sent == []
    assert outcome(tenant, room)[-1] == ("post", "skipped", "they have read it")


def test_a_user_who_asked_elsewhere_is_told_by_mail(parley: Parley, tenant: Tenant, install: Any) -> None:
    ann = tenant.user("acme", "ann", email="ann@acme.example")
    (triage,) = ann.get("/v1/rooms").json["items"]
    assert ann.post(f"/v1/rooms/{triage['id']}/messages", {"text": "In the widget"}).status == 201
    parley.settle()
    answer(parley, tenant, triage, "By mail, then.")
    ((raw, to),) = parley.mailer.sent
    assert (to, read(raw)["Subject"]) == (["ann@acme.example"], "Triage")


def test_notes_never_leave(parley: Parley, tenant: Tenant, install: Any) -> None:
    come(parley, install)
    room = rooms(tenant)["Webhooks stopped"]
    tenant.api.post(f"/v1/rooms/{room['id']}/messages", {"text": "secret", "internal": True})
    tenant.api.post(f"/v1/rooms/{room['id']}/notes", {"text": "secret"})
    parley.settle()
    assert not [raw for raw, _ in parley.mailer.sent if b"secret" in raw]


def test_edits_deletes_and_reactions_say_why_they_do_not_leave(parley: Parley, tenant: Tenant, install: Any) -> None:
    come(parley, install)
    room = rooms(tenant)["Webhooks stopped"]
    message = answer(parley, tenant, room)
    tenant.api("PATCH", f"/v1/messages/{message['id']}", {"text": "Edited"})
    tenant.api("DELETE", f"/v1/messages/{message['id']}")
    parley.settle()
    rows = {what: (state, reason) for what, state, reason in outcome(tenant, room)}
    assert len(parley.mailer.sent) == 1
    for what in set(rows) - {"post"}:
        assert rows[what][0] == "skipped"
        assert "mail" in rows[what][1]


def test_muting_is_one_click_and_looking_changes_nothing(parley: Parley, tenant: Tenant, install: Any) -> None:
    come(parley, install)
    room = rooms(tenant)["Webhooks stopped"]
    answer(parley, tenant, room)
    url = read(parley.mailer.sent[0][0])["List-Unsubscribe"].strip("<>")
    path = url.removeprefix("https://parley.test")
    assert "Mute it" in ANYONE.get(path).text
    answer(parley, tenant, room, "Again")
    assert len(parley.mailer.sent) == 2
    assert ANYONE("POST", path, raw="List-Unsubscribe=One-Click").status == 200
    answer(parley, tenant, room, "Unheard")
    assert len(parley.mailer.sent) == 2
    assert outcome(tenant, room)[-1][2] == "they have muted it"
    assert ANYONE("POST", path, raw="do=unmute").status == 200
    answer(parley, tenant, room, "Heard")
    assert len(parley.mailer.sent) == 3
    assert ANYONE("POST", path, raw="do=odd").status == 422
    assert ANYONE.get("/mails/nothing").status == 404


BOUNCE = (
    "From: MAILER-DAEMON@mx.acme.example\r\nReturn-Path: <>\r\nTo: support@in.acorn.example\r\nSubject: Undelivered\r\n"
    "Message-ID: <{id}>\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
    "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
    "Final-Recipient: rfc822; {to}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    "Diagnostic-Code: smtp; 550 no such user\r\n\r\n"
    "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{about}>\r\n\r\n--b--\r\n"
)


def test_a_bounce_marks_the_address_until_an_admin_lifts_it(parley: Parley, tenant: Tenant, install: Any) -> None:
    come(parley, install)
    room = rooms(tenant)["Webhooks stopped"]
    answer(parley, tenant, room)
    forged = BOUNCE.format(id="b0@x.example", to="ann@acme.example", about="guessed@email.amazonses.com")
    assert come(parley, install, RawEmail=forged).ignored == ["bounce"]
    raw = BOUNCE.format(id="b1@x.example", to="ann@acme.example", about="0001@email.amazonses.com")
    assert come(parley, install, RawEmail=raw).handled == ["bounced"]
    answer(parley, tenant, room, "Unheard")
    assert len(parley.mailer.sent) == 1
    assert "550 no such user" in outcome(tenant, room)[-1][2]
    (gone,) = tenant.api.get("/v1/suppressions").json["items"]
    assert gone["address"] == "ann@acme.example"
    assert tenant.api("DELETE", "/v1/suppressions/ann@acme.example").status == 204
    answer(parley, tenant, room, "Heard")
    assert len(parley.mailer.sent) == 2


def test_ses_that_is_busy_is_asked_again_and_one_that_refuses_is_not(
    parley: Parley, tenant: Tenant, install: Any
) -> None:
    come(parley, install)
    room = rooms(tenant)["Webhooks stopped"]
    parley.mailer.fails = [
        ProviderBusy("SES takes no more just now"),
        ProviderRefused("SES refuses the mail (MessageRejected)"),
    ]
    answer(parley, tenant, room, "First")
    assert outcome(tenant, room)[-1][1] == "queued"
    parley.clock.sleep(10)
    parley.due()
    parley.deliver_all()
    assert outcome(tenant, room)[-1] == ("post", "failed", "SES refuses the mail (MessageRejected)")
    answer(parley, tenant, room, "Second")
    text = read(parley.mailer.sent[0][0]).get_body(("plain",)).get_content()
    assert "Second" in text


def test_a_mail_of_our_own_that_comes_back_is_not_heard(parley: Parley, tenant: Tenant, install: Any) -> None:
    come(parley, install)
    answer(parley, tenant, rooms(tenant)["Webhooks stopped"])
    assert come(parley, install, id_="0001@email.amazonses.com").ignored == ["own-mail"]


def test_one_address_writes_so_many_an_hour(parley: Parley, tenant: Tenant, install: Any) -> None:
    config = {"provider": "postmark", "address": ADDRESS, "per_hour": 2}
    tenant.api("PATCH", f"/v1/installs/{install['id']}", {"config": config})
    outcomes = [come(parley, install, id_=f"n{i}@acme.example") for i in range(3)]
    assert [each.ignored for each in outcomes] == [[], [], ["too-many"]]


def test_two_mails_with_one_id_of_two_people_are_two(parley: Parley, tenant: Tenant, install: Any) -> None:
    come(parley, install)
    come(parley, install, sender="zoe@gmail.com", text="I say something else", subject="Other")
    assert [each["text"] for each in said(tenant, rooms(tenant)["Other"])] == ["I say something else"]


@pytest.mark.parametrize("id_", ["", "m1@acme.example"])
def test_the_same_mail_of_two_standings_is_two_however_often_each_comes(
    parley: Parley, tenant: Tenant, install: Any, id_: str
) -> None:
    for spf in ("Fail", "Pass", "Fail", "Pass"):
        come(parley, install, id_=id_, spf=spf)
    listed = tenant.api.get("/v1/rooms").json["items"]
    everywhere = [each["text"] for room in listed for each in said(tenant, room)]
    assert everywhere == ["It is broken"] * 2


def test_agents_fetch_the_whole_mail(parley: Parley, tenant: Tenant, install: Any) -> None:
    whole = "Yes.\n\nOn Mon, Jan 12, 2026 at 9:00 AM Bo <parley@mail.parley.example> wrote:\n\n> secret words\n"
    come(parley, install, text=whole, subject="Re: Webhooks stopped")
    room = rooms(tenant)["Webhooks stopped"]
    (message,) = said(tenant, room)
    assert message["text"] == "Yes."
    link = tenant.api.get(f"/v1/rooms/{room['id']}/messages/{message['id']}/original").json["url"]
    key = link.removeprefix("https://bucket.example/").partition("?")[0]
    assert b"secret words" in parley.files.get(key)
    ann = tenant.user("acme", "ann")
    assert ann.get(f"/v1/rooms/{room['id']}/messages/{message['id']}/original").status in (403, 404)


def test_a_blocked_user_is_not_heard(parley: Parley, tenant: Tenant, install: Any) -> None:
    tenant.api.put("/v1/customers/acme/users/ann", {"name": "Ann", "state": "blocked"})
    assert come(parley, install).ignored == ["blocked-speaker"]


def test_one_person_in_two_customers_speaks_for_the_room_they_answer_in(
    parley: Parley, tenant: Tenant, install: Any
) -> None:
    tenant.api.put("/v1/customers/beta", {"name": "Beta"})
    tenant.api.put("/v1/customers/beta/users/ann", {"name": "Ann B", "email": "ann@acme.example"})
    ann = tenant.user("beta", "ann")
    (triage,) = ann.get("/v1/rooms").json["items"]
    ann.post(f"/v1/rooms/{triage['id']}/messages", {"text": "From the widget"})
    parley.settle()
    answer(parley, tenant, triage)
    come(parley, install, id_="x1@acme.example", answers="0001@email.amazonses.com", text="As Beta")
    assert [each["text"] for each in said(tenant, triage)][-1] == "As Beta"
    come(parley, install, id_="x2@acme.example", text="Anew", subject="Anew")
    assert rooms(tenant)["Anew"]["customer"]["external_id"] == "acme"


def test_files_leave_as_links_and_come_as_files(parley: Parley, tenant: Tenant, install: Any) -> None:
    come(parley, install, Attachments=[{"Name": "log.txt", "Content": "ZXJyb3I=", "ContentType": "text/plain"}])
    (message,) = said(tenant, rooms(tenant)["Webhooks stopped"])
    assert [file["name"] for file in message["attachments"]] == ["log.txt"]


def test_whoever_is_not_postmark_stays_out(parley: Parley, tenant: Tenant, install: Any) -> None:
    path = f"/in/email/{install['id']}"
    for headers in ({}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer x"}, {"Authorization": "Basic %%"}):
        assert ANYONE("POST", path, raw=json.dumps(postmark()), headers=headers).status == 401
    assert parley.queues.envelopes == []


def test_the_password_is_not_queued(parley: Parley, tenant: Tenant, install: Any) -> None:
    take(ANYONE, install, postmark())
    ((envelope, _),) = parley.queues.envelopes
    assert "authorization" not in envelope.headers


def test_no_subject_breaks_out_of_its_header(parley: Parley, tenant: Tenant, install: Any) -> None:
    come(parley, install, subject="a\r\nBcc: victim@x.example", name="Ann\r\nBcc: victim@x.example")
    (room,) = [room for name, room in rooms(tenant).items() if name.startswith("a ")]
    answer(parley, tenant, room, "Grüße\r\n.\r\nBcc: victim@x.example")
    mail = read(parley.mailer.sent[0][0])
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Re: a Bcc: victim@x.example"


def test_tokens_are_long_and_each_persons_own(parley: Parley, tenant: Tenant, install: Any) -> None:
    come(parley, install)
    come(parley, install, sender="carl@acme.example", id_="c1@acme.example")
    listed: list[Correspondent] = []
    for room in tenant.api.get("/v1/rooms").json["items"]:
        listing: Listing[Correspondent] = Listing("correspondents", (room["id"],))
        listed += parley.store.page(listing, 10).items
    assert len({each.token for each in listed}) == 2
    assert all(len(each.token) >= 26 for each in listed)


def test_a_room_tells_its_own_address_and_a_mail_to_it_gets_there(parley: Parley, tenant: Tenant, install: Any) -> None:
    room = tenant.triage("acme")
    user = tenant.user("acme", "ann")
    (only,) = user.get(f"/v1/rooms/{room}/mail-addresses").json["items"]
    assert only == tenant.api.get(f"/v1/rooms/{room}/mail-addresses").json["items"][0]
    assert only["workspace_address"] == ADDRESS
    assert only["address"].startswith("support+")
    come(parley, install, to=only["address"], subject="Of something else", id_="to-the-room@acme.example")
    (message,) = said(tenant, {"id": room})
    assert message["text"] == "It is broken"
    come(parley, install, to=only["address"], sender="eve@evil.example", name="Eve", id_="eve@evil.example")
    assert len(said(tenant, {"id": room})) == 1
    internal = tenant.api.post("/v1/rooms", {"name": "Ours", "kind": "internal"}).json["id"]
    assert tenant.api.get(f"/v1/rooms/{internal}/mail-addresses").json["items"] == []
    assert ANYONE.get(f"/mails/{only['address'].partition('+')[2].partition('@')[0]}").status == 404


def test_edits_and_deletes_are_told_in_words_where_the_settings_say_so(parley: Parley, tenant: Tenant) -> None:
    tenant.api.put("/v1/customers/acme", {"name": "Acme", "domains": ["acme.example"]})
    prove(parley, "acme.example")
    tenant.api.put("/v1/customers/acme/users/ann", {"name": "Ann", "email": "ann@acme.example"})
    come(parley, connect(tenant.api, changes=True, collect=60))
    room = rooms(tenant)["Webhooks stopped"]
    path = f"/v1/rooms/{room['id']}/messages"

    def later(seconds: int = 61) -> list[str]:
        parley.settle()
        parley.clock.at += seconds * 1000
        parley.due()
        parley.settle()
        bodies = [read(raw).get_body(("plain",)).get_content() for raw, _ in parley.mailer.sent]
        return [body.partition("\r\n\r\n-- ")[0] for body in bodies]

    message = tenant.api.post(path, {"text": "It is fixt"}).json["id"]
    tenant.api.patch(f"{path}/{message}", {"text": "It is fixed"})
    assert later() == ["It is fixed"]
    assert later() == ["It is fixed"]  # the mail said the newest words
    tenant.api.patch(f"{path}/{message}", {"text": "It is fixed now"})
    parley.settle()
    tenant.api.patch(f"{path}/{message}", {"text": "It is fixed at last"})
    assert later()[1:] == ["(edited) It is fixed at last"]
    tenant.api.delete(f"{path}/{message}")
    assert later()[2:] == ["(deleted) Owner took back what they had said."]
    assert later()[3:] == []
    quiet = tenant.api.post(path, {"text": "Never mind"}).json["id"]
    parley.settle()
    tenant.api.delete(f"{path}/{quiet}")
    assert later()[3:] == []
    fields = {(row["what"], row["state"]) for row in tenant.api.get(f"/v1/rooms/{room['id']}/deliveries").json["items"]}
    assert ("delete", "sent") in fields
    assert {state for _, state in fields} <= {"sent", "skipped"}


def test_who_was_written_to_besides_is_told_too_if_of_the_same_company(
    parley: Parley, tenant: Tenant, install: Any
) -> None:
    tenant.api.put("/v1/customers/acme/users/bob", {"name": "Bob", "email": "bob@elsewhere.example"})
    copies = [{"Email": each} for each in ("Bob@elsewhere.example", "new@acme.example", "eve@evil.example", ADDRESS)]
    come(parley, install, CcFull=copies)
    come(parley, install, CcFull=copies)
    room = rooms(tenant)["Webhooks stopped"]
    assert parley.mailer.sent == []
    answer(parley, tenant, room)
    assert sorted(to for _, (to,) in parley.mailer.sent) == [
        "ann@acme.example",
        "bob@elsewhere.example",
        "new@acme.example",
    ]
    (raw,) = [raw for raw, to in parley.mailer.sent if to == ["new@acme.example"]]
    mail = read(raw)
    assert mail["In-Reply-To"] == "<m1@acme.example>"
    back = mail["Reply-To"].addresses[0].addr_spec
    come(parley, install, sender="new@acme.example", name="New", to=back, id_="new-1@acme.example", text="I see it too")
    assert [(each["text"], each["author"]["kind"]) for each in said(tenant, room)][-1] == ("I see it too", "visitor")
    assert sorted(to for _, (to,) in parley.mailer.sent[3:]) == ["ann@acme.example", "bob@elsewhere.example"]


def test_a_mail_that_did_not_pass_makes_us_write_to_nobody(parley: Parley, tenant: Tenant, install: Any) -> None:
    come(parley, install, spf="Fail", CcFull=[{"Email": "new@acme.example"}])
    room = rooms(tenant)["Webhooks stopped"]
    answer(parley, tenant, room)
    assert parley.mailer.sent == []


QUOTING = "Yes.\n\nOn Mon, Jan 12, 2026 at 9:00 AM Bo <parley@mail.parley.example> wrote:\n\n> Did it <b>help</b>?\n"


def test_what_a_mail_quotes_is_read_by_the_rooms_people(parley: Parley, tenant: Tenant, install: Any) -> None:
    come(parley, install)
    come(parley, install, id_="m2@acme.example", text=QUOTING, answers="m1@acme.example")
    room = rooms(tenant)["Webhooks stopped"]
    first, second = said(tenant, room)
    assert (first["cut"], second["text"], second["cut"]) == (0, "Yes.", 2)
    for who in (tenant.api, tenant.user("acme", "ann")):
        rest = who.get(f"/v1/rooms/{room['id']}/messages/{second['id']}/rest")
        assert rest.json == {"text": QUOTING.removeprefix("Yes.").strip(), "lines": 2}
        assert who.get(f"/v1/rooms/{room['id']}/messages/{first['id']}/rest").json == {"text": "", "lines": 0}
        assert who.get(f"/v1/rooms/{room['id']}/messages/{room['id']}_99/rest").status == 404
    assert tenant.user("beta", "bob").get(f"/v1/rooms/{room['id']}/messages/{second['id']}/rest").status == 404
    assert len(second["attachments"]) == 0


def test_a_copy_has_its_rest_and_a_deleted_message_none(parley: Parley, tenant: Tenant, install: Any) -> None:
    come(parley, install)
    come(parley, install, id_="m2@acme.example", text=QUOTING, answers="m1@acme.example")
    room = rooms(tenant)["Webhooks stopped"]
    second = said(tenant, room)[1]
    fork = {"name": "Fork", "from": second["id"], "to": second["id"]}
    copy = said(tenant, tenant.api.post(f"/v1/rooms/{room['id']}/fork", fork).json)[-1]
    assert copy["cut"] == 2
    path = f"/v1/rooms/{copy['room']}/messages/{copy['id']}"
    assert tenant.api.get(f"{path}/rest").json["lines"] == 2
    gone = f"/v1/rooms/{room['id']}/messages/{second['id']}"
    assert tenant.api.delete(gone).status == 200
    assert tenant.api.get(gone).json["cut"] == 0
    assert tenant.api.get(f"{gone}/rest").json == {"text": "", "lines": 0}


def test_chats_link_to_what_a_mail_quotes(parley: Parley, tenant: Tenant, install: Any) -> None:
    come(parley, install, text=QUOTING, subject="Re: Webhooks stopped")
    room = rooms(tenant)["Webhooks stopped"]
    listing: Any = Listing("posts", (room["id"],))
    (message,) = parley.world.store.page(listing, 10).items
    assert message.rest
    link = parley.world.link(message.rest.file.id, message.rest.file.secret)
    fields = {"bridge": "b", "install": "i", "channel": "slack", "workspace": "w", "what": "post"}
    delivery = Delivery(n=1, room=message.room, message=1, created_at=1, **fields)
    parcel = Parcel(
        delivery=delivery,
        message=message,
        room_name="R",
        room_state="open",
        customer_external_id="acme",
        links={message.rest.file.id: link},
    )
    (activity,) = msteams._activities(parcel)
    assert f"[… 2 quoted lines]({link})" in activity["text"]
    install_ = Install(id="i", workspace="w", kind="slack", name="", created_at=0)
    there = slack._Sending(parcel, install_, None, now=0)  # type: ignore[arg-type]
    assert there._texts() == [f"Yes.\n\n<{link}|… 2 quoted lines>"]
    got = ANYONE.get(link.removeprefix("https://parley.test"))
    assert (got.status, "quoted.txt" in got.headers["Location"]) == (302, True)


def test_answers_to_a_forms_mail_reach_its_writer(parley: Parley, tenant: Tenant, install: Any) -> None:
    mail = postmark(sender="noreply@acme.example", name="Our form")
    mail["Headers"] = [*mail["Headers"], {"Name": "Reply-To", "Value": "Ann <ann@acme.example>"}]
    assert take(ANYONE, install, mail).status == 200
    parley.receive_all()
    parley.settle()
    room = rooms(tenant)["Webhooks stopped"]
    (message,) = said(tenant, room)
    assert (message["author"]["kind"], message["author"]["verified"], message["author"]["name"]) == (
        "visitor",
        False,
        "Ann",
    )
    answer(parley, tenant, room)
    assert [to for _, to in parley.mailer.sent] == [["ann@acme.example"]]


def test_a_mail_clients_reaction_is_put_on_what_it_answers(parley: Parley, tenant: Tenant, install: Any) -> None:
    come(parley, install)
    room = rooms(tenant)["Webhooks stopped"]
    asked = answer(parley, tenant, room)
    people: Any = Listing("correspondents", (room["id"],))
    sent = parley.world.store.page(people, 10).items[0].last_id
    body = (
        f"From: Ann <ann@acme.example>\r\nTo: {ADDRESS}\r\nSubject: Re: x\r\nMessage-ID: <r1@acme.example>\r\n"
        f"In-Reply-To: <{sent}>\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nAnn reacted\r\n"
        "--b\r\nContent-Type: text/vnd.google.email-reaction+json; charset=utf-8\r\n\r\n"
        '{"version": 1, "emoji": "👍"}\r\n--b--\r\n'
    )
    for _ in range(2):
        come(parley, install, id_="r1@acme.example", answers=sent, RawEmail=body, text="")
    first, second = said(tenant, room)
    assert second["id"] == asked["id"]
    assert [(each["emoji"], each["count"]) for each in second["reactions"]] == [("👍", 1)]
    assert not first["reactions"]
