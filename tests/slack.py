"""An emulated Slack with people in it, who use Slack's own client; what they do is told to Parley by signed events, as
Slack would (the emulator has no public switch for subscriptions)."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from chalicelib.channels.slack.signature import signed

APP, BOT_ID = "A000000001", "B0PARLEY"
SIGNING = "8f742231b10e8888abcd99yyyzzz85a5"
BOT, ANN, AGENT = "xoxb-parley", "xoxp-ann", "xoxp-agent"
SEED: dict[str, Any] = {
    "slack": {
        "team": {"name": "Vendor", "domain": "vendor"},
        "users": [
            {"name": "parley", "real_name": "Parley"},
            {"name": "ann", "real_name": "Ann", "email": "ann@acme.example"},
            {"name": "agent", "real_name": "Agent Smith", "email": "agent@vendor.example"},
        ],
        "channels": [{"name": "acme-help"}, {"name": "beta-help"}, {"name": "support"}],
        "tokens": [
            {"token": "xoxb-parley", "user": "parley", "type": "bot"},
            {"token": "xoxp-ann", "user": "ann", "type": "user"},
            {"token": "xoxp-agent", "user": "agent", "type": "user"},
        ],
    }
}
for each in SEED["slack"]["tokens"]:
    each["scopes"] = ["chat:write", "channels:read", "channels:history", "files:read", "files:write"] + [
        "reactions:read", "reactions:write", "users:read", "users:read.email",
    ]  # fmt: skip

Post = Callable[[bytes, dict[str, str]], Any]


@dataclass
class EmulatedSlack:
    """The workspace at `base`. `post` takes a body and headers to the install's address."""

    base: str
    post: Post
    times: int = 1
    now: Callable[[], float] = time.time
    clients: dict[str, WebClient] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self) -> None:
        admin = self.client("test_token_admin")
        self.team = str(admin.auth_test()["team_id"])
        self.ids = {user["name"]: user["id"] for user in admin.users_list()["members"]}
        self.channels = {channel["name"]: channel["id"] for channel in admin.conversations_list()["channels"]}

    def client(self, token: str) -> WebClient:
        if token not in self.clients:
            self.clients[token] = WebClient(token=token, base_url=f"{self.base}/api/")
        return self.clients[token]

    def tell(self, event: dict[str, Any], **outer: Any) -> None:
        """Send an event as Slack sends it, as often as it likes to."""
        self.count += 1
        body = {
            "token": "t",
            "team_id": self.team,
            "api_app_id": APP,
            "type": "event_callback",
            "event_id": f"Ev{self.count:010}",
            "event_time": int(self.now()),
            "event": event,
            "authorizations": [
                {"team_id": self.team, "user_id": self.ids["parley"], "is_bot": True, "enterprise_id": None}
            ],
            **outer,
        }
        raw = json.dumps(body).encode()
        for attempt in range(self.times):
            self.post(raw, self.headers(raw) | ({"X-Slack-Retry-Num": str(attempt)} if attempt else {}))

    def headers(self, raw: bytes, type_: str = "application/json") -> dict[str, str]:
        at = str(int(self.now()))
        return {
            "Content-Type": type_,
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": signed(SIGNING, at, raw),
        }

    # what people do: in the emulator by Slack's own client, and told

    def say(self, who: str, channel: str, text: str, thread: str | None = None) -> str:
        answer = self.client(who).chat_postMessage(channel=channel, text=text, thread_ts=thread)
        self.tell(self._event(who, channel, answer["ts"], text=text, thread_ts=thread))
        return str(answer["ts"])

    def _event(self, who: str, channel: str, ts: str, **more: Any) -> dict[str, Any]:
        fields = {"type": "message", "channel": channel, "user": self.user(who), "ts": ts, "event_ts": ts, **more}
        return {name: value for name, value in fields.items() if value is not None}

    def user(self, who: str) -> str:
        return str(self.client(who).auth_test()["user_id"])

    def edit(self, who: str, channel: str, ts: str, text: str) -> None:
        self.client(who).chat_update(channel=channel, ts=ts, text=text)
        now = f"{self.now():.6f}"
        message = {"type": "message", "user": self.user(who), "ts": ts, "text": text, "edited": {"ts": now}}
        self.tell({"type": "message", "subtype": "message_changed", "channel": channel, "ts": now, "message": message})

    def remove(self, who: str, channel: str, ts: str) -> None:
        self.client(who).chat_delete(channel=channel, ts=ts)
        now = f"{self.now():.6f}"
        self.tell(
            {"type": "message", "subtype": "message_deleted", "channel": channel, "ts": now, "deleted_ts": ts}
            | {"event_ts": now, "previous_message": {"type": "message", "ts": ts}}
        )

    def react(self, who: str, channel: str, ts: str, name: str, on: bool = True) -> None:
        api = self.client(who)
        (api.reactions_add if on else api.reactions_remove)(channel=channel, timestamp=ts, name=name)
        kind, now = f"reaction_{'added' if on else 'removed'}", f"{self.now():.6f}"
        item = {"type": "message", "channel": channel, "ts": ts}
        self.tell({"type": kind, "user": self.user(who), "reaction": name, "item": item, "event_ts": now})

    def press(self, who: str, channel: str, message: dict[str, Any], action: str) -> None:
        """The button of that action under a message."""
        elements = [each for block in message["blocks"] for each in block.get("elements", ())]
        payload = {
            "type": "block_actions",
            "user": {"id": self.ids[who]},
            "team": {"id": self.team},
            "container": {"type": "message", "channel_id": channel, "message_ts": message["ts"]},
            "actions": [next(each for each in elements if each.get("action_id") == action)],
        }
        raw = urlencode({"payload": json.dumps(payload)}).encode()
        self.post(raw, self.headers(raw, "application/x-www-form-urlencoded"))

    def share(self, who: str, channel: str, name: str, content: bytes, text: str) -> str:
        api = self.client(who)
        answer = api.files_getUploadURLExternal(filename=name, length=len(content))
        import urllib3

        urllib3.request("POST", str(answer["upload_url"]), body=content, retries=False, timeout=60)
        api.files_completeUploadExternal(
            files=[{"id": answer["file_id"], "title": name}], channel_id=channel, initial_comment=text
        )
        message = self.history(channel)[-1]
        self.tell(self._event(who, channel, message["ts"], text=text, subtype="file_share", files=message["files"]))
        return str(message["ts"])

    def echo(self, channel: str, thread: str = "") -> None:
        """Slack tells the app of its own messages, too."""
        for message in self.replies(channel, thread) if thread else self.history(channel):
            if message["user"] == self.ids["parley"]:
                self.tell(message | {"channel": channel, "bot_id": BOT_ID, "app_id": APP})

    # what is there

    def history(self, channel: str) -> list[dict[str, Any]]:
        answer = self.client("test_token_admin").conversations_history(channel=channel, limit=100)
        return list(reversed(answer["messages"]))

    def replies(self, channel: str, ts: str) -> list[dict[str, Any]]:
        try:
            return list(self.client("test_token_admin").conversations_replies(channel=channel, ts=ts)["messages"])[1:]
        except SlackApiError:
            return []

    def texts(self, channel: str) -> list[str]:
        return [message["text"] for message in self.history(channel)]
