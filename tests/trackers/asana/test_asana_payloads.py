"""A payload file in, hints out: the table of everything that Asana documents, and of odd shapes; the handshake."""

import pathlib

import pytest

from chalicelib.desk.arrivals import Ignored
from chalicelib.desk.envelopes import Greeting
from chalicelib.desk.errors import Invalid, Malformed, Unauthenticated
from chalicelib.desk.tickets import Hint
from chalicelib.trackers.asana import webhook
from chalicelib.trackers.asana.handshake import handshake_token
from tests.trackers.tables import envelope, in_short, installed, read_table

PAYLOADS = pathlib.Path(__file__).parent / "payloads"
CONFIG = {"project": "1200000000000001"}
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CHOSEN = "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81"

TOLD = {
    "comment-added": "commented",
    "comment-added-without-subtype": "commented",
    "comment-changed": "comment_changed",
    "comment-changed-with-task": "comment_changed",
    "comment-deleted": "comment_deleted",
    "comment-deleted-with-task": "comment_deleted",
    "comment-on-project": "ignored story-without-task",
    "comment-removed": "comment_deleted",
    "comment-undeleted": "commented",
    "event-is-text": "unsupported nothing.nothing",
    "event-without-resource": "unsupported nothing.changed",
    "events-null": "ignored heartbeat",
    "heartbeat": "ignored heartbeat",
    "heartbeat-empty": "ignored heartbeat",
    "not-an-object": "ignored malformed",
    "other-allocation": "ignored allocation",
    "other-attachment": "ignored attachment",
    "other-custom-field": "ignored custom-field",
    "other-enum-option": "ignored enum-option",
    "other-goal": "ignored goal",
    "other-portfolio": "ignored portfolio",
    "other-project-membership": "ignored project-membership",
    "other-project-status": "ignored project-status",
    "other-reaction": "ignored reaction",
    "other-status-update": "ignored status-update",
    "other-tag": "ignored tag",
    "other-team": "ignored team",
    "other-time-tracking-entry": "ignored time-tracking-entry",
    "other-user": "ignored user",
    "other-workspace": "ignored workspace",
    "project-*": "project_changed",
    "section-*": "project_changed",
    "story-*": "ignored system-story",
    "sync-error": "project_changed",
    "task-added": "created",
    "task-added-as-subtask": "created",
    "task-added-to-section": "moved_state",
    "task-by-nobody": "changed",
    "task-changed-*": "changed",
    "task-changed-assignee": "assigned",
    "task-changed-completed": "moved_state",
    "task-changed-completed-at": "moved_state",
    "task-changed-memberships": "moved_state",
    "task-changed-tags-added": "labelled",
    "task-changed-tags-removed": "labelled",
    "task-deleted": "deleted",
    "task-milestone": "changed",
    "task-removed": "changed",
    "task-undeleted": "changed",
    "task-unknown-action": "unsupported task.levitated",
    "task-without-gid": "ignored no-task",
    "unknown-resource": "unsupported rocket.changed",
    "many-events": "many",
}


def install():
    return installed("asana", webhook.check(CONFIG))


def read(name):
    return webhook.hints(envelope("asana", (PAYLOADS / f"{name}.json").read_bytes()), install())


@pytest.mark.parametrize(("name", "expected"), [row for row in read_table(PAYLOADS, TOLD) if row[1] != "many"])
def test_each_payload(name, expected):
    [hint] = read(name)
    assert in_short(hint) == expected
    if isinstance(hint, Hint) and hint.what != "project_changed":
        assert hint.ticket == ("" if name in ("comment-changed", "comment-deleted") else "1400000000000009")
        assert bool(hint.comment) is hint.what.startswith("comment")


def test_many_events_in_one_request_each_once():
    assert read("many-events") == [
        Hint(ticket="1400000000000009", what="moved_state", at=1_770_000_001_000, actor="1300000000000001"),
        Ignored(reason="system-story"),
        Hint(
            ticket="1400000000000010",
            what="commented",
            comment="1500000000000001",
            at=1_770_000_000_123,
            actor="1300000000000001",
        ),
        Hint(ticket="1400000000000010", what="changed", at=1_770_000_000_123, actor="1300000000000001"),
    ]


def token():
    return {"handshake": handshake_token(SECRET)}


def test_a_handshake_to_our_url_gets_its_header_back():
    shake = envelope("asana", query=token(), x_hook_secret=CHOSEN)
    webhook.verify(shake, install(), {"signing": ["other", SECRET]}, now=1)
    assert webhook.greet(shake, install()) == Greeting(status=200, headers={"X-Hook-Secret": CHOSEN})
    assert webhook.hints(shake, install()) == [Ignored(reason="handshake")]


@pytest.mark.parametrize(
    ("query", "body", "secrets"),
    [
        ({}, b"", [SECRET]),
        ({"handshake": ""}, b"", [SECRET]),
        ({"handshake": "0" * 40}, b"", [SECRET]),
        ({"handshake": "é\ud800"}, b"", [SECRET]),
        (token(), b"", []),
        (token(), b"", ["other"]),
        (token(), b"", [""]),
        ({"handshake": handshake_token("")}, b"", [""]),
        (token(), b'{"events":[{"action":"deleted"}]}', [SECRET]),
    ],
)
def test_a_handshake_that_nobody_asked_for(query, body, secrets):
    with pytest.raises(Unauthenticated):
        webhook.verify(envelope("asana", body, query, x_hook_secret=CHOSEN), install(), {"signing": secrets}, now=1)


@pytest.mark.parametrize("secret", ["", "short", "a b" * 10, "x" * 201, "x\r\nset-cookie: a=b" * 2, "é" * 20])
def test_a_handshake_whose_secret_is_none(secret):
    with pytest.raises(Malformed):
        webhook.greet(envelope("asana", query=token(), x_hook_secret=secret), install())


def test_the_token_of_the_url_signs_no_events():
    with pytest.raises(Unauthenticated):
        webhook.verify(envelope("asana", b'{"events":[]}', token()), install(), {"signing": [SECRET]}, now=1)


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "config.project"),
        ({"project": "Support"}, "config.project"),
        (CONFIG | {"sections": "yes"}, "config.sections"),
        (CONFIG | {"url": "http://asana.example"}, "config.url"),
    ],
)
def test_a_config_that_cannot_be(config, field):
    with pytest.raises(Invalid) as refused:
        webhook.check(config)
    assert refused.value.field == field
