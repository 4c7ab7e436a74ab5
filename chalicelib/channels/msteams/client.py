"""The Bot Connector's REST API, with a token of the bot's own (ADR 60).

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

from ...ports import Answer, Memory, Outside, ProviderBusy, ProviderRefused, Request
from ...wire.rest import Api, send
from ...wire.sending import Closed
from .config import Config, cloud_of, connectors_of, origin

EARLY_MS = 300_000  # ms before its end at which a token is renewed
CLOSED = frozenset(
    {"BotNotInConversationRoster", "ConversationNotFound", "BotDisabledByAdmin", "ConversationBlockedByUser"}
)
_tokens: Memory[tuple[int, str]] = Memory(1_000)


class Connector:
    """One bot. Every call is one request, but for a token's renewal; raises ProviderBusy and ProviderRefused."""

    def __init__(self, config: Config, password: str, outside: Outside, *, now: Callable[[], int]) -> None:
        self._config, self._password, self._outside, self._now = config, password, outside, now
        self._cloud = cloud_of(config)

    def say(self, conversation: str, activity: dict[str, Any]) -> str:
        """Send an activity into a conversation (`19:…@thread.tacv2;messageid=…`); its id there."""
        answer = self._call("POST", f"/v3/conversations/{quote(conversation, safe='')}/activities", activity)
        return str(answer.get("id") or "")

    def begin(self, channel: str, activity: dict[str, Any]) -> tuple[str, str]:
        """Begin a thread in a channel: (the conversation's id, the activity's)."""
        body = {
            "isGroup": True,
            "bot": {"id": f"28:{self._config.app_id}"},
            "channelData": {"channel": {"id": channel}},
            "activity": activity,
        }
        answer = self._call("POST", "/v3/conversations", body)
        return str(answer.get("id") or ""), str(answer.get("activityId") or "")

    def chat(self, person: str, tenant: str) -> str:
        """The personal chat with somebody: its id."""
        body = {
            "isGroup": False,
            "bot": {"id": f"28:{self._config.app_id}"},
            "members": [{"id": person}],
            "tenantId": tenant,
            "channelData": {"tenant": {"id": tenant}},
        }
        return str(self._call("POST", "/v3/conversations", body).get("id") or "")

    def change(self, conversation: str, id_: str, activity: dict[str, Any]) -> None:
        """Change an activity of ours."""
        self._call("PUT", self._path(conversation, id_), activity)

    def withdraw(self, conversation: str, id_: str) -> None:
        """Delete an activity of ours; fine if it is gone."""
        self._api().drop(self._path(conversation, id_))

    def member(self, conversation: str, person: str) -> dict[str, Any]:
        """A member of a conversation: name, email, userRole, tenantId; {} if they are none."""
        path = f"/v3/conversations/{quote(conversation, safe='')}/members/{quote(person, safe='')}"
        found = self._api().find(path)
        return found if isinstance(found, dict) else {}

    def file(self, url: str, most: int) -> bytes:
        """A file's bytes. Only the connector's own addresses, of whichever region, get the bot's token."""
        own = origin(url) in connectors_of(self._config)
        headers = {"authorization": f"Bearer {self._token()}"} if own else {}
        answer = send(self._outside, Request("GET", url, b"", headers, 30.0, most + 1))
        if answer.status != 200:
            later = answer.status in (408, 429) or answer.status >= 500
            raise (ProviderBusy if later else ProviderRefused)(f"HTTP {answer.status}")
        if len(answer.body) > most:
            raise ProviderRefused("the file is too large")
        return answer.body

    def _path(self, conversation: str, id_: str) -> str:
        return f"/v3/conversations/{quote(conversation, safe='')}/activities/{quote(id_, safe='')}"

    def _call(self, method: str, path: str, body: Any) -> dict[str, Any]:
        """The answer's fields; {} for an empty one. ProviderBusy for what the connector never answers."""
        answer = self._api().call(method, path, body)
        if answer is not None and not isinstance(answer, dict):
            raise ProviderBusy("its answer is no object")
        return answer or {}

    def _api(self) -> Api:
        return Api(
            outside=self._outside,
            base=self._cloud.service_url,
            headers={"authorization": f"Bearer {self._token()}"},
            now=self._now,
            said=lambda problem: str(problem["error"]["message"]),
            refusal=self._refusal,
        )

    def _refusal(self, answer: Answer, body: Any) -> Exception | None:
        error = body.get("error") if isinstance(body, dict) else None
        code = error.get("code") if isinstance(error, dict) else ""
        if code in CLOSED:
            return Closed(f"HTTP {answer.status}: {code}")
        if answer.status == 401:  # a token that is not good any more: the next call gets another
            _tokens.drop(self._name())
            return ProviderBusy("HTTP 401: the bot's token was refused")
        return ProviderBusy(f"HTTP {answer.status}") if answer.status == 412 else None

    def _name(self) -> str:
        return hashlib.sha256(f"{self._cloud.login_url} {self._config} {self._password}".encode()).hexdigest()

    def _token(self) -> str:
        name, now = self._name(), self._now()
        kept = _tokens.get(name)
        if kept and now < kept[0] - EARLY_MS:
            return kept[1]
        if not self._config.app_id or not self._password:
            raise ProviderRefused("app_id and app_password are needed to send", lost=True)
        url = f"{self._cloud.login_url}/{self._config.tenant or 'botframework.com'}/oauth2/v2.0/token"
        form = {
            "grant_type": "client_credentials",
            "client_id": self._config.app_id,
            "client_secret": self._password,
            "scope": self._cloud.scope,
        }
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        answer = send(self._outside, Request("POST", url, urlencode(form).encode(), headers))
        fields = _json(answer.body)
        if answer.status in (400, 401, 403):
            raise ProviderRefused(
                f"Microsoft refused app_id or app_password: {fields.get('error', answer.status)}", lost=True
            )
        token, life = fields.get("access_token"), fields.get("expires_in")
        if answer.status != 200 or not isinstance(token, str) or not isinstance(life, int):
            raise ProviderBusy(f"the token service: HTTP {answer.status}")
        _tokens.keep(name, (now + life * 1000, token))
        return token


def _json(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}
