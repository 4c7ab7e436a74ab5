"""What is sent, and what each answer means."""

import json
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from chalicelib.channels.webhook import outbound
from chalicelib.desk.deliveries import Delivery, Gone, Parcel, Refused, Retry, Sent, Skipped
from chalicelib.desk.messages import Attached, Author, Mark, Message, Reply, Source
from chalicelib.ports import AddressRefused, Answer, Unreachable

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = 1_770_000_000_000
URL = "https://hooks.example/in"


class Outside:
    """Answers as told and remembers what it was asked."""

    def __init__(self, answer):
        self.answer, self.calls = answer, []

    def send(self, request):
        self.calls.append((request.url, request.body, request.headers, request.timeout))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def parcel(what="post", **message):
    fields = {
        "room": "room_1",
        "n": 3,
        "workspace": "wks_1",
        "author": Author(kind="agent", id="agt_1", name="Ada"),
        "text": "größer 😀",
        "created_at": NOW,
        "source": Source(channel="api"),
    }
    delivery = Delivery(
        bridge="1.1",
        n=3,
        room="room_1",
        install="ins_1",
        channel="webhook",
        workspace="wks_1",
        message=3,
        what=what,
        created_at=NOW + 5,
    )
    return Parcel(
        delivery=delivery,
        message=Message(**(fields | message)),
        room_name="Invoices",
        room_state="open",
        customer_external_id="acme",
        links={"att_1": "https://parley.example/files/att_1"},
    )


@pytest.fixture
def send(install):
    def deliver(answer, parcel=parcel(), secrets=(SECRET,), url=URL, now=NOW):  # noqa: B008
        outside = Outside(answer)
        receipt = outbound.deliver(
            parcel, install("webhook", url=url), {"signing": list(secrets)}, outside=outside, now=now
        )
        return receipt, outside.calls

    return deliver


def test_the_event(send):
    message = parcel(
        "edit",
        edited_at=NOW + 1,
        reply_to=Reply(message="msg_1_1"),
        attachments=(
            Attached(id="att_1", name="a.png", size=3, type="image/png", secret="s3cret-of-the-link"),
            Attached(id="att_2", name="b.png", size=4, type="image/png", secret="s3cret-of-the-link"),
        ),
        reactions={
            "👍": {"a": Mark(on=True, revision=1), "b": Mark(on=False, revision=2)},
            "🎉": {"a": Mark(on=False, revision=1)},
        },
    )
    _, [(url, body, headers, timeout)] = send(Answer(204), message)
    assert (url, timeout, headers["content-type"], headers["user-agent"]) == (URL, 15.0, "application/json", "Parley")
    assert json.loads(body) == {
        "type": "message.edited",
        "id": "dlv_1.1_3",
        "workspace": "wks_1",
        "at": "2026-02-02T02:40:00.005Z",
        "room": {"id": "room_1", "name": "Invoices", "state": "open", "customer": {"external_id": "acme"}},
        "message": {
            "id": "msg_1_3",
            "external_id": None,
            "author": {"kind": "agent", "id": "agt_1", "name": "Ada"},
            "text": "größer 😀",
            "created_at": "2026-02-02T02:40:00.000Z",
            "edited_at": "2026-02-02T02:40:00.001Z",
            "deleted": False,
            "reply_to": "msg_1_1",
            "attachments": [
                {
                    "id": "att_1",
                    "name": "a.png",
                    "size": 3,
                    "type": "image/png",
                    "url": "https://parley.example/files/att_1",
                },
                {"id": "att_2", "name": "b.png", "size": 4, "type": "image/png"},
            ],
            "reactions": {"👍": 1},
            "source": "api",
        },
    }
    assert b"s3cret" not in body


@pytest.mark.parametrize(
    ("what", "type_"),
    [
        ("post", "message.posted"),
        ("edit", "message.edited"),
        ("delete", "message.deleted"),
        ("reaction", "message.reaction"),
    ],
)
def test_the_types(send, what, type_):
    _, [(_, body, _, _)] = send(Answer(200), parcel(what))
    assert json.loads(body)["type"] == type_


def test_the_official_library_verifies_it_with_either_secret(send):
    other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
    now = int(datetime.now(UTC).timestamp() * 1000)
    _, [(_, body, headers, _)] = send(Answer(200), secrets=[SECRET, other], now=now)
    for secret in (SECRET, other):
        assert Webhook(secret).verify(body, headers)["id"] == headers["webhook-id"] == "dlv_1.1_3"


def test_the_id_stays_over_retries_and_the_time_moves(send):
    _, [(_, body, first, _)] = send(Answer(500))
    _, [(_, again, second, _)] = send(Answer(500), now=NOW + 5000)
    assert body == again
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 5


def test_a_note_never_leaves(send):
    receipt, calls = send(Answer(200), parcel(internal=True))
    assert (receipt, calls) == (Refused(reason="internal notes never leave"), [])


def test_no_url_and_no_secret_send_nothing(send):
    assert send(Answer(200), url="") == (Skipped(reason="no url is configured"), [])
    assert send(Answer(200), secrets=[]) == (Refused(reason="no usable secret is configured"), [])
    assert send(Answer(200), secrets=["whsec_"]) == (Refused(reason="no usable secret is configured"), [])


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_taken(send, status):
    assert send(Answer(status))[0] == Sent()


@pytest.mark.parametrize(
    ("headers", "id_"),
    [
        ({"webhook-id": "w", "x-request-id": "r"}, "w"),
        ({"x-request-id": "r"}, "r"),
        ({"x-request-id": "r" * 500}, "r" * 200),
        ({"x-request-id": "r\u00e9"}, ""),
    ],
)
def test_the_receivers_own_id(send, headers, id_):
    assert send(Answer(200, headers))[0] == Sent(provider_id=id_)


def test_gone_disables(send):
    assert send(Answer(410))[0] == Gone(reason="HTTP 410: the endpoint wants no more")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_failure(send, status):
    receipt, calls = send(Answer(status, {"location": "http://169.254.169.254/"}))
    assert receipt == Retry(reason=f"HTTP {status}: redirects are not followed")
    assert len(calls) == 1


@pytest.mark.parametrize("status", [100, 400, 401, 404, 408, 413, 425, 429, 500, 502, 503, 504, 599])
def test_every_other_answer_is_tried_again(send, status):
    assert send(Answer(status, body=b"secret stuff"))[0] == Retry(reason=f"HTTP {status}")


@pytest.mark.parametrize(
    ("asked", "after"),
    [
        ("120", 120),
        ("0", 0),
        ("Mon, 02 Feb 2026 02:41:00 GMT", 60),
        ("Mon, 02 Feb 2026 02:39:00 GMT", 0),
        ("soon", 0),
        ("-5", 0),
        ("1.5", 0),
        ("", 0),
        ("9" * 5000, 999_999_999),
        ("\u0663", 0),
        ("Mon, 99 Feb 2026 02:41:00 GMT", 0),
    ],
)
def test_retry_after(send, asked, after):
    assert send(Answer(429, {"retry-after": asked}))[0] == Retry(reason="HTTP 429", after=after)


def test_no_answer_and_a_forbidden_address(send):
    assert send(Unreachable("the name does not resolve"))[0] == Retry(reason="the name does not resolve")
    assert send(Unreachable())[0] == Retry(reason="unreachable")
    assert send(AddressRefused("10.0.0.1 is private"))[0] == Refused(reason="address refused: 10.0.0.1 is private")
