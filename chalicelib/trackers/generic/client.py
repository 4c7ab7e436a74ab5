"""The generic tracker's API: one URL, which takes `{"do": …}` as a signed webhook and answers with JSON.

| `do` | besides | answer |
|---|---|---|
| `probe` | | `account`, `actor`, `missing` |
| `words` | | `words` |
| `create` | `draft` | `ticket` |
| `fetch` | `ticket` | `ticket`, or null |
| `find` | `reference` | `ticket`, or null |
| `search` | `query`, `limit` | `tickets` |
| `comments` | `ticket`, `since` | `comments` |
| `comment` | `ticket`, `text`, `mark` | `comment` |
| `amend` | `ticket`, `comment`, `text` | |
| `withdraw` | `ticket`, `comment` | |
| `move` | `ticket`, `word` | `ticket` |
| `retitle` | `ticket`, `title`, `text` (or null) | `ticket` |
| `label` | `ticket`, `add`, `remove` | `ticket` |
| `changed` | `since`, `cursor` | `tickets`, `next` |

Tickets, comments and words have the fields of desk/tickets.py. A 404 says that the thing is not there, 410 that the
account is gone, 408, 429 and 5xx to come again (after Retry-After), any other 4xx that it never will.
"""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec

from ...desk.arrivals import File
from ...desk.tickets import CommentSeen, HookState, Probe, Readership, Registered, TicketDraft, TicketSeen, Word
from ...desk.workspaces import Install
from ...ports import Answer, Outside, ProviderBusy, ProviderRefused, Request, Secrets
from ...wire import standard
from ...wire.rest import after, send

T = TypeVar("T")
TIMEOUT_S = 15.0
MOST = 4_000_000  # bytes of an answer
PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Whatever the tracker answers."""

    account: str = ""
    actor: str = ""
    missing: tuple[str, ...] = ()
    words: list[Word] = []
    ticket: TicketSeen | None = None
    tickets: list[TicketSeen] = []
    comment: CommentSeen | None = None
    comments: list[CommentSeen] = []
    next: str = ""


class GenericTickets:
    """ports.Tickets over one signed URL."""

    TRUSTED = (0, 1)

    def __init__(self, install: Install, secrets: Secrets, outside: Outside, *, now: Callable[[], int]) -> None:
        self.install, self.secrets, self.outside, self.now = install, secrets, outside, now
        self.asked = 0

    def probe(self) -> Probe:
        """Who answers there."""
        answer = self._ask("probe")
        return Probe(account=answer.account, actor=answer.actor, missing=answer.missing)

    def readers(self) -> Readership:
        """It has no word for that: an admin says it."""
        return Readership(tickets="unasked")

    def ends(self) -> int:
        """What it is asked with is ours."""
        return 0

    def words(self) -> list[Word]:
        """Its states."""
        return self._ask("words").words

    def register(self, url: str, secret: str) -> Registered:
        """Always by hand."""
        raise ProviderRefused(f"tell the tracker to send its signed webhooks to {url}")

    def hook(self, url: str) -> HookState:
        """Made by hand, and asked by hand."""
        return HookState(standing="untold", reason="it was made by hand")

    def unregister(self, id_: str) -> None:
        """Nothing was registered."""

    def create(self, draft: TicketDraft) -> TicketSeen:
        """The ticket, made once for a mark."""
        return _there(self._ask("create", draft=draft).ticket)

    def made(self, mark: str, since: int) -> TicketSeen | None:
        """It makes one ticket for a mark, however often it is asked to."""
        return None

    def fetch(self, ticket: str) -> TicketSeen | None:
        """As it is now."""
        return self._perhaps("fetch", ticket=ticket)

    def find(self, reference: str) -> TicketSeen | None:
        """By its URL or key."""
        return self._perhaps("find", reference=reference)

    def search(self, query: str, limit: int = 20) -> list[TicketSeen]:
        """The best matches."""
        return self._ask("search", query=query, limit=limit).tickets[:limit]

    def comments(self, ticket: str, since: int = 0) -> list[CommentSeen]:
        """Those changed since, oldest first."""
        return sorted(self._ask("comments", ticket=ticket, since=since).comments, key=lambda each: each.updated_at)

    def comment(self, ticket: str, text: str, mark: str, *, internal: bool = False) -> CommentSeen:
        """Say it."""
        return _there(self._ask("comment", ticket=ticket, text=text, mark=mark).comment)

    def member(self, comment: CommentSeen, *, private: bool) -> bool:
        """Everybody in a private tracker; elsewhere of whom it says so itself (`member`)."""
        return private

    def keeps(self, url: str) -> bool:
        """It says where a file is, for everybody."""
        return False

    def file(self, ticket: str, comment: str, url: str, *, most: int) -> File | None:
        """It says where a file is, for everybody."""
        return None

    def attach(self, ticket: str, file: File, mark: str) -> bool:
        """It takes none."""
        return False

    def amend(self, ticket: str, comment: str, text: str) -> None:
        """Change a comment of ours."""
        self._ask("amend", ticket=ticket, comment=comment, text=text)

    def withdraw(self, ticket: str, comment: str) -> None:
        """Delete one; fine if it is gone."""
        self._perhaps("withdraw", ticket=ticket, comment=comment)

    def move(self, ticket: str, word: str) -> TicketSeen:
        """Into another state."""
        return _there(self._ask("move", ticket=ticket, word=word).ticket)

    def retitle(self, ticket: str, title: str, text: str | None = None) -> TicketSeen:
        """Change title and perhaps text."""
        return _there(self._ask("retitle", ticket=ticket, title=title, text=text).ticket)

    def label(self, ticket: str, add: Sequence[str], remove: Sequence[str]) -> TicketSeen:
        """Put labels on and take them off."""
        return _there(self._ask("label", ticket=ticket, add=list(add), remove=list(remove)).ticket)

    def changed(self, since: int, cursor: str = "") -> tuple[list[TicketSeen], str]:
        """A page of what changed."""
        answer = self._ask("changed", since=since, cursor=cursor)
        return answer.tickets, answer.next

    def _perhaps(self, do: str, **more: Any) -> TicketSeen | None:
        answer = self._sent(do, more)
        return None if answer.status == HTTPStatus.NOT_FOUND else self._read(answer).ticket

    def _ask(self, do: str, **more: Any) -> Result:
        return self._read(self._sent(do, more))

    def _sent(self, do: str, more: dict[str, Any]) -> Answer:
        url = self.install.config.get("url", "")
        if not url:
            raise ProviderRefused("no url is configured")
        body, now = msgspec.json.encode({"do": do, **more}), self.now()
        self.asked += 1
        id_ = f"ask_{self.install.id}_{now}_{self.asked}"
        headers = standard.signed(id_, now, body, secrets=self.secrets.get("signing", ()))
        if not headers:
            raise ProviderRefused("no usable secret is configured")
        headers |= {"content-type": "application/json", "user-agent": "Parley"}
        return send(self.outside, Request("POST", url, body, headers, TIMEOUT_S, MOST))

    def _read(self, answer: Answer) -> Result:
        if answer.status in PASSING or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ProviderBusy(f"HTTP {answer.status}", after(answer.headers.get("retry-after", ""), self.now()))
        if not 200 <= answer.status < 300:
            raise ProviderRefused(f"HTTP {answer.status}", lost=answer.status == HTTPStatus.GONE)
        try:
            return msgspec.json.decode(answer.body or b"{}", type=Result)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise ProviderBusy("the answer is not what was asked for") from None


def _there(found: T | None) -> T:
    if found is None:
        raise ProviderBusy("the answer names none")
    return found
