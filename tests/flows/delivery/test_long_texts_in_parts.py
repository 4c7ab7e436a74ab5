"""A text that is more than a chat takes at once goes in parts, each of which means the message: a retry adds what is
missing and doubles none, an edit changes, adds and deletes parts, a delete deletes all."""

from collections.abc import Iterator

import pytest

from tests.everywhere import ACME, CHAT, Everywhere, everywhere
from tests.peers.msteams import TeamsPeer
from tests.peers.slack import BOT, Post

TAKES = 4_000  # bytes that Slack takes in an edit
SEED = "&<>*_` words, and more words; "


@pytest.fixture
def here(teams: TeamsPeer) -> Iterator[Everywhere]:
    with everywhere(teams) as made:
        yield made


def text_of(parts: int) -> str:
    return "\n".join(f"{n:05} {SEED}" for n in range(parts * 60))


def say(here: Everywhere, text: str) -> str:
    got = here.api.post(f"/v1/rooms/{here.room}/messages", {"text": text, "format": "plain"})
    here.run(1)
    return str(got.json["id"])


def ours(here: Everywhere) -> list[Post]:
    return [each for each in here.slack.there(ACME) if each.user == BOT and each.text != "words 0"]


def numbers(posts: list[Post]) -> list[str]:
    return [word for post in posts for word in post.text.split() if word.isdecimal() and len(word) == 5]


def wanted(parts: int) -> list[str]:
    return [f"{n:05}" for n in range(parts * 60)]


def test_a_long_text_goes_in_parts_that_can_be_edited(here: Everywhere) -> None:
    say(here, text_of(3))
    posts = ours(here)
    assert len(posts) > 2
    assert all(len(post.text.encode()) <= TAKES for post in posts)
    assert numbers(posts) == wanted(3)
    marks = [post.told["metadata"]["event_payload"] for post in posts]
    assert [mark["part"] for mark in marks] == list(range(1, len(posts) + 1))
    assert len({mark["delivery"] for mark in marks}) == 1
    rows = here.api.get(f"/v1/rooms/{here.room}/deliveries").json["items"]
    ids = [f"{ACME}/{post.ts}" for post in posts]
    assert [[each["provider_id"], *each["parts"]] for each in rows if each["provider_id"] == ids[0]] == [ids]


@pytest.mark.parametrize("how", ["lost", "429", "500", "away"])
@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_retry_adds_what_is_missing_and_doubles_none(here: Everywhere, how: str, which: int) -> None:
    here.failing["slack"] += [*[""] * which, how]
    say(here, text_of(3))
    here.run(3)
    assert numbers(ours(here)) == wanted(3)
    here.hand_over(here.waiting())
    here.run(1)
    assert numbers(ours(here)) == wanted(3)


def test_an_echo_of_a_part_completes_that_part_alone(here: Everywhere) -> None:
    here.failing["slack"] += ["", "lost", "500", "500"]
    say_late = here.api.post(f"/v1/rooms/{here.room}/messages", {"text": text_of(3), "format": "plain"})
    assert say_late.status == 201
    here.work()
    here.hand_over(here.waiting())
    here.run(4)
    assert numbers(ours(here)) == wanted(3)


@pytest.mark.parametrize(("first", "then"), [(1, 3), (3, 1), (3, 4), (4, 2)])
def test_an_edit_changes_adds_and_deletes_parts(here: Everywhere, first: int, then: int) -> None:
    message = say(here, text_of(first))
    for parts in (then, first):
        edited = {"text": text_of(parts).replace("words", "other"), "format": "plain"}
        here.api.patch(f"/v1/rooms/{here.room}/messages/{message}", edited)
        here.run(1)
        assert numbers(ours(here)) == wanted(parts)
        assert all("other" in post.text and len(post.text.encode()) <= TAKES for post in ours(here))
    here.api.delete(f"/v1/rooms/{here.room}/messages/{message}")
    here.run(1)
    assert ours(here) == []


def test_an_edit_that_fails_half_way_goes_on(here: Everywhere) -> None:
    message = say(here, text_of(1))
    here.failing["slack"] += ["", "", "lost", "500"]
    here.api.patch(f"/v1/rooms/{here.room}/messages/{message}", {"text": text_of(4), "format": "plain"})
    here.run(4)
    assert numbers(ours(here)) == wanted(4)


def test_each_part_means_the_message(here: Everywhere) -> None:
    message = say(here, text_of(3))
    here.hand_over(here.waiting())
    second, third = ours(here)[1:3]
    here.slack.say("U0ANN", ACME, "which of them?", second.ts)
    here.slack.react("U0ANN", third, "eyes")
    here.hand_over(here.waiting())
    here.run(1)
    items = here.api.get(f"/v1/rooms/{here.room}/messages").json["items"]
    (answer,) = [each for each in items if each["text"] == "which of them?"]
    assert answer["reply_to"]["message"] == message
    (said,) = [each for each in items if each["id"] == message]
    assert [each["emoji"] for each in said["reactions"]] == ["👀"]
    here.slack.remove(second)
    here.hand_over(here.waiting())
    here.run(1)
    assert here.api.get(f"/v1/rooms/{here.room}/messages/{message}").json["deleted"] is False
    here.api.delete(f"/v1/rooms/{here.room}/messages/{message}")
    here.run(1)
    assert ours(here) == []


def test_code_that_is_cut_is_closed_and_opened_again(here: Everywhere) -> None:
    code = "\n".join(f"{n:05} if a < b && c: pass" for n in range(300))
    here.api.post(f"/v1/rooms/{here.room}/messages", {"text": f"See:\n\n```python\n{code}\n```\n\nThat is all."})
    here.run(1)
    posts = ours(here)
    assert len(posts) > 2
    assert all(post.text.count("```") == 2 for post in posts)
    assert numbers(posts) == [f"{n:05}" for n in range(300)]
    assert not any(post.text.replace("&amp;", "").replace("&lt;", "").count("&") for post in posts)


def test_teams_takes_a_long_text_in_parts_and_edits_them(here: Everywhere, teams: TeamsPeer) -> None:
    before = set(teams.messages)

    def shown() -> list[str]:
        return [
            each["text"] for key, each in sorted(teams.messages.items()) if key not in before and not each["deleted"]
        ]

    text = "слово " * 5_000
    message = here.api.post(f"/v1/rooms/{here.room}/messages", {"text": text + "end"}).json["id"]
    here.run(1)
    assert len(shown()) > 1
    assert sum(each.count("слово") for each in shown()) == 5_000
    assert all(key[0] == CHAT for key in set(teams.messages) - before)
    here.api.patch(f"/v1/rooms/{here.room}/messages/{message}", {"text": "short"})
    here.run(1)
    assert [each.endswith("short") for each in shown()] == [True]
    here.api.patch(f"/v1/rooms/{here.room}/messages/{message}", {"text": text + "again"})
    here.run(1)
    assert sum(each.count("слово") for each in shown()) == 5_000
    here.api.delete(f"/v1/rooms/{here.room}/messages/{message}")
    here.run(1)
    assert shown() == []
