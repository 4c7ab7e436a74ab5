"""A file that a message names and that cannot be fetched: the message gets there once, and its row tells of it."""

from collections.abc import Iterator

import pytest

from chalicelib.desk.errors import NotFound
from chalicelib.ports import AwsAway
from tests.everywhere import ACME, Everywhere, everywhere
from tests.peers.msteams import TeamsPeer


@pytest.fixture
def here(teams: TeamsPeer) -> Iterator[Everywhere]:
    with everywhere(teams) as made:
        yield made


def said(here: Everywhere, text: str, *files: str) -> None:
    """An agent names files without having put them up."""
    ids = [here.api.post("/v1/attachments", {"name": name, "size": 3}).json["id"] for name in files]
    got = here.api.post(f"/v1/rooms/{here.room}/messages", {"text": text, "attachments": ids})
    assert got.status == 201, got.text


@pytest.mark.parametrize("error", [NotFound("the file is gone"), AwsAway("s3 get_object: AccessDenied")])
@pytest.mark.parametrize("files", [("log.txt",), ("log.txt", "trace.txt")])
def test_what_cannot_be_fetched_is_told_and_holds_nothing_up(
    here: Everywhere, monkeypatch: pytest.MonkeyPatch, error: Exception, files: tuple[str, ...]
) -> None:
    def away(key: str) -> bytes:
        raise error

    monkeypatch.setattr(here.parley.files, "get", away)
    said(here, "words 901", *files)
    said(here, "words 902")
    here.run(1)
    shown = [post.text for post in here.slack.there(ACME)]
    assert [text for text in shown if text.startswith("words 90")] == ["words 901", "words 902"]
    for name in files:
        assert sum(name in text for text in shown) == 1  # as a link, which works once it is put up
    first, second = [row for row in here.rows() if row.channel == "slack" and row.what == "post"][-4::2]
    assert (first.state, second.state) == ("sent", "sent")
    assert all(name in first.reason for name in files)
    assert second.reason == ""
    rows = here.api.get(f"/v1/rooms/{here.room}/deliveries").json["items"]
    assert {row["reason"] for row in rows if row["state"] == "sent"} == {None, first.reason}


def test_the_echo_that_comes_first_leaves_the_reason(here: Everywhere, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack tells of our message while we still ask for its file."""

    def told_meanwhile(key: str) -> bytes:
        here.hand_over(here.waiting())
        raise NotFound("the file is gone")

    monkeypatch.setattr(here.parley.files, "get", told_meanwhile)
    said(here, "words 901", "log.txt")
    here.run(1)
    rows = [row for row in here.rows() if row.channel == "slack" and row.what == "post"]
    assert {row.state for row in rows} == {"sent"}
    assert ["log.txt" in row.reason for row in rows][-2:] == [True, True]
