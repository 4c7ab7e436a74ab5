"""What each step of a message costs in AWS calls and capacity units: played once in earnest, counted on the second
time. Nothing here is timed."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any
from unittest.mock import patch

from infra.benchmarks import clocks, mass
from infra.benchmarks.events import signed, stream_record, user_token
from infra.benchmarks.meter import Count
from infra.benchmarks.stage import BOOTSTRAP, Stage
from infra.benchmarks.units import Item
from infra.progress import progress
from infra.venvs import ROOT, NotPossible

TEXT = "Since this morning each call of the export endpoint has been answered with a 502, about one in five. " * 3
OWNER = {"name": "Owner", "email": "owner@acorn.example"}
SMALL, LARGE = 1_000, 10_000
PAGE = 50
VIEWERS = 3
TOGETHER = 64  # messages that search takes in at once
Counts = dict[str, Count]


class Story:
    """A workspace with a signed webhook in and two out, a customer's triage room, an agent, a user, three viewers."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        _, found = stage.request("POST", "/v1/workspaces", BOOTSTRAP, body={"name": "Acorn", "owner": OWNER})
        self.workspace, self.key = found["id"], found["api_key"]
        self.user = user_token(self.workspace, found["token_secret"])
        self.hook = self._install("In", {})
        for name in ("One", "Two"):
            self._install(name, {"url": f"https://{name.lower()}.example/hook", "all_rooms": True})
        _, customer = stage.request("PUT", "/v1/customers/acme", self.key, body={"name": "Acme"})
        self.room, self.customer = customer["triage_room"], customer["id"]
        self.sent = 0
        self.was: Item | None = None

    def _install(self, name: str, config: dict[str, Any]) -> dict[str, Any]:
        body = {"kind": "webhook", "name": name, "config": config}
        return dict(self.stage.request("POST", "/v1/installs", self.key, body=body)[1])

    def webhook(self) -> None:
        """The vendor's server sends what a user of acme said."""
        self.sent += 1
        event = {"customer": {"external_id": "acme"}, "user": {"external_id": "ann", "name": "Ann"}, "text": TEXT}
        body = json.dumps(event | {"id": f"evt-{self.sent}"}).encode()
        at = self._now() / 1000
        path = self.hook["url"].removeprefix("https://parley.example")
        headers = signed(self.hook["secret"], f"evt-{self.sent}", body, at=at)
        self.stage.request("POST", path, raw=body, headers=headers)

    def _now(self) -> int:
        from chalicelib.aws.clock import SystemClock

        return SystemClock().now()

    def receive(self) -> None:
        """The worker takes one envelope."""
        self.stage.work("receive", self.stage.taken("inbound"))

    def changes(self) -> list[dict[str, Any]]:
        """The stream's records of the room's latest message or change, and of the room itself."""
        found = [*self.stage.items(f"R#{self.room}", "M#"), *self.stage.items(f"R#{self.room}", "L#")]
        room, was = self.stage.items(f"R#{self.room}", "A")[0], self.was
        self.was = room
        return [stream_record(max(found, key=_number)), stream_record(room, was)]

    def watch(self) -> None:
        """Three people have the room open."""
        from chalicelib.desk.connections import Subscription
        from chalicelib.ports import Put
        from chalicelib.wiring import world

        for i in range(VIEWERS):
            ends = self._now() + 7_200_000
            fields: dict[str, Any] = {
                "connection": f"conn-{i}",
                "person": "agt",
                "name": "A",
                "kind": "agent",
                "expires_at": ends,
            }
            fields |= {"place": self.customer, "topic": self.room}
            world().store.commit(Put(Subscription(version=1, **fields), None))


def _number(item: Item) -> str:
    return str(item["sk"]["S"].partition("#")[2])


def play(small: int = SMALL, large: int = LARGE, masses: tuple[int, ...] = ()) -> Counts:
    """The counts of each scene, by name; `masses` are the sizes of the broadcasts."""
    counts: Counts = {}
    with Stage().open() as stage, progress("scenes", 2 + len((small, large))) as step:
        story = Story(stage)
        _ways(stage, story, counts)
        for rooms in (small, large):
            step(f"pages of {rooms:,}")
            _grow(stage, story, rooms)
            _pages(stage, story, counts, size=rooms)
        if masses:
            step("broadcasts")
            counts |= mass.play(stage, story.key, story.workspace, sizes=masses)
            step("clocks")
            counts |= clocks.play(stage, story.key, story.workspace, due=masses[-1] // 10)
    return counts


@cache
def conversation() -> Counts:
    """The counts of a message's and an answer's steps alone, played in a process of its own: a stage is opened once."""
    command = [sys.executable, "-m", "infra.benchmarks.scenes"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise NotPossible(f"The conversation was not played:\n{done.stderr}")
    return {
        name: Count(**fields | {"calls": Counter(fields["calls"])}) for name, fields in json.loads(done.stdout).items()
    }


def main() -> None:
    """Play it, and print its counts as JSON."""
    counts: Counts = {}
    out = sys.stdout
    with Stage().open() as stage:
        _ways(stage, Story(stage), counts)
    print(json.dumps({name: vars(count) for name, count in counts.items()}), file=out)


# Which rows wake search, a hash of their ids says: `dollars` counts one in so many beside.
@patch("chalicelib.flows.search.index._wakes", lambda row: False)
def _ways(stage: Stage, story: Story, counts: Counts) -> None:
    """Once to make everybody's acquaintance, once to be counted. Every second word is the vendor's, so that each makes
    it the other side's turn."""
    story.watch()
    path = f"/v1/rooms/{story.room}/messages"
    answer = lambda: stage.request("POST", path, story.key, body={"text": TEXT})  # noqa: E731
    for _ in range(2):
        _forget()
        _counted(stage, counts, "webhook, cold", step=story.webhook)
        _counted(stage, counts, "webhook, warm", step=story.webhook)
        for _ in range(2):
            stage.later()
            records = stage.taken("inbound")
            _counted(stage, counts, "received", step=lambda records=records: stage.work("receive", records))  # type: ignore[misc]
            _follow(stage, story, counts)
            stage.later()
            _counted(stage, counts, "posted by an agent", step=answer)
            _follow(stage, story, counts, of="answer ")
    for _ in range(2):
        stage.later()
        stage.request("GET", "/v1/rooms", story.user)  # the container knows the workspace's token secrets then
        asks = lambda: stage.request("POST", path, story.user, body={"text": TEXT})  # noqa: E731
        _counted(stage, counts, "posted by a user", step=asks)
        _follow(stage, story, {})
    keyed = {"headers": {"idempotency-key": "bench"}}
    name = "posted under an Idempotency-Key"
    _counted(stage, counts, name, step=lambda: stage.request("POST", path, story.key, body={"text": TEXT}, **keyed))
    stage.request(
        "POST", path, story.key, body={"text": TEXT, "internal": True}
    )  # so that agents' pages look for notes
    _aside(stage, story, counts)


def _aside(stage: Stage, story: Story, counts: Counts) -> None:
    """What follows from many messages together: their customer is placed in segments anew, and search takes
    in a batch of them, once a tree."""
    for name, days in (("Quiet", 7), ("Silent", 30)):
        filter_ = {"not": {"attribute": "last_message_at", "within_days": days}}
        stage.request("POST", "/v1/segments", story.key, body={"name": name, "filter": filter_})
    moved = json.dumps({"workspace": story.workspace, "customers": {story.customer: [story.room]}})
    for _ in range(2):
        stage.later()
        _counted(stage, counts, "placed", step=lambda: stage.work("jobs", [stage.record(moved)]))
    for _ in range(TOGETHER):
        story.webhook()
        stage.work("receive", stage.taken("inbound"))
        stage.work("react", story.changes())
    trees = [stage.record(json.dumps({"tree": tree, "why": "bench"})) for tree in (story.workspace, story.customer)]
    _counted(stage, counts, "indexed", step=lambda: stage.work("index", trees))
    _told(stage, story, counts)
    stage.request("GET", "/v1/rooms", story.user)  # as above


def _told(stage: Stage, story: Story, counts: Counts) -> None:
    """A room's change, where nobody asks for its event, and where one install does."""
    path = f"/v1/rooms/{story.room}"
    for scene in ("change", "event", "event"):
        if scene == "event" and "event reacted" not in counts:
            config = {"url": "https://three.example/hook", "all_rooms": False, "events": ["room.labelled"]}
            story._install("Three", config)
        for labels in (["slow"], []):
            stage.later()
            stage.request("PATCH", path, story.key, body={"labels": labels})
            changes = story.changes()
            while stage.taken("deliver", 10):
                pass  # what was said before
            _counted(stage, counts, f"{scene} reacted", step=lambda changes=changes: stage.work("react", changes))  # type: ignore[misc]
            if wakes := stage.taken("deliver"):
                _counted(stage, counts, f"{scene} delivered", step=lambda wakes=wakes: stage.work("deliver", wakes))  # type: ignore[misc]
            stage.taken("push")


def _follow(stage: Stage, story: Story, counts: Counts, *, of: str = "") -> None:
    """React to the change, deliver it over both bridges, push it."""
    changes = story.changes()
    _counted(stage, counts, f"{of}reacted", step=lambda: stage.work("react", changes))
    for wakes in (stage.taken("deliver"), stage.taken("deliver")):
        _counted(stage, counts, f"{of}delivered", step=lambda wakes=wakes: stage.work("deliver", wakes))  # type: ignore[misc]
    pushes = stage.taken("push")
    _counted(stage, counts, f"{of}pushed", step=lambda: stage.work("push", pushes))


def _counted(stage: Stage, counts: Counts, name: str, *, step: Callable[[], Any]) -> None:
    with stage.counting() as count:
        step()
    counts[name] = count


def _forget() -> None:
    """As if the container were new, but for the code that it has loaded."""
    from chalicelib.flows.inbound.accept import INSTALLS
    from chalicelib.wiring import world

    world().memory.of("installs", INSTALLS).clear()
    world().sealer._opened.clear()  # type: ignore[attr-defined]


def _grow(stage: Stage, story: Story, size: int) -> None:
    """The room has `size` messages then, and the workspace `size` rooms."""
    have = stage.items(f"R#{story.room}", "M#")
    room = stage.items(f"R#{story.room}", "A")[0]
    first = int(room["v"]["N"])  # the number of its next change
    stage.fill([_message(have[-1], n) for n in range(first, first + size - len(have))])
    stage.fill([_as_if(room, n=first + size - len(have)), *(_other(room, i) for i in range(size))])


def _message(model: Item, n: int) -> Item:
    return {**_saying(model, n=n, posts=n), "sk": {"S": f"M#{n:012d}"}}


def _as_if(room: Item, n: int) -> Item:
    return {**_saying(room, posts=n - 1, version=n), "v": {"N": str(n)}}


def _other(room: Item, i: int) -> Item:
    """Another room of the workspace, whose last activity was earlier."""
    before = {"g1sk": {"S": f"{i:014d}#room_{i}"}, "g2pk": {"S": f"C#{i}#ROOMS#open"}}
    return {**_saying(room, id=f"room_{i}"), "pk": {"S": f"R#room_{i}"}, **before}


def _saying(item: Item, **fields: Any) -> Item:
    """The item with other fields in its document, which is stored as it was: as text, or deflated."""
    from chalicelib.store.rows import deflated, inflated

    text = item["d"]["S"] if "d" in item else inflated(item["z"]["B"])
    document = json.dumps(json.loads(text) | fields, separators=(",", ":"))
    return {**item, **({"d": {"S": document}} if "d" in item else {"z": {"B": deflated(document)}})}


def _pages(stage: Stage, story: Story, counts: Counts, *, size: int) -> None:
    room, limit = f"/v1/rooms/{story.room}", {"query": {"limit": str(PAGE)}}
    pages = {
        "user's room page": (f"{room}/messages", story.user),
        "agent's room page": (f"{room}/messages", story.key),
        "inbox page": ("/v1/rooms", story.key),
        "changes page": (f"{room}/changes", story.key),
    }
    for name, (path, who) in pages.items():
        call = lambda path=path, who=who: stage.request("GET", path, who, **limit)  # noqa: E731
        _counted(stage, counts, f"{name}, {size}", step=call)


if __name__ == "__main__":
    main()
