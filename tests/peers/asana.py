"""Asana, REST 1.0, written from its documents: a project with sections, tasks, stories, tags, webhooks with their
handshake. Answers hold what `opt_fields` asks for and no more. `asana` (the Python client) works against it."""

import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime
from html import escape
from xml.etree import ElementTree

from .server import Peer, Posted, Refused, form_of, route

WORKSPACE = {"gid": "1100000000000001", "resource_type": "workspace", "name": "Acme"}
PROJECT = "1200000000000001"
OTHER = "1200000000000002"
SYSTEM = {
    "completed": "marked_complete",
    "assignee": "assigned",
    "tags": "added_to_tag",
    "memberships": "section_changed",
}


def iso(ms):
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ms(text):
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def picked(value, fields):
    """A value with the fields that were asked for; gid, type and, of compact ones, the name always."""
    if isinstance(value, list):
        return [picked(each, fields) for each in value]
    if not isinstance(value, dict):
        return value
    values = {name: value[name] for name in ("gid", "resource_type") if name in value}
    if not fields:
        return values | {name: value[name] for name in ("name", "resource_subtype") if name in value}
    for name in {field.partition(".")[0] for field in fields}:
        if name in value:
            values[name] = picked(value[name], [f.partition(".")[2] for f in fields if f.startswith(f"{name}.")])
    return values


COMMENTS = {"body", "strong", "em", "u", "s", "code", "pre", "ol", "ul", "li", "a", "blockquote"}
NOTES = COMMENTS | {"h1", "h2", "hr", "img"}
LISTS = {"ul", "ol"}
APART = {"h1", "h2", "blockquote", "pre"}


def taken(rich, tags):
    """Rich text as it is taken, and what it says plainly; the reason why it is not."""
    try:
        body = ElementTree.fromstring(rich)
    except ElementTree.ParseError:
        return None, "XML is invalid"
    if body.tag != "body":
        return None, "a body is needed"
    waiting = [(body, frozenset())]
    while waiting:
        tag, above = waiting.pop()
        if tag.tag not in tags or set(tag.attrib) - ({"href"} if tag.tag == "a" else set()):
            return None, f"{tag.tag} is not allowed"
        if (tag.tag in APART and "li" in above) or (tag.tag in LISTS and above & APART):
            return None, f"{tag.tag} is in the wrong place"
        if tag.tag == "li" and not above & LISTS:
            return None, "li is in no list"
        waiting += [(each, above | {tag.tag}) for each in tag]
    for tag in body.iter():
        if tag.tag in LISTS | APART | {"li", "hr"}:
            tag.tail = "\n" + (tag.tail or "")
            tag.text = ("\n" if tag.tag in LISTS else "") + (tag.text or "")
    return "".join(body.itertext()).strip("\n"), ""


class AsanaPeer(Peer):
    """One workspace. `paid` tells whether searching is allowed."""

    def __init__(self, paid=True):
        self.paid = paid
        people = {"bot": "Parley Bot", "ann": "Ann Agent"}
        self.users = {
            name: {"gid": f"130000000000000{n}", "resource_type": "user", "name": shown}
            for n, (name, shown) in enumerate(people.items())
        }
        self.tokens = {"asana-bot": "bot", "asana-ann": "ann"}
        self.next_gid = 1400000000000000
        self.guests = set()
        self.external = "kept"  # or "ignored", or "refused": Asana keeps it for OAuth
        self.projects = {
            PROJECT: {
                "gid": PROJECT,
                "resource_type": "project",
                "name": "Support",
                "archived": False,
                "workspace": WORKSPACE,
            },
            OTHER: {
                "gid": OTHER,
                "resource_type": "project",
                "name": "Other",
                "archived": False,
                "workspace": WORKSPACE,
            },
        }
        self.sections, self.tasks, self.stories, self.tags, self.hooks, self.attached = {}, {}, {}, {}, {}, {}
        for name in ("Untitled section", "To do", "Doing", "Done", "Won't do", "Someday"):
            gid = self.fresh()
            self.sections[gid] = {"gid": gid, "resource_type": "section", "name": name, "project": PROJECT}
        super().__init__()

    def fresh(self):
        self.next_gid += 1
        return str(self.next_gid)

    # --- who asks, and how no is said ---

    def wrong(self, status, message, **headers):
        fields = {"message": message, "help": "For more information on API status codes and how to handle them, …"}
        return Refused(status, {"errors": [fields]}, **headers)

    def who(self, asked):
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            raise self.wrong(401, "Not Authorized")
        return self.tokens[token]

    def lost(self, asked):
        return 404, {"errors": [{"message": "No matching route for request"}]}, {}

    def one(self, kind, gid, name):
        if not gid.isdigit():
            raise self.wrong(400, f"{name}: Not a recognized ID: {gid}")
        found = kind.get(gid)
        if found is None:
            raise self.wrong(404, f"{name}: Unknown object: {gid}")
        return found

    def picked_answer(self, asked, value, status=200):
        fields = [name for name in asked.one("opt_fields").split(",") if name]
        return status, {"data": picked(value, fields)}

    def paged(self, asked, found):
        size, start = asked.number("limit", 20, 100), int(asked.one("offset", "eyJ0-0").rpartition("-")[2])
        if asked.one("limit") and not 1 <= int(asked.one("limit")) <= 100:
            raise self.wrong(400, "limit: Value is not in range: 1-100")
        status, body = self.picked_answer(asked, found[start : start + size])
        offset = f"eyJ0-{start + size}"
        more = {
            "offset": offset,
            "path": f"{asked.path}?offset={offset}",
            "uri": f"{self.url}{asked.path}?offset={offset}",
        }
        return status, body | {"next_page": more if start + size < len(found) else None}

    def data(self, asked):
        answer = asked.body.get("data") if isinstance(asked.body, dict) else None
        if not isinstance(answer, dict):
            raise self.wrong(400, "data: Missing input")
        return answer

    def rich(self, given, plain, tags):
        """What was given, with both forms of its text."""
        html = f"html_{plain}"
        if html in given:
            text, why = taken(given[html], tags)
            if why:
                raise self.wrong(400, f"{html}: {why}")
            return given | {plain: text}
        return given | {html: f"<body>{escape(given[plain], quote=False)}</body>"} if plain in given else given

    # --- webhooks ---

    def tell(self, user, *events):
        """Events, in one request to each webhook whose filters let them through."""
        whole = [
            {
                "user": {"gid": self.users[user]["gid"], "resource_type": "user"} if user else None,
                "created_at": iso(self.now()),
            }
            | each
            for each in events
        ]
        for hook in self.hooks.values():
            through = [each for each in whole if any(self.passes(each, each_) for each_ in hook["filters"])]
            if through:
                self.send(hook, through)

    def passes(self, event, wanted):
        kind, action = event["resource"]["resource_type"], event["action"]
        return wanted["resource_type"] == kind and wanted.get("action", action) == action

    def send(self, hook, events):
        body = json.dumps({"events": events}).encode()
        digest = hmac.new(hook["secret"].encode(), body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json; charset=UTF-8", "X-Hook-Signature": digest}
        self.outbox.append(Posted(hook["target"], headers, body))

    def heartbeat(self):
        for hook in self.hooks.values():
            self.send(hook, [])

    def brief(self, value, subtype=""):
        fields = {"gid": value["gid"], "resource_type": value["resource_type"]}
        return fields | ({"resource_subtype": subtype} if subtype else {})

    def changed(self, user, task, field, value):
        """A task's field moved: the change twice, as Asana does, and the story that it notes."""
        task["modified_at"] = self.now()
        resource = self.brief(task, "default_task")
        change = {
            "action": "changed",
            "parent": None,
            "resource": resource,
            "change": {"field": field, "action": "changed"},
        }
        story = self.story(task, user, SYSTEM.get(field, "name_changed"), f"changed {field}", "system")
        noted = {"action": "added", "parent": resource, "resource": self.brief(story, story["resource_subtype"])}
        self.tell(user, change, change, noted)

    def story(self, task, user, subtype, text, kind):
        gid = self.fresh()
        story = {"gid": gid, "resource_type": "story", "resource_subtype": subtype, "type": kind, "text": text}
        story |= {
            "created_at": iso(self.now()),
            "created_by": self.users[user],
            "is_edited": False,
            "target": self.brief(task),
        }
        self.stories[gid] = story
        return story

    # --- who and where ---

    @route("GET", r"/api/1\.0/users/me")
    def me(self, asked):
        return self.picked_answer(asked, self.users[asked.user])

    @route("GET", r"/api/1\.0/projects/(\w+)")
    def project(self, asked, gid):
        return self.picked_answer(asked, self.one(self.projects, gid, "project"))

    @route("GET", r"/api/1\.0/projects/(\d+)/sections")
    def all_sections(self, asked, gid):
        self.one(self.projects, gid, "project")
        return self.paged(asked, [each for each in self.sections.values() if each["project"] == gid])

    @route("GET", r"/api/1\.0/workspaces/(\d+)/workspace_memberships")
    def memberships(self, asked, gid):
        found = [name for name, user in self.users.items() if asked.one("user") in ("", user["gid"])]
        rows = [
            {
                "gid": f"15{n}",
                "resource_type": "workspace_membership",
                "is_guest": name in self.guests,
                "is_active": True,
            }
            for n, name in enumerate(found)
        ]
        return self.paged(asked, rows)

    @route("GET", r"/api/1\.0/workspaces/(\d+)/typeahead")
    def typeahead(self, asked, gid):
        kinds = {"tag": self.tags, "task": self.tasks}
        kind, text = asked.one("resource_type"), asked.one("query").lower()
        if kind not in kinds:
            raise self.wrong(400, "resource_type: Value is not one of the supported ones")
        found = [self.shown(each) for each in kinds[kind].values() if each["name"].lower().startswith(text)]
        return self.picked_answer(asked, found[: asked.number("count", 20, 100)])

    @route("POST", r"/api/1\.0/workspaces/(\d+)/tags")
    def add_tag(self, asked, gid):
        tag = {"gid": self.fresh(), "resource_type": "tag", "name": self.data(asked)["name"]}
        self.tags[tag["gid"]] = tag
        return self.picked_answer(asked, tag, 201)

    @route("GET", r"/api/1\.0/workspaces/(\d+)/tasks/search")
    def search(self, asked, gid):
        if not self.paid:
            raise self.wrong(402, "Search is only available to premium users.")
        words = asked.one("text").lower().split()
        project = asked.one("projects.any")
        found = [
            task
            for task in self.tasks.values()
            if all(word in f"{task['name']} {task['notes']}".lower() for word in words)
        ]
        found = [task for task in found if any(each["project"]["gid"] == project for each in task["memberships"])]
        return self.picked_answer(asked, [self.shown(task) for task in found[: asked.number("limit", 20, 100)]])

    # --- tasks ---

    def shown(self, task):
        if task["resource_type"] != "task":
            return task
        return task | {
            "modified_at": iso(task["modified_at"]),
            "permalink_url": f"{self.url}/1/1100/project/{PROJECT}/task/{task['gid']}",
        }

    def task_of(self, asked, gid):
        if gid.startswith("external:"):
            name = gid.removeprefix("external:")
            if self.external == "refused":
                raise self.wrong(400, "task: Not a recognized ID")
            found = next(
                (each for each in self.tasks.values() if each["external"] and each["external"]["gid"] == name), None
            )
            if found is None or found["by"] != asked.user:
                raise self.wrong(404, f"task: Unknown object: {gid}")
            return found
        return self.one(self.tasks, gid, "task")

    @route("POST", r"/api/1\.0/tasks")
    def create(self, asked):
        given = self.rich({"notes": ""} | self.data(asked), "notes", NOTES)
        projects = given.get("projects", [])
        if not projects and not given.get("workspace"):
            raise self.wrong(400, "You should specify one of workspace, parent, projects")
        external = given.get("external") if self.external != "ignored" else None
        if external and self.external == "refused":
            raise self.wrong(400, "external: You must authenticate with OAuth")
        if external and any(
            each["external"] and each["external"]["gid"] == external["gid"] for each in self.tasks.values()
        ):
            raise self.wrong(400, "external: The external ID is already used")
        task = {
            "gid": self.fresh(),
            "resource_type": "task",
            "resource_subtype": "default_task",
            "name": given.get("name", ""),
            "notes": given["notes"],
            "html_notes": given["html_notes"],
            "completed": bool(given.get("completed")),
            "assignee": None,
            "external": external,
            "tags": [],
            "memberships": [
                {"project": self.projects[gid], "section": next(iter(self.sections.values()))} for gid in projects
            ],
            "by": asked.user,
            "modified_at": self.now(),
        }
        self.tasks[task["gid"]] = task
        for gid in projects:
            self.tell(
                asked.user,
                {
                    "action": "added",
                    "parent": {"gid": gid, "resource_type": "project"},
                    "resource": self.brief(task, "default_task"),
                },
            )
        return self.picked_answer(asked, self.shown(task), 201)

    @route("GET", r"/api/1\.0/tasks")
    def all_tasks(self, asked):
        project = asked.one("project")
        if not project:
            raise self.wrong(
                400, "You should specify one of project, tag, section, user_task_list, or assignee + workspace"
            )
        found = [
            task
            for task in self.tasks.values()
            if any(each["project"]["gid"] == project for each in task["memberships"])
        ]
        since = asked.one("modified_since")
        return self.paged(asked, [self.shown(task) for task in found if not since or task["modified_at"] >= ms(since)])

    @route("GET", r"/api/1\.0/tasks/([\w:.-]+)")
    def task(self, asked, gid):
        return self.picked_answer(asked, self.shown(self.task_of(asked, gid)))

    @route("PUT", r"/api/1\.0/tasks/([\w:.-]+)")
    def edit(self, asked, gid):
        task = self.task_of(asked, gid)
        for name, value in self.rich(self.data(asked), "notes", NOTES).items():
            if name == "html_notes":
                task[name] = value
                continue
            if name not in ("name", "notes", "completed", "assignee", "external"):
                raise self.wrong(400, f"{name}: Unrecognized field")
            if name == "assignee":
                value = next((user for user in self.users.values() if user["gid"] == value), None)
            if task[name] != value:
                task[name] = value
                self.changed(asked.user, task, name, value)
        return self.picked_answer(asked, self.shown(task))

    @route("DELETE", r"/api/1\.0/tasks/(\d+)")
    def delete(self, asked, gid):
        task = self.task_of(asked, gid)
        del self.tasks[gid]
        self.tell(asked.user, {"action": "deleted", "parent": None, "resource": self.brief(task, "default_task")})
        return 200, {"data": {}}

    @route("POST", r"/api/1\.0/tasks/(\d+)/(addTag|removeTag)")
    def tag(self, asked, gid, verb):
        task, tag = self.task_of(asked, gid), self.one(self.tags, self.data(asked)["tag"], "tag")
        worn = [each for each in task["tags"] if each["gid"] != tag["gid"]]
        task["tags"] = [*worn, tag] if verb == "addTag" else worn
        self.changed(asked.user, task, "tags", None)
        return 200, {"data": {}}

    @route("POST", r"/api/1\.0/tasks/(\d+)/removeProject")
    def remove_project(self, asked, gid):
        task, project = self.task_of(asked, gid), self.data(asked)["project"]
        task["memberships"] = [each for each in task["memberships"] if each["project"]["gid"] != project]
        task["modified_at"] = self.now()
        self.tell(
            asked.user,
            {"action": "removed", "parent": {"gid": project, "resource_type": "project"}, "resource": self.brief(task)},
        )
        return 200, {"data": {}}

    @route("POST", r"/api/1\.0/sections/(\d+)/addTask")
    def into_section(self, asked, gid):
        section, task = self.one(self.sections, gid, "section"), self.task_of(asked, self.data(asked)["task"])
        for each in task["memberships"]:
            if each["project"]["gid"] == section["project"]:
                each["section"] = section
        self.changed(asked.user, task, "memberships", None)
        self.tell(
            asked.user, {"action": "added", "parent": self.brief(section), "resource": self.brief(task, "default_task")}
        )
        return 200, {"data": {}}

    # --- attachments ---

    @route("POST", r"/api/1\.0/attachments")
    def attach(self, asked):
        given = form_of(asked)
        self.task_of(asked, given["parent"])
        gid, path = self.fresh(), self.keep_file(*given["file"])
        self.attached[gid] = {"gid": gid, "path": path, "parent": {"gid": given["parent"]}}
        return 200, {"data": {"gid": gid, "name": given["file"][0]}}

    @route("GET", r"/api/1\.0/attachments/(\d+)")
    def attachment(self, asked, gid):
        kept = self.one(self.attached, gid, "attachment")
        name, _, content = self.files[kept["path"]]
        shown = kept | {"name": name, "size": len(content), "download_url": f"{self.url}{kept['path']}"}
        return self.picked_answer(asked, shown)

    # --- stories ---

    @route("GET", r"/api/1\.0/tasks/(\d+)/stories")
    def all_stories(self, asked, gid):
        self.task_of(asked, gid)
        return self.paged(asked, [each for each in self.stories.values() if each["target"]["gid"] == gid])

    @route("POST", r"/api/1\.0/tasks/(\d+)/stories")
    def add_story(self, asked, gid):
        task, given = self.task_of(asked, gid), self.rich(self.data(asked), "text", COMMENTS)
        if not (given.get("text") or "").strip():
            raise self.wrong(400, "text: Missing input")
        story = self.story(task, asked.user, "comment_added", given["text"], "comment")
        story["html_text"] = given["html_text"]
        self.tell(
            asked.user,
            {
                "action": "added",
                "parent": self.brief(task, "default_task"),
                "resource": self.brief(story, "comment_added"),
            },
        )
        return self.picked_answer(asked, story, 201)

    @route("GET", r"/api/1\.0/stories/(\d+)")
    def one_story(self, asked, gid):
        return self.picked_answer(asked, self.one(self.stories, gid, "story"))

    @route("PUT", r"/api/1\.0/stories/(\d+)")
    def edit_story(self, asked, gid):
        story = self.one(self.stories, gid, "story")
        if story["created_by"] != self.users[asked.user]:
            raise self.wrong(403, "You cannot edit this story")
        given = self.rich(self.data(asked), "text", COMMENTS)
        story |= {"text": given["text"], "html_text": given["html_text"], "is_edited": True}
        self.tell(
            asked.user,
            {
                "action": "changed",
                "parent": None,
                "resource": self.brief(story, "comment_added"),
                "change": {"field": "text", "action": "changed"},
            },
        )
        return self.picked_answer(asked, story)

    @route("DELETE", r"/api/1\.0/stories/(\d+)")
    def delete_story(self, asked, gid):
        story = self.one(self.stories, gid, "story")
        if story["created_by"] != self.users[asked.user]:
            raise self.wrong(403, "You cannot delete this story")
        del self.stories[gid]
        self.tell(asked.user, {"action": "deleted", "parent": None, "resource": self.brief(story, "comment_added")})
        return 200, {"data": {}}

    # --- webhooks' own API ---

    def hook_shown(self, hook):
        fields = {name: hook[name] for name in ("gid", "resource_type", "active", "target", "filters")}
        return fields | {"resource": self.brief(self.projects[hook["resource"]])}

    @route("GET", r"/api/1\.0/webhooks")
    def all_hooks(self, asked):
        if not asked.one("workspace"):
            raise self.wrong(400, "workspace: Missing input")
        resource = asked.one("resource")
        return self.paged(
            asked, [self.hook_shown(each) for each in self.hooks.values() if resource in ("", each["resource"])]
        )

    @route("POST", r"/api/1\.0/webhooks")
    def add_hook(self, asked):
        """The handshake happens while the caller waits."""
        given = self.data(asked)
        self.one(self.projects, given["resource"], "resource")
        if any(
            each["target"] == given["target"] and each["resource"] == given["resource"] for each in self.hooks.values()
        ):
            raise self.wrong(403, "You already have a webhook for this resource and target")
        secret = secrets.token_hex(32)
        status, headers = self.post(given["target"], {"X-Hook-Secret": secret, "Content-Type": "application/json"}, b"")
        if status not in (200, 204) or headers.get("x-hook-secret") != secret:
            raise self.wrong(400, "The remote server did not respond with the handshake secret.")
        gid = self.fresh()
        hook = {
            "gid": gid,
            "resource_type": "webhook",
            "active": True,
            "secret": secret,
            "filters": given.get("filters", []),
        }
        self.hooks[gid] = hook | {"resource": given["resource"], "target": given["target"]}
        self.send(self.hooks[gid], [])
        return 201, {"data": self.hook_shown(self.hooks[gid]), "X-Hook-Secret": secret}

    @route("DELETE", r"/api/1\.0/webhooks/(\d+)")
    def drop_hook(self, asked, gid):
        self.one(self.hooks, gid, "webhook")
        del self.hooks[gid]
        return 200, {"data": {}}
