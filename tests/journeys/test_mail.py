"""E-mail on the running stack: in as Postmark posts it and raw by SES, out through SES, back by the thread and by the
address alone."""

import json
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.journeys.caller import Caller, eventually
from tests.mails import basic, connect, postmark
from tests.stack import LocalStack

LARGE = b"\0" * 600_000  # bytes of a file with which a mail does not fit into a message of a queue


@pytest.fixture(scope="module")
def api(stack: LocalStack) -> Caller:
    return Caller(stack.base_url, stack.workspace["api_key"])


@pytest.fixture(scope="module")
def install(api: Caller) -> Any:
    api("PUT", "/v1/customers/mailers", {"name": "Mailers", "domains": ["mailers.example"]})
    api("PUT", "/v1/customers/mailers/users/mia", {"name": "Mia", "email": "mia@mailers.example"})
    made = connect(api, away=False)
    yield made
    api("DELETE", f"/v1/installs/{made['id']}")


def take(stack: LocalStack, install: Any, **mail: Any) -> None:
    posted = postmark(**({"sender": "mia@mailers.example", "name": "Mia"} | mail))
    got = Caller(stack.base_url)("POST", f"/in/email/{install['id']}", posted, Authorization=basic(install["secret"]))
    assert got.status == 200, got.body


def room_named(api: Caller, name: str) -> Any:
    return eventually(lambda: next((room for room in api.all("/v1/rooms") if room["name"] == name), None))


def texts(api: Caller, room: Any) -> list[str]:
    return [message["text"] for message in api.all(f"/v1/rooms/{room['id']}/messages")][::-1]


def test_a_stranger_comes_to_agents_until_the_domain_is_proven(stack: LocalStack, api: Caller, install: Any) -> None:
    take(stack, install, sender="sam@mailers.example", id_="s1@mailers.example", subject="Before it is proven")
    assert room_named(api, "Before it is proven")["kind"] == "visitor"
    (claim,) = api.get("/v1/customers/mailers")["claims"]
    check = "/v1/customers/mailers/domains/mailers.example/check"
    if not claim["proven_by"]:
        assert api("POST", check).status == 409
        record = urlencode({"name": claim["record"]["name"], "text": claim["record"]["value"]})
        Caller(stack.base_url)("POST", f"/_twins/dns?{record}")
    assert api("POST", check).status == 200
    take(stack, install, sender="sam@mailers.example", id_="s2@mailers.example", subject="Since it is proven")
    room = room_named(api, "Since it is proven")
    assert (room["kind"], room["customer"]["external_id"]) == ("topic", "mailers")


def mail_to(stack: LocalStack, address: str) -> Any:
    return eventually(lambda: next((mail for mail in stack.mails() if mail["X-Envelope-To"] == address), None))


def test_a_mail_becomes_a_room_and_its_answer_a_thread(stack: LocalStack, api: Caller, install: Any) -> None:
    for _ in range(3):
        take(stack, install, id_="j1@mailers.example", subject="Keys expire too early", text="They do.")
    room = room_named(api, "Keys expire too early")
    assert room["customer"]["external_id"] == "mailers"
    eventually(lambda: texts(api, room) == ["They do."])  # the room is there a moment before its first message
    api.post(f"/v1/rooms/{room['id']}/messages", {"text": "They **will not** any more."})
    mail = mail_to(stack, "mia@mailers.example")
    assert mail["In-Reply-To"] == "<j1@mailers.example>"
    assert mail["Subject"] == "Re: Keys expire too early"
    assert "<strong>will not</strong>" in mail.get_body(("html",)).get_content()
    id_ = mail["Message-ID"].strip("<>")
    assert id_.endswith("@email.amazonses.com")
    reply_to = mail["Reply-To"].addresses[0].addr_spec
    raw = (
        f"From: Mia <mia@mailers.example>\r\nTo: {reply_to}\r\nSubject: Re: something else\r\n"
        f"Message-ID: <j2@mailers.example>\r\nIn-Reply-To: <{id_}>\r\n"
        "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        "Gr=FC=DFe, by the thread.\r\n\r\nOn Mon, Jan 12, 2026, Acorn <x@y.example> wrote:\r\n> They will not\r\n"
    )
    for _ in range(3):
        take(stack, install, id_="j2@mailers.example", RawEmail=raw)
    take(stack, install, id_="j3@mailers.example", subject="Anew", to=reply_to, text="By the address alone.")
    expected = ["They do.", "They **will not** any more.", "Grüße, by the thread.", "By the address alone."]
    eventually(lambda: texts(api, room) == expected)
    rows = api.all(f"/v1/rooms/{room['id']}/deliveries")
    assert ("email", "sent") in [(row["channel"], row["state"]) for row in rows]
    shown = Caller(stack.base_url)("GET", "/_mails")
    assert b"Keys expire too early" in shown.body


def test_ses_hands_over_raw_mails_and_tells_of_bounces(stack: LocalStack, api: Caller, install: Any) -> None:
    by_ses = connect(api, provider="ses", address="ses@in.acorn.example", away=False)
    bucket, topic = stack.outputs["FilesBucket"], stack.outputs["MailTopicArn"]
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Mia <mia@mailers.example>", "ses@in.acorn.example", "By SES"
    mail["Message-ID"] = "<s1@mailers.example>"
    mail.set_content("Hello by SES.")
    mail.add_attachment(LARGE, maintype="application", subtype="octet-stream", filename="trace.bin")
    stack.client("s3").put_object(Bucket=bucket, Key="received/s1", Body=mail.as_bytes())
    verdicts = {f"{name}Verdict": {"status": "PASS"} for name in ("spam", "virus", "spf", "dkim", "dmarc")}
    notice = {
        "notificationType": "Received",
        "mail": {"messageId": "s1", "source": "mia@mailers.example"},
        "receipt": {"recipients": ["ses@in.acorn.example"], "action": {"type": "S3", "objectKey": "received/s1"}}
        | verdicts,
    }
    for _ in range(2):
        stack.client("sns").publish(TopicArn=topic, Message=json.dumps(notice))
    room = room_named(api, "By SES")
    eventually(lambda: texts(api, room) == ["Hello by SES."])
    gone = {
        "eventType": "Bounce",
        "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "mia@mailers.example"}]},
        "mail": {"messageId": "x", "tags": {"install": [install["id"]]}},
    }
    stack.client("sns").publish(TopicArn=topic, Message=json.dumps(gone))
    (known,) = eventually(lambda: api.get("/v1/suppressions")["items"])
    assert known["address"] == "mia@mailers.example"
    assert api("DELETE", "/v1/suppressions/mia@mailers.example").status == 204
    api("DELETE", f"/v1/installs/{by_ses['id']}")
