"""A reaction that Slack has no emoji for is told in the ledger, and is not sent; those beside it are put."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.everywhere import ACME, Everywhere, everywhere
from tests.peers.msteams import TeamsPeer
from tests.peers.slack import BOT


@pytest.fixture
def here() -> Iterator[Everywhere]:
    with everywhere(TeamsPeer()) as made:
        yield made


def outcome(here: Everywhere, message: str, emoji: str, how: str = "PUT") -> tuple[Any, Any]:
    assert here.api(how, f"/v1/rooms/{here.room}/messages/{message}/reactions/{emoji}").status < 300
    here.run(0.2)
    rows = here.api.get(f"/v1/rooms/{here.room}/deliveries").json["items"]
    found = [each for each in rows if each["what"] == "reaction" and each["install"] == here.installs["slack"]]
    newest = max(found, key=lambda each: int(each["id"].rpartition("_")[2]))
    return newest["state"], newest["reason"]


def test_what_cannot_be_put_is_told(here: Everywhere) -> None:
    message = here.api.post(f"/v1/rooms/{here.room}/messages", {"text": "It is out"}).json["id"]
    here.run(0.2)
    (post,) = [each for each in here.slack.there(ACME) if each.text == "It is out"]
    assert outcome(here, message, "blobcat") == ("skipped", "blobcat: invalid_name")
    assert outcome(here, message, "partyparrot") == ("sent", "blobcat: invalid_name")
    assert outcome(here, message, "👍🏽") == ("sent", "blobcat: invalid_name")
    assert outcome(here, message, "blobcat", "DELETE")[0] == "sent"
    assert post.reactions == {(BOT, "partyparrot"), (BOT, "+1::skin-tone-4")}
