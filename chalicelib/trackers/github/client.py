"""GitHub's REST API, as much of it as a ticket needs, through the guarded way out (https://docs.github.com/en/rest)
(ADR 45).

Redirects are followed within the same server alone: a renamed repository answers with one, and so does a ticket that
was transferred.
"""

import re
from collections.abc import Callable, Sequence
from html import unescape
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import msgspec

from ...desk.arrivals import File
from ...desk.tickets import CommentSeen, HookState, Probe, Readership, Registered, TicketDraft, TicketSeen, Word
from ...desk.times import HOUR_MS
from ...desk.titles import shortened
from ...desk.workspaces import Install
from ...ports import Memory, Outside, ProviderRefused, Secrets
from ...wire.files import fetched, last_of
from ...wire.reading import count, host, moment
from ...wire.rest import Absent
from .access import Access, Gone
from .words import (
    CLOSED,
    IN_PROGRESS,
    MAX_TITLE,
    OPEN,
    Place,
    foot,
    foot_of,
    labels,
    mark_in,
    place,
    readers_of,
    said,
    same,
    seconds,
    ticket_id,
    word,
)

PAGE = 30  # of issues with long texts: two megabytes
RECENT_MS = 3 * 86_400_000  # ms for which a comment is looked for before it is said again
MAX_PAGES = 100  # of one ticket's comments
OWN_PEOPLE = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
ROLES = frozenset({"admin", "maintain", "write", "triage"})
MEMBERS: Memory[bool] = Memory(5_000)
EVENTS = ["issues", "issue_comment", "repository"]
_DROPPED = re.compile(r"/user-attachments/(?:assets|files)/[\w./-]{1,300}")
_SOURCE = re.compile(r"""\bsrc="([^"<>\s]{1,2000})\"""")
_REFERENCE = re.compile(r"(?:GH-|#)?([0-9]{1,12})", re.IGNORECASE)


class GitHub:
    """ports.Tickets for one repository."""

    TRUSTED = (0, 1)

    def __init__(self, install: Install, secrets: Secrets, outside: Outside, *, now: Callable[[], int]) -> None:
        self._config = install.config
        self._home: str = install.config["repository"]
        self._access = Access(self._config, secrets, outside, now=now)
        self._ask, self._now, self._outside = self._access.ask, now, outside

    def probe(self) -> Probe:
        """Who we are, and what is missing."""
        actor, account = self._access.actor()
        try:
            repository = self._ask("GET", f"/repos/{self._home}").json
        except Absent:
            return Probe(account=account, actor=actor, missing=(f"there is no {self._home} for this account",))
        missing = self._access.missing(repository)
        if not repository.get("has_issues", True):
            missing.append(f"issues are switched off for {self._home}")
        if repository.get("archived"):
            missing.append(f"{self._home} is archived: nothing can be written")
        if not same(str(repository["full_name"]), self._home):
            missing.append(f"the repository is called {repository['full_name']} now: change config.repository")
        renamed = {} if same(str(repository["full_name"]), self._home) else {"repository": str(repository["full_name"])}
        return Probe(account=account, actor=actor, missing=tuple(missing), renamed=renamed)

    def readers(self) -> Readership:
        """Whoever may read the repository: of an internal one those are the enterprise's own people."""
        try:
            return Readership(tickets=readers_of(self._ask("GET", f"/repos/{self._home}").json) or "unknown")
        except Absent:
            return Readership()

    def ends(self) -> int:
        """A token's; an App makes its own, again and again."""
        return self._access.ends(f"/repos/{self._home}")

    def words(self) -> list[Word]:
        """Open, closed for each of the three reasons, and in progress where a label says so."""
        return [OPEN, *([IN_PROGRESS] if self._config["in_progress_label"] else []), *CLOSED.values()]

    def register(self, url: str, secret: str) -> Registered:
        """The repository's webhook to `url`, made or brought up to date. ProviderRefused without the right to
        webhooks."""
        body = {
            "active": True,
            "events": EVENTS,
            "config": {"url": url, "content_type": "json", "secret": secret, "insecure_ssl": "0"},
        }
        hooks = f"/repos/{self._home}/hooks"
        try:
            there = self._ask("GET", hooks, query={"per_page": 100}).json
            ours = next((hook["id"] for hook in there if hook.get("config", {}).get("url") == url), None)
            if ours is None:
                return Registered(id=str(self._ask("POST", hooks, body | {"name": "web"}).json["id"]))
            return Registered(id=str(self._ask("PATCH", f"{hooks}/{ours}", body).json["id"]))
        except ProviderRefused as denied:
            if denied.lost:
                raise
            by_hand = f"content type application/json, events {', '.join(EVENTS)}"
            raise ProviderRefused(
                f"{denied.reason}. Give the right to webhooks, or set one up by hand: {by_hand}"
            ) from denied

    def hook(self, url: str) -> HookState:
        """One of the repository's own: an App's, and an organisation's, are not listed here."""
        there = self._ask("GET", f"/repos/{self._home}/hooks", query={"per_page": 100}).json
        ours = next((hook for hook in there if hook.get("config", {}).get("url") == url), None)
        if ours is None:
            return HookState(standing="missing")
        code = (ours.get("last_response") or {}).get("code")
        failed = f"its last delivery was answered HTTP {code}" if isinstance(code, int) and code >= 400 else ""
        return HookState(standing="off" if ours.get("active") is False else "on", reason=failed)

    def unregister(self, id_: str) -> None:
        """Take the webhook away."""
        self._drop(f"/repos/{self._home}/hooks/{quote(id_, safe='')}")

    def create(self, draft: TicketDraft) -> TicketSeen:
        """Make the issue, unless one of the newest carries the mark: a call whose answer was lost made it."""
        issue = self._marked(draft.mark, self._now() - RECENT_MS, 1)
        if issue is None:
            body = {
                "title": _title(draft.title),
                "body": draft.text + foot(draft.mark, draft.link),
                "labels": list(draft.labels),
            }
            issue = self._ask("POST", f"/repos/{self._home}/issues", body).json
        return self._seen(issue, str(issue["number"]))

    def made(self, mark: str, since: int) -> TicketSeen | None:
        """Among all that were made since."""
        issue = self._marked(mark, since, MAX_PAGES)
        return self._seen(issue, str(issue["number"])) if issue else None

    def fetch(self, ticket: str) -> TicketSeen | None:
        """As it is now; a transferred one tells where it went, a deleted one that it is gone."""
        where = place(ticket, self._home)
        if where is None:
            return None
        try:
            issue = self._ask("GET", _path(where)).json
        except Gone:
            return TicketSeen(id=ticket, key=_key(ticket), url="", title="", word=Word(id="", name=""), gone=True)
        except Absent:
            return None
        if "pull_request" in issue:
            return None
        now_at, seen = _place_of(issue), self._seen(issue, ticket)
        if same(now_at.repository, where.repository) or self._renamed(where.repository, now_at.repository):
            return seen
        return msgspec.structs.replace(seen, moved_to=ticket_id(now_at, self._home))

    def find(self, reference: str) -> TicketSeen | None:
        """By `5`, `#5`, `GH-5`, `owner/name#5` or an issue's URL; of the connected repository alone."""
        reference = reference.strip()
        number = _REFERENCE.fullmatch(reference)
        where = Place(self._home, int(number[1])) if number else place(reference, self._home) or self._by_url(reference)
        if where is None or not same(where.repository, self._home):
            return None
        return self.fetch(str(where.number))

    def search(self, query: str, limit: int = 20) -> list[TicketSeen]:
        """Words in titles, texts and comments. What GitHub would read as a qualifier is quoted: no word that somebody
        types leads to another repository."""
        words = [f'"{one}"' if re.search(r"\W", one) else one for one in query.replace('"', " ").split()]
        asked = " ".join([*[one.lower() for one in words], f"repo:{self._home}", "is:issue"])
        if not words or len(asked) > 256:
            return []
        answer = self._ask("GET", "/search/issues", query={"q": asked, "per_page": min(limit, 100)}).json
        found = [issue for issue in answer["items"] if same(_place_of(issue).repository, self._home)]
        return [self._seen(issue, str(issue["number"])) for issue in found if "pull_request" not in issue][:limit]

    def comments(self, ticket: str, since: int = 0) -> list[CommentSeen]:
        """Those changed since, oldest first."""
        path = f"{_path(self._place(ticket))}/comments"
        query = {"per_page": str(PAGE)} | ({"since": seconds(since)} if since else {})
        found: list[CommentSeen] = []
        for _ in range(MAX_PAGES):
            got = self._ask("GET", path, query=query)
            found += [self._comment(each) for each in got.json]
            path, query = self._next(got.headers.get("link", "")), {}
            if not path:
                break
        return [comment for comment in found if comment.updated_at >= since // 1000 * 1000]

    def comment(self, ticket: str, text: str, mark: str, *, internal: bool = False) -> CommentSeen:
        """Say it, unless the mark is there: a call whose answer was lost said it. GitHub has no internal comments."""
        there = self.comments(ticket, self._now() - RECENT_MS)
        path = f"{_path(self._place(ticket))}/comments"
        said_before = next((comment for comment in there if mark and comment.mark == mark), None)
        return said_before or self._comment(self._ask("POST", path, {"body": text + foot(mark)}).json)

    def member(self, comment: CommentSeen, *, private: bool) -> bool:
        """Everybody in a private repository; elsewhere whoever may at least triage."""
        login = comment.author
        key = (self._access.base, self._home, login)
        if private or not comment.author_id:
            return private
        return MEMBERS.asked(key, self._now(), HOUR_MS, ask=lambda: self._may_write(login))

    def keeps(self, url: str) -> bool:
        """What was dropped into a text: of a private repository GitHub shows it to those who have logged in."""
        if host(url) != host(self._access.base).removeprefix("api."):
            return False
        path = urlsplit(url).path
        return bool(_DROPPED.fullmatch(path)) or path.startswith((f"/{self._home}/assets/", f"/{self._home}/files/"))

    def file(self, ticket: str, comment: str, url: str, *, most: int) -> File | None:
        """A picture, by the address that GitHub signs for some minutes where it shows the comment itself."""
        name = last_of(url)
        asked = {"accept": "application/vnd.github.html+json"}
        shown = self._access.ask("GET", self._comment_path(ticket, comment), headers=asked).json.get("body_html") or ""
        signed = [unescape(each) for each in _SOURCE.findall(str(shown)) if name in each]
        where = next((each for each in signed if each.startswith("https://") and not self.keeps(each)), "")
        return fetched(self._outside, where, {}, most=most, now=self._now, name=name) if name and where else None

    def attach(self, ticket: str, file: File, mark: str) -> bool:
        """GitHub's API takes none."""
        return False

    def amend(self, ticket: str, comment: str, text: str) -> None:
        """Change a comment of ours; its mark stays."""
        path = self._comment_path(ticket, comment)
        before = self._ask("GET", path).json
        self._ask("PATCH", path, {"body": text + foot_of(before.get("body"))})

    def withdraw(self, ticket: str, comment: str) -> None:
        """Delete a comment of ours."""
        self._drop(self._comment_path(ticket, comment))

    def move(self, ticket: str, word: str) -> TicketSeen:
        """Open or close it for that reason; in and out of progress by the label."""
        if word not in {known.id for known in self.words()}:
            raise ProviderRefused(f"GitHub has no state {word}")
        path, label = _path(self._place(ticket)), self._config["in_progress_label"]
        body = {"state": "closed", "state_reason": word} if word in CLOSED else {"state": "open"}
        issue = self._ask("PATCH", path, body).json
        carried = label and label.lower() in [name.lower() for name in labels(issue)]
        if label and word == IN_PROGRESS.id and not carried:
            return self.label(ticket, [label], [])
        if carried and word != IN_PROGRESS.id:
            return self.label(ticket, [], [label])
        moved = self._seen(issue, ticket)
        if moved.word.id != word:  # an older server, which knows no such reason
            raise ProviderRefused(f"GitHub left it {moved.word.name}")
        return moved

    def retitle(self, ticket: str, title: str, text: str | None = None) -> TicketSeen:
        """Change title and text; the link back stays under it."""
        path, body = _path(self._place(ticket)), {"title": _title(title)}
        if text is not None:
            body["body"] = text + foot_of(self._ask("GET", path).json.get("body"))
        return self._seen(self._ask("PATCH", path, body).json, ticket)

    def label(self, ticket: str, add: Sequence[str], remove: Sequence[str]) -> TicketSeen:
        """Put labels on, made where the repository has none of that name, and take them off."""
        path = _path(self._place(ticket))
        if add:
            self._ask("POST", f"{path}/labels", {"labels": list(add)})
        for name in remove:
            self._drop(f"{path}/labels/{quote(name, safe='')}")
        return self._seen(self._ask("GET", path).json, ticket)

    def changed(self, since: int, cursor: str = "") -> tuple[list[TicketSeen], str]:
        """A page of those changed, oldest first. The cursor is the time of the last one and not a page's number: what
        changes meanwhile moves to the end, and would push others over a page's edge. Asking begins a second before,
        in which some may have shown late."""
        after, _, page = cursor.partition(".")
        start = int(after) if after.isdigit() else since
        number = int(page) if page.isdigit() else 1
        query = {"state": "all", "sort": "updated", "direction": "asc", "since": seconds(start - 1000)}
        query |= {"per_page": str(PAGE), "page": str(number)}
        issues = self._ask("GET", f"/repos/{self._home}/issues", query=query).json
        seen = [self._seen(issue, str(issue["number"])) for issue in issues if "pull_request" not in issue]
        if len(issues) < PAGE:
            return seen, ""
        last = moment(issues[-1], "updated_at")
        return seen, f"{start}.{number + 1}" if last // 1000 <= start // 1000 else f"{last}.1"

    def _marked(self, mark: str, since: int, pages: int) -> dict[str, Any] | None:
        """The issue made since, on the first so many pages of the newest, whose text carries the mark, and which we
        wrote. The list is asked, since the search knows a new issue late."""
        query = {"state": "all", "sort": "created", "direction": "desc", "per_page": str(PAGE)}
        for page in range(1, pages + 1):
            newest = self._ask("GET", f"/repos/{self._home}/issues", query=query | {"page": str(page)}).json
            alike = [issue for issue in newest if mark_in(issue.get("body")) == mark and "pull_request" not in issue]
            found = next((issue for issue in alike if self._ours(issue)), None)
            if found or len(newest) < PAGE or moment(newest[-1], "created_at") < since:
                return found
        return None

    def _ours(self, comment: dict[str, Any]) -> bool:
        return same(_person(comment.get("user"))[1], self._access.actor()[1])

    def _seen(self, issue: dict[str, Any], id_: str) -> TicketSeen:
        body = issue.get("body")
        mark = mark_in(body)
        return TicketSeen(
            id=id_,
            key=_key(id_),
            url=str(issue.get("html_url") or ""),
            title=str(issue.get("title") or ""),
            word=word(issue, self._config["in_progress_label"]),
            text=said(body),
            labels=labels(issue),
            assignee=_person(issue.get("assignee"))[1],
            updated_at=moment(issue, "updated_at"),
            mark=mark if mark and self._ours(issue) else "",
            comments=count(issue, "comments"),
        )

    def _comment(self, comment: dict[str, Any]) -> CommentSeen:
        author_id, author = _person(comment.get("user"))
        mark = mark_in(comment.get("body"))
        return CommentSeen(
            id=str(comment["id"]),
            text=said(comment.get("body")),
            author=author or "ghost",  # as GitHub shows a deleted account
            author_id=author_id,
            created_at=moment(comment, "created_at"),
            updated_at=moment(comment, "updated_at"),
            mark=mark if mark and self._ours(comment) else "",
            member=True if comment.get("author_association") in OWN_PEOPLE else None,
        )

    def _may_write(self, login: str) -> bool:
        """Whether somebody may do more here than everybody: GitHub may hide who belongs to an organisation."""
        path = f"/repos/{self._home}/collaborators/{quote(login, safe='')}/permission"
        try:
            held = self._ask("GET", path).json
        except ProviderRefused as denied:
            if denied.lost:
                raise
            return False
        return held.get("permission") in ROLES or held.get("role_name") in ROLES

    def _place(self, ticket: str) -> Place:
        where = place(ticket, self._home)
        if where is None:
            raise ProviderRefused("that is no id of a GitHub issue")
        return where

    def _by_url(self, reference: str) -> Place | None:
        """Of https://github.com/owner/name/issues/5, or of the same on the server that the API belongs to; of a board,
        beside which the issue is open: `?pane=issue&issue=owner|name|5`."""
        if not host(reference) or host(reference) != host(self._access.base).removeprefix("api."):
            return None
        parts = urlsplit(reference)
        beside = parse_qs(parts.query).get("issue", [""])[0].split("|")
        path = f"/{beside[0]}/{beside[1]}/issues/{beside[2]}" if len(beside) == 3 else parts.path
        found = re.fullmatch(r"/([^/]+/[^/]+)/issues/([0-9]{1,12})/?", path)
        return Place(found[1], int(found[2])) if found else None

    def _comment_path(self, ticket: str, comment: str) -> str:
        if not comment.isdigit():
            raise ProviderRefused("that is no id of a GitHub comment")
        return f"/repos/{self._place(ticket).repository}/issues/comments/{comment}"

    def _renamed(self, before: str, now: str) -> bool:
        """Whether the repository itself goes by another name now."""
        try:
            return same(str(self._ask("GET", f"/repos/{before}").json["full_name"]), now)
        except Absent:
            return False

    def _drop(self, path: str) -> None:
        try:
            self._ask("DELETE", path)
        except Absent:
            return

    def _next(self, link: str) -> str:
        """The path of the next page (RFC 8288), if it lies on the same server; else ""."""
        found = re.search(r'<([^<>]*)>\s*;\s*rel="next"', link)
        return (self._access.within(found[1]) or "") if found else ""


def _place_of(issue: dict[str, Any]) -> Place:
    owner, name = str(issue.get("repository_url", "")).rstrip("/").split("/")[-2:]
    return Place(f"{owner}/{name}", int(issue["number"]))


def _path(where: Place) -> str:
    return f"/repos/{where.repository}/issues/{where.number}"


def _key(ticket: str) -> str:
    return f"#{ticket}" if ticket.isdigit() else ticket


def _person(user: Any) -> tuple[str, str]:
    """(id, login); empty for a deleted account."""
    return (str(user.get("id", "")), str(user.get("login", ""))) if isinstance(user, dict) else ("", "")


def _title(title: str) -> str:
    return shortened(title, MAX_TITLE)
