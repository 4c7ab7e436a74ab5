"""A payload file in, a hint out: the table of everything that Jira documents, and of odd shapes that came."""

import pathlib

import pytest

from chalicelib.desk.errors import Invalid
from chalicelib.desk.tickets import Hint
from chalicelib.trackers.jira import webhook
from tests.trackers.tables import envelope, in_short, installed, read_table

PAYLOADS = pathlib.Path(__file__).parent / "payloads"
CONFIG = {"url": "https://acme.atlassian.net", "project": "ACME"}

TOLD = {
    "anomalous-accountid-and-username": "unsupported no-event",
    "app-access-*": "ignored app-access",
    "attachment-*": "ignored attachment",
    "board-*": "ignored board",
    "comment-created": "commented",
    "comment-updated": "comment_changed",
    "comment-deleted": "comment_deleted",
    "comment-internal": "commented",
    "comment-restricted": "commented",
    "comment-without-anything": "ignored no-issue",
    "comment-without-author": "commented",
    "connect-addon-*": "ignored app",
    "data-center-comment-without-issue": "commented",
    "data-center-issue-updated": "changed",
    "filter-*": "ignored filter",
    "issue-created": "created",
    "issue-deleted": "deleted",
    "issue-moved": "transferred",
    "issue-property-*": "ignored issue-property",
    "issue-updated": "changed",
    "issue-updated-assignee": "assigned",
    "issue-updated-comment-deleted": "comment_deleted",
    "issue-updated-comment-edited": "comment_changed",
    "issue-updated-comment-empty-string": "moved_state",
    "issue-updated-commented": "commented",
    "issue-updated-commented-empty-string": "changed",
    "issue-updated-empty-changelog": "changed",
    "issue-updated-labels": "labelled",
    "issue-updated-no-changelog": "changed",
    "issue-updated-no-user": "moved_state",
    "issue-updated-resolution": "moved_state",
    "issue-updated-status": "moved_state",
    "issue-updated-v3-adf": "changed",
    "issuelink-*": "ignored issue-link",
    "issuetype-*": "ignored issue-type",
    "jira-expression-evaluation-failed": "ignored expression",
    "not-an-object": "ignored malformed",
    "option-*": "ignored site-option",
    "post-function-transition": "moved_state",
    "project-created": "ignored other-project",
    "project-*": "project_changed",
    "server-old-user-name": "changed",
    "sprint-*": "ignored sprint",
    "unknown-event": "unsupported jira:rocket_launched",
    "user-*": "ignored user",
    "version-*": "ignored version",
    "worklog-*": "ignored worklog",
}


def read(name, **headers):
    arrived = envelope("jira", (PAYLOADS / f"{name}.json").read_bytes(), **headers)
    [hint] = webhook.hints(arrived, installed("jira", webhook.check(CONFIG)))
    return hint, webhook.group(arrived)


@pytest.mark.parametrize(("name", "expected"), read_table(PAYLOADS, TOLD))
def test_each_payload(name, expected):
    hint, group = read(name)
    assert in_short(hint) == expected
    if isinstance(hint, Hint) and hint.ticket:
        assert hint.ticket == "10148"
        assert group != "ins_1"
        assert bool(hint.comment) is hint.what.startswith("comment")


def test_a_hint_in_full():
    hint, _ = read("issue-updated-status", x_atlassian_webhook_identifier="wh-1")
    assert hint == Hint(ticket="10148", what="moved_state", id="wh-1", at=1_769_999_999_123, actor="99:27935d01-92a7")
    assert read("issue-moved")[0].moved_to == "10148"
    assert read("data-center-issue-updated")[0].actor == "JIRAUSER10100"
    assert read("server-old-user-name")[0].actor == "ann"
    assert read("data-center-comment-without-issue")[0].actor == "JIRAUSER10100"
    assert read("comment-without-author")[0].actor == ""


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "config.url"),
        ({"url": "https://acme.atlassian.net"}, "config.project"),
        (CONFIG | {"project": "acme"}, "config.project"),
        (CONFIG | {"url": "http://acme.example"}, "config.url"),
        (CONFIG | {"url": "https://acme.example/?a=1"}, "config.url"),
        (CONFIG | {"deployment": "server"}, "config.deployment"),
        (CONFIG | {"fields": {"summary": "x"}}, "config.fields.summary"),
        (CONFIG | {"fields": {"a b": "x"}}, "config.fields.a b"),
    ],
)
def test_a_config_that_cannot_be(config, field):
    with pytest.raises(Invalid) as refused:
        webhook.check(config)
    assert refused.value.field == field


def test_the_deployment_follows_from_the_host():
    assert webhook.check(CONFIG)["deployment"] == "cloud"
    assert webhook.check(CONFIG | {"url": "https://jira.example.com/jira/"}) == {
        "url": "https://jira.example.com/jira",
        "project": "ACME",
        "issue_type": "Task",
        "deployment": "data_center",
        "fields": {},
        "cloud_id": "",
    }
