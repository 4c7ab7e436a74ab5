"""Jira, Cloud (REST v3 and v2) and Data Center (REST v2), written from Atlassian's documents.

Entities: one project ACME with a workflow, issues, comments with properties and visibility, remote links, admin
webhooks signed with X-Hub-Signature. `jira` (the Python client) works against it.
"""

import base64
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from urllib.parse import quote

from .server import Peer, Posted, Refused, form_of, route

OPEN = {"id": "10000", "name": "To Do", "statusCategory": {"id": 2, "key": "new", "name": "To Do"}}
DOING = {
    "id": "10001",
    "name": "In Progress",
    "statusCategory": {"id": 4, "key": "indeterminate", "name": "In Progress"},
}
REVIEW = {"id": "10003", "name": "Review", "statusCategory": {"id": 1, "key": "undefined", "name": "No Category"}}
DONE = {"id": "10002", "name": "Done", "statusCategory": {"id": 3, "key": "done", "name": "Done"}}
STATUSES = {each["id"]: each for each in (OPEN, DOING, REVIEW, DONE)}
RESOLUTIONS = [
    {"id": "10100", "name": "Done"},
    {"id": "10101", "name": "Won't Do"},
    {"id": "10102", "name": "Duplicate"},
]
SCREEN = {
    "resolution": {
        "required": True,
        "name": "Resolution",
        "hasDefaultValue": False,
        "allowedValues": RESOLUTIONS,
    }
}
# from → transitions (id, name, to, screen). Done is reached from In Progress and To Do; from Review only back.
WORKFLOW = {
    "10000": [("11", "Start", DOING, {}), ("31", "Close", DONE, SCREEN)],
    "10001": [("21", "Ask for review", REVIEW, {}), ("31", "Close", DONE, SCREEN), ("12", "Stop", OPEN, {})],
    "10003": [("13", "Back to work", DOING, {})],
    "10002": [("41", "Reopen", OPEN, {})],
}
FIELDS = [
    {"id": "summary", "key": "summary", "name": "Summary", "custom": False, "clauseNames": ["summary"]},
    {"id": "status", "key": "status", "name": "Status", "custom": False, "clauseNames": ["status"]},
    {"id": "labels", "key": "labels", "name": "Labels", "custom": False, "clauseNames": ["labels"]},
    {"id": "customfield_10010", "name": "Team", "custom": True, "clauseNames": ["cf[10010]", "Team"]},
    {"id": "customfield_10011", "name": "Hidden score", "custom": True, "clauseNames": ["cf[10011]"]},
]
WRITABLE = {"summary", "description", "labels", "assignee", "priority", "resolution", "customfield_10010"}


def iso(ms):
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}+0000"


def plain(document):
    """The text of an ADF document: what v2 of Cloud makes of one."""
    if isinstance(document, str) or document is None:
        return document
    if document.get("type") == "text":
        return document["text"]
    joint = "\n\n" if document.get("type") == "doc" else ""
    return joint.join(plain(each) for each in document.get("content", []))


def adf(text):
    if not text:
        return None
    paragraphs = [
        {"type": "paragraph", "content": [{"type": "text", "text": part}]} for part in text.split("\n\n") if part
    ]
    return {"type": "doc", "version": 1, "content": paragraphs}


class JiraPeer(Peer):
    """One site. `required` makes the custom field Team required."""

    def __init__(self, cloud=True, required=False):
        self.cloud, self.required = cloud, required
        self.screen = {"summary", "description", "labels", "reporter", "customfield_10010"}  # of new issues
        self.more_kinds = 0  # issue types before Task
        self.tells_screen = True
        self.attached = {}
        self.lag, self.asking = 0, "bot"  # ms after which the index knows what was made
        self.service, self.anyone = False, False  # a service project; one that anyone may browse
        self.users = {
            "bot": {
                "accountId": "5b10ac8d82e05b22cc7d4ef5",
                "key": "JIRAUSER1",
                "name": "bot",
                "displayName": "Parley Bot",
            },
            "ann": {"accountId": "99:27935d01-92a7", "key": "JIRAUSER2", "name": "ann", "displayName": "Ann Agent"},
        }
        self.tokens = {"bot-token": "bot", "ann-token": "ann"}
        self.outsiders, self.customers = set(), set()
        self.admins = {"bot"}
        self.projects = {
            "ACME": {"id": "10000", "key": "ACME", "name": "Acme"},
            "OTHER": {"id": "10001", "key": "OTHER", "name": "Other"},
        }
        self.issues, self.hooks, self.keys = {}, {}, {}
        self.numbers = dict.fromkeys(self.projects, 0)
        self.next_id = 10000
        super().__init__()

    # --- who asks, and how no is said ---

    def who(self, asked):
        answer = asked.headers.get("authorization", "")
        scheme, _, value = answer.partition(" ")
        if scheme.lower() == "basic":
            email, _, token = base64.b64decode(value).decode().partition(":")
            name = self.tokens.get(token)
            if name and (not self.cloud or email == f"{name}@acme.example"):
                return name
        elif scheme.lower() == "bearer" and not self.cloud and value in self.tokens:
            return self.tokens[value]
        if asked.path.endswith("/serverInfo") or (self.anyone and not answer and asked.method == "GET"):
            return None
        raise Refused(401, {"message": "Client must be authenticated to access this resource.", "status-code": 401})

    def lost(self, asked):
        return 404, {"message": f"null for uri: {self.url}{asked.path}", "status-code": 404}, {}

    def wrong(self, status, *messages, **errors):
        return Refused(status, {"errorMessages": list(messages), "errors": errors})

    def person(self, name):
        if name is None:
            return None
        user = self.users[name]
        fields = {"self": f"{self.url}/rest/api/2/user?x={name}", "displayName": user["displayName"], "active": True}
        return fields | (
            {"accountId": user["accountId"], "accountType": "customer" if name in self.customers else "atlassian"}
            if self.cloud
            else {"name": user["name"], "key": user["key"]}
        )

    def issue_of(self, key):
        id_ = self.keys.get(key.upper(), key)
        issue = self.issues.get(id_)
        if issue is None:
            raise self.wrong(404, "Issue does not exist or you do not have permission to see it.")
        return issue

    def body_of(self, value, version):
        return value if version == "3" or not self.cloud else plain(value)

    def taken(self, value, version):
        """A text as it is kept: ADF on Cloud. v3 takes nothing else."""
        if not self.cloud:
            return value
        if version == "3":
            if value is not None and not (
                isinstance(value, dict) and value.get("type") == "doc" and value.get("version") == 1
            ):
                raise self.wrong(
                    400, description="Operation value must be an Atlassian Document (see the Atlassian Document Format)"
                )
            return value
        return adf(value)

    def shown(self, issue, version, properties=()):
        fields = {
            "summary": issue["summary"],
            "status": STATUSES[issue["status"]],
            "resolution": issue["resolution"],
            "description": self.body_of(issue["description"], version),
            "labels": issue["labels"],
            "assignee": self.person(issue["assignee"]),
            "updated": iso(issue["updated"]),
            "created": iso(issue["created"]),
            "creator": self.person(issue["creator"]),
            "project": self.projects[issue["project"]],
            "issuetype": {"id": "10001", "name": "Task", "subtask": False},
            "priority": {"id": "3", "name": "Medium"},
            "customfield_10010": issue["customfield_10010"],
            "customfield_10011": issue["customfield_10011"],
            "attachment": [
                {
                    "id": path.rpartition("/")[2],
                    "filename": name,
                    "size": len(content),
                    "mimeType": type_,
                    "created": iso(issue["created"]),
                    "content": f"{self.url}/secure/attachment/{path.rpartition('/')[2]}/{quote(name)}",
                }
                for path, (name, type_, content) in self.files.items()
                if self.attached[path] == issue["id"]
            ],
        }
        values = {"id": issue["id"], "key": issue["key"], "self": f"{self.url}/rest/api/{version}/issue/{issue['id']}"}
        kept = {name: issue["properties"][name] for name in properties if name in issue["properties"]}
        return values | {"fields": fields} | ({"properties": kept} if properties else {})

    def comment_shown(self, issue, comment, version, expand=""):
        fields = {
            "self": f"{self.url}/rest/api/{version}/issue/{issue['id']}/comment/{comment['id']}",
            "id": comment["id"],
            "author": self.person(comment["author"]),
            "updateAuthor": self.person(comment["author"]),
            "body": self.body_of(comment["body"], version),
            "created": iso(comment["created"]),
            "updated": iso(comment["updated"]),
        }
        if comment.get("visibility"):
            fields["visibility"] = comment["visibility"]
        if self.cloud:
            fields["jsdPublic"] = not any(each["key"] == "sd.public.comment" for each in comment["properties"])
        return fields | ({"properties": comment["properties"]} if "properties" in expand else {})

    # --- webhooks ---

    def tell(self, event, user, **parts):
        body = json.dumps(
            {"timestamp": self.now(), "webhookEvent": event} | ({"user": self.person(user)} if user else {}) | parts
        )
        for hook in self.hooks.values():
            if (
                event in hook["events"]
                and f"project = {self.project_of(parts)}" in hook["filters"]["issue-related-events-section"]
            ):
                headers = {
                    "Content-Type": "application/json; charset=UTF-8",
                    "X-Atlassian-Webhook-Identifier": f"hook-{self.now()}",
                }
                if hook.get("secret"):
                    digest = hmac.new(hook["secret"].encode(), body.encode(), hashlib.sha256).hexdigest()
                    headers["X-Hub-Signature"] = f"sha256={digest}"
                self.outbox.append(Posted(hook["url"], headers, body.encode()))

    def project_of(self, parts):
        return parts["issue"]["fields"]["project"]["key"] if "issue" in parts else "ACME"

    def changed(self, issue, user, *changes, kind="issue_generic"):
        issue["updated"] = self.now()
        items_ = [
            {
                "field": name,
                "fieldtype": "jira",
                "fieldId": name.lower(),
                "from": None,
                "fromString": str(old),
                "to": None,
                "toString": str(new),
            }
            for name, old, new in changes
        ]
        self.tell(
            "jira:issue_updated",
            user,
            issue_event_type_name=kind,
            issue=self.shown(issue, "2"),
            changelog={"id": str(self.now()), "items": items_},
        )

    # --- people's doings, as in the browser ---

    def act(self, user, key, transition):
        """Move by a transition's name."""
        issue = self.issue_of(key)
        found = next(each for each in WORKFLOW[issue["status"]] if each[1] == transition)
        self.moved(issue, user, found, {"resolution": {"id": "10100"}} if found[3] else {})

    def moved(self, issue, user, transition, fields):
        before, (_, _, to, screen) = STATUSES[issue["status"]]["name"], transition
        issue["status"] = to["id"]
        chosen = (fields.get("resolution") or {}).get("id")
        issue["resolution"] = next((each for each in RESOLUTIONS if each["id"] == chosen), None) if screen else None
        self.changed(issue, user, ("status", before, to["name"]), ("resolution", "", ""), kind="issue_generic")

    def move_to(self, user, key, project):
        """Another project: the id stays, the key is another, the old one leads to it."""
        issue = self.issue_of(key)
        old = issue["key"]
        self.numbers[project] += 1
        issue["project"], issue["key"] = project, f"{project}-{self.numbers[project]}"
        self.keys[issue["key"]] = issue["id"]
        self.changed(issue, user, ("project", "ACME", project), ("Key", old, issue["key"]), kind="issue_moved")

    # --- the API ---

    @route("GET", r"/rest/api/[23]/serverInfo")
    def server_info(self, asked):
        if self.cloud:
            return 200, {
                "baseUrl": self.url,
                "version": "1001.0.0-SNAPSHOT",
                "versionNumbers": [1001, 0, 0],
                "deploymentType": "Cloud",
            }
        return 200, {"baseUrl": self.url, "version": "10.3.0", "versionNumbers": [10, 3, 0], "deploymentType": "Server"}

    @route("GET", r"/rest/api/[23]/myself")
    def myself(self, asked):
        return 200, self.person(asked.user)

    @route("GET", r"/rest/api/[23]/field")
    def fields(self, asked):
        return 200, FIELDS

    @route("GET", r"/rest/api/[23]/resolution")
    def resolutions(self, asked):
        return 200, RESOLUTIONS

    @route("GET", r"/rest/api/[23]/mypermissions")
    def permissions(self, asked):
        names = asked.one("permissions", "BROWSE_PROJECTS,CREATE_ISSUES,EDIT_ISSUES,ADD_COMMENTS").split(",")
        return 200, {
            "permissions": {
                name: {
                    "id": "1",
                    "key": name,
                    "name": name.replace("_", " ").title(),
                    "havePermission": asked.user == "bot" or name != "CREATE_ISSUES",
                }
                for name in names
            }
        }

    @route("GET", r"/rest/api/[23]/user/permission/search")
    def may(self, asked):
        key, name = ("accountId", "accountId") if self.cloud else ("username", "name")
        found = [user for user, each in self.users.items() if asked.one(key) == each[name]]
        return 200, [self.person(user) for user in found if user not in self.outsiders]

    @route("GET", r"/rest/api/[23]/project")
    def all_projects(self, asked):
        return 200, list(self.projects.values())

    @route("GET", r"/rest/api/[23]/project/([^/]+)")
    def project(self, asked, key):
        found = next((each for each in self.projects.values() if key in (each["key"], each["id"])), None)
        if found is None:
            raise self.wrong(404, f"No project could be found with key '{key}'.")
        kind = "service_desk" if self.service else "software"
        return 200, found | {
            "issueTypes": [{"id": "10001", "name": "Task", "subtask": False}],
            "projectTypeKey": kind,
        }

    @route("GET", r"/rest/api/[23]/project/([^/]+)/statuses")
    def statuses(self, asked, key):
        self.project(asked, key)
        return 200, [{"id": "10001", "name": "Task", "subtask": False, "statuses": list(STATUSES.values())}]

    @route("GET", r"/rest/api/[23]/issue/createmeta/([^/]+)/issuetypes")
    def kinds(self, asked, key):
        kinds = [{"id": str(20000 + n), "name": f"Kind {n}", "subtask": False} for n in range(self.more_kinds)]
        return self.page(asked, [*kinds, {"id": "10001", "name": "Task", "subtask": False}], "issueTypes", 50)

    def page(self, asked, found, name, most):
        start, size = asked.number("startAt", 0), asked.number("maxResults", most, most)
        part = found[start : start + size]
        return 200, {
            "startAt": start,
            "maxResults": size,
            "total": len(found),
            name if self.cloud else "values": part,
        }

    @route("GET", r"/rest/api/[23]/issue/createmeta/([^/]+)/issuetypes/(\d+)")
    def kind_fields(self, asked, key, kind):
        if not self.tells_screen:
            return self.lost(asked)
        found = [
            {"fieldId": "summary", "key": "summary", "name": "Summary", "required": True, "hasDefaultValue": False},
            {"fieldId": "reporter", "key": "reporter", "name": "Reporter", "required": True, "hasDefaultValue": True},
            {
                "fieldId": "customfield_10010",
                "key": "customfield_10010",
                "name": "Team",
                "required": self.required,
                "hasDefaultValue": False,
            },
        ]
        found += [
            {"fieldId": name, "key": name, "name": name.title(), "required": False, "hasDefaultValue": False}
            for name in ("description", "labels")
        ]
        return self.page(asked, [each for each in found if each["fieldId"] in self.screen], "fields", 2)

    @route("POST", r"/rest/api/([23])/issue")
    def create(self, asked, version):
        given = asked.body.get("fields", {})
        answer = given.get("project", {})
        project = next(
            (
                each
                for each in self.projects.values()
                if answer.get("key") == each["key"] or answer.get("id") == each["id"]
            ),
            None,
        )
        if project is None:
            raise self.wrong(400, project="valid project is required")
        kind = given.get("issuetype", {})
        if kind.get("name", "Task") != "Task" or str(kind.get("id", "10001")) != "10001":
            raise self.wrong(400, issuetype="Specify a valid issue type")
        self.check_fields(given, new=True)
        self.next_id += 1
        self.numbers[project["key"]] += 1
        at = self.now()
        issue = {
            "id": str(self.next_id),
            "key": f"{project['key']}-{self.numbers[project['key']]}",
            "project": project["key"],
            "summary": given["summary"],
            "description": self.taken(given.get("description"), version),
            "labels": list(given.get("labels", [])),
            "assignee": None,
            "creator": asked.user,
            "status": OPEN["id"],
            "resolution": None,
            "customfield_10010": given.get("customfield_10010"),
            "customfield_10011": 42,
            "created": at,
            "updated": at,
            "properties": {each["key"]: each["value"] for each in asked.body.get("properties", [])},
            "comments": [],
            "links": {},
        }
        self.issues[issue["id"]] = issue
        self.keys[issue["key"]] = issue["id"]
        self.tell("jira:issue_created", asked.user, issue_event_type_name="issue_created", issue=self.shown(issue, "2"))
        return 201, {
            "id": issue["id"],
            "key": issue["key"],
            "self": f"{self.url}/rest/api/{version}/issue/{issue['id']}",
        }

    def check_fields(self, given, new=False):
        hidden = {name for name in given if new and name in ("description", "labels") and name not in self.screen}
        if hidden:
            says = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."
            raise self.wrong(400, **{name: says.format(name) for name in hidden})
        for name in given:
            if name not in WRITABLE and name not in ("project", "issuetype"):
                raise self.wrong(
                    400, **{name: f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."}
                )
        if new or "summary" in given:
            summary = given.get("summary") or ""
            if not summary.strip():
                raise self.wrong(400, summary="You must specify a summary of the issue.")
            if len(summary) > 255 or "\n" in summary:
                raise self.wrong(400, summary="Summary must be less than 255 characters, in one line.")
        if new and self.required and not given.get("customfield_10010"):
            raise self.wrong(400, customfield_10010="Team is required.")
        for label in given.get("labels", []):
            if " " in label:
                raise self.wrong(400, labels=f"The label '{label}' contains spaces which is invalid.")

    @route("GET", r"/rest/api/([23])/issue/([^/]+)")
    def issue(self, asked, version, key):
        properties = [name for each in asked.query.get("properties", []) for name in each.split(",")]
        return 200, self.shown(self.issue_of(key), version, properties)

    @route("PUT", r"/rest/api/([23])/issue/([^/]+)")
    def edit(self, asked, version, key):
        issue, given, update = self.issue_of(key), asked.body.get("fields", {}), asked.body.get("update", {})
        self.check_fields(given)
        changes = []
        for name, value in given.items():
            value = self.taken(value, version) if name == "description" else value
            if name == "assignee":
                value = next(
                    (
                        user
                        for user, known in self.users.items()
                        if value and value.get("accountId") == known["accountId"] or value and value.get("name") == user
                    ),
                    None,
                )
            changes.append((name, issue[name], value))
            issue[name] = value
        for step in update.get("labels", []):
            [(verb, label)] = step.items()
            self.check_fields({"labels": [label]})
            before = list(issue["labels"])
            if verb == "add" and label not in issue["labels"]:
                issue["labels"].append(label)
            if verb == "remove" and label in issue["labels"]:
                issue["labels"].remove(label)
            if before != issue["labels"]:
                changes.append(("labels", " ".join(before), " ".join(issue["labels"])))
        if changes:
            self.changed(issue, asked.user, *changes, kind="issue_assigned" if "assignee" in given else "issue_updated")
        return 204, None

    @route("DELETE", r"/rest/api/([23])/issue/([^/]+)")
    def delete(self, asked, version, key):
        issue = self.issue_of(key)
        del self.issues[issue["id"]]
        self.tell("jira:issue_deleted", asked.user, issue=self.shown(issue, "2"))
        return 204, None

    @route("GET", r"/rest/api/([23])/issue/([^/]+)/transitions")
    def transitions(self, asked, version, key):
        issue = self.issue_of(key)
        fields = "transitions.fields" in asked.one("expand")
        found = [
            {"id": id_, "name": name, "to": to, "hasScreen": bool(screen), "isAvailable": True}
            | ({"fields": screen} if fields else {})
            for id_, name, to, screen in WORKFLOW[issue["status"]]
        ]
        return 200, {"expand": "transitions", "transitions": found}

    @route("POST", r"/rest/api/([23])/issue/([^/]+)/transitions")
    def transition(self, asked, version, key):
        issue, wanted = self.issue_of(key), str(asked.body.get("transition", {}).get("id"))
        found = next((each for each in WORKFLOW[issue["status"]] if each[0] == wanted), None)
        if found is None:
            raise self.wrong(400, f"It seems that you have tried to perform an illegal workflow operation ({wanted}).")
        fields = asked.body.get("fields") or {}
        if found[3] and not fields.get("resolution"):
            raise self.wrong(400, resolution="Resolution is required.")
        if not found[3] and fields:
            raise self.wrong(
                400, resolution="Field 'resolution' cannot be set. It is not on the appropriate screen, or unknown."
            )
        self.moved(issue, asked.user, found, fields)
        return 204, None

    @route("GET", r"/rest/api/([23])/issue/([^/]+)/comment")
    def comments(self, asked, version, key):
        issue = self.issue_of(key)
        start, most = asked.number("startAt", 0), asked.number("maxResults", 50, 100)
        page = issue["comments"][start : start + most]
        answer = [self.comment_shown(issue, each, version, asked.one("expand")) for each in page]
        return 200, {"startAt": start, "maxResults": most, "total": len(issue["comments"]), "comments": answer}

    @route("POST", r"/rest/api/([23])/issue/([^/]+)/comment")
    def add_comment(self, asked, version, key):
        issue, body = self.issue_of(key), asked.body.get("body")
        if not body:
            raise self.wrong(400, comment="Comment body can not be empty!")
        self.next_id += 1
        at = self.now()
        comment = {
            "id": str(self.next_id),
            "author": asked.user,
            "body": self.taken(body, version),
            "created": at,
            "updated": at,
            "visibility": asked.body.get("visibility"),
            "properties": asked.body.get("properties", []),
        }
        issue["comments"].append(comment)
        issue["updated"] = at
        shown = self.comment_shown(issue, comment, "2")
        self.tell("comment_created", None, comment=shown, issue=self.shown(issue, "2"))
        self.tell(
            "jira:issue_updated",
            asked.user,
            issue_event_type_name="issue_commented",
            issue=self.shown(issue, "2"),
            comment=shown,
        )
        return 201, self.comment_shown(issue, comment, version, asked.one("expand"))

    def comment_of(self, issue, id_):
        found = next((each for each in issue["comments"] if each["id"] == id_), None)
        if found is None:
            raise self.wrong(404, "Can not find a comment for the id: " + id_)
        return found

    @route("GET", r"/rest/api/([23])/issue/([^/]+)/comment/(\d+)")
    def comment(self, asked, version, key, id_):
        issue = self.issue_of(key)
        return 200, self.comment_shown(issue, self.comment_of(issue, id_), version, asked.one("expand"))

    @route("PUT", r"/rest/api/([23])/issue/([^/]+)/comment/(\d+)")
    def edit_comment(self, asked, version, key, id_):
        issue = self.issue_of(key)
        comment = self.comment_of(issue, id_)
        comment |= {"body": self.taken(asked.body["body"], version), "updated": self.now()}
        shown = self.comment_shown(issue, comment, "2")
        self.tell("comment_updated", None, comment=shown, issue=self.shown(issue, "2"))
        return 200, self.comment_shown(issue, comment, version)

    @route("DELETE", r"/rest/api/([23])/issue/([^/]+)/comment/(\d+)")
    def delete_comment(self, asked, version, key, id_):
        issue = self.issue_of(key)
        comment = self.comment_of(issue, id_)
        issue["comments"].remove(comment)
        self.tell(
            "comment_deleted", None, comment=self.comment_shown(issue, comment, "2"), issue=self.shown(issue, "2")
        )
        return 204, None

    @route("POST", r"/rest/api/([23])/issue/([^/]+)/attachments")
    def attach(self, asked, version, key):
        if asked.headers.get("x-atlassian-token") != "no-check":
            raise Refused(403, {"message": "XSRF check failed"})
        issue = self.issue_of(key)
        path = self.keep_file(*form_of(asked)["file"])
        self.attached[path] = issue["id"]
        return 200, [{"id": path.rpartition("/")[2], "filename": self.files[path][0]}]

    @route("GET", r"/rest/api/3/attachment/content/(\d+)")
    def content(self, asked, id_):
        return 303, None, {"Location": f"{self.url}/media/{id_}"}

    @route("GET", r"/secure/attachment/(\d+)/([^/]+)")
    def secured(self, asked, id_, name):
        _, type_, content = self.files[f"/media/{id_}"]
        return 200, content, {"Content-Type": type_}

    @route("POST", r"/rest/api/([23])/issue/([^/]+)/remotelink")
    def remote_link(self, asked, version, key):
        issue, link = self.issue_of(key), asked.body
        new = link["globalId"] not in issue["links"]
        issue["links"][link["globalId"]] = link["object"]
        return (201 if new else 200), {
            "id": 10000 + len(issue["links"]),
            "self": f"{self.url}/rest/api/{version}/issue/{key}/remotelink/1",
        }

    # --- searching ---

    def matching(self, jql):
        where, _, order = jql.partition(" ORDER BY ")
        known = [issue for issue in self.issues.values() if issue["created"] <= self.now() - self.lag]
        found = [issue for issue in known if all(self.holds(issue, each) for each in where.split(" AND "))]
        name, _, way = (order or "updated DESC").partition(" ")
        if name not in ("updated", "created", "key"):
            raise self.wrong(400, f"Field '{name}' does not exist or you do not have permission to view it.")
        return sorted(found, key=lambda issue: issue[name], reverse=way.upper() == "DESC")

    def holds(self, issue, clause):
        match = re.fullmatch(r'\s*(\w+)\s*(>=|=|~)\s*"?([^"]*)"?\s*', clause)
        if not match:
            raise self.wrong(400, f"Error in the JQL Query: '{clause}'")
        name, sign, value = match.groups()
        if (name, sign) == ("project", "="):
            return value in (issue["project"], self.projects[issue["project"]]["id"])
        if (name, sign) == ("labels", "="):
            return value in issue["labels"]
        if (name, sign) == ("status", "="):
            return STATUSES[issue["status"]]["name"] == value
        if sign == ">=" and name in ("updated", "created"):
            return issue[name] >= self.now() - int(re.fullmatch(r"-(\d+)m", value)[1]) * 60_000
        if (name, sign, value) == ("creator", "=", "currentUser()"):
            return issue["creator"] == self.asking
        if (name, sign) in (("text", "~"), ("summary", "~")):
            text = f"{issue['summary']} {plain(issue['description']) or ''}".lower()
            return all(word.lower() in text for word in value.split())
        raise self.wrong(400, f"Field '{name}' does not exist or you do not have permission to view it.")

    @route("GET", r"/rest/api/([23])/search/jql")
    @route("POST", r"/rest/api/([23])/search/jql")
    def search_jql(self, asked, version):
        if not self.cloud:
            return self.lost(asked)
        query = asked.body or {name: values[0] for name, values in asked.query.items()}
        if not (query.get("jql") or "").strip() or query["jql"].startswith("ORDER"):
            raise self.wrong(
                400, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
            )
        found, start = self.matching(query["jql"]), 0
        if query.get("nextPageToken"):
            start = int(base64.b64decode(query["nextPageToken"]).decode().partition("|")[0])
        end = start + min(int(query.get("maxResults", 50)), 100)
        page = [self.shown(each, version, query.get("properties") or ()) for each in found[start:end]]
        more = (
            {"nextPageToken": base64.b64encode(f"{end}|{query['jql']}".encode()).decode()} if end < len(found) else {}
        )
        return 200, {"issues": page, "isLast": not more} | more  # the key is absent on the last page (JRACLOUD-92184)

    @route("GET", r"/rest/api/([23])/search")
    @route("POST", r"/rest/api/([23])/search")
    def search(self, asked, version):
        if self.cloud:
            raise self.wrong(
                410, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."
            )
        query = asked.body or {name: values[0] for name, values in asked.query.items()}
        found, start, most = self.matching(query["jql"]), int(query.get("startAt", 0)), int(query.get("maxResults", 50))
        page = [self.shown(each, version) for each in found[start : start + most]]
        return 200, {"startAt": start, "maxResults": most, "total": len(found), "issues": page}

    # --- admin webhooks ---

    @route("GET", r"/rest/webhooks/1\.0/webhook")
    def all_hooks(self, asked):
        self.check_admin(asked)
        return 200, [{name: value for name, value in hook.items() if name != "secret"} for hook in self.hooks.values()]

    @route("POST", r"/rest/webhooks/1\.0/webhook")
    def add_hook(self, asked):
        self.check_admin(asked)
        id_ = str(len(self.hooks) + 1)
        self.hooks[id_] = asked.body | {"self": f"{self.url}/rest/webhooks/1.0/webhook/{id_}", "enabled": True}
        return 201, {name: value for name, value in self.hooks[id_].items() if name != "secret"}

    @route("PUT", r"/rest/webhooks/1\.0/webhook/(\d+)")
    def change_hook(self, asked, id_):
        self.check_admin(asked)
        self.hooks[id_] |= asked.body
        return 200, self.hooks[id_]

    @route("DELETE", r"/rest/webhooks/1\.0/webhook/(\d+)")
    def drop_hook(self, asked, id_):
        self.check_admin(asked)
        if self.hooks.pop(id_, None) is None:
            return self.lost(asked)
        return 204, None

    def check_admin(self, asked):
        if asked.user not in self.admins:
            raise Refused(403, {"message": "You must have administer permissions", "status-code": 403})
