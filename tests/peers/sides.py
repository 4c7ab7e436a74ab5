"""The vendor's side of a tracker, the same for each: a twin, what an install of it is told, and Ann, who works there
through the vendor's own Python client."""

import asana
import gitlab
import jira

from .asana import PROJECT, AsanaPeer
from .gitlab import GitLabPeer
from .jira import JiraPeer


class JiraSide:
    kind = "jira"

    def __init__(self):
        self.peer = JiraPeer()
        self.config = {"url": self.peer.url, "project": "ACME", "deployment": "cloud"}
        self.credentials = {"email": "bot@acme.example", "token": "bot-token"}
        self.ann = jira.JIRA(self.peer.url, basic_auth=("ann@acme.example", "ann-token"), max_retries=0)

    def tickets(self):
        """What is there: (id, title), and everything in it that may lead back."""
        return [(each["id"], each["summary"], str(each["links"])) for each in self.peer.issues.values()]

    def say(self, ticket, text):
        return self.ann.add_comment(ticket, text)

    def edit(self, ticket, said, text):
        said.update(body=text)

    def unsay(self, ticket, said):
        said.delete()

    def whisper(self, ticket, text):
        self.ann.add_comment(ticket, text, visibility={"type": "role", "value": "Administrators"})

    def close(self, ticket):
        self.ann.transition_issue(ticket, "Close", fields={"resolution": {"id": "10100"}})

    def reopen(self, ticket):
        self.ann.transition_issue(ticket, "Reopen")

    def closed(self, ticket):
        return self.peer.issues[ticket]["status"] == "10002"

    def move(self, ticket):
        self.peer.move_to("ann", ticket, "OTHER")
        for hook in self.peer.hooks.values():  # an admin widens the filter, as for a move within one's own projects
            hook["filters"]["issue-related-events-section"] = "project = OTHER"


class GitLabSide:
    kind = "gitlab"

    def __init__(self):
        self.peer = GitLabPeer()
        self.config = {"url": self.peer.url, "project": "acme/api"}
        self.credentials = {"token": "glpat-bot"}
        self.ann = gitlab.Gitlab(self.peer.url, private_token="glpat-ann").projects.get(14)

    def tickets(self):
        return [(f"14-{each['iid']}", each["title"], each["description"]) for each in self.peer.issues.values()]

    def issue(self, ticket):
        return self.ann.issues.get(int(ticket.partition("-")[2]))

    def say(self, ticket, text):
        return self.issue(ticket).notes.create({"body": text})

    def edit(self, ticket, said, text):
        said.body = text
        said.save()

    def unsay(self, ticket, said):
        """No webhook tells of it: Ann turns the issue over, too."""
        said.delete()

    def whisper(self, ticket, text):
        self.issue(ticket).notes.create({"body": text, "internal": True})

    def close(self, ticket):
        self.ann.issues.update(self.issue(ticket).iid, {"state_event": "close"})

    def reopen(self, ticket):
        self.ann.issues.update(self.issue(ticket).iid, {"state_event": "reopen"})

    def closed(self, ticket):
        return self.issue(ticket).state == "closed"

    def move(self, ticket):
        self.issue(ticket).move(15)


class AsanaSide:
    kind = "asana"

    def __init__(self):
        self.peer = AsanaPeer()
        self.config = {"url": self.peer.url, "project": PROJECT}
        self.credentials = {"token": "asana-bot"}
        configuration = asana.Configuration()
        configuration.host, configuration.access_token = f"{self.peer.url}/api/1.0", "asana-ann"
        client = asana.ApiClient(configuration)
        self.tasks, self.stories = asana.TasksApi(client), asana.StoriesApi(client)

    def tickets(self):
        return [(each["gid"], each["name"], each["notes"]) for each in self.peer.tasks.values()]

    def say(self, ticket, text):
        return self.stories.create_story_for_task({"data": {"text": text}}, ticket, {})["gid"]

    def edit(self, ticket, said, text):
        self.stories.update_story({"data": {"text": text}}, said, {})

    def unsay(self, ticket, said):
        self.stories.delete_story(said)

    def whisper(self, ticket, text):
        """Asana has no comment that is not for all: Ann edits the notes."""
        self.tasks.update_task({"data": {"notes": text}}, ticket, {})

    def close(self, ticket):
        self.tasks.update_task({"data": {"completed": True}}, ticket, {})

    def reopen(self, ticket):
        self.tasks.update_task({"data": {"completed": False}}, ticket, {})

    def closed(self, ticket):
        return self.peer.tasks[ticket]["completed"]


SIDES = {side.kind: side for side in (JiraSide, GitLabSide, AsanaSide)}
