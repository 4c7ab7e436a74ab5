"""A payload file in, a hint out: the table of everything that GitLab documents, and of odd shapes that came."""

import pathlib

import pytest

from chalicelib.desk.errors import Invalid, Malformed, Unauthenticated
from chalicelib.desk.tickets import Hint
from chalicelib.trackers.gitlab import webhook
from tests.trackers.tables import envelope, in_short, installed, read_table

PAYLOADS = pathlib.Path(__file__).parent / "payloads"
CONFIG = {"project": "acme/api"}
SECRET = "whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q="

TOLD = {
    "access-token-expiring": "ignored access-token",
    "deployment": "ignored deployment",
    "emoji-*": "ignored emoji",
    "feature-flag": "ignored feature-flag",
    "group-*": "ignored system-hook",
    "issue-close": "moved_state",
    "issue-confidential": "changed",
    "issue-moved": "transferred",
    "issue-open": "created",
    "issue-reopen": "moved_state",
    "issue-unknown-action": "unsupported issue.levitate",
    "issue-update": "changed",
    "issue-update-assignees": "assigned",
    "issue-update-closed-at": "moved_state",
    "issue-update-labels": "labelled",
    "issue-update-no-changes": "changed",
    "issue-without-action": "changed",
    "issue-without-attributes": "ignored no-issue",
    "issue-without-project-id": "changed",
    "job": "ignored build",
    "merge-request": "ignored merge-request",
    "milestone": "ignored milestone",
    "no-kind": "unsupported no-object-kind",
    "not-an-object": "ignored malformed",
    "note-confidential-event": "ignored confidential-note",
    "note-confidential-old-name": "ignored confidential-note",
    "note-create": "commented",
    "note-internal": "ignored confidential-note",
    "note-on-commit": "ignored note-on-commit",
    "note-on-confidential-issue": "ignored confidential-note",
    "note-on-designmanagement-design": "ignored note-on-designmanagement-design",
    "note-on-mergerequest": "ignored note-on-mergerequest",
    "note-on-snippet": "ignored note-on-snippet",
    "note-on-work-item": "commented",
    "note-system": "ignored system-note",
    "note-unknown-action": "unsupported note.levitate",
    "note-update": "comment_changed",
    "note-without-action": "commented",
    "note-without-issue": "ignored no-issue",
    "pipeline": "ignored pipeline",
    "push": "ignored push",
    "release": "ignored release",
    "system-*": "ignored system-hook",
    "system-project-create": "ignored system-hook",
    "system-project-destroy": "project_changed",
    "system-project-rename": "project_changed",
    "system-project-transfer": "project_changed",
    "system-project-update": "project_changed",
    "system-push": "ignored push",
    "tag-push": "ignored tag-push",
    "unknown-kind": "unsupported rocket",
    "vulnerability": "ignored vulnerability",
    "wiki-page": "ignored wiki-page",
    "work-item-*": "changed",
    "work-item-group-epic": "ignored no-issue",
}


def install():
    return installed("gitlab", webhook.check(CONFIG))


def read(name, **headers):
    arrived = envelope("gitlab", (PAYLOADS / f"{name}.json").read_bytes(), **headers)
    [hint] = webhook.hints(arrived, install())
    return hint, webhook.group(arrived)


@pytest.mark.parametrize(("name", "expected"), read_table(PAYLOADS, TOLD))
def test_each_payload(name, expected):
    hint, group = read(name)
    assert in_short(hint) == expected
    if isinstance(hint, Hint) and hint.ticket:
        assert hint.ticket == "14-23"
        assert group != "ins_1"
        assert hint.comment == ("1241" if hint.what.startswith("comment") else "")


def test_a_hint_in_full():
    hint, _ = read("issue-update", idempotency_key="k-1", x_gitlab_event_uuid="u-1")
    assert hint == Hint(ticket="14-23", what="changed", id="k-1", at=1_505_494_320_000, actor="1", readers="strangers")
    assert read("note-create", x_gitlab_event_uuid="u-1")[0].id == "u-1"


def test_bad_json_is_said_at_once():
    with pytest.raises(Malformed):
        webhook.greet(envelope("gitlab", b'{"object_kind": "issue", '), install())


def test_a_signature_counts_alone_where_there_is_one():
    token, live = {"x_gitlab_token": SECRET}, {"signing": ["whsec_old", SECRET]}
    signed = envelope("gitlab", b"{}", webhook_id="m", webhook_timestamp="1", webhook_signature="v1,x", **token)
    with pytest.raises(Unauthenticated):
        webhook.verify(signed, install(), live, now=1000)
    webhook.verify(envelope("gitlab", b"{}", **token), install(), live, now=1000)


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "config.project"),
        (CONFIG | {"project": "acme"}, "config.project"),
        (CONFIG | {"project": "../x"}, "config.project"),
        (CONFIG | {"url": "http://gitlab.example"}, "config.url"),
        (CONFIG | {"url": "https://gitlab.example/?a"}, "config.url"),
        (CONFIG | {"confidential": "yes"}, "config.confidential"),
    ],
)
def test_a_config_that_cannot_be(config, field):
    with pytest.raises(Invalid) as refused:
        webhook.check(config)
    assert refused.value.field == field
