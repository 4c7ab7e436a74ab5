"""What each step of a message costs in AWS calls and capacity units: played once in earnest, counted on the second
time. Nothing here is timed."""

import json
from collections.abc import Callable
from typing import Any

from infra.benchmarks import clocks, mass
from infra.benchmarks.events import signed, stream_record, user_token
from infra.benchmarks.meter import Count
from infra.benchmarks.stage import BOOTSTRAP, Stage
from infra.benchmarks.units import Item

TEXT = "Since this morning each call of the export endpoint has been answered with a 502, about one in five. " * 3
SMALL, LARGE = 1_000, 10_000
PAGE = 50
VIEWERS = 3
Counts = dict[str, Count]


class Story:
    """A workspace with a signed webhook in and two out, a customer's triage room, an agent, a user, three viewers."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        _, found = stage.request("POST", "/v1/workspaces", BOOTSTRAP, {"name": "Acorn"})
        self.workspace, self.key = found["id"], found["api_key"]
        self.user = user_token(self.workspace, found["token_secret"])
        self.hook = self._install("In", {})
        for name in ("One", "Two"):
            self._install(name, {"url": f"https://{name.lower()}.example/hook", "all_rooms": True})
        _, customer = stage.request("PUT", "/v1/customers/acme", self.key, {"name": "Acme"})
        self.room, self.customer = customer["triage_room"], customer["id"]
        self.sent = 0
        self.was: Item | None = None

    def _install(self, name: str, config: dict[str, Any]) -> dict[str, Any]:
        body = {"kind": "webhook", "name": name, "config": config}
        return dict(self.stage.request("POST", "/v1/installs", self.key, body)[1])

    def webhook(self) -> None:
        """The vendor's server sends what a user of acme said."""
        self.sent += 1
        event = {"customer": {"external_id": "acme"}, "user": {"external_id": "ann", "name": "Ann"}, "text": TEXT}
        body = json.dumps(event | {"id": f"evt-{self.sent}"}).encode()
        at = self._now() / 1000
        path = self.hook["url"].removeprefix("https://parley.example")
        headers = signed(self.hook["secret"], f"evt-{self.sent}", body, at)
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
    with Stage().open() as stage:
        story = Story(stage)
        _ways(stage, story, counts)
        for rooms in (small, large):
            _grow(stage, story, rooms)
            _pages(stage, story, counts, rooms)
        if masses:
            counts |= mass.play(stage, story.key, story.workspace, masses)
            counts |= clocks.play(stage, story.key, story.workspace, masses[-1] // 10)
    return counts


def _ways(stage: Stage, story: Story, counts: Counts) -> None:
    """Once to make everybody's acquaintance, once to be counted."""
    story.watch()
    for _ in range(2):
        _forget()
        _counted(stage, counts, "webhook, cold", story.webhook)
        _counted(stage, counts, "webhook, warm", story.webhook)
        for _ in range(2):
            stage.later()
            records = stage.taken("inbound")
            _counted(stage, counts, "received", lambda records=records: stage.work("receive", records))  # type: ignore[misc]
            _follow(stage, story, counts)
    path = f"/v1/rooms/{story.room}/messages"
    for who, name in ((story.key, "posted by an agent"), (story.user, "posted by a user")):
        for _ in range(2):
            stage.later()
            stage.request("GET", "/v1/rooms", who)  # the container knows the workspace's token secrets then
            call = lambda who=who: stage.request("POST", path, who, {"text": TEXT})  # noqa: E731
            _counted(stage, counts, name, call)
            _follow(stage, story, counts, keep=False)
    keyed = {"headers": {"idempotency-key": "bench"}}
    name = "posted under an Idempotency-Key"
    _counted(stage, counts, name, lambda: stage.request("POST", path, story.key, {"text": TEXT}, **keyed))
    stage.request("POST", path, story.key, {"text": TEXT, "internal": True})  # so that agents' pages look for notes


def _follow(stage: Stage, story: Story, counts: Counts, keep: bool = True) -> None:
    """React to the change, deliver it over both bridges, push it."""
    kept = counts if keep else {}
    changes = story.changes()
    _counted(stage, kept, "reacted", lambda: stage.work("react", changes))
    for wakes in (stage.taken("deliver"), stage.taken("deliver")):
        _counted(stage, kept, "delivered", lambda wakes=wakes: stage.work("deliver", wakes))  # type: ignore[misc]
    pushes = stage.taken("push")
    _counted(stage, kept, "pushed", lambda: stage.work("push", pushes))


def _counted(stage: Stage, counts: Counts, name: str, step: Callable[[], Any]) -> None:
    with stage.counting() as count:
        step()
    counts[name] = count


def _forget() -> None:
    """As if the container were new, but for the code that it has loaded."""
    from chalicelib.flows.inbound import accept
    from chalicelib.wiring import world

    accept._installs.clear()
    world().sealer._opened.clear()  # type: ignore[attr-defined]


def _grow(stage: Stage, story: Story, size: int) -> None:
    """The room has `size` messages then, and the workspace `size` rooms."""
    have = stage.items(f"R#{story.room}", "M#")
    room = stage.items(f"R#{story.room}", "A")[0]
    first = int(room["v"]["N"])  # the number of its next change
    stage.fill([_message(have[-1], n) for n in range(first, first + size - len(have))])
    stage.fill([_as_if(room, n=first + size - len(have)), *(_other(room, i) for i in range(size))])


def _message(model: Item, n: int) -> Item:
    record = json.loads(model["d"]["S"]) | {"n": n, "posts": n}
    return {**model, "sk": {"S": f"M#{n:012d}"}, "d": {"S": json.dumps(record, separators=(",", ":"))}}


def _as_if(room: Item, n: int) -> Item:
    record = json.loads(room["d"]["S"]) | {"posts": n - 1, "version": n}
    return {**room, "v": {"N": str(n)}, "d": {"S": json.dumps(record)}}


def _other(room: Item, i: int) -> Item:
    """Another room of the workspace, whose last activity was earlier."""
    record = json.loads(room["d"]["S"]) | {"id": f"room_{i}"}
    before = {"g1sk": {"S": f"{i:014d}#room_{i}"}, "g2pk": {"S": f"C#{i}#ROOMS#open"}}
    return {**room, "pk": {"S": f"R#room_{i}"}, **before, "d": {"S": json.dumps(record)}}


def _pages(stage: Stage, story: Story, counts: Counts, size: int) -> None:
    room, limit = f"/v1/rooms/{story.room}", {"query": {"limit": str(PAGE)}}
    pages = {
        "user's room page": (f"{room}/messages", story.user),
        "agent's room page": (f"{room}/messages", story.key),
        "inbox page": ("/v1/rooms", story.key),
        "changes page": (f"{room}/changes", story.key),
    }
    for name, (path, who) in pages.items():
        _counted(stage, counts, f"{name}, {size}", lambda path=path, who=who: stage.request("GET", path, who, **limit))  # type: ignore[misc]
