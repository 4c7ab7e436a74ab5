"""GitLab, REST v4, written from its documents: two projects with issues, notes (also internal), labels, moves, webhooks
with the signing token or the plain one. `python-gitlab` works against it."""

import base64
import hashlib
import hmac
import json
import re
import uuid
from datetime import UTC, datetime
from urllib.parse import unquote, urlencode

from .server import Peer, Posted, Refused, form_of, route

WATCHABLE = (
    "issues confidential_issues note confidential_note push tag_push merge_requests job pipeline wiki_page releases"
)
FLAGS = [f"{what}_events" for what in WATCHABLE.split()]


def iso(ms):
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ms(text):
    return int(datetime.fromisoformat(text).timestamp() * 1000)


class GitLabPeer(Peer):
    """One server. `signs` tells whether it knows signing tokens (19 and later)."""

    def __init__(self, signs=True):
        self.signs = signs
        self.users = {
            1: {"id": 1, "username": "parley", "name": "Parley Bot", "state": "active"},
            2: {"id": 2, "username": "ann", "name": "Ann Agent", "state": "active"},
        }
        self.tokens = {"glpat-bot": 1, "glpat-ann": 2}
        self.levels = {1: 40, 2: 30}
        self.projects = {14: "acme/api", 15: "acme/other", 16: "secret/place"}
        self.was = {}
        self.visibility, self.issues_level = "private", "enabled"
        self.token_ends = None
        self.uploads, self.redirects = {}, False
        self.readable = {1: {14, 15}, 2: {14, 15, 16}}
        self.labels = {14: ["bug", "workflow::doing", "workflow::triage", "workflow::odd", "wontfix"], 15: [], 16: []}
        self.issues, self.hooks, self.next_id = {}, {}, 300
        super().__init__()

    # --- who asks, and how no is said ---

    def who(self, asked):
        token = asked.headers.get("private-token") or asked.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            raise Refused(401, {"message": "401 Unauthorized"})
        return self.tokens[token]

    def lost(self, asked):
        return 404, {"error": "404 Not Found"}, {}

    def project_of(self, asked, name):
        name = unquote(name)
        id_ = next((id_ for id_, path in self.projects.items() if name in (str(id_), path)), None)
        if name in self.was:
            raise self.moved(asked, self.was[name])
        if id_ not in self.readable[asked.user]:
            raise Refused(404, {"message": "404 Project Not Found"})
        return id_

    def rename(self, project, path):
        self.was[self.projects[project]] = project
        self.projects[project] = path

    def moved(self, asked, project):
        """From the path of before it leads whoever reads, and refuses whoever writes."""
        if asked.method != "GET":
            return Refused(
                405, {"message": "405 Method Not Allowed - Non GET methods are not allowed for moved projects"}
            )
        place = re.sub(r"/projects/[^/]+", f"/projects/{project}", asked.path, count=1)
        query = urlencode([(name, value) for name, values in asked.query.items() for value in values])
        return Refused(301, {"message": "301 Moved"}, Location=f"{self.url}{place}?{query}")

    def issue_of(self, asked, project, iid):
        issue = self.issues.get((self.project_of(asked, project), int(iid)))
        if issue is None:
            raise Refused(404, {"message": "404 Not found"})
        return issue

    def paged(self, asked, found, path):
        page, size = asked.number("page", 1) or 1, asked.number("per_page", 20, 100)
        last = max(1, -(-len(found) // size))
        query = {name: values[0] for name, values in asked.query.items()}
        links = {"first": 1, "last": last} | ({"next": page + 1} if page < last else {})
        link = ", ".join(
            f'<{self.url}{path}?{urlencode(query | {"page": n})}>; rel="{rel}"' for rel, n in links.items()
        )
        fields = {"X-Page": page, "X-Per-Page": size, "X-Total": len(found), "X-Total-Pages": last, "Link": link}
        fields |= {"X-Next-Page": page + 1 if page < last else "", "X-Prev-Page": page - 1 if page > 1 else ""}
        return 200, found[(page - 1) * size : page * size], {name: str(value) for name, value in fields.items()}

    def shown(self, issue):
        path = self.projects[issue["project_id"]]
        return {name: value for name, value in issue.items() if name != "notes"} | {
            "created_at": iso(issue["created_at"]),
            "updated_at": iso(issue["updated_at"]),
            "closed_at": iso(issue["closed_at"]) if issue["closed_at"] else None,
            "author": self.users[issue["author"]],
            "assignees": [self.users[id_] for id_ in issue["assignee_ids"]],
            "web_url": f"{self.url}/{path}/-/issues/{issue['iid']}",
            "references": {
                "short": f"#{issue['iid']}",
                "relative": f"#{issue['iid']}",
                "full": f"{path}#{issue['iid']}",
            },
            "issue_type": "issue",
        }

    def note_shown(self, note):
        fields = note | {"author": self.users[note["author"]], "confidential": note["internal"]}
        return fields | {"created_at": iso(note["created_at"]), "updated_at": iso(note["updated_at"])}

    # --- webhooks ---

    def tell(self, issue, flag, header, body):
        for hook in self.hooks.values():
            if hook["project_id"] != issue["project_id"] or not hook[flag]:
                continue
            raw, key = json.dumps(body).encode(), str(uuid.uuid4())
            headers = {"Content-Type": "application/json", "X-Gitlab-Event": header, "X-Gitlab-Instance": self.url}
            headers |= {
                "Idempotency-Key": key,
                "X-Gitlab-Event-UUID": str(uuid.uuid4()),
                "X-Gitlab-Webhook-UUID": hook["uuid"],
            }
            if hook["token"]:
                headers["X-Gitlab-Token"] = hook["token"]
            if hook["signing_token"]:
                at = str(self.now() // 1000)
                secret = base64.b64decode(hook["signing_token"].removeprefix("whsec_"))
                mac = hmac.new(secret, f"{key}.{at}.".encode() + raw, hashlib.sha256).digest()
                headers |= {
                    "webhook-id": key,
                    "webhook-timestamp": at,
                    "webhook-signature": "v1," + base64.b64encode(mac).decode(),
                }
            self.outbox.append(Posted(hook["url"], headers, raw))

    def about(self, user, issue):
        person = self.users[user] | {"email": "[REDACTED]", "avatar_url": None}
        path = self.projects[issue["project_id"]]
        return {
            "user": person,
            "project": {"id": issue["project_id"], "path_with_namespace": path, "web_url": f"{self.url}/{path}"},
        }

    def hooked(self, issue):
        answer = self.shown(issue)
        kept = (
            "id iid project_id title description confidential moved_to_id author_id assignee_ids state url created_at"
        )
        answer |= {
            "url": answer["web_url"],
            "author_id": issue["author"],
            "state_id": 1 if issue["state"] == "opened" else 2,
        }
        labels = [{"id": n, "title": name} for n, name in enumerate(issue["labels"])]
        at = datetime.fromtimestamp(issue["updated_at"] / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        return {name: answer[name] for name in kept.split()} | {"type": "Issue", "labels": labels, "updated_at": at}

    def told_issue(self, user, issue, action, changes):
        hidden = issue["confidential"]
        body = {"object_kind": "issue", "event_type": "confidential_issue" if hidden else "issue"} | self.about(
            user, issue
        )
        body |= {"object_attributes": self.hooked(issue) | {"action": action}, "labels": [], "changes": changes}
        flag, header = (
            ("confidential_issues_events", "Confidential Issue Hook") if hidden else ("issues_events", "Issue Hook")
        )
        self.tell(issue, flag, header, body)

    def told_note(self, user, issue, note, action):
        hidden = note["internal"] or issue["confidential"]
        body = {"object_kind": "note", "event_type": "confidential_note" if hidden else "note"} | self.about(
            user, issue
        )
        attributes = {name: note[name] for name in ("id", "noteable_type", "noteable_id", "system", "internal")}
        attributes |= {
            "note": note["body"],
            "project_id": issue["project_id"],
            "action": action,
            "updated_at": iso(note["updated_at"]),
        }
        body |= {"project_id": issue["project_id"], "object_attributes": attributes, "issue": self.hooked(issue)}
        flag, header = (
            ("confidential_note_events", "Confidential Note Hook") if hidden else ("note_events", "Note Hook")
        )
        self.tell(issue, flag, header, body)

    # --- the API: who and where ---

    @route("GET", r"/api/v4/user")
    def user(self, asked):
        return 200, self.users[asked.user]

    @route("POST", r"/api/v4/projects/([^/]+)/uploads")
    def upload(self, asked, project):
        id_ = self.project_of(asked, project)
        name, type_, content = form_of(asked)["file"]
        secret = f"{len(self.files) + 1:032x}"
        self.uploads[id_, secret, name] = self.keep_file(name, type_, content)
        url = f"/uploads/{secret}/{name}"
        full = f"/-/project/{id_}{url}"
        return 201, {"id": 1, "alt": name, "url": url, "full_path": full, "markdown": f"![{name}]({url})"}

    @route("GET", r"/api/v4/projects/([^/]+)/uploads/([0-9a-f]{32})/([^/]+)")
    def download(self, asked, project, secret, name):
        path = self.uploads.get((self.project_of(asked, project), secret, unquote(name)))
        if path is None:
            return self.lost(asked)
        if self.redirects:
            return 302, None, {"Location": f"{self.url}{path}"}
        _, type_, content = self.files[path]
        return 200, content, {"Content-Type": type_}

    @route("GET", r"/api/v4/personal_access_tokens/self")
    def own_token(self, asked):
        return 200, {"id": 1, "name": "parley", "scopes": ["api"], "active": True, "expires_at": self.token_ends}

    @route("GET", r"/api/v4/projects/([^/]+)")
    def project(self, asked, name):
        id_ = self.project_of(asked, name)
        access = {
            "project_access": {"access_level": self.levels[asked.user], "notification_level": 3},
            "group_access": None,
        }
        path = self.projects[id_]
        return 200, {
            "id": id_,
            "path_with_namespace": path,
            "name": path,
            "permissions": access,
            "issues_access_level": self.issues_level,
            "visibility": self.visibility,
        }

    @route("GET", r"/api/v4/projects/([^/]+)/members/all/(\d+)")
    def member(self, asked, name, user):
        self.project_of(asked, name)
        if int(user) not in self.levels:
            raise Refused(404, {"message": "404 Not found"})
        return 200, self.users[int(user)] | {"access_level": self.levels[int(user)]}

    @route("GET", r"/api/v4/projects/([^/]+)/labels")
    def all_labels(self, asked, project):
        id_ = self.project_of(asked, project)
        return self.paged(asked, [{"id": n, "name": name} for n, name in enumerate(self.labels[id_])], asked.path)

    @route("POST", r"/api/v4/projects/([^/]+)/labels")
    def add_label(self, asked, project):
        self.labels[self.project_of(asked, project)].append(asked.body["name"])
        return 201, {"id": 99, "name": asked.body["name"]}

    # --- issues ---

    @route("GET", r"/api/v4/projects/([^/]+)/issues")
    def all_issues(self, asked, project):
        id_ = self.project_of(asked, project)
        found = [issue for (home, _), issue in self.issues.items() if home == id_]
        if asked.one("search"):
            places = asked.one("in", "title,description").split(",")
            text = asked.one("search").lower()
            found = [issue for issue in found if any(text in (issue[place] or "").lower() for place in places)]
        if asked.one("updated_after"):
            found = [issue for issue in found if issue["updated_at"] > ms(asked.one("updated_after"))]
        if asked.one("state", "all") != "all":
            found = [issue for issue in found if issue["state"] == asked.one("state")]
        name = asked.one("order_by", "created_at")
        found.sort(key=lambda issue: issue[name], reverse=asked.one("sort", "desc") == "desc")
        return self.paged(asked, [self.shown(issue) for issue in found], asked.path)

    @route("POST", r"/api/v4/projects/([^/]+)/issues")
    def create(self, asked, project):
        id_ = self.project_of(asked, project)
        if not (asked.body.get("title") or "").strip():
            raise Refused(400, {"message": {"title": ["can't be blank"]}})
        return 201, self.shown(self.made(asked.user, id_, asked.body))

    def made(self, user, project, given):
        if len(given["title"]) > 255:
            raise Refused(400, {"message": {"title": ["is too long (maximum is 255 characters)"]}})
        self.next_id += 1
        at = self.now()
        issue = {
            "id": self.next_id,
            "iid": 1 + max((iid for home, iid in self.issues if home == project), default=0),
            "project_id": project,
            "title": given["title"],
            "description": given.get("description"),
            "state": "opened",
            "labels": [label for label in self.names(given.get("labels")) if label],
            "confidential": bool(given.get("confidential")),
            "author": user,
            "assignee_ids": [],
            "moved_to_id": None,
            "created_at": at,
            "updated_at": at,
            "closed_at": None,
            "notes": [],
        }
        self.issues[project, issue["iid"]] = issue
        self.told_issue(user, issue, "open", {})
        return issue

    def names(self, listed):
        return (
            listed if isinstance(listed, list) else [part.strip() for part in (listed or "").split(",") if part.strip()]
        )

    @route("GET", r"/api/v4/projects/([^/]+)/issues/(\d+)")
    def issue(self, asked, project, iid):
        return 200, self.shown(self.issue_of(asked, project, iid))

    @route("PUT", r"/api/v4/projects/([^/]+)/issues/(\d+)")
    def edit(self, asked, project, iid):
        issue, given = self.issue_of(asked, project, iid), asked.body
        known = {
            "title",
            "description",
            "state_event",
            "add_labels",
            "remove_labels",
            "labels",
            "assignee_ids",
            "confidential",
        }
        if not known & set(given):
            raise Refused(
                400, {"error": f"{', '.join(sorted(known))} are missing, at least one parameter must be provided"}
            )
        action, changes = self.closed_or_not(issue, given.get("state_event")), {}
        for name in ("title", "description", "assignee_ids", "confidential"):
            if name in given and given[name] != issue[name]:
                changes["assignees" if name == "assignee_ids" else name] = {
                    "previous": issue[name],
                    "current": given[name],
                }
                issue[name] = given[name]
        before = list(issue["labels"])
        if "labels" in given:
            issue["labels"] = self.names(given["labels"])
        issue["labels"] = [label for label in issue["labels"] if label not in self.names(given.get("remove_labels"))]
        for label in self.names(given.get("add_labels")):
            scope = label.rpartition("::")[0]
            issue["labels"] = [each for each in issue["labels"] if not scope or each.rpartition("::")[0] != scope]
            issue["labels"] += [label] if label not in issue["labels"] else []
        if before != issue["labels"]:
            changes["labels"] = {
                "previous": [{"title": each} for each in before],
                "current": [{"title": each} for each in issue["labels"]],
            }
        issue["updated_at"] = self.now()
        if action:
            self.told_issue(asked.user, issue, action, changes | {"state_id": {"previous": 1, "current": 2}})
        elif changes:
            self.told_issue(asked.user, issue, "update", changes)
        return 200, self.shown(issue)

    def closed_or_not(self, issue, event):
        states = {"close": "closed", "reopen": "opened"}
        if event and event not in states:
            raise Refused(400, {"error": "state_event does not have a valid value"})
        if not event or issue["state"] == states[event]:
            return ""
        issue["state"] = states[event]
        issue["closed_at"] = self.now() if event == "close" else None
        return event

    @route("DELETE", r"/api/v4/projects/([^/]+)/issues/(\d+)")
    def delete(self, asked, project, iid):
        issue = self.issue_of(asked, project, iid)
        del self.issues[issue["project_id"], issue["iid"]]  # no webhook tells of it
        return 204, None

    @route("POST", r"/api/v4/projects/([^/]+)/issues/(\d+)/move")
    def move(self, asked, project, iid):
        issue, to = self.issue_of(asked, project, iid), int(asked.body["to_project_id"])
        new = self.made(asked.user, to, issue)
        issue |= {"state": "closed", "moved_to_id": new["id"], "closed_at": self.now(), "updated_at": self.now()}
        new["notes"] = [dict(note) for note in issue["notes"]]
        self.noted(asked.user, issue, f"moved to {self.projects[to]}#{new['iid']}", system=True)
        self.told_issue(asked.user, issue, "close", {"moved_to_id": {"previous": None, "current": new["id"]}})
        return 201, self.shown(new)

    # --- notes ---

    def noted(self, user, issue, body, system=False, internal=False):
        self.next_id += 1
        at = self.now()
        note = {
            "id": self.next_id,
            "body": body,
            "author": user,
            "system": system,
            "internal": internal,
            "created_at": at,
        }
        note |= {"updated_at": at, "noteable_type": "Issue", "noteable_id": issue["id"], "noteable_iid": issue["iid"]}
        issue["notes"].append(note)
        issue["updated_at"] = at
        return note

    @route("GET", r"/api/v4/projects/([^/]+)/issues/(\d+)/notes")
    def all_notes(self, asked, project, iid):
        name = asked.one("order_by", "created_at")
        found = sorted(self.issue_of(asked, project, iid)["notes"], key=lambda note: note[name])
        found = found[::-1] if asked.one("sort", "desc") == "desc" else found
        return self.paged(asked, [self.note_shown(note) for note in found], asked.path)

    @route("POST", r"/api/v4/projects/([^/]+)/issues/(\d+)/notes")
    def add_note(self, asked, project, iid):
        issue = self.issue_of(asked, project, iid)
        if not (asked.body.get("body") or "").strip():
            raise Refused(400, {"message": {"note": ["can't be blank"]}})
        hidden = bool(asked.body.get("internal") or asked.body.get("confidential"))
        note = self.noted(asked.user, issue, asked.body["body"], internal=hidden)
        self.told_note(asked.user, issue, note, "create")
        return 201, self.note_shown(note)

    def note_of(self, asked, project, iid, id_):
        issue = self.issue_of(asked, project, iid)
        note = next((note for note in issue["notes"] if note["id"] == int(id_)), None)
        if note is None:
            raise Refused(404, {"message": "404 Note Not Found"})
        return issue, note

    @route("GET", r"/api/v4/projects/([^/]+)/issues/(\d+)/notes/(\d+)")
    def note(self, asked, project, iid, id_):
        return 200, self.note_shown(self.note_of(asked, project, iid, id_)[1])

    @route("PUT", r"/api/v4/projects/([^/]+)/issues/(\d+)/notes/(\d+)")
    def edit_note(self, asked, project, iid, id_):
        issue, note = self.note_of(asked, project, iid, id_)
        if note["author"] != asked.user:
            raise Refused(403, {"message": "403 Forbidden"})
        note |= {"body": asked.body["body"], "updated_at": self.now()}
        self.told_note(asked.user, issue, note, "update")
        return 200, self.note_shown(note)

    @route("DELETE", r"/api/v4/projects/([^/]+)/issues/(\d+)/notes/(\d+)")
    def delete_note(self, asked, project, iid, id_):
        issue, note = self.note_of(asked, project, iid, id_)
        issue["notes"].remove(note)  # no webhook tells of it
        return 204, None

    # --- webhooks' own API ---

    def hook_shown(self, hook):
        hidden = ("token", "signing_token", "uuid")
        fields = {name: value for name, value in hook.items() if name not in hidden}
        seen = {"token_present": bool(hook["token"]), "signing_token_present": bool(hook["signing_token"])}
        return fields | (seen if self.signs else {})

    def check_maintainer(self, asked):
        if self.levels[asked.user] < 40:
            raise Refused(403, {"message": "403 Forbidden"})

    @route("GET", r"/api/v4/projects/([^/]+)/hooks")
    def all_hooks(self, asked, project):
        self.check_maintainer(asked)
        id_ = self.project_of(asked, project)
        return self.paged(
            asked, [self.hook_shown(each) for each in self.hooks.values() if each["project_id"] == id_], asked.path
        )

    @route("POST", r"/api/v4/projects/([^/]+)/hooks")
    def add_hook(self, asked, project):
        self.check_maintainer(asked)
        if not asked.body.get("url", "").startswith("http"):
            raise Refused(422, {"error": "Invalid url given"})
        self.next_id += 1
        hook = {"id": self.next_id, "project_id": self.project_of(asked, project), "uuid": str(uuid.uuid4())}
        hook |= {"token": "", "signing_token": "", "alert_status": "executable", "push_events": True}
        self.hooks[hook["id"]] = dict.fromkeys(FLAGS, False) | hook
        return 201, self.hook_shown(self.set_hook(hook["id"], asked.body))

    def set_hook(self, id_, given):
        signing = given.get("signing_token")
        if signing and self.signs:
            key = signing.removeprefix("whsec_")
            if not signing.startswith("whsec_") or len(base64.b64decode(key)) != 32:
                raise Refused(
                    422, {"message": {"signing_token": ["must be in whsec_<base64> format encoding a 32-byte key"]}}
                )
        ignored = set() if self.signs else {"signing_token"}
        self.hooks[id_] |= {name: value for name, value in given.items() if name not in ignored}
        return self.hooks[id_]

    @route("GET", r"/api/v4/projects/([^/]+)/hooks/(\d+)")
    def hook(self, asked, project, id_):
        return 200, self.hook_shown(self.hooks[int(id_)])

    @route("PUT", r"/api/v4/projects/([^/]+)/hooks/(\d+)")
    def change_hook(self, asked, project, id_):
        self.check_maintainer(asked)
        return 200, self.hook_shown(self.set_hook(int(id_), asked.body))

    @route("DELETE", r"/api/v4/projects/([^/]+)/hooks/(\d+)")
    def drop_hook(self, asked, project, id_):
        self.check_maintainer(asked)
        if self.hooks.pop(int(id_), None) is None:
            return self.lost(asked)
        return 204, None
