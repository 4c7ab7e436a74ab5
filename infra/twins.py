"""What would have left: twins of Slack, of Teams and of a DNS resolver, which `make run` serves at `/_twins`, so that
no account is needed (ADR 53).

They answer as the providers do, keep nothing but what they were told, say each of it at the terminal as it comes, and
show all of it, mails too, at `/_left`. An install leads to them by its config, `slack_config` or `teams_config`; any
token and any ids do.
"""

import html
import itertools
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from infra.mails import PATH as MAILS
from infra.mails import Mails, page

PATH, SHOWN = "/_twins", "/_left"
KEPT = 500
MOST = 300  # characters of a text that are said
# Slack's methods by which something leaves, in a word; it asks by the others.
SLACK_SAYS = {
    "chat.postMessage": "says",
    "chat.update": "edits",
    "chat.delete": "deletes",
    "chat.postEphemeral": "whispers",
    "reactions.add": "reacts",
    "reactions.remove": "takes back a reaction",
    "files.completeUploadExternal": "shares a file",
}


@dataclass(frozen=True)
class Left:
    """Something that would have left: when (s), over which channel, to where, what it does there, its words."""

    at: float
    channel: str
    where: str
    does: str
    words: str

    def __str__(self) -> str:
        words = f" {self.words[:MOST]!r}" if self.words else ""
        return f"⇢ {self.channel} {self.where}: {self.does}{words}"


def slack_config(base: str) -> dict[str, Any]:
    """What leads an install of Slack to the twin."""
    return {"base_url": f"{base}{PATH}/slack"}


def teams_config(base: str) -> dict[str, Any]:
    """What leads an install of Teams to the twin."""
    twin = f"{base}{PATH}/msteams"
    services = {"openid_url": f"{twin}/openid", "login_url": twin, "service_url": f"{twin}/teams"}
    return {"app_id": "00000000-0000-0000-0000-000000000000", "services": services}


class Twins:
    """Both twins, and the list of what would have left. `say` takes a line for the terminal."""

    def __init__(self, base: str, mails: Mails, say: Callable[[str], None]) -> None:
        self.base, self.mails, self.say = base, mails, say
        self.left: deque[Left] = deque(maxlen=KEPT)
        self.texts: dict[str, list[str]] = {}
        self.count = itertools.count(1)
        self.known = {name for name, _ in mails.all()}

    def note(self, channel: str, where: str, does: str, *, words: str) -> None:
        """Keep and tell that something would have left."""
        self.left.append(Left(time.time(), channel, where, does, words))
        self.say(str(self.left[-1]))

    def look(self) -> None:
        """Tell of the mails that have left since the last look."""
        for name, mail in self.mails.since(self.known):
            self.known.add(name)
            self.note("email", str(mail["X-Envelope-To"] or mail["To"]), "gets", words=str(mail["Subject"]))

    # --- Slack

    async def slack(self, request: web.Request) -> web.Response:
        """One call of the Web API, or a file's bytes."""
        raw = await request.read()
        method = request.match_info["path"].removeprefix("api/")
        return web.json_response(self.slack_answers(method, dict(parse_qsl(raw.decode("utf-8", "replace")))))

    def slack_answers(self, method: str, fields: dict[str, str]) -> dict[str, Any]:
        """What Slack says to a call: ok, with a ts of its own."""
        if method in SLACK_SAYS:
            words = " ".join(fields[name] for name in ("username", "text", "name", "files") if name in fields)
            self.note("slack", fields.get("channel") or fields.get("channel_id", ""), SLACK_SAYS[method], words=words)
        at = f"{int(time.time())}.{next(self.count):06}"
        answers: dict[str, dict[str, Any]] = {
            "chat.postMessage": {"channel": fields.get("channel", ""), "ts": at},
            "auth.test": {"team": "Twin", "team_id": "T0TWIN", "user_id": "U0TWIN"},
            "users.info": {"user": {"team_id": "T0TWIN", "profile": {"real_name": fields.get("user", "")}}},
            "conversations.history": {"messages": []},
            "conversations.replies": {"messages": []},
            "files.getUploadURLExternal": {"upload_url": f"{self.base}{PATH}/slack/upload", "file_id": f"F{at}"},
        }
        return {"ok": True, **answers.get(method, {})}

    # --- Teams

    async def teams(self, request: web.Request) -> web.Response:
        """One call of the token service or of the connector."""
        raw = await request.read()
        body = json.loads(raw) if raw and "json" in request.content_type else {}
        status, answer = self.teams_answers(request.method, request.match_info["path"], body)
        return web.json_response(answer, status=status)

    def teams_answers(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """What Microsoft says to a call."""
        if path.endswith("/oauth2/v2.0/token"):
            return 200, {"token_type": "Bearer", "expires_in": 3599, "access_token": "twin"}
        if path == "openid":
            return 200, {"jwks_uri": f"{self.base}{PATH}/msteams/keys"}
        if path == "keys":
            return 200, {"keys": []}
        _, _, rest = path.partition("/v3/conversations")
        id_ = str(1_700_000_000_000 + next(self.count))
        if method == "POST" and not rest:
            place = str(body.get("channelData", {}).get("channel", {}).get("id", ""))
            self.note("msteams", place, "says", words=str(body.get("activity", {}).get("text", "")))
            return 201, {"id": f"{place};messageid={id_}", "activityId": id_}
        place, _, of = unquote(rest.removeprefix("/")).partition("/")
        if of.startswith("activities") and method in ("POST", "PUT", "DELETE"):
            does = {"POST": "says", "PUT": "edits", "DELETE": "deletes"}[method]
            self.note("msteams", place, does, words=str(body.get("text", "")))
            return 201 if method == "POST" else 200, {"id": id_}
        return 404, {"error": {"code": "NotFound", "message": "the twin keeps nothing"}}

    # --- DNS

    async def dns(self, request: web.Request) -> web.Response:
        """What a name's TXT records say, to a GET; to a POST one more, which is made so."""
        name, text = request.query.get("name", "").rstrip("."), request.query.get("text", "")
        if request.method == "POST":
            self.texts.setdefault(name, []).append(text)
        return web.json_response(self.dns_answers(name))

    def dns_answers(self, name: str) -> dict[str, Any]:
        """What a resolver tells in JSON."""
        texts = [{"name": name, "type": 16, "TTL": 60, "data": f'"{text}"'} for text in self.texts.get(name, ())]
        return {"Status": 0, "Answer": texts} if texts else {"Status": 3}

    # --- what people see

    async def list(self, request: web.Request) -> web.Response:
        """The page of all that would have left since the start, newest first."""
        self.look()
        rows = [
            f"<tr><td>{datetime.fromtimestamp(each.at):%H:%M:%S}<td>{html.escape(each.channel)}"
            f"<td>{html.escape(each.where)}<td>{html.escape(each.does)}<td>{html.escape(each.words)}"
            for each in reversed(self.left)
        ]
        table = f"<table>{''.join(rows)}</table>" if rows else "<p>Nothing yet."
        return page("What would have left", f'{table}<p><a href="{MAILS}">The mails</a>')
