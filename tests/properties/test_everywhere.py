"""One room over every real channel at once: whatever people do in Slack, in the vendor's own Slack, in Teams, in the
vendor's app and by mail, told in any order and three times over, with calls that fail or whose answers are lost, all
sides end with the same messages in the same state as the room; nothing echoes, and no note leaves."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.channels.slack.emoji import emoji_of
from tests.everywhere import ACME, AGENTS, CHAT, Everywhere, everywhere
from tests.peers.msteams import TeamsPeer

NAMES = ("eyes", "tada")
KINDS = ("like", "heart")
SIDES = ("slack", "agents", "msteams", "webhook", "email")
ACTS = ("say", "say", "reply", "edit", "remove", "react", "unreact", "note", "tell", "time", "fail")
# How each provider's calls may fail. Teams and SES take no mark: a lost answer there would be sent again, as is told.
FAILS = {
    "slack": ("429", "500", "lost"),
    "msteams": ("429", "500"),
    "webhook": ("429", "500", "lost"),
    "email": ("429",),
}


@pytest.fixture(scope="module")
def teams():
    with TeamsPeer() as peer:
        yield peer


class People:
    """What they do; `lineage` holds every text that a message had, by its first."""

    def __init__(self, here: Everywhere, order: random.Random) -> None:
        self.here, self.order, self.count = here, order, 0
        self.lineage: dict[str, list[str]] = {}

    def words(self) -> str:
        self.count += 1
        return f"words {self.count}"

    def said(self) -> str:
        text = self.words()
        self.lineage[text] = [text]
        return text

    def changed(self, before: str) -> str:
        text = self.words()
        next(each for each in self.lineage.values() if before in each).append(text)
        return text

    def act(self, act: str, side: str, pick: int) -> None:
        if act == "tell":
            self.tell()
        elif act == "time":
            self.here.pass_time(pick)
            self.tell()
        elif act == "fail":
            ways = FAILS.get(side, ())
            self.here.failing.get(side, []).extend(ways[pick % len(ways)] for _ in range(bool(ways)))
        else:
            getattr(self, f"in_{side}")(act, pick)

    def tell(self) -> None:
        events = self.here.waiting() * 3
        self.order.shuffle(events)
        self.here.hand_over(events)
        self.here.work()

    def in_slack(self, act: str, pick: int) -> None:
        """Ann, in her company's channel."""
        self._in_slack(act, pick, "U0ANN", ACME, "")

    def in_agents(self, act: str, pick: int) -> None:
        """An agent, in the room's thread of the vendor's own Slack."""
        if self.here.thread():
            self._in_slack(act, pick, "U0AGENT", AGENTS, self.here.thread())

    def _in_slack(self, act: str, pick: int, who: str, channel: str, root: str) -> None:
        slack = self.here.slack
        there = [each for each in slack.there(channel) if (each.root or not root) and "note:" not in each.text]
        post = there[pick % len(there)] if there else None
        if act == "note":
            slack.say(who, channel, f"note: between us {self.count}", root) if root else None
        elif act == "say" or (act == "reply" and root):
            slack.say(who, channel, self.said(), root)
        elif post is None:
            return
        elif act == "reply":
            slack.say(who, channel, self.said(), post.root or post.ts)
        elif act == "edit" and post.user == who:
            slack.change(post, self.changed(post.text))
        elif act == "remove" and post.user == who:
            slack.remove(post)
        elif act in ("react", "unreact"):
            slack.react(who, post, NAMES[pick % 2], on=act == "react")

    def in_msteams(self, act: str, pick: int) -> None:
        """Ann again, in a chat with the bot: she changes what is hers, and reacts to what is the bot's."""
        teams = self.here.teams
        there = [each for each in teams.messages.values() if each["place"] == CHAT and not each["deleted"]]
        mine, theirs = ([each for each in there if (each["from"] == "29:ann") == own] for own in (True, False))
        if act in ("say", "reply"):
            teams.say("29:ann", self.said(), CHAT, mention=False)
        elif act == "edit" and mine:
            message = mine[pick % len(mine)]
            teams.edit("29:ann", message["id"], self.changed(message["text"]), CHAT)
        elif act == "remove" and mine:
            teams.delete("29:ann", mine[pick % len(mine)]["id"], CHAT)
        elif act in ("react", "unreact") and theirs:
            teams.react("29:ann", theirs[pick % len(theirs)]["id"], KINDS[pick % 2], act == "react", CHAT)

    def in_webhook(self, act: str, pick: int) -> None:
        """Bob, in the vendor's app."""
        app = self.here.app
        id_ = list(app.own)[pick % len(app.own)] if app.own else ""
        if act in ("say", "reply"):
            text = self.said()
            app.own[f"b{self.count}"] = text
            app.tell("message", f"b{self.count}", text=text)
        elif act == "edit" and id_:
            app.own[id_] = text = self.changed(app.own[id_])
            app.tell("message.edited", id_, text=text)
        elif act == "remove" and id_:
            del app.own[id_]
            app.tell("message.deleted", id_)
        elif act in ("react", "unreact") and id_:
            app.tell(f"reaction.{'added' if act == 'react' else 'removed'}", id_, emoji="🔥")

    def in_email(self, act: str, pick: int) -> None:
        """Mia, by mail."""
        if act in ("say", "reply"):
            self.here.write(self.said())

    def settle(self) -> None:
        """The providers are well again, and all that is left is told and done."""
        for failing in self.here.failing.values():
            failing.clear()
        for _ in range(60):
            self.tell()
            self.here.pass_time(3700)
            waits = self.here.slack.events or self.here.teams.outbox or self.here.app.events or self.here.letters
            if not waits and not self.here.queued():
                return


steps = st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from(SIDES), st.integers(0, 40)), max_size=32)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(steps, st.integers(0, 2**32))
def test_all_sides_and_the_room_end_alike(teams, steps, seed):
    with everywhere(teams) as here:
        people = People(here, random.Random(seed))
        for step in steps:
            people.act(*step)
        people.settle()
        assert here.queued() == []
        assert {row.state for row in here.rows()} <= {"sent", "skipped"}
        room = here.here()
        for side, texts in here.sides().items():
            assert sorted(texts) == sorted(room), side
        for channel in (ACME, AGENTS):
            posts = [post for post in here.slack.there(channel) if post.text in room]
            assert {post.text: {emoji_of(name) for _, name in post.reactions} for post in posts} == room
        mailed = here.mailed()
        assert "between us" not in f"{here.sides()} {mailed}"
        assert len(mailed) == len(set(mailed)), "mailed twice"
        for texts in people.lineage.values():
            assert sum(text in mailed for text in texts) <= 1, "mailed again after an edit"
