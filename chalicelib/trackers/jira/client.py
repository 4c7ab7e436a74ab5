"""One project of Jira over its REST API: v3 with ADF on Cloud, v2 with wiki text on Data Center.

A write names the fields that it means and no other: required and hidden fields of an issue stay as they are.
A ticket is known by its id, which outlives a move to another project. Ours carry the issue's id as an entity property
(`parley`), and as a label, since JQL finds no property that no app has declared.
"""

import base64
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from ...desk.arrivals import File
from ...desk.tickets import (
    CommentSeen,
    HookState,
    Probe,
    Readers,
    Readership,
    Registered,
    TicketDraft,
    TicketSeen,
    Word,
)
from ...desk.times import HOUR_MS, MINUTE_MS
from ...desk.workspaces import Install
from ...ports import Answer, Memory, Outside, ProviderBusy, ProviderRefused, Request, Secrets
from ...wire.files import fetched, form
from ...wire.markdown_tree import from_markdown
from ...wire.reading import ident, items, moment, walk, words
from ...wire.rest import LATER, Api, send, there
from . import wiki
from .people import account
from .pictures import ATTACHED
from .words import INTERNAL, PROPERTY, comment_of, declines, key_in_jql, quoted, reference, text_of, word_of

FIELDS = "summary,status,resolution,description,labels,assignee,updated"
PAGE = 100
MAX_TITLE = 255
LABEL = "parley-"
OPTIONAL = frozenset({"description", "labels"})  # what a create screen may lack
GATEWAY = "https://api.atlassian.com/ex/jira/"  # where tokens with scopes are taken
MAX_WORDS = 200  # as many as can be reviewed at once
MEMBERS: Memory[bool] = Memory(5_000)
PERMISSIONS = "BROWSE_PROJECTS,CREATE_ISSUES,EDIT_ISSUES,TRANSITION_ISSUES,ADD_COMMENTS"
WATCHED = [
    *("jira:issue_created", "jira:issue_updated", "jira:issue_deleted"),
    *("comment_created", "comment_updated", "comment_deleted"),
    *("project_updated", "project_deleted"),
]
DYNAMIC = "an app's dynamic webhooks are told to the app alone, and end after 30 days unless it refreshes them"
# What the login says of a caller whom it has not let in.
STRANGERS = {
    "AUTHENTICATED_FAILED": "Jira does not take the token: it has ended, or is another account's",
    "AUTHENTICATION_DENIED": "Jira asks the account for a CAPTCHA: log in with a browser once",
}


class Jira:
    """`ports.Tickets` for Jira."""

    TRUSTED = (2 * MINUTE_MS, 2)  # the search knows what was made seconds to a minute later

    def __init__(self, install: Install, secrets: Secrets, outside: Outside, *, now: Callable[[], int]) -> None:
        self._config, self._now = install.config, now
        self._site: str = install.config["url"]
        self._cloud = install.config["deployment"] == "cloud"
        self._project: str = install.config["project"]
        self._secrets, self._outside = secrets, outside

    def probe(self) -> Probe:
        """Who we are there; rights and required fields that are missing."""
        me = self._api.call("GET", self._path("/myself"))
        missing = list(self._missing_rights())
        if not missing:
            missing += self._missing_fields()
        return Probe(account=words(me, "displayName"), actor=account(me), missing=tuple(missing))

    def readers(self) -> Readership:
        """Whoever may browse the project: anyone, if it is shown to one who does not log in; and of a service project
        the portal's customers, who do not see internal comments."""
        project = self._api.find(self._path(f"/project/{self._project}"))
        if project is None:
            return Readership(internal=True)
        service = words(project, "projectTypeKey") == "service_desk"
        return Readership(tickets="strangers" if service else self._browsed_by(), internal=service)

    def ends(self) -> int:
        """It ends within a year; Jira does not say when."""
        return 0

    def words(self) -> list[Word]:
        """The statuses of the project's issue type, or of all its types; a closing one with each resolution, too."""
        kinds = self._api.call("GET", self._path(f"/project/{self._project}/statuses"))
        mine = [kind for kind in kinds if words(kind, "name") == self._config["issue_type"]] or kinds
        resolutions = self._resolutions()
        statuses = [status for kind in mine for status in items(kind, "statuses")]
        found = {word.id: word for word in map(word_of, statuses)}
        for status in statuses:
            ended = [word_of(status, each) for each in resolutions] if word_of(status).closed else []
            found |= {word.id: word for word in ended if word.id not in found or not word.guessed}
        return list(found.values())[:MAX_WORDS]

    def register(self, url: str, secret: str) -> Registered:
        """An admin webhook of Cloud. Data Center's API differs by version: there it is made by hand."""
        if not self._cloud:
            raise ProviderRefused("make the webhook by hand in Jira: Administration, System, WebHooks")
        api, made = self._api, {"name": "Parley", "url": url, "events": WATCHED, "excludeBody": False, "enabled": True}
        made |= {
            "filters": {"issue-related-events-section": f"project = {key_in_jql(self._project)}"},
            "secret": secret,
        }
        for hook in api.call("GET", "/rest/webhooks/1.0/webhook") or []:
            if words(hook, "url") == url:
                id_ = _last(words(hook, "self"))
                api.call("PUT", f"/rest/webhooks/1.0/webhook/{id_}", made)
                return Registered(id=id_)
        return Registered(id=_last(words(api.call("POST", "/rest/webhooks/1.0/webhook", made), "self")))

    def hook(self, url: str) -> HookState:
        """An admin webhook of Cloud. An app's dynamic ones are told to the app alone, never to an account's token."""
        if not self._cloud:
            return HookState(standing="untold", reason="it was made by hand")
        if self._secrets.get("client_secret"):
            return HookState(standing="barred", reason=DYNAMIC)
        there = self._api.call("GET", "/rest/webhooks/1.0/webhook") or []
        ours = next((hook for hook in there if words(hook, "url") == url), None)
        if ours is None:
            return HookState(standing="missing")
        return HookState(standing="off" if walk(ours, "enabled") is False else "on")

    def unregister(self, id_: str) -> None:
        """Take it away."""
        self._api.drop(f"/rest/webhooks/1.0/webhook/{id_}")

    def create(self, draft: TicketDraft) -> TicketSeen:
        """Make the ticket, or find the one that carries the mark. It gets what its create screen has, if Jira tells."""
        label = LABEL + draft.mark
        found = self._search(f'project = "{self._project}" AND labels = "{label}"', 1)
        if found:
            self._link_back(found[0].id, draft)
            return found[0]
        fields: dict[str, Any] = {
            **self._config["fields"],
            "project": {"key": self._project},
            "issuetype": {"name": self._config["issue_type"]},
            "summary": _title(draft.title),
            "description": self._written(draft.text),
            "labels": [*map(_label, draft.labels), label],
        }
        shown = self._create_screen()
        lacking = OPTIONAL - shown.keys() if shown else frozenset[str]()
        id_ = self._made({name: value for name, value in fields.items() if name not in lacking}, draft.mark)
        self._link_back(id_, draft)
        return self._seen(id_)

    def _made(self, fields: dict[str, Any], mark: str) -> str:
        """The new ticket's id. Where Jira had not told its screen, and now says that a field is not on it, nothing was
        made: it gets the others."""
        body = {"fields": fields, "properties": [{"key": PROPERTY, "value": {"mark": mark}}]}
        try:
            return there(ident(self._api.call("POST", self._path("/issue"), body), "id"))
        except NotOnScreen as lacking:
            left = {name: value for name, value in fields.items() if name not in lacking.fields}
            if len(left) == len(fields) or not lacking.fields <= OPTIONAL:
                raise
            return self._made(left, mark)

    def made(self, mark: str, since: int) -> TicketSeen | None:
        """By the label, and among all that we made since by the property."""
        ago = max(0, self._now() - since) // MINUTE_MS + 2
        ours = f'project = "{self._project}" AND creator = currentUser() AND created >= "-{ago}m" ORDER BY created DESC'
        labelled = f'project = "{self._project}" AND labels = "{LABEL}{mark}"'
        found = [*self._search(labelled, 1), *self._search(ours, PAGE)]
        return next((each for each in found if each.mark == mark), None)

    def fetch(self, ticket: str) -> TicketSeen | None:
        """As it is now."""
        query = {"fields": FIELDS, "properties": PROPERTY}
        issue = self._api.find(self._path(f"/issue/{ticket}"), query)
        return self._ticket(issue) if issue else None

    def find(self, reference_: str) -> TicketSeen | None:
        """By its key, its id, or a URL of the site that names either. An old key leads to where it moved."""
        key = reference(reference_, self._site)
        return self.fetch(key) if key else None

    def search(self, query: str, limit: int = 20) -> list[TicketSeen]:
        """Those of the project whose text matches, the newest first; a key finds its ticket."""
        exact = self.find(query)
        if exact:
            return [exact]
        text = quoted(query)
        if text == '""':
            return []
        return self._search(f'project = "{self._project}" AND text ~ {text} ORDER BY updated DESC', limit)

    def comments(self, ticket: str, since: int = 0) -> list[CommentSeen]:
        """Those changed since, oldest first. Jira has no filter for it: all are read."""
        found: list[CommentSeen] = []
        start, total = 0, 1
        while start < total:
            query: dict[str, str | int] = {"startAt": start, "maxResults": PAGE, "expand": "properties"}
            page = self._api.find(self._path(f"/issue/{ticket}/comment"), query | {"orderBy": "created"})
            batch = items(page, "comments")
            found += [comment_of(each, self._cloud) for each in batch]
            start, total = start + len(batch), (walk(page, "total") or 0) if batch else 0
        return sorted((each for each in found if each.updated_at >= since), key=lambda each: each.updated_at)

    def comment(self, ticket: str, text: str, mark: str, *, internal: bool = False) -> CommentSeen:
        """Say it, marked by a property of the comment. What is not kept internal in a service project answers the
        portal's customer."""
        kept = [{"key": INTERNAL, "value": {"internal": True}}] if internal else []
        body = {"body": self._written(text), "properties": [{"key": PROPERTY, "value": {"mark": mark}}, *kept]}
        answer = self._api.call("POST", self._path(f"/issue/{ticket}/comment"), body, query={"expand": "properties"})
        return comment_of({**answer, "properties": body["properties"]}, self._cloud)

    def member(self, comment: CommentSeen, *, private: bool) -> bool:
        """Everybody in a private project; elsewhere whoever may edit its tickets."""
        key = (self._site, self._project, comment.author_id)
        return private or MEMBERS.asked(key, self._now(), HOUR_MS, ask=lambda: self._may_edit(comment.author_id))

    def _may_edit(self, user: str) -> bool:
        """Jira tells it of one account to whoever may browse users."""
        query = {"projectKey": self._project, "permissions": "EDIT_ISSUES", "maxResults": "2"}
        query["accountId" if self._cloud else "username"] = user
        try:
            found = self._api.call("GET", self._path("/user/permission/search"), query=query) if user else []
        except ProviderRefused as denied:
            if denied.lost:
                raise
            return False
        return any(account(person) == user for person in found)

    def keeps(self, url: str) -> bool:
        """Attachments, which texts name."""
        return url.startswith(ATTACHED)

    def file(self, ticket: str, comment: str, url: str, *, most: int) -> File | None:
        """The newest attachment of the ticket with that name."""
        name = unquote(url.removeprefix(ATTACHED))
        issue = self._api.find(self._path(f"/issue/{ticket}"), {"fields": "attachment"})
        named = [each for each in items(issue, "fields", "attachment") if words(each, "filename") == name]
        newest = max(named, key=lambda each: moment(each, "created"), default=None)
        if newest is None or (walk(newest, "size") or 0) > most:
            return None
        api, id_ = self._api, ident(newest, "id")
        where = f"{api.base}{self._path(f'/attachment/content/{id_}')}" if self._cloud else words(newest, "content")
        if not where.startswith(f"{api.base}/"):
            return None
        return fetched(self._outside, where, api.headers, most=most, now=self._now, name=name)

    def attach(self, ticket: str, file: File, mark: str) -> bool:
        """An attachment."""
        body, type_ = form(file)
        headers = {"content-type": type_, "x-atlassian-token": "no-check"}
        self._api.put_up(self._path(f"/issue/{ticket}/attachments"), body, headers)
        return True

    def amend(self, ticket: str, comment: str, text: str) -> None:
        """Change a comment of ours."""
        self._api.call("PUT", self._path(f"/issue/{ticket}/comment/{comment}"), {"body": self._written(text)})

    def withdraw(self, ticket: str, comment: str) -> None:
        """Delete a comment of ours."""
        self._api.drop(self._path(f"/issue/{ticket}/comment/{comment}"))

    def move(self, ticket: str, word: str) -> TicketSeen:
        """Through the transition that leads there from where it is now; where its screen asks for a resolution, with
        the word's, or one that does not decline."""
        now = self._seen(ticket)
        if now.word.id == word:
            return now
        status, _, resolution = word.partition("/")
        query = {"expand": "transitions.fields"}
        offered = items(self._api.call("GET", self._path(f"/issue/{ticket}/transitions"), query=query), "transitions")
        leading = [
            each for each in offered if ident(each, "to", "id") == status and each.get("isAvailable") is not False
        ]
        if not leading:
            raise ProviderRefused(f"no transition leads there from {now.word.name}")
        refused = ""
        for transition in leading:
            fields, refused = self._asked(transition, resolution)
            if not refused:
                body = {"transition": {"id": ident(transition, "id")}} | ({"fields": fields} if fields else {})
                self._api.call("POST", self._path(f"/issue/{ticket}/transitions"), body)
                return self._seen(ticket)
        raise ProviderRefused(refused)

    def retitle(self, ticket: str, title: str, text: str | None = None) -> TicketSeen:
        """Change these two fields and no other."""
        fields = {"summary": _title(title)} | ({} if text is None else {"description": self._written(text)})
        self._api.call("PUT", self._path(f"/issue/{ticket}"), {"fields": fields})
        return self._seen(ticket)

    def label(self, ticket: str, add: Sequence[str], remove: Sequence[str]) -> TicketSeen:
        """Put labels on and take them off by single operations: what others put on meanwhile stays."""
        steps = [{"add": _label(name)} for name in add] + [{"remove": _label(name)} for name in remove]
        if steps:
            self._api.call("PUT", self._path(f"/issue/{ticket}"), {"update": {"labels": steps}})
        return self._seen(ticket)

    def changed(self, since: int, cursor: str = "") -> tuple[list[TicketSeen], str]:
        """A page of those changed since, oldest first. JQL reads a date in the account's own time zone, so the time is
        told as minutes ago; those stay the same from page to page."""
        ago, _, place = cursor.partition("|")
        minutes = int(ago) if ago else max(0, self._now() - since) // MINUTE_MS + 1
        jql = f'project = "{self._project}" AND updated >= "-{minutes}m" ORDER BY updated ASC'
        found, next_ = self._page(jql, PAGE, place)
        return [each for each in found if each.updated_at >= since], f"{minutes}|{next_}" if next_ else ""

    # --- how it is asked ---

    def _browsed_by(self) -> Readers:
        """Who sees the project: asked without a credential."""
        headers = {"accept": "application/json", "user-agent": "Parley"}
        url = f"{self._site}{self._path(f'/project/{self._project}')}"
        answer = send(self._outside, Request("GET", url, headers=headers))
        if answer.status in LATER or answer.status >= 500:
            raise ProviderBusy(f"HTTP {answer.status}")
        if 300 <= answer.status < 500:  # to log in, or nothing is there for strangers
            return "members"
        return "strangers" if answer.status == 200 else "unknown"

    @property
    def _api(self) -> Api:
        token = next(iter(self._secrets.get("token", ())), "")
        if not token:
            raise ProviderRefused("the credential `token` is missing", lost=True)
        email = next(iter(self._secrets.get("email", ())), "")
        basic = base64.b64encode(f"{email}:{token}".encode()).decode()
        headers = {"authorization": f"Basic {basic}" if email else f"Bearer {token}"}
        cloud_id = self._config.get("cloud_id", "")
        base = f"{GATEWAY}{cloud_id}" if cloud_id else self._site
        return Api(self._outside, base, headers, self._now, said, self._refusal)

    def _refusal(self, answer: Answer, body: Any) -> Exception | None:
        """Jira may tell the moment of a limit's end alone, in ISO 8601
        (https://developer.atlassian.com/cloud/jira/platform/rate-limiting/)."""
        reset = moment(answer.headers.get("x-ratelimit-reset"))
        if answer.status == 429 and reset and "retry-after" not in answer.headers:
            return ProviderBusy("Jira's rate limit", max(1, -(-(reset - self._now()) // 1000)))
        return _refusal(answer, body)

    def _path(self, path: str) -> str:
        return f"/rest/api/{3 if self._cloud else 2}{path}"

    def _written(self, text: str) -> Any:
        return from_markdown(text) if self._cloud else wiki.from_markdown_text(text)

    def _search(self, jql: str, limit: int) -> list[TicketSeen]:
        return self._page(jql, limit, "")[0]

    def _page(self, jql: str, limit: int, place: str) -> tuple[list[TicketSeen], str]:
        """A page of a search and where the next begins. Cloud has tokens (the old search is gone since 2025), Data
        Center offsets."""
        asked: dict[str, Any] = {"jql": jql, "maxResults": limit, "fields": FIELDS.split(",")}
        if self._cloud:
            body = asked | {"properties": [PROPERTY]} | ({"nextPageToken": place} if place else {})
            answer = self._api.call("POST", self._path("/search/jql"), body)
            next_ = "" if walk(answer, "isLast") is True else words(answer, "nextPageToken")
        else:
            start = int(place or 0)
            answer = self._api.call("POST", self._path("/search"), asked | {"startAt": start})
            end = start + len(items(answer, "issues"))
            next_ = str(end) if start < end < (walk(answer, "total") or 0) else ""
        return [self._ticket(each) for each in items(answer, "issues")], next_

    def _seen(self, ticket: str) -> TicketSeen:
        """One that must be there."""
        seen = self.fetch(ticket)
        if seen is None:
            raise ProviderRefused("the ticket is not there")
        return seen

    def _ticket(self, issue: Any) -> TicketSeen:
        fields, key = walk(issue, "fields"), words(issue, "key")
        labels = [each for each in items(fields, "labels") if isinstance(each, str)]
        marked = next((each.removeprefix(LABEL) for each in labels if each.startswith(LABEL)), "")
        return TicketSeen(
            id=there(ident(issue, "id")),
            key=key,
            url=f"{self._site}/browse/{key}",
            title=words(fields, "summary"),
            word=word_of(walk(fields, "status"), walk(fields, "resolution")),
            text=text_of(walk(fields, "description"), self._cloud),
            labels=tuple(each for each in labels if not each.startswith(LABEL)),
            assignee=words(fields, "assignee", "displayName"),
            updated_at=moment(fields, "updated"),
            mark=words(issue, "properties", PROPERTY, "mark") or marked,
        )

    def _link_back(self, ticket: str, draft: TicketDraft) -> None:
        """A remote link, the same however often it is made. A site that takes none does without."""
        if not draft.link:
            return
        link = {"globalId": f"parley:{draft.mark}", "object": {"url": draft.link, "title": "Parley"}}
        try:
            self._api.call("POST", self._path(f"/issue/{ticket}/remotelink"), link)
        except ProviderRefused:
            return

    def _asked(self, transition: Any, resolution: str) -> tuple[dict[str, Any], str]:
        """What a transition's screen has to be told, or why it cannot be."""
        fields: dict[str, Any] = {}
        for name, field in (walk(transition, "fields") or {}).items():
            needed = field.get("required") is True and not field.get("hasDefaultValue")
            if name == "resolution" and (needed or resolution):
                chosen = _resolution(items(field, "allowedValues"), resolution)
                if chosen:
                    fields[name] = {"id": chosen}
                    continue
            if name in self._config["fields"] and needed:
                fields[name] = self._config["fields"][name]
            elif needed:
                label = words(field, "name") or name
                return {}, f"the transition {words(transition, 'name')} asks for {label}: set config.fields.{name}"
        if resolution and "resolution" not in fields:
            return {}, f"the transition {words(transition, 'name')} takes no resolution"
        return fields, ""

    def _resolutions(self) -> list[Any]:
        return self._api.find(self._path("/resolution")) or []

    def _missing_rights(self) -> Iterator[str]:
        if self._api.find(self._path(f"/project/{self._project}")) is None:
            yield f"the project {self._project} is not there, or not for this account"
            return
        query = {"projectKey": self._project, "permissions": PERMISSIONS}
        held = walk(self._api.call("GET", self._path("/mypermissions"), query=query), "permissions") or {}
        for name in PERMISSIONS.split(","):
            if walk(held, name, "havePermission") is False:
                yield f"the account needs the permission {words(held, name, 'name') or name}"

    def _missing_fields(self) -> Iterator[str]:
        """Fields that the project requires of a new ticket and nobody has set."""
        wanted = self._config["issue_type"]
        if not self._kind():
            yield f"the project has no issue type {wanted}: set config.issue_type"
            return
        shown = self._create_screen()
        given = {"project", "issuetype", "summary", "description", "labels", "reporter", *self._config["fields"]}
        for name, field in shown.items():
            if walk(field, "required") is True and not walk(field, "hasDefaultValue") and name not in given:
                yield f"the field {words(field, 'name')} is required: set config.fields.{name}"
        if shown and "description" not in shown:
            yield f"the create screen of {wanted} has no Description: an issue's text does not get into its ticket"
        if shown and "labels" not in shown:
            yield f"the create screen of {wanted} has no Labels: new tickets carry none"
        if shown and not shown.keys() & OPTIONAL:
            yield "nothing marks new tickets for Jira's search: each is made at least once, after a lost answer twice"

    def _kind(self) -> str:
        """The id of the issue type of new tickets; "" if the project has none of that name."""
        kinds = self._paged(self._path(f"/issue/createmeta/{self._project}/issuetypes"), "issueTypes")
        return next((ident(each, "id") for each in kinds if words(each, "name") == self._config["issue_type"]), "")

    def _create_screen(self) -> dict[str, Any]:
        """The fields of a new ticket, by their names; none where Jira does not tell."""
        kind = self._kind()
        path = self._path(f"/issue/createmeta/{self._project}/issuetypes/{kind}")
        fields = self._paged(path, "fields") if kind else ()
        return {words(each, "fieldId") or words(each, "key"): each for each in fields}

    def _paged(self, path: str, name: str) -> Iterator[Any]:
        """All of a listing, which Cloud calls by its name, and Data Center `values`."""
        start, total = 0, 1
        while start < total:
            page = self._api.find(path, {"startAt": start, "maxResults": PAGE}) or {}
            batch = items(page, name) or items(page, "values")
            yield from batch
            last = not batch or walk(page, "isLast") is True
            start, total = start + len(batch), 0 if last else walk(page, "total") or 0


class NotOnScreen(ProviderRefused):
    """Some fields are not on the screen, or are unknown. `fields` names them."""

    def __init__(self, reason: str, fields: frozenset[str]) -> None:
        super().__init__(reason)
        self.fields = fields


def said(body: Any) -> str:
    """Jira's own words: `errorMessages`, and `errors` by field."""
    messages = [each for each in items(body, "errorMessages") if isinstance(each, str)]
    fields = [f"{name}: {text}" for name, text in (walk(body, "errors") or {}).items()]
    return "; ".join(messages + fields) or words(body, "message")


def _refusal(answer: Answer, body: Any) -> Exception | None:
    """With a token that has ended one is nobody to Jira: nothing is there then (200), or not that (404).
    A header alone tells."""
    if answer.status in LATER or answer.status >= 500:
        return None
    lacking = walk(body, "errors") if answer.status == 400 else None
    if isinstance(lacking, dict) and lacking and all("screen" in str(text) for text in lacking.values()):
        return NotOnScreen(f"HTTP 400: {said(body)}"[:200], frozenset(lacking))
    told_of = answer.headers.get("x-seraph-loginreason", "")
    reason = next((reason for sign, reason in STRANGERS.items() if sign in told_of), "")
    return ProviderRefused(reason, lost=True) if reason else None


def _resolution(allowed: list[Any], wanted: str) -> str:
    """The wanted one if it is allowed; if none is wanted, one that does not decline."""
    if wanted:
        return next((ident(each, "id") for each in allowed if ident(each, "id") == wanted), "")
    plain = [each for each in allowed if not declines(words(each, "name"))]
    return next((ident(each, "id") for each in plain or allowed), "")


def _title(title: str) -> str:
    """One line of at most 255 characters."""
    return " ".join(title.split())[:MAX_TITLE] or "Untitled"


def _label(name: str) -> str:
    """Jira's labels hold no spaces."""
    return "-".join(name.split())[:MAX_TITLE]


def _last(url: str) -> str:
    return url.rstrip("/").rpartition("/")[2]
