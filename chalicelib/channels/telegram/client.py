"""The Bot API (https://core.telegram.org/bots/api#making-requests): one bot's calls, and what its refusals mean.

| answer | |
|---|---|
| 400 with `migrate_to_chat_id` | the group has another id: what is sent goes there, what was said stays behind |
| 400 "chat not found", 403 | the chat is closed to the bot |
| 401, 404 | the token is none, or not any more |
| 429 | later, after `retry_after` seconds |
| any other | as everywhere (wire/rest.py) |
"""

import json
import re
from collections.abc import Callable
from typing import Any

from ...desk.arrivals import File
from ...ports import Answer, Outside, ProviderBusy, ProviderRefused, Request
from ...wire.files import form
from ...wire.reading import items, part, walk, words
from ...wire.rest import UPLOAD_S, Api, send
from ...wire.sending import Closed
from .config import Config

MOST_DOWN = 20_000_000  # bytes of a file that a bot may fetch (https://core.telegram.org/bots/api#getfile)
MOST_UP = 50_000_000  # bytes of a file that a bot may send (https://core.telegram.org/bots/api#sending-files)
PATH = re.compile(r"[\w./ -]{1,400}\Z")
# What is refused with 400 as well, where the chat is closed to the bot: by the beginnings of Telegram's own words.
CLOSED = (
    "chat not found",
    "have no rights to send a message",
    "need administrator rights in the channel chat",
    "not enough rights to send",
    "CHAT_WRITE_FORBIDDEN",
    "CHAT_SEND_PLAIN_FORBIDDEN",
    "CHAT_RESTRICTED",
    "PEER_ID_INVALID",
    "TOPIC_CLOSED",
)
THREADLESS = ("message thread not found", "TOPIC_DELETED", "TOPIC_ID_INVALID")


class Migrated(ProviderRefused):
    """The group is a supergroup now, with another id."""

    def __init__(self, into: int) -> None:
        super().__init__(f"the group has become the supergroup {into}")
        self.into = into


class Bot:
    """One bot. Every call is one request, but for what is sent to a group that has another id now; raises ProviderBusy
    and ProviderRefused."""

    def __init__(self, config: Config, token: str, outside: Outside, *, now: Callable[[], int]) -> None:
        self._config, self._token, self._outside, self._now = config, token, outside, now

    def call(self, method: str, **fields: Any) -> Any:
        """What a method gives. A field that is None is left out."""
        return self._result(self._api().call("POST", f"/{method}", _given(fields)))

    def send(self, method: str, chat: str, **fields: Any) -> dict[str, Any]:
        """The message that was sent to a chat, wherever that is now."""
        try:
            made = self.call(method, chat_id=int(chat), **fields)
        except Migrated as migrated:
            made = self.call(method, chat_id=migrated.into, **fields)
        return _message(made)

    def put_up(self, file: File, chat: str, **fields: Any) -> dict[str, Any]:
        """A document that was sent to a chat, wherever that is now; ProviderRefused for one that is too large."""
        if len(file.content) > MOST_UP:
            raise ProviderRefused("a bot may send 50 MB")
        whole = {name: value if isinstance(value, str) else json.dumps(value) for name, value in _given(fields).items()}
        for _ in range(2):
            body, type_ = form(file, {"chat_id": chat, "document": "attach://file", **whole})
            try:
                return _message(self._result(self._api().put_up("/sendDocument", body, {"content-type": type_})))
            except Migrated as migrated:
                chat = str(migrated.into)
        raise ProviderBusy("the group moves")

    def file(self, id_: str, most: int) -> bytes:
        """A file's bytes; ProviderRefused if it is larger than `most`, or than a bot may fetch."""
        found = self.call("getFile", file_id=id_)
        path = words(found, "file_path")
        if not PATH.match(path) or ".." in path:
            raise ProviderRefused("it cannot be fetched")
        url = f"{self._config.api_url}/file/bot{self._token}/{path}"
        answer = send(self._outside, Request("GET", url, b"", {}, UPLOAD_S, min(most, MOST_DOWN) + 1))
        if answer.status != 200:
            later = answer.status in (408, 429) or answer.status >= 500
            raise (ProviderBusy if later else ProviderRefused)(f"HTTP {answer.status}")
        if len(answer.body) > min(most, MOST_DOWN):
            raise ProviderRefused("the file is too large")
        return answer.body

    def administrators(self, chat: str) -> list[dict[str, Any]]:
        """Who may do what in a group: bots, but ourselves, are not among them."""
        return [each for each in items(self.call("getChatAdministrators", chat_id=int(chat))) if isinstance(each, dict)]

    def _result(self, answer: Any) -> Any:
        """ProviderBusy for what Telegram never answers."""
        if not isinstance(answer, dict) or answer.get("ok") is not True:
            raise ProviderBusy("its answer is not what was asked for")
        return answer.get("result")

    def _api(self) -> Api:
        if not re.fullmatch(r"\d{1,20}:[\w-]{1,100}", self._token, re.ASCII):
            raise ProviderRefused("token is needed to send: as @BotFather gave it", lost=True)
        return Api(
            outside=self._outside,
            base=f"{self._config.api_url}/bot{self._token}",
            headers={},
            now=self._now,
            said=lambda problem: str(problem["description"]),
            refusal=self._refusal,
        )

    def _refusal(self, answer: Answer, body: Any) -> Exception | None:
        said, into = words(body, "description"), walk(body, "parameters", "migrate_to_chat_id")
        if answer.status == 429:
            after = walk(body, "parameters", "retry_after")
            return ProviderBusy(f"HTTP 429: {said[:200]}", after if isinstance(after, int) and after > 0 else 0)
        if answer.status == 400 and isinstance(into, int):
            return Migrated(into)
        bare = said.removeprefix("Bad Request: ")
        if (answer.status == 403 and said) or (answer.status == 400 and bare.startswith(CLOSED)):
            return Closed(f"HTTP {answer.status}: {said[:200]}")
        if answer.status in (401, 404) and isinstance(body, dict):
            return ProviderRefused(f"HTTP {answer.status}: the bot's token is not good", lost=True)
        return None


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _message(made: Any) -> dict[str, Any]:
    """A message that was made. ProviderBusy for an answer that names none."""
    id_, chat = walk(made, "message_id"), part(made, "chat").get("id")
    if not isinstance(id_, int) or not isinstance(chat, int):
        raise ProviderBusy("its answer is not what was asked for")
    return {"id": str(id_), "chat": str(chat)}
