"""The issues of one project of GitLab over its REST API (v4).

A ticket's id is `<project>-<iid>`. Texts of ours end with a hidden comment that holds our mark, by which a ticket is
found before a second one is made. A moved issue is closed where it was: it is followed by the note that tells where it
went, and where that leads nowhere for us it is gone, never done.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from ...desk.arrivals import File
from ...desk.tickets import CommentSeen, HookState, Probe, Readership, Registered, TicketDraft, TicketSeen, Word
from ...desk.times import HOUR_MS, rfc3339
from ...desk.workspaces import Install
from ...ports import Answer, Memory, Outside, ProviderBusy, ProviderRefused, Secrets
from ...wire.files import fetched, form
from ...wire.reading import count, ident, items, moment, walk, words
from ...wire.rest import Absent, Api, Query, Reply, there
from .words import (
    comment_of,
    footer,
    inert,
    is_state,
    mark_in,
    marked,
    moved_in,
    reference,
    shown,
    upload_in,
    word_of,
    words_of,
)

PAGE = 100
MAX_PAGES = 50
MAX_TITLE = 255
REPORTER = 20
HOPS = 3
MEMBERS: Memory[bool] = Memory(5_000)
REDIRECTS = (301, 302, 307, 308)
EVENTS = {
    "issues_events": True,
    "confidential_issues_events": True,
    "note_events": True,
    "confidential_note_events": False,
    "push_events": False,
    "enable_ssl_verification": True,
}


class GitLab:
    """`ports.Tickets` for GitLab."""

    TRUSTED = (0, 1)

    def __init__(self, install: Install, secrets: Secrets, outside: Outside, *, now: Callable[[], int]) -> None:
        self._config, self._secrets, self._outside, self._now = install.config, secrets, outside, now
        self._project = f"/projects/{quote(install.config['project'], safe='')}"

    def probe(self) -> Probe:
        """Who we are there; the role that is missing."""
        me = self._api.call("GET", "/user")
        project = self._find(self._project)
        named, path = self._config["project"], words(project, "path_with_namespace")
        renamed = {"project": path} if path and not named.isdigit() and path.lower() != named.lower() else {}
        missing = [*_missing(project), *(f"the project is called {path} now: change config.project" for _ in renamed)]
        return Probe(account=words(me, "name"), actor=ident(me, "id"), missing=tuple(missing), renamed=renamed)

    def readers(self) -> Readership:
        """Whoever sees the project: whoever has signed in sees an internal one. Where issues are for members alone,
        those. What is said where others read is said as an internal note."""
        project = self._find(self._project)
        visible, issues = words(project, "visibility"), words(project, "issues_access_level")
        if visible == "private" or (visible and issues == "private"):
            return Readership(tickets="members")
        return Readership(tickets="strangers" if visible in ("public", "internal") else "unknown", internal=True)

    def ends(self) -> int:
        """Of a personal, project or group token GitLab tells the day, which begins its end in UTC."""
        try:
            return moment(self._find("/personal_access_tokens/self"), "expires_at")
        except ProviderRefused as denied:
            if denied.lost:
                raise
            return 0

    def words(self) -> list[Word]:
        """Opened and closed, and each with the labels that say more."""
        labels = self._all(f"{self._project}/labels")
        return words_of([words(label, "name") for label in labels])

    def register(self, url: str, secret: str) -> Registered:
        """The project's webhook with a signing token; servers that know none yet get the plain token."""
        hook = next((each for each in self._all(f"{self._project}/hooks") if words(each, "url") == url), None)
        body: dict[str, Any] = {"url": url, "name": "Parley", "signing_token": secret, **EVENTS}
        if url.startswith("http://"):
            body["enable_ssl_verification"] = False
        answer = self._saved(ident(hook, "id"), body)
        if walk(answer, "signing_token_present") is not True:
            plain = {name: value for name, value in body.items() if name != "signing_token"}
            answer = self._saved(ident(answer, "id"), plain | {"token": secret})
        return Registered(id=ident(answer, "id"))

    def hook(self, url: str) -> HookState:
        """GitLab switches a webhook off that fails, for a while or for good, until it is tested by hand."""
        ours = next((each for each in self._all(f"{self._project}/hooks") if words(each, "url") == url), None)
        if ours is None:
            return HookState(standing="missing")
        status, until = words(ours, "alert_status") or "executable", words(ours, "disabled_until")
        if status == "executable":
            return HookState(standing="on")
        why = f"{status} until {until}" if until else f"{status}: test it there, under Settings, Webhooks"
        return HookState(standing="off", reason=why)

    def unregister(self, id_: str) -> None:
        """Take it away."""
        self._find(self._project)
        self._api.drop(f"{self._project}/hooks/{quote(id_, safe='')}")

    def create(self, draft: TicketDraft) -> TicketSeen:
        """Make the ticket, or find the one that carries the mark."""
        query: dict[str, str | int] = {"search": draft.mark, "in": "description", "scope": "all", "per_page": 20}
        for each in self._ask(f"{self._project}/issues", query=query).json:
            if mark_in(words(each, "description")) == draft.mark:
                return self._ticket(each)
        body = {
            "title": _title(draft.title),
            "description": marked(draft.text, draft.mark, draft.link),
            "labels": ",".join(map(_label, draft.labels)),
            "confidential": self._config["confidential"],
        }
        return self._ticket(self._api.call("POST", f"{self._project}/issues", body))

    def made(self, mark: str, since: int) -> TicketSeen | None:
        """Among all that were made since: the list is asked, and no search."""
        query = {"created_after": rfc3339(max(0, since)), "scope": "all", "order_by": "created_at", "sort": "asc"}
        found = (
            each for each in self._all(f"{self._project}/issues", query) if mark_in(words(each, "description")) == mark
        )
        return next(map(self._ticket, found), None)

    def fetch(self, ticket: str) -> TicketSeen | None:
        """As it is now; where it was moved, that is told."""
        issue = self._api.find(_path(ticket))
        return self._followed(issue) if issue else None

    def find(self, reference_: str) -> TicketSeen | None:
        """By #5, group/name#5, or a URL of the server; of a moved one, where it is now."""
        path, iid = reference(reference_, self._config["url"])
        project = f"/projects/{quote(path, safe='')}" if path else self._project
        issue = self._find(f"{project}/issues/{iid}") if iid else None
        for _ in range(HOPS):
            seen = self._followed(issue) if issue else None
            if seen is None or not seen.moved_to:
                return None if seen and seen.gone else seen
            issue = self._api.find(_path(seen.moved_to))
        return None

    def search(self, query: str, limit: int = 20) -> list[TicketSeen]:
        """Those of the project in whose title or text the words are."""
        exact = self.find(query)
        if exact:
            return [exact]
        if not query.strip():
            return []
        asked: dict[str, str | int] = {"search": query.strip()[:200], "scope": "all", "order_by": "updated_at"}
        asked["per_page"] = limit
        return [self._ticket(each) for each in self._ask(f"{self._project}/issues", query=asked).json]

    def comments(self, ticket: str, since: int = 0) -> list[CommentSeen]:
        """Those changed since, oldest first; what GitLab itself notes is left out. All of a confidential issue are
        internal."""
        issue = self._api.find(_path(ticket))
        if issue is None:
            return []
        internal = walk(issue, "confidential") is not False
        found: list[CommentSeen] = []
        for note in self._newest_notes(ticket):
            if moment(note, "updated_at") < since:
                break
            if walk(note, "system") is not True:
                found.append(comment_of(note, internal, self._uploads(ticket)))
        return found[::-1]

    def comment(self, ticket: str, text: str, mark: str, *, internal: bool = False) -> CommentSeen:
        """Say it, with our mark hidden in it. Servers before 15.3 know internal notes as confidential ones."""
        kept = {"internal": True, "confidential": True} if internal else {}
        note = self._api.call("POST", f"{_path(ticket)}/notes", {"body": marked(text, mark)} | kept)
        return comment_of(note, False, self._uploads(ticket))

    def member(self, comment: CommentSeen, *, private: bool) -> bool:
        """Everybody in a private project; elsewhere from the role Reporter on."""
        key = (self._config["url"], self._config["project"], comment.author_id)
        return private or MEMBERS.asked(key, self._now(), HOUR_MS, ask=lambda: self._reports(comment.author_id))

    def _reports(self, user: str) -> bool:
        """Of a member of the project, or of a group above it, GitLab tells the highest role."""
        found = self._find(f"{self._project}/members/all/{user}") if user.isdigit() else None
        level = walk(found, "access_level")
        return isinstance(level, int) and level >= REPORTER and words(found, "state") in ("active", "")

    def keeps(self, url: str) -> bool:
        """Uploads of a project."""
        return bool(upload_in(url, self._config["url"])[0])

    def file(self, ticket: str, comment: str, url: str, *, most: int) -> File | None:
        """An upload of the ticket's own project (GitLab 17.4 and later)."""
        project, secret, name = upload_in(url, self._config["url"])
        if project != ticket.partition("-")[0]:
            return None
        api = self._api
        path = f"{api.base}/projects/{project}/uploads/{secret}/{quote(name, safe='')}"
        return fetched(self._outside, path, api.headers, most=most, now=self._now, name=name)

    def attach(self, ticket: str, file: File, mark: str) -> bool:
        """An upload, and a comment that shows it."""
        body, type_ = form(file)
        made = self._api.put_up(f"/projects/{ticket.partition('-')[0]}/uploads", body, {"content-type": type_})
        self.comment(ticket, there(words(made, "markdown")), mark)
        return True

    def amend(self, ticket: str, comment: str, text: str) -> None:
        """Change a comment of ours; its mark stays."""
        path = f"{_path(ticket)}/notes/{quote(comment, safe='')}"
        before = words(self._api.call("GET", path), "body")
        self._api.call("PUT", path, {"body": inert(text) + footer(before)})

    def withdraw(self, ticket: str, comment: str) -> None:
        """Delete a comment of ours."""
        self._api.drop(f"{_path(ticket)}/notes/{quote(comment, safe='')}")

    def move(self, ticket: str, word: str) -> TicketSeen:
        """Close or reopen, and put on the label that the word names; another state label goes."""
        now = self._issue(ticket)
        state, _, label = word.partition("+")
        if state not in ("opened", "closed"):
            raise ProviderRefused(f"GitLab has no state {word[:60]}")
        labels = _labels(now)
        if word_of(words(now, "state"), labels).id == word:
            return self._ticket(now)
        body: dict[str, Any] = {}
        if words(now, "state") != state:
            body["state_event"] = "close" if state == "closed" else "reopen"
        stale = [each for each in labels if each != label and _says(state, each, label)]
        body |= {"remove_labels": ",".join(stale)} if stale else {}
        body |= {"add_labels": label} if label else {}
        return self._ticket(self._api.call("PUT", _path(ticket), body))

    def retitle(self, ticket: str, title: str, text: str | None = None) -> TicketSeen:
        """Change title and, unless None, text; what we put under it stays."""
        body = {"title": _title(title)}
        if text is not None:
            body["description"] = inert(text) + footer(words(self._issue(ticket), "description"))
        return self._ticket(self._api.call("PUT", _path(ticket), body))

    def label(self, ticket: str, add: Sequence[str], remove: Sequence[str]) -> TicketSeen:
        """Put labels on and take them off; others stay."""
        changes = {"add_labels": ",".join(map(_label, add)), "remove_labels": ",".join(map(_label, remove))}
        body = {name: value for name, value in changes.items() if value}
        return self._ticket(self._api.call("PUT", _path(ticket), body)) if body else self._ticket(self._issue(ticket))

    def changed(self, since: int, cursor: str = "") -> tuple[list[TicketSeen], str]:
        """A page of issues changed since, oldest first. The cursor is the time of the last one told, so that issues
        which change meanwhile shift none out; a page of one moment alone is followed by its next."""
        start, _, page = cursor.partition("|")
        number = int(page or 1)
        query: dict[str, str | int] = {
            "updated_after": rfc3339(max(0, int(start or since) - 1)),
            "order_by": "updated_at",
            "sort": "asc",
            "scope": "all",
            "per_page": PAGE,
            "page": number,
        }
        issues = self._ask(f"{self._project}/issues", query=query).json
        found = [self._ticket(each) for each in issues]
        if len(issues) < PAGE:
            return found, ""
        last = found[-1].updated_at
        return found, f"{last}|1" if last > int(start or since) else f"{start or since}|{number + 1}"

    # --- how it is asked ---

    @property
    def _api(self) -> Api:
        token = next(iter(self._secrets.get("token", ())), "")
        if not token:
            raise ProviderRefused("the credential `token` is missing", lost=True)
        base = f"{self._config['url']}/api/v4"
        return Api(self._outside, base, {"private-token": token}, self._now, said, self._refusal)

    def _ask(self, path: str, query: Query = ()) -> Reply:
        """What a GET brings. From the path that a project had before GitLab leads to its number, and takes no write
        there: what comes next goes by the number."""
        try:
            return self._api.ask("GET", path, query=query)
        except Elsewhere as now:
            place = re.match(r"/projects/[^/]+", path)
            before = place[0] if place else ""
            if before == self._project:
                self._project = now.project
            return self._api.ask("GET", now.project + path.removeprefix(before), query=query)

    def _find(self, path: str) -> Any:
        """What a GET finds; None if nothing is there for us."""
        try:
            return self._ask(path).json
        except Absent:
            return None

    def _refusal(self, answer: Answer, body: Any) -> Exception | None:
        """Rate limits tell the moment of their end where they tell no Retry-After; some servers answer them 403."""
        moved = re.match(r".*/api/v4(/projects/\d{1,19})(?![^/?])", answer.headers.get("location", ""))
        if answer.status in REDIRECTS and moved:
            return Elsewhere("the project is called otherwise now", moved[1])
        reset = answer.headers.get("ratelimit-reset", "")
        limited = answer.status == 429 or (answer.status == 403 and answer.headers.get("ratelimit-remaining") == "0")
        if limited and "retry-after" not in answer.headers and reset.isascii() and reset.isdigit():
            return ProviderBusy("GitLab's rate limit", max(1, int(reset[:12]) - self._now() // 1000))
        return ProviderBusy("another change of the same issue", 1) if answer.status == 409 else None

    def _all(self, path: str, query: Query = ()) -> Iterator[Any]:
        """Every item of a listing, page by page as `x-next-page` tells."""
        page = "1"
        for _ in range(MAX_PAGES):
            asked = {**dict(query), "per_page": PAGE, "page": page}
            reply = self._ask(path, query=asked)
            yield from reply.json if isinstance(reply.json, list) else []
            page = reply.headers.get("x-next-page", "")
            if not page.isdigit():
                return

    def _uploads(self, ticket: str) -> str:
        """Where the uploads of the ticket's project are for people."""
        return f"{self._config['url']}/-/project/{ticket.partition('-')[0]}"

    def _newest_notes(self, ticket: str) -> Iterator[Any]:
        return self._all(f"{_path(ticket)}/notes", {"order_by": "updated_at", "sort": "desc"})

    def _saved(self, id_: str, body: dict[str, Any]) -> Any:
        if id_:
            return self._api.call("PUT", f"{self._project}/hooks/{id_}", body)
        return self._api.call("POST", f"{self._project}/hooks", body)

    def _issue(self, ticket: str) -> Any:
        issue = self._api.find(_path(ticket))
        if issue is None:
            raise ProviderRefused("the ticket is not there")
        return issue

    def _followed(self, issue: Any) -> TicketSeen:
        """A ticket, with where it was moved to."""
        seen = self._ticket(issue)
        if not ident(issue, "moved_to_id"):
            return seen
        for note in self._newest_notes(seen.id):
            path, iid = moved_in(words(note, "body")) if walk(note, "system") is True else ("", "")
            if iid:
                moved = self._find(f"/projects/{quote(path, safe='')}/issues/{iid}") if path else None
                return _with(seen, moved_to=self._ticket(moved).id) if moved else _with(seen, gone=True)
        return _with(seen, gone=True)

    def _ticket(self, issue: Any) -> TicketSeen:
        labels = _labels(issue)
        text = words(issue, "description")
        return TicketSeen(
            id=f"{there(ident(issue, 'project_id'))}-{there(ident(issue, 'iid'))}",
            key=f"#{ident(issue, 'iid')}",
            url=words(issue, "web_url"),
            title=words(issue, "title"),
            word=word_of(words(issue, "state"), labels, bool(walk(issue, "_links", "closed_as_duplicate_of"))),
            text=shown(text, self._uploads(f"{ident(issue, 'project_id')}-")),
            labels=tuple(labels),
            assignee=words(issue, "assignees", 0, "name"),
            updated_at=moment(issue, "updated_at"),
            mark=mark_in(text),
            comments=count(issue, "user_notes_count"),
        )


class Elsewhere(ProviderRefused):
    """The project goes by another path now. `project` is its place in the API."""

    def __init__(self, reason: str, project: str) -> None:
        super().__init__(reason)
        self.project = project


def said(body: Any) -> str:
    """GitLab's own words: `message` as text, or lists of them by field; else of `error`."""
    message = walk(body, "message")
    if isinstance(message, dict):
        return "; ".join(f"{name} {', '.join(map(str, each))}" for name, each in message.items())
    return str(message or walk(body, "error_description") or walk(body, "error") or "")


def _missing(project: Any) -> Iterator[str]:
    if project is None:
        yield "the project is not there, or not for this account"
        return
    held = [walk(project, "permissions", part, "access_level") for part in ("project_access", "group_access")]
    levels = [level for level in held if isinstance(level, int)]
    if levels and max(levels) < REPORTER:
        yield "the account needs the role Reporter in the project"
    if walk(project, "issues_access_level") == "disabled":
        yield "the project's issues are switched off"


def _says(state: str, label: str, wanted: str) -> bool:
    """Whether a label would say another state than the one that is wanted."""
    return word_of(state, [label]).id != word_of(state, []).id or (not wanted and state == "opened" and is_state(label))


def _with(seen: TicketSeen, **fields: Any) -> TicketSeen:
    return msgspec.structs.replace(seen, **fields)


def _labels(issue: Any) -> list[str]:
    """Names; with `with_labels_details` they come as objects."""
    return [each if isinstance(each, str) else words(each, "name") for each in items(issue, "labels")]


def _path(ticket: str) -> str:
    project, _, iid = ticket.partition("-")
    if not re.fullmatch(r"\d{1,19}-\d{1,19}", ticket):
        raise Absent("that is no ticket of GitLab")
    return f"/projects/{project}/issues/{iid}"


def _title(title: str) -> str:
    return " ".join(title.split())[:MAX_TITLE] or "Untitled"


def _label(name: str) -> str:
    """A comma would part it in two."""
    return " ".join(name.replace(",", " ").split())[:MAX_TITLE]
