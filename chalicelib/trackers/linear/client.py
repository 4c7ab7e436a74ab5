"""Linear's API, as much of it as a ticket needs (ADR 46).

A ticket is an issue by its UUID, which stays when it moves to another team and its key becomes another. What we make
gets an id of our choice, which follows from our mark: a call whose answer was lost is made again without harm.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ...desk.arrivals import File
from ...desk.tickets import CommentSeen, HookState, Probe, Readership, Registered, TicketDraft, TicketSeen, Word
from ...desk.times import rfc3339
from ...desk.workspaces import Install
from ...ports import Memory, Outside, ProviderBusy, ProviderRefused, Request, Secrets
from ...wire.files import fetched, last_of
from ...wire.reading import moment
from ...wire.rest import UPLOAD_S, Absent, send
from .graph import Graph
from .words import chosen_id, seen, short, word

PAGE = 50
MAX_PAGES = 20  # of one ticket's comments, of a workspace's labels
TYPES = ["Issue", "Comment"]
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KEY = re.compile(r"[A-Za-z0-9]{1,20}-[0-9]{1,10}")

ISSUE = """id identifier url title description updatedAt trashed
    team { id } state { id name type } assignee { name } labels(first: 50) { nodes { id name } }"""
COMMENT = "id body createdAt updatedAt user { id name } botActor { id name } externalUser { id name }"

TEAM = "query($id: String!) { team(id: $id) { id key name states { nodes { id name type position } } } }"
TEAM_BY_KEY = "query($filter: TeamFilter) { teams(filter: $filter, first: 1) { nodes { id } } }"
VIEWER = "query { viewer { id name } organization { name } }"
FETCH = f"""query($id: String!) {{ issue(id: $id) {{ {ISSUE}
    comments(first: 100) {{ nodes {{ id }} pageInfo {{ hasNextPage }} }} }} }}"""
CREATE = f"mutation($input: IssueCreateInput!) {{ issueCreate(input: $input) {{ issue {{ {ISSUE} }} }} }}"
UPDATE = f"""mutation($id: String!, $input: IssueUpdateInput!) {{
    issueUpdate(id: $id, input: $input) {{ issue {{ {ISSUE} }} }} }}"""
ATTACH = "mutation($input: AttachmentCreateInput!) { attachmentCreate(input: $input) { success } }"
UPLOAD = """mutation($type: String!, $name: String!, $size: Int!) {
    fileUpload(contentType: $type, filename: $name, size: $size) {
        uploadFile { uploadUrl assetUrl headers { key value } } } }"""
SEARCH = f"""query($term: String!, $first: Int, $team: String) {{
    searchIssues(term: $term, first: $first, teamId: $team) {{ nodes {{ {ISSUE} }} }} }}"""
CHANGED = f"""query($filter: IssueFilter, $first: Int, $after: String, $sort: [IssueSortInput!]) {{
    issues(filter: $filter, first: $first, after: $after, sort: $sort, includeArchived: true) {{
        nodes {{ {ISSUE} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
COMMENTS = f"""query($id: String!, $first: Int, $after: String) {{
    issue(id: $id) {{ comments(first: $first, after: $after) {{
        nodes {{ {COMMENT} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"""
COMMENT_BY_ID = f"query($id: String!) {{ comment(id: $id) {{ {COMMENT} }} }}"
SAY = f"mutation($input: CommentCreateInput!) {{ commentCreate(input: $input) {{ comment {{ {COMMENT} }} }} }}"
AMEND = """mutation($id: String!, $input: CommentUpdateInput!) {
    commentUpdate(id: $id, input: $input) { success } }"""
WITHDRAW = "mutation($id: String!) { commentDelete(id: $id) { success } }"
LABELS = """query($first: Int, $after: String) { issueLabels(first: $first, after: $after) {
    nodes { id name team { id } } pageInfo { hasNextPage endCursor } } }"""
MAKE_LABEL = "mutation($input: IssueLabelCreateInput!) { issueLabelCreate(input: $input) { issueLabel { id } } }"
ADD_LABEL = "mutation($id: String!, $label: String!) { issueAddLabel(id: $id, labelId: $label) { success } }"
REMOVE_LABEL = "mutation($id: String!, $label: String!) { issueRemoveLabel(id: $id, labelId: $label) { success } }"
WEBHOOKS = "query { webhooks(first: 250) { nodes { id url } } }"
HOOKS = "query { webhooks(first: 250) { nodes { id url enabled } } }"
MAKE_WEBHOOK = "mutation($input: WebhookCreateInput!) { webhookCreate(input: $input) { webhook { id } } }"
DROP_WEBHOOK = "mutation($id: String!) { webhookDelete(id: $id) { success } }"

_teams: Memory[str] = Memory(1_000)


class Linear:
    """ports.Tickets for one team."""

    TRUSTED = (0, 1)

    def __init__(self, install: Install, secrets: Secrets, outside: Outside, *, now: Callable[[], int]) -> None:
        self._install = install.id
        self._named: str = install.config["team"]
        self._outside, self._now = outside, now
        self._graph = Graph(install.config, secrets, outside, now=now)
        self._ask = self._graph.ask

    def probe(self) -> Probe:
        """Who we are, and what is missing."""
        answer = self._ask(VIEWER)
        missing: tuple[str, ...] = ()
        try:
            self.words()
        except Absent as absent:
            missing = (absent.reason,)
        account = f"{answer['viewer']['name']} in {answer['organization']['name']}"
        return Probe(account=account, actor=str(answer["viewer"]["id"]), missing=missing)

    def readers(self) -> Readership:
        """A workspace's own people: nothing of Linear is public."""
        return Readership(tickets="members")

    def ends(self) -> int:
        """A key does not end; a token is renewed."""
        return 0

    def words(self) -> list[Word]:
        """The team's workflow states, in its order."""
        team = self._found(TEAM, "team", self._team())
        if team is None:
            raise Absent(f"there is no team {self._named} for this account")
        return [word(state) for state in sorted(team["states"]["nodes"], key=lambda state: state["position"])]

    def register(self, url: str, secret: str) -> Registered:
        """The team's webhook to `url`. One that is there is made anew: its secret can be set, but not be read."""
        for hook in self._ask(WEBHOOKS)["webhooks"]["nodes"]:
            if hook["url"] == url:
                self.unregister(hook["id"])
        asked = {"url": url, "secret": secret, "teamId": self._team(), "resourceTypes": TYPES, "label": "Parley"}
        return Registered(id=str(self._ask(MAKE_WEBHOOK, input=asked)["webhookCreate"]["webhook"]["id"]))

    def hook(self, url: str) -> HookState:
        """Linear switches a webhook off that fails. Whoever is no admin may not ask."""
        there = self._ask(HOOKS)["webhooks"]["nodes"]
        ours = next((hook for hook in there if hook["url"] == url), None)
        if ours is None:
            return HookState(standing="missing")
        return HookState(standing="off" if ours.get("enabled") is False else "on")

    def unregister(self, id_: str) -> None:
        """Take the webhook away."""
        self._drop(DROP_WEBHOOK, id=id_)

    def create(self, draft: TicketDraft) -> TicketSeen:
        """Make the issue under the id that follows from the mark, and hang the link back on it."""
        id_ = chosen_id(self._install, draft.mark)
        try:
            issue = self._made(id_, draft)
        except ProviderRefused:
            found = self._issue(id_)
            if found is None:
                raise
            issue = found
        if draft.link:  # the same link is hung there once, however often it is asked for
            self._ask(ATTACH, input={"issueId": issue["id"], "title": "Room and issue in Parley", "url": draft.link})
        return seen(issue, draft.mark)

    def made(self, mark: str, since: int) -> TicketSeen | None:
        """By the id that follows from the mark."""
        issue = self._issue(chosen_id(self._install, mark))
        return seen(issue, mark) if issue else None

    def fetch(self, ticket: str) -> TicketSeen | None:
        """As it is now."""
        issue = self._issue(ticket)
        return seen(issue) if issue else None

    def find(self, reference: str) -> TicketSeen | None:
        """By `ENG-12`, an id or an issue's URL; of the connected team alone."""
        key = _referred(reference.strip())
        issue = self._issue(key) if key else None
        return seen(issue) if issue and issue["team"]["id"] == self._team() else None

    def search(self, query: str, limit: int = 20) -> list[TicketSeen]:
        """Words in titles, texts and comments of the team's issues."""
        if not query.strip():
            return []
        answer = self._ask(SEARCH, term=query, first=limit, team=self._team())
        return [seen(issue) for issue in answer["searchIssues"]["nodes"]]

    def comments(self, ticket: str, since: int = 0) -> list[CommentSeen]:
        """Those changed since, oldest first."""
        found: list[CommentSeen] = []
        after = None
        for _ in range(MAX_PAGES):
            issue = self._ask(COMMENTS, id=ticket, first=PAGE, after=after)["issue"]
            if issue is None:
                break
            page = issue["comments"]
            found += [_comment(comment) for comment in page["nodes"]]
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        return sorted((one for one in found if one.updated_at >= since), key=lambda one: (one.created_at, one.id))

    def comment(self, ticket: str, text: str, mark: str, *, internal: bool = False) -> CommentSeen:
        """Say it under the id that follows from the mark."""
        id_ = chosen_id(self._install, mark)
        try:
            answer = self._ask(SAY, input={"id": id_, "issueId": ticket, "body": text})["commentCreate"]["comment"]
        except ProviderRefused:
            answer = self._found(COMMENT_BY_ID, "comment", id_)
            if not answer:
                raise
        return msgspec.structs.replace(_comment(answer), mark=mark)

    def member(self, comment: CommentSeen, *, private: bool) -> bool:
        """A workspace's users are its own people."""
        return comment.member is True

    def keeps(self, url: str) -> bool:
        """Its private storage."""
        return url.startswith(self._graph.storage + "/")

    def file(self, ticket: str, comment: str, url: str, *, most: int) -> File | None:
        """By the same token as the API."""
        if not self.keeps(url):
            return None
        return fetched(self._outside, url, self._graph.headers(), most=most, now=self._now, name=last_of(url))

    def attach(self, ticket: str, file: File, mark: str) -> bool:
        """Put into its storage at an address that it signs, and hung on the issue
        (https://linear.app/developers/how-to-upload-a-file-to-linear)."""
        asked = self._ask(UPLOAD, type=file.type, name=file.name, size=len(file.content))["fileUpload"]["uploadFile"]
        headers = {"content-type": file.type, "cache-control": "public, max-age=31536000"}
        headers |= {str(each["key"]).lower(): str(each["value"]) for each in asked["headers"]}
        answer = send(self._outside, Request("PUT", str(asked["uploadUrl"]), file.content, headers, UPLOAD_S))
        if not 200 <= answer.status < 300:
            raise ProviderBusy(f"its storage answers HTTP {answer.status}")
        self._ask(ATTACH, input={"issueId": ticket, "title": file.name, "url": asked["assetUrl"]})
        return True

    def amend(self, ticket: str, comment: str, text: str) -> None:
        """Change a comment of ours."""
        self._ask(AMEND, id=comment, input={"body": text})

    def withdraw(self, ticket: str, comment: str) -> None:
        """Delete a comment of ours."""
        self._drop(WITHDRAW, id=comment)

    def move(self, ticket: str, word: str) -> TicketSeen:
        """Into that workflow state: Linear knows no transitions, every state can be set."""
        return self._updated(ticket, {"stateId": word})

    def retitle(self, ticket: str, title: str, text: str | None = None) -> TicketSeen:
        """Change title and text. The link back hangs beside them."""
        return self._updated(ticket, {"title": short(title)} | ({} if text is None else {"description": text}))

    def label(self, ticket: str, add: Sequence[str], remove: Sequence[str]) -> TicketSeen:
        """Put labels on, made in the team where there is none of that name, and take them off."""
        known = self._labels() if add or remove else {}
        for name in add:
            self._ask(ADD_LABEL, id=ticket, label=known.get(name.lower()) or self._made_label(name))
        for name in remove:
            if name.lower() in known:
                self._drop(REMOVE_LABEL, id=ticket, label=known[name.lower()])
        issue = self._issue(ticket)
        if issue is None:
            raise ProviderRefused("the issue is not there")
        return seen(issue)

    def changed(self, since: int, cursor: str = "") -> tuple[list[TicketSeen], str]:
        """A page of those changed, oldest first; archived ones, and those in the trash, among them."""
        answer = self._ask(
            CHANGED,
            filter={"team": {"id": {"eq": self._team()}}, "updatedAt": {"gte": rfc3339(since)}},
            first=PAGE,
            after=cursor or None,
            sort=[{"updatedAt": {"order": "Ascending"}}],
        )["issues"]
        more = answer["pageInfo"]["hasNextPage"]
        return [seen(issue) for issue in answer["nodes"]], str(answer["pageInfo"]["endCursor"]) if more else ""

    def _made(self, id_: str, draft: TicketDraft) -> dict[str, Any]:
        known = self._labels() if draft.labels else {}
        asked = {
            "id": id_,
            "teamId": self._team(),
            "title": short(draft.title),
            "description": draft.text,
            "labelIds": [known.get(name.lower()) or self._made_label(name) for name in draft.labels],
        }
        issue: dict[str, Any] = self._ask(CREATE, input=asked)["issueCreate"]["issue"]
        return issue

    def _updated(self, ticket: str, fields: dict[str, Any]) -> TicketSeen:
        return seen(self._ask(UPDATE, id=ticket, input=fields)["issueUpdate"]["issue"])

    def _issue(self, id_: str) -> dict[str, Any] | None:
        return self._found(FETCH, "issue", id_)

    def _found(self, query: str, name: str, id_: str) -> dict[str, Any] | None:
        """What has that id; None if nothing has, for us."""
        try:
            found: dict[str, Any] | None = self._ask(query, id=id_)[name]
        except Absent:
            return None
        return found

    def _drop(self, query: str, **variables: str) -> None:
        try:
            self._ask(query, **variables)
        except Absent:
            return

    def _labels(self) -> dict[str, str]:
        """name in lower case → id, of the workspace's labels and the team's own, which win."""
        found: dict[str, str] = {}
        own: dict[str, str] = {}
        after = None
        for _ in range(MAX_PAGES):
            page = self._ask(LABELS, first=250, after=after)["issueLabels"]
            for label in page["nodes"]:
                if label["team"] is None:
                    found[label["name"].lower()] = label["id"]
                elif label["team"]["id"] == self._team():
                    own[label["name"].lower()] = label["id"]
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        return found | own

    def _made_label(self, name: str) -> str:
        answer = self._ask(MAKE_LABEL, input={"name": name, "teamId": self._team()})
        return str(answer["issueLabelCreate"]["issueLabel"]["id"])

    def _team(self) -> str:
        """The team's id, which a container looks up once."""
        if _UUID.fullmatch(self._named):
            return self._named
        place = (self._graph.base + self._install, self._named)
        known = _teams.get(place)
        if known:
            return known
        found = self._ask(TEAM_BY_KEY, filter={"key": {"eq": self._named.upper()}})["teams"]["nodes"]
        if not found:
            raise Absent(f"there is no team {self._named} for this account")
        return _teams.keep(place, str(found[0]["id"]))


def _comment(comment: dict[str, Any]) -> CommentSeen:
    """Somebody's, an integration's (botActor), or of one who writes from outside (a synced Slack thread)."""
    author = comment.get("user") or comment.get("botActor") or comment.get("externalUser") or {}
    return CommentSeen(
        id=str(comment["id"]),
        text=str(comment["body"]),
        author=str(author.get("name") or ""),
        author_id=str(author.get("id") or ""),
        created_at=moment(comment, "createdAt"),
        updated_at=moment(comment, "updatedAt"),
        member=not comment.get("externalUser"),
    )


def _referred(reference: str) -> str:
    """The key or id that a reference names, or ""."""
    if _UUID.fullmatch(reference) or _KEY.fullmatch(reference):
        return reference
    try:
        parts = urlsplit(reference)
    except ValueError:
        return ""
    found = re.match(r"/(?:[^/]+/)?issue/([A-Za-z0-9]{1,20}-[0-9]{1,10})(?:/|\Z)", parts.path)
    return found[1] if found and parts.scheme in ("http", "https") else ""
