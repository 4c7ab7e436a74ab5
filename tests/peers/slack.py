"""A Slack workspace in memory, written from Slack's documents: the Web API calls by which a bot speaks, and the events
that people and the bot cause. For what takes thousands of turns; the emulator (tests/slack.py) is there for truth."""

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from chalicelib.channels.slack.emoji import emoji_of
from chalicelib.ports import Answer

TEAM, APP, BOT = "T0VENDOR", "A0PARLEY", "U0PARLEY"
PEOPLE = {
    "U0ANN": ("Ann", "ann@acme.example"),
    "U0BOB": ("Bob", "bob@acme.example"),
    "U0AGENT": ("Agent Smith", "agent@vendor.example"),
}


class No(Exception):
    """`ok: false`, and why."""


@dataclass
class Post:
    """A message."""

    channel: str
    ts: str
    user: str
    text: str
    root: str
    told: dict
    deleted: bool = False
    reactions: set = field(default_factory=set)


class SlackPeer:
    """`now` tells the time in ms. `events` holds the bodies that wait to be sent, as bytes."""

    url = "http://127.0.0.1:1"

    def __init__(self, now):
        self.now, self.at, self.events, self.posts, self.custom = now, 0, [], {}, {"partyparrot"}
        self.scopes = {"chat:write", "im:write", "users:read.email"}

    # --- what the bot calls

    def asked(self, request):
        """The Web API's answer, always 200."""
        method = urlsplit(request.url).path.removeprefix("/api/")
        fields = dict(parse_qsl(request.body.decode()))
        handler = getattr(self, method.replace(".", "_"), None)
        try:
            values = {"ok": True, **handler(**fields)} if handler else {"ok": False, "error": "unknown_method"}
        except No as no:
            values = {"ok": False, "error": str(no)}
        return Answer(200, {}, json.dumps(values).encode())

    def auth_test(self):
        return {"team": "Vendor", "team_id": TEAM, "user_id": BOT}

    def users_info(self, user):
        name, email = PEOPLE[user]
        return {"user": {"team_id": TEAM, "profile": {"real_name": name, "email": email}}}

    def users_lookupByEmail(self, email):  # noqa: N802
        found = next((user for user, (_, address) in PEOPLE.items() if address == email), None)
        if found is None:
            raise No("users_not_found")
        return {"user": {"id": found}}

    def conversations_open(self, users):
        if "im:write" not in self.scopes:
            raise No("missing_scope")
        return {"channel": {"id": f"D{users[1:]}"}}

    def chat_postMessage(self, channel, text, thread_ts="", metadata="", **more):  # noqa: N802  Slack's name
        marked = {"metadata": json.loads(metadata)} if metadata else {}
        own = {"bot_id": "B0PARLEY", "app_id": APP, **marked}
        return {"channel": channel, "ts": self.say(BOT, channel, text, thread_ts, **own)}

    def chat_update(self, channel, ts, text, **more):
        post = self.post(channel, ts)
        if post.user != BOT:
            raise No("cant_update_message")
        self.change(post, text)
        return {"ts": ts}

    def chat_delete(self, channel, ts):
        post = self.post(channel, ts)
        if post.user != BOT:
            raise No("cant_delete_message")
        self.remove(post)
        return {"ts": ts}

    def reactions_add(self, channel, timestamp, name):
        post = self.post(channel, timestamp)
        if emoji_of(name) == name and name not in self.custom:
            raise No("invalid_name")
        if (BOT, name) in post.reactions:
            raise No("already_reacted")
        self.react(BOT, post, name)
        return {}

    def reactions_remove(self, channel, timestamp, name):
        post = self.post(channel, timestamp)
        if (BOT, name) not in post.reactions:
            raise No("no_reaction")
        self.react(BOT, post, name, on=False)
        return {}

    def conversations_history(self, channel, oldest="0", **more):
        return {"messages": [self.shown(each) for each in self.there(channel) if each.ts >= oldest and not each.root]}

    def conversations_replies(self, channel, ts, oldest="0", **more):
        return {"messages": [self.shown(each) for each in self.there(channel) if ts in (each.root, each.ts)]}

    def post(self, channel, ts):
        post = self.posts.get((channel, ts))
        if post is None or post.deleted:
            raise No("message_not_found")
        return post

    # --- what is there, and what happens

    def there(self, channel):
        """The messages that a channel has, oldest first."""
        return [each for (where, _), each in sorted(self.posts.items()) if where == channel and not each.deleted]

    def shown(self, post):
        fields = {"type": "message", "user": post.user, "ts": post.ts, "text": post.text, **post.told}
        return fields | ({"thread_ts": post.root} if post.root else {})

    def stamp(self):
        """A ts: no moment twice."""
        self.at = max(self.at + 1, self.now() * 1000)
        return f"{self.at // 1_000_000}.{self.at % 1_000_000:06}"

    def say(self, user, channel, text, root="", **fields):
        """Somebody speaks; the ts."""
        post = Post(channel, self.stamp(), user, text, root, fields)
        self.posts[channel, post.ts] = post
        self.tell(self.shown(post) | {"channel": channel, "event_ts": post.ts})
        return post.ts

    def change(self, post, text):
        """Its author edits a message."""
        now, before = self.stamp(), self.shown(post)
        post.text = text
        message = self.shown(post) | {"edited": {"user": post.user, "ts": now}}
        fields = {"type": "message", "subtype": "message_changed", "channel": post.channel, "ts": now, "event_ts": now}
        self.tell(fields | {"message": message, "previous_message": before})

    def remove(self, post):
        """A message goes: its author's doing, or an admin's."""
        now, before = self.stamp(), self.shown(post)
        post.deleted, post.reactions = True, set()
        fields = {"type": "message", "subtype": "message_deleted", "channel": post.channel, "ts": now, "event_ts": now}
        self.tell(fields | {"deleted_ts": post.ts, "previous_message": before})

    def react(self, user, post, name, *, on=True):
        """Somebody puts an emoji, or takes it back."""
        if ((user, name) in post.reactions) == on:
            return
        (post.reactions.add if on else post.reactions.discard)((user, name))
        item = {"type": "message", "channel": post.channel, "ts": post.ts}
        kind = f"reaction_{'added' if on else 'removed'}"
        self.tell({"type": kind, "user": user, "reaction": name, "item": item, "event_ts": self.stamp()})

    def tell(self, event):
        """Queue an event as Slack sends it: of the bot's own doing, too."""
        known = [{"team_id": TEAM, "user_id": BOT, "is_bot": True, "enterprise_id": None}]
        body = {"type": "event_callback", "team_id": TEAM, "api_app_id": APP, "event_id": f"Ev{self.at}"}
        self.events.append(json.dumps(body | {"event": event, "authorizations": known}).encode())
