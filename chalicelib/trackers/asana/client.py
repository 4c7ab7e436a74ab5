"""The tasks of one project of Asana over its REST API (1.0).

Tasks of ours carry the issue's id twice: as their `external` gid, which Asana keeps for apps with OAuth
(https://developers.asana.com/docs/custom-external-data), and in the link back. Stories take no mark: our comments are
known by the account, and by their ids once they are stored.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from ...desk.arrivals import File
from ...desk.tickets import CommentSeen, HookState, Probe, Readership, Registered, TicketDraft, TicketSeen, Word
from ...desk.times import HOUR_MS, rfc3339
from ...desk.workspaces import Install
from ...ports import Answer, Memory, Outside, ProviderBusy, ProviderRefused, Secrets
from ...wire.files import fetched, form
from ...wire.reading import host, ident, items, moment, walk, words
from ...wire.rest import Absent, Api, Query, there
from . import rich_text
from .handshake import handshake_token
from .words import CLOSING, DONE, OPEN, comment_of, reads, reference, section_word, word_of

FIELDS = ",".join(
    (
        "name",
        "notes",
        "html_notes",
        "completed",
        "approval_status",
        "modified_at",
        "permalink_url",
        "external",
        "assignee.name",
        "tags.name",
    )
    + ("memberships.project.gid", "memberships.section.gid", "memberships.section.name")
)
STORY = "type,resource_subtype,text,html_text,created_at,is_edited,created_by.gid,created_by.name"
PAGE = 100
MAX_PAGES = 50
MEMBERS: Memory[bool] = Memory(5_000)
MAX_TITLE = 1000
PAYING = "Asana asks for a paid plan for this"
_LINK = re.compile(r"(?<!\n)\n*Parley: <?([^\s<>]+)>?\s*$")


class Asana:
    """`ports.Tickets` for Asana."""

    TRUSTED = (0, 1)

    def __init__(self, install: Install, secrets: Secrets, outside: Outside, *, now: Callable[[], int]) -> None:
        self._config, self._secrets, self._outside, self._now = install.config, secrets, outside, now
        self._project: str = install.config["project"]

    def probe(self) -> Probe:
        """Who we are there; whether the project can be seen and written to."""
        me = self._data("GET", "/users/me", query={"opt_fields": "name"})
        project = self._found(f"/projects/{self._project}", {"opt_fields": "name,archived"})
        missing = []
        if project is None:
            missing.append("the project is not there, or not for this account")
        elif walk(project, "archived") is True:
            missing.append("the project is archived")
        return Probe(account=words(me, "name"), actor=ident(me, "gid"), missing=tuple(missing))

    def readers(self) -> Readership:
        """The project's members and its organisation: nothing of Asana is public."""
        return Readership(tickets="members")

    def ends(self) -> int:
        """A personal access token does not end."""
        return 0

    def words(self) -> list[Word]:
        """Completed or not, and the project's sections."""
        return [OPEN, DONE, *filter(None, map(section_word, self._sections()))]

    def register(self, url: str, secret: str) -> Registered:
        """The project's webhook. Asana shakes hands with `url` while this call waits, and tells the secret that it
        chose with its answer."""
        target = url + ("&" if "?" in url else "?") + urlencode({"handshake": handshake_token(secret)})
        query = {"workspace": self._workspace(), "resource": self._project, "opt_fields": "target"}
        for hook in self._all("/webhooks", query):
            if words(hook, "target").partition("?")[0] == url:
                self.unregister(ident(hook, "gid"))  # its secret was told once, and is not told again
        filters = [
            *({"resource_type": "task", "action": action} for action in ("added", "changed", "removed", "deleted")),
            {"resource_type": "task", "action": "undeleted"},
            *({"resource_type": "story", "action": action} for action in ("added", "changed", "removed", "deleted")),
            {"resource_type": "project", "action": "changed", "fields": ["name", "archived"]},
        ]
        body = {"data": {"resource": self._project, "target": target, "filters": filters}}
        answer = self._api.call("POST", "/webhooks", body)
        return Registered(id=ident(answer, "data", "gid"), secret=words(answer, "X-Hook-Secret"))

    def hook(self, url: str) -> HookState:
        """Asana deletes a webhook that fails for a day."""
        fields = "target,active,last_failure_at,last_success_at"
        query = {"workspace": self._workspace(), "resource": self._project, "opt_fields": fields}
        ours = [each for each in self._all("/webhooks", query) if words(each, "target").partition("?")[0] == url]
        if not ours:
            return HookState(standing="missing")
        failed, good = moment(ours[0], "last_failure_at"), moment(ours[0], "last_success_at")
        why = f"deliveries fail since {words(ours[0], 'last_failure_at')}" if failed > good else ""
        return HookState(standing="off" if walk(ours[0], "active") is False else "on", reason=why)

    def unregister(self, id_: str) -> None:
        """Take it away."""
        self._api.drop(f"/webhooks/{_gid(id_)}")

    def create(self, draft: TicketDraft) -> TicketSeen:
        """Make the ticket, or find the one that carries the mark."""
        found = self._by_mark(draft.mark)
        if found:
            return self._ticket(found)
        notes = draft.text.rstrip() + (f"\n\nParley: <{draft.link}>" if draft.link else "")
        body = {
            "name": _title(draft.title),
            "html_notes": rich_text.from_markdown_text(notes, note=True),
            "projects": [self._project],
            "external": {"gid": draft.mark, "data": "parley"},
        }
        made = self._ticket(self._made(body))
        return self.label(made.id, draft.labels, ()) if draft.labels else made

    def _by_mark(self, mark: str) -> Any:
        """The task with that external gid; None also for a token that may ask for none."""
        try:
            return self._found(f"/tasks/external:{mark}", {"opt_fields": FIELDS})
        except ProviderRefused as denied:
            if denied.lost:
                raise
            return None

    def _made(self, body: dict[str, Any]) -> Any:
        """The task; without its external gid where the token may set none."""
        try:
            return self._data("POST", "/tasks", body, query={"opt_fields": FIELDS})
        except ProviderRefused as denied:
            if denied.lost or "external" not in body or not re.search("external|oauth", denied.reason, re.IGNORECASE):
                raise
            return self._made({name: value for name, value in body.items() if name != "external"})

    def made(self, mark: str, since: int) -> TicketSeen | None:
        """By its external gid, or among those made since by the link back."""
        found = self._by_mark(mark)
        if found:
            return self._ticket(found)
        query = {"project": self._project, "modified_since": rfc3339(max(0, since)), "opt_fields": FIELDS}
        return next((seen for seen in map(self._ticket, self._all("/tasks", query)) if seen.mark == mark), None)

    def fetch(self, ticket: str) -> TicketSeen | None:
        """As it is now."""
        task = self._found(f"/tasks/{_gid(ticket)}", {"opt_fields": FIELDS})
        return self._ticket(task) if task else None

    def find(self, reference_: str) -> TicketSeen | None:
        """By its gid or a URL of Asana."""
        if reference_.strip().startswith("http") and host(reference_) != host(self._config["url"]):
            return None
        gid = reference(reference_)
        return self.fetch(gid) if gid else None

    def search(self, query: str, limit: int = 20) -> list[TicketSeen]:
        """Those of the project with these words. Searching asks for a paid plan: without one, those whose names begin
        so."""
        exact = self.find(query)
        if exact:
            return [exact]
        text = query.strip()[:200]
        if not text:
            return []
        home = f"/workspaces/{self._workspace()}"
        asked: dict[str, str | int] = {"text": text, "projects.any": self._project, "limit": limit}
        try:
            found = self._data("GET", f"{home}/tasks/search", query=asked | {"opt_fields": FIELDS})
        except Paying:
            asked = {"resource_type": "task", "query": text, "count": limit, "opt_fields": FIELDS}
            found = self._data("GET", f"{home}/typeahead", query=asked)
            found = [task for task in found if self._membership(task) is not None]
        return [self._ticket(task) for task in found]

    def comments(self, ticket: str, since: int = 0) -> list[CommentSeen]:
        """Those made since, and all that were edited ever, oldest first; what Asana itself notes is left out."""
        query = {"opt_fields": STORY}
        stories = self._all(f"/tasks/{_gid(ticket)}/stories", query)
        read = [comment_of(each) for each in stories if words(each, "resource_subtype") == "comment_added"]
        found = [each for each in read if each.updated_at >= since or each.updated_at != each.created_at]
        return sorted(found, key=lambda each: each.updated_at)

    def comment(self, ticket: str, text: str, mark: str, *, internal: bool = False) -> CommentSeen:
        """Say it."""
        said = {"html_text": rich_text.from_markdown_text(text, note=False)}
        return comment_of(self._data("POST", f"/tasks/{_gid(ticket)}/stories", said, query={"opt_fields": STORY}))

    def member(self, comment: CommentSeen, *, private: bool) -> bool:
        """Everybody but guests of the organisation."""
        key = (self._config["url"], self._project, comment.author_id)
        return MEMBERS.asked(key, self._now(), HOUR_MS, ask=lambda: self._belongs(comment.author_id))

    def _belongs(self, user: str) -> bool:
        """As the membership of the workspace tells."""
        if not user:
            return False
        query = {"user": user, "opt_fields": "is_guest,is_active", "limit": "2"}
        found = items(self._api.find(f"/workspaces/{self._workspace()}/workspace_memberships", query), "data")
        return any(walk(each, "is_guest") is False and walk(each, "is_active") is not False for each in found)

    def keeps(self, url: str) -> bool:
        """Attachments."""
        return url.startswith(rich_text.ASSET)

    def file(self, ticket: str, comment: str, url: str, *, most: int) -> File | None:
        """An attachment of the task, at the address that Asana signs for some minutes."""
        query = {"opt_fields": "name,size,download_url,parent.gid"}
        found = self._found(f"/attachments/{_gid(url.removeprefix(rich_text.ASSET))}", query)
        where, size = words(found, "download_url"), walk(found, "size")
        if ident(found, "parent", "gid") != ticket or not where or (isinstance(size, int) and size > most):
            return None
        return fetched(self._outside, where, {}, most=most, now=self._now, name=words(found, "name") or "file")

    def attach(self, ticket: str, file: File, mark: str) -> bool:
        """An attachment."""
        body, type_ = form(file, {"parent": ticket})
        self._api.put_up("/attachments", body, {"content-type": type_})
        return True

    def amend(self, ticket: str, comment: str, text: str) -> None:
        """Change a comment of ours."""
        said = {"html_text": rich_text.from_markdown_text(text, note=False)}
        self._data("PUT", f"/stories/{_gid(comment)}", said)

    def withdraw(self, ticket: str, comment: str) -> None:
        """Delete a comment of ours."""
        self._api.drop(f"/stories/{_gid(comment)}")

    def move(self, ticket: str, word: str) -> TicketSeen:
        """Complete it or not, and into the section that the word names. A task leaves a section that reads as
        another state."""
        now = self._task(ticket)
        seen = self._ticket(now)
        if seen.word.id == word:
            return seen
        section = word.removeprefix("section:") if word.startswith("section:") else ""
        target = next((each for each in self._sections() if ident(each, "gid") == section), None) if section else None
        if section and target is None or not section and word not in (OPEN.id, DONE.id):
            raise ProviderRefused("that section is not in the project")
        completed = reads(words(target, "name")) in CLOSING if target else word == DONE.id
        if not target and not _suits(walk(self._membership(now), "section"), word):
            target = next((each for each in self._sections() if _suits(each, word)), None)
        if walk(now, "completed") is not completed:
            self._data("PUT", f"/tasks/{_gid(ticket)}", {"completed": completed})
        if target:
            self._data("POST", f"/sections/{ident(target, 'gid')}/addTask", {"task": ticket})
        return self._ticket(self._task(ticket))

    def retitle(self, ticket: str, title: str, text: str | None = None) -> TicketSeen:
        """Change title and, unless None, text; the link back stays under it."""
        body = {"name": _title(title)}
        if text is not None:
            under = _LINK.search(_notes(self._task(ticket)))
            whole = text.rstrip() + (f"\n\nParley: <{under[1]}>" if under else "")
            body["html_notes"] = rich_text.from_markdown_text(whole, note=True)
        return self._ticket(self._data("PUT", f"/tasks/{_gid(ticket)}", body, query={"opt_fields": FIELDS}))

    def label(self, ticket: str, add: Sequence[str], remove: Sequence[str]) -> TicketSeen:
        """Put tags on and take them off; a tag that the workspace has not is made."""
        worn = {words(tag, "name"): ident(tag, "gid") for tag in items(self._task(ticket), "tags")}
        for name in add:
            if name not in worn:
                self._data("POST", f"/tasks/{_gid(ticket)}/addTag", {"tag": self._tag(name)})
        for name in remove:
            if name in worn:
                self._data("POST", f"/tasks/{_gid(ticket)}/removeTag", {"tag": worn[name]})
        return self._ticket(self._task(ticket))

    def changed(self, since: int, cursor: str = "") -> tuple[list[TicketSeen], str]:
        """A page of tasks changed since; within a page oldest first, since Asana has an order of its own."""
        query = {
            "project": self._project,
            "modified_since": rfc3339(max(0, since)),
            "opt_fields": FIELDS,
            "limit": str(PAGE),
        }
        answer = self._api.call("GET", "/tasks", query=query | ({"offset": cursor} if cursor else {}))
        found = [self._ticket(task) for task in items(answer, "data")]
        return sorted(found, key=lambda each: each.updated_at), words(answer, "next_page", "offset")

    # --- how it is asked ---

    @property
    def _api(self) -> Api:
        token = next(iter(self._secrets.get("token", ())), "")
        if not token:
            raise ProviderRefused("the credential `token` is missing", lost=True)
        headers = {"authorization": f"Bearer {token}"}
        return Api(self._outside, f"{self._config['url']}/api/1.0", headers, self._now, said, _refusal)

    def _data(self, method: str, path: str, body: Any = None, *, query: Query = ()) -> Any:
        """What Asana wraps as `data`, both ways."""
        return walk(self._api.call(method, path, None if body is None else {"data": body}, query=query), "data")

    def _found(self, path: str, query: Query = ()) -> Any:
        """What a GET finds. For what is not shared with the account Asana answers 403."""
        try:
            return walk(self._api.find(path, query), "data")
        except NotShared:
            return None

    def _all(self, path: str, query: dict[str, str]) -> Iterator[Any]:
        """Every item of a listing, page by page."""
        offset = ""
        for _ in range(MAX_PAGES):
            asked = query | {"limit": str(PAGE)} | ({"offset": offset} if offset else {})
            answer = self._api.find(path, asked)
            yield from items(answer, "data")
            offset = words(answer, "next_page", "offset")
            if not offset:
                return

    def _workspace(self) -> str:
        project = self._found(f"/projects/{self._project}", {"opt_fields": "workspace.gid"})
        if project is None:
            raise ProviderRefused("the project is not there, or not for this account")
        return ident(project, "workspace", "gid")

    def _sections(self) -> list[Any]:
        if not self._config["sections"]:
            return []
        return list(self._all(f"/projects/{self._project}/sections", {"opt_fields": "name"}))

    def _tag(self, name: str) -> str:
        home = f"/workspaces/{self._workspace()}"
        asked = {"resource_type": "tag", "query": name[:100], "count": "20", "opt_fields": "name"}
        known = self._data("GET", f"{home}/typeahead", query=asked)
        gid = next((ident(tag, "gid") for tag in known if words(tag, "name") == name), "")
        return gid or ident(self._data("POST", f"{home}/tags", {"name": name[:100]}), "gid")

    def _task(self, ticket: str) -> Any:
        task = self._found(f"/tasks/{_gid(ticket)}", {"opt_fields": FIELDS})
        if task is None:
            raise ProviderRefused("the ticket is not there")
        return task

    def _membership(self, task: Any) -> Any:
        """Where a task stands in the project; None if it is in others alone."""
        return next(
            (each for each in items(task, "memberships") if walk(each, "project", "gid") == self._project), None
        )

    def _ticket(self, task: Any) -> TicketSeen:
        section = walk(self._membership(task), "section") if self._config["sections"] else None
        gid = there(ident(task, "gid"))
        return TicketSeen(
            id=gid,
            key=gid,
            url=words(task, "permalink_url"),
            title=words(task, "name"),
            word=word_of(walk(task, "completed") is True, section, words(task, "approval_status")),
            text=_LINK.sub("", _notes(task)),
            labels=tuple(words(tag, "name") for tag in items(task, "tags")),
            assignee=words(task, "assignee", "name"),
            updated_at=moment(task, "modified_at"),
            mark=words(task, "external", "gid") or _mark_in(_notes(task)),
        )


class Paying(ProviderRefused):
    """402: only for who pays."""


class NotShared(ProviderRefused):
    """403: not for this account."""


def said(body: Any) -> str:
    """Asana's own words: the messages of `errors`."""
    return "; ".join(words(error, "message") for error in items(body, "errors"))


def _refusal(answer: Answer, body: Any) -> Exception | None:
    """What Asana says in ways of its own (https://developers.asana.com/docs/errors)."""
    if answer.status == 402:
        return Paying(f"{PAYING}: {said(body)}"[:200])
    if answer.status == 451:
        return ProviderRefused("HTTP 451: Asana keeps this back for legal reasons")
    if answer.status == 403:
        return NotShared(f"HTTP 403: {said(body)}"[:200])
    if answer.status == 412:
        return ProviderBusy("Asana asks to begin again (sync token)", 1)
    return None


def _notes(task: Any) -> str:
    """What a task says, in Markdown."""
    return rich_text.to_markdown(words(task, "html_notes"), words(task, "notes"))


def _mark_in(notes: str) -> str:
    """The issue that the link back leads to."""
    found = _LINK.search(notes)
    return found[1].rpartition("/issues/")[2] if found and "/issues/" in found[1] else ""


def _suits(section: Any, word: str) -> bool:
    """Whether a task that is to be only completed, or only not, may stand there without reading as something else."""
    known = section_word(section)
    return known is None or (known.means == "open" if word == OPEN.id else known.means != "declined")


def _gid(text: str) -> str:
    if not re.fullmatch(r"\d{1,30}", text):
        raise Absent("that is no id of Asana")
    return text


def _title(title: str) -> str:
    return " ".join(title.split())[:MAX_TITLE] or "Untitled"
