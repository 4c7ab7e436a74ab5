"""An Idempotency-Key holds: whatever call of the table fails, the same request with the same key makes what one
undisturbed call makes, and answers what it answers. Every POST of the route table has its case."""

import importlib.util
import pathlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from copy import copy, deepcopy
from typing import Any

import msgspec
import pytest

from chalicelib.desk.idempotency import Claim
from chalicelib.desk.search_index import Unindexed
from chalicelib.edge import frames
from chalicelib.edge.routes import every
from chalicelib.flows import dispatch
from tests.api import Client, Got, Tenant
from tests.conftest import in_memory
from tests.dying import failing
from tests.fakes import BOOTSTRAP, Parley

FENCE = pathlib.Path(__file__).parents[1] / "edge" / "door" / "test_fence.py"
spec = importlib.util.spec_from_file_location("fence", FENCE)
assert spec
assert spec.loader
fence = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fence)

KEYED = sorted(f"{route.method} {route.path}" for route in every() if route.method == "POST" and not route.raw)
OPEN: dict[str, Any] = {
    "POST /v1/workspaces": {"name": "New", "owner": {"name": "Olga", "email": "olga@new.example"}},
    "POST /v1/visitors": {"workspace": "{workspace}", "name": "Vi", "email": "vi@x.example", "text": "Is it on?"},
    "POST /v1/sign-in/links": {"email": "olga@ours.example"},
    "POST /v1/sign-in/links/use": {"token": "{link}"},
    "POST /v1/sign-in/demo": {"email": "olga@ours.example"},
}
SEND = "POST /v1/broadcasts/{broadcast}/send"
# What has to be done before a route has something to do.
BEFORE: dict[str, tuple[str, ...]] = {
    "POST /v1/broadcasts/{broadcast}/pause": (SEND, "plan"),
    "POST /v1/broadcasts/{broadcast}/resume": (SEND, "plan", "POST /v1/broadcasts/{broadcast}/pause"),
    "POST /v1/broadcasts/{broadcast}/undo": (SEND, "work"),
    "POST /v1/broadcasts/{broadcast}/follow-up": (SEND, "work"),
}
REFUSED = {
    "POST /v1/broadcasts/{broadcast}/approve": 403,  # the caller's own
    "POST /v1/rooms/{room}/adoption": 409,  # a customer's already
    "POST /v1/me/earlier-rooms/{earlier}": 403,  # a user's to say
    "POST /v1/agent-keys": 403,
    "POST /v1/me/address-code": 403,  # a visitor's
    "POST /v1/me/address": 403,
    "POST /v1/me/usage/questions/{question}/answer": 403,  # a user's to give
    "POST /v1/messages/{message}/acknowledge": 409,  # no broadcast's
    "POST /v1/installs/{install}/invitations": 409,  # a webhook is no app
    "POST /v1/notices/{notice}/means": 409,  # it waits for no word's meaning
    "POST /v1/sign-in/links/use": 401,  # no such link: test_sign_in.py has good ones
    "POST /v1/sign-in/demo": 404,  # on a laptop alone
}
HEADERS = {"Idempotency-Key": "once, please", "X-Parley-Console": "1"}
MORE = {
    "POST /v1/rooms/{room}/issues by a ticket": {"install": "{tracker}", "reference": "T-2"},
    "POST /v1/rooms/{room}/issues by a known ticket": {"install": "{tracker}", "reference": "T-1"},
    "POST /v1/rooms/{room}/issues by an issue": {"issue": "{other}"},
    "POST /v1/rooms/{room}/messages by their user": {"text": "Here I am"},
    "POST /v1/rooms/{room}/messages as a machine drafted it": {"text": "Secret", "proposal": "{proposal}"},
    "POST /v1/rooms/{room}/messages as a note": {"text": "Between us", "internal": True},
    "POST /v1/rooms by their user": {"name": "Of ours"},
    "POST /v1/rooms as their coding agent": {"name": "Of ours"},
    "POST /v1/rooms/{room}/messages as their coding agent": {"text": "Why 401?"},
    "POST /v1/agent-keys by their user": {"name": "Terminal"},
}
# Ids and secrets, moments, connect codes; how long something took, and how often a record was written.
CHANCE = re.compile(
    r"[\w=/+-]{20,}|\b1[78]\d{11}\b|\d{4}-\d\d-\d\dT[\d:.]+Z|\b[0-9a-z]{5}-[0-9a-z]{5}\b|\"(?:version|took|answer_took)\":\d+"
    r"|\"(?:business|calendar)\":\[[^\]]*\]"
)


class Undone:
    """A scene that can be put back to where it was."""

    def __init__(self, scene: Any) -> None:
        self.scene, parley = scene, scene.parley
        there = parley.world.tracker("tracker")
        self.tracker = there, {name: deepcopy(value) for name, value in vars(there).items() if name != "clock"}
        self.rows, self.counters = dict(parley.table.rows), dict(parley.table.counters)
        self.clock = vars(parley.clock).copy()
        self.queues = {name: copy(value) for name, value in vars(parley.queues).items()}

    def back(self) -> None:
        parley, (there, fields) = self.scene.parley, self.tracker
        vars(there).update(deepcopy(fields))
        parley.table.rows, parley.table.counters = dict(self.rows), dict(self.counters)
        vars(parley.clock).update(self.clock)
        vars(parley.queues).update({name: copy(value) for name, value in self.queues.items()})
        parley.reacted = dict(self.rows)
        parley.files.content.clear()
        vars(parley.world.memory).update(_memories={})


def rows(parley: Parley) -> Counter[str]:
    """All that is stored but claims, without what is chance's or the moment's."""
    found: Counter[str] = Counter()
    for record in parley.records():
        if not isinstance(record, Claim | Unindexed):  # what search has yet to read may be noted twice
            found[f"{type(record).__name__} {CHANCE.sub('…', msgspec.json.encode(record).decode())}"] += 1
    return found


def plan(parley: Parley) -> None:
    """The first thing that a broadcast's worker does."""
    dispatch.broadcast(parley.world, parley.queues.errands.pop(0), frames.progress)


def work(parley: Parley) -> None:
    """All workers, also those whose wake-up was lost: the clock finds what is due."""
    for _ in range(4):
        parley.settle()
        while parley.queues.errands:
            plan(parley)
        parley.clock.at += 300_000
        parley.due()
    parley.settle()


WORKERS: dict[str, Callable[[Parley], None]] = {"plan": plan, "work": work}


def case_of(name: str) -> tuple[str, Any]:
    """The route of a case, and its body."""
    route = re.sub(r" (by|as) .*", "", name)
    return route, next(table[name] for table in (MORE, OPEN, fence.NAMING, fence.OWN) if name in table)


def ask(scene: Any, name: str, route: str, body: Any) -> Got:
    whose = scene.ours.user(name="Ann") if "by their user" in name else scene.ours.api
    whose = scene.machine if route == fence.PROPOSE else whose
    whose = scene.coding if "as their coding agent" in name else whose
    whose = Client(BOOTSTRAP) if route == "POST /v1/workspaces" else Client() if route in OPEN else whose

    def keyed(method: str, path: str, *, raw: str | None, **query: str) -> Got:
        raw = raw and raw.replace("{workspace}", scene.ours.id)
        return whose(method, path, raw=raw, headers=HEADERS, **query)

    got: Got = scene.call(keyed, route, body)
    return got


@pytest.fixture
def scene() -> Iterator[Any]:
    with in_memory(Parley()) as parley:
        now = parley.clock.at // 1000
        made = fence.Scene(parley, Tenant.found("Ours", now), Tenant.found("Theirs", now))
        changed = {"visitors": True, "drafting": {"mode": "on"}}
        assert made.ours.api.patch("/v1/workspace", changed).status == 200
        key = {"name": "Drafter", "kind": "machine", "scopes": ["read", "draft"]}
        coding = {"name": "Editor", "scopes": ["read", "speak"]}
        made.coding = Client(made.ours.user(name="Ann").post("/v1/agent-keys", coding).json["key"])
        made.machine = Client(made.ours.api.post("/v1/api-keys", key).json["key"])
        yield made


def test_every_post_has_its_case() -> None:
    cases = {*OPEN, *(name for name in {**fence.NAMING, **fence.OWN} if name.startswith("POST "))}
    assert sorted(cases) == KEYED


@pytest.mark.parametrize("name", sorted([*KEYED, *MORE]))
def test_a_request_is_carried_out_once_whatever_call_of_the_table_fails(scene: Any, name: str) -> None:
    parley, (route, body) = scene.parley, case_of(name)
    parley.world.tracker("tracker").new("Nobody's yet")
    parley.settle()
    for step in BEFORE.get(route, ()):
        WORKERS[step](parley) if step in WORKERS else scene.call(scene.ours.api, step, fence.NAMING[step])
    begin = Undone(scene)
    begin.back()
    with failing(parley, 0, after=False) as table:
        whole = ask(scene, name, route, body)
    assert whole.status == REFUSED.get(name, whole.status)
    assert whole.status < 300 or name in REFUSED, whole.text
    calls, answered = table.calls, CHANCE.sub("…", whole.text)
    work(parley)
    once = rows(parley)
    for at in range(1, calls + 1):
        for after in (False, True):
            begin.back()
            with failing(parley, at, after=after):
                first = ask(scene, name, route, body)
            assert first.status in (whole.status, 503), first.text
            again = ask(scene, name, route, body)
            assert (again.status, CHANCE.sub("…", again.text)) == (whole.status, answered), (
                f"{at} {after}: {again.text}"
            )
            if first.status != 503:
                assert again.text == first.text
            work(parley)
            assert rows(parley) == once, f"call {at} of {calls}, {'after' if after else 'before'} its effect"
