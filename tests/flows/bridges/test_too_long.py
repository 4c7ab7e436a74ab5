"""What is said elsewhere and is too long for a message is cut with a mark, and no word of it is lost: the rest is read
in the room, and linked to where the message is shown."""

from collections.abc import Iterator

import pytest

from chalicelib.desk.messages import MAX_BYTES, MAX_CHARACTERS, fitting
from tests.everywhere import ACME, AGENTS, CHAT, Everywhere, everywhere
from tests.peers.msteams import TeamsPeer
from tests.peers.slack import Post

LONG = {"characters": "word " * 9_000 + "end", "bytes": "слово " * 6_500 + "end", "one word": "😀" * 39_000 + "end"}


@pytest.fixture
def here(teams: TeamsPeer) -> Iterator[Everywhere]:
    with everywhere(teams) as made:
        yield made


def said(here: Everywhere) -> dict[str, object]:
    here.hand_over(here.waiting())
    here.run(0.1)
    items = here.api.get(f"/v1/rooms/{here.room}/messages").json["items"]
    return dict(max(items, key=lambda item: item["change"]))


def whole(here: Everywhere, message: dict[str, object]) -> str:
    rest = here.api.get(f"/v1/rooms/{here.room}/messages/{message['id']}/rest").json["text"]
    return str(message["text"]).removesuffix(" …") + rest


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_long_text_is_cut_with_a_mark_and_its_rest_is_kept(here: Everywhere, text: str) -> None:
    here.slack.say("U0ANN", ACME, text)
    message = said(here)
    assert str(message["text"]).endswith(" …")
    assert message["cut"] == 1
    assert whole(here, message) == text
    shown = [post.text for post in here.slack.there(AGENTS)][-1]
    assert "|… 1 more line>" in shown


def test_an_edit_has_a_rest_of_its_own_or_none(here: Everywhere) -> None:
    ts = here.slack.say("U0ANN", ACME, "short")
    assert said(here)["cut"] == 0
    post: Post = here.slack.post(ACME, ts)
    for text in (LONG["characters"], LONG["bytes"], "short again"):
        here.parley.clock.at += 5_000
        here.slack.change(post, text)
        message = said(here)
        assert whole(here, message) == text
        assert (message["cut"] == 1) is (len(text) > 100)


def test_a_nul_makes_no_dead_letter(here: Everywhere) -> None:
    here.teams.say("29:ann", "wor\x00ds", CHAT, mention=False)
    assert said(here)["text"] == "words"


@pytest.mark.parametrize("text", [*LONG.values(), "a" * MAX_CHARACTERS, "😀" * (MAX_BYTES // 4), "short", ""])
def test_what_fits_is_whole_and_what_does_not_loses_nothing(text: str) -> None:
    shown, rest = fitting(text)
    assert len(shown) <= MAX_CHARACTERS
    assert len(shown.encode()) <= MAX_BYTES
    assert (shown.removesuffix(" …") + rest if rest else shown) == text
