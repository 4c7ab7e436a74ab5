"""What people paste, as their browser shows it."""

import pytest

from chalicelib.desk.workspaces import Install
from chalicelib.trackers.asana.words import reference as asana
from chalicelib.trackers.github.client import GitHub
from chalicelib.trackers.gitlab.words import reference as gitlab
from chalicelib.trackers.jira.words import key_in_jql, quoted
from chalicelib.trackers.jira.words import reference as jira

BAD = [
    "https://[::1/issues/5",
    "http://",
    "https://github.com:99999999/acorn/api/issues/5",
    "ftp://github.com/a/b/issues/5",
]


def github(text):
    config = {"repository": "acorn/api", "api_url": "https://api.github.com", "app_id": "", "in_progress_label": ""}
    install = Install(id="i", workspace="w", kind="github", name="n", created_at=1, config=config)
    place = GitHub(install, {}, None, now=lambda: 1)._by_url(text)
    return f"{place.repository}#{place.number}" if place else ""


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acorn/api/issues/5",
        "https://www.github.com/acorn/api/issues/5/",
        "https://github.com/acorn/api/issues/5#issuecomment-77",
        "https://github.com/orgs/acorn/projects/1/views/2?pane=issue&itemId=9&issue=acorn%7Capi%7C5",
        "https://github.com/users/ann/projects/1?pane=issue&itemId=9&issue=acorn|api|5",
    ],
)
def test_github(url):
    assert github(url) == "acorn/api#5"


@pytest.mark.parametrize(
    "url", [*BAD, "https://github.com/orgs/acorn/projects/1?issue=acorn%7C5", "https://evil.com/acorn/api/issues/5"]
)
def test_what_is_none_of_github(url):
    assert github(url) == ""


@pytest.mark.parametrize(
    "path", ["-/issues/1", "-/issues/incident/1", "-/work_items/1", "issues/1", "-/issues/1#note_3", "-/issues/1?a=b"]
)
@pytest.mark.parametrize("host", ["gitlab.com", "www.gitlab.com", "GitLab.com"])
def test_gitlab(path, host):
    assert gitlab(f"https://{host}/acme/api/{path}", "https://gitlab.com") == ("acme/api", "1")


@pytest.mark.parametrize(
    "path",
    [
        "0/1200/1300",
        "0/1200/1300/f",
        "0/inbox/900/1300/1400",
        "0/search/800/1300",
        "0/0/1300",
        "1/1100/project/1200/task/1300",
        "1/1100/inbox/900/item/1300/story/1400",
        "1/1100/search/abc/task/1300",
        "0/search?q=x&child=1300",
        "1/1100/project/1200/list/5?child=1300",
    ],
)
@pytest.mark.parametrize("host", ["app.asana.com", "www.app.asana.com"])
def test_asana(path, host):
    assert asana(f"https://{host}/{path}") == "1300"


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.atlassian.net/browse/ACME-1",
        "https://www.acme.atlassian.net/browse/ACME-1?focusedId=7",
        "https://acme.atlassian.net/jira/software/projects/ACME/boards/1?selectedIssue=ACME-1",
    ],
)
def test_jira(url):
    assert jira(url, "https://acme.atlassian.net") == "ACME-1"


@pytest.mark.parametrize("url", BAD)
def test_what_is_no_url_is_nobodys(url):
    assert jira(url, "https://acme.atlassian.net") == ""
    assert gitlab(url, "https://gitlab.com") == ("", "")
    assert asana(url) == ""


@pytest.mark.parametrize(("key", "written"), [("ACME", "ACME"), ("ORDER", '"ORDER"'), ("IN", '"IN"'), ("NOT", '"NOT"')])
def test_a_project_that_is_called_like_a_word_of_jql(key, written):
    assert key_in_jql(key) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [("this AND that", '"this and that"'), ("NOT", '"not"'), ("OR else", '"or else"'), ("Order", '"Order"')],
)
def test_operators_within_a_search_are_words(text, written):
    assert quoted(text) == written
