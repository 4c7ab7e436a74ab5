"""The turn table, row by row, done through the API and the flows; and each row, negated, turns its test red."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chalicelib.desk import room_transitions, turn_table
from chalicelib.desk.customers import Customer
from chalicelib.desk.deliveries import Delivery
from chalicelib.desk.ids import bridge_id, slot_of
from chalicelib.desk.messages import Author, Broadcasted, Draft, Pending, Source
from chalicelib.desk.permissions import Principal
from chalicelib.desk.policies import NoAnswer, Policy
from chalicelib.desk.rooms import Room
from chalicelib.desk.times import HOUR_MS, rfc3339
from chalicelib.desk.turn_table import ROWS, Row
from chalicelib.flows.people.adopt import adopt
from chalicelib.flows.rooms.amend import amend_known, delete_step, delete_wait
from chalicelib.flows.rooms.answered import settle_answer
from chalicelib.flows.rooms.post import post
from chalicelib.ports import new, over, ref
from infra.turns import page
from tests.api import Client, Tenant
from tests.conftest import in_memory
from tests.fakes import Parley
from tests.flows.clocks.test_clocks import with_policies

SIDES = {"V": "vendor", "C": "customer", "-": "", "R": "", "r": ""}
EACH = [(row, given) for row in ROWS for given in row.given]


@dataclass
class Stage:
    """A room of a customer's that stands as a row wants it."""

    parley: Parley
    tenant: Tenant
    room: str = ""
    said: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/v1/rooms/{self.room}"

    @property
    def now(self) -> Room:
        room = self.parley.store.one(ref(Room, self.room))
        assert room
        return room

    def say(self, client: Client, text: str, name: str = "", **fields: Any) -> str:
        made = client.post(f"{self.path}/messages", {"text": text, **fields})
        assert made.status == 201, made.text
        self.said[name or text] = made.json["id"]
        return str(made.json["id"])

    def patch(self, **fields: Any) -> None:
        got = self.tenant.api.patch(self.path, fields)
        assert got.status == 200, got.text

    def machine(self, **fields: Any) -> Client:
        made = self.tenant.api.post("/v1/api-keys", {"name": "CI", "kind": "machine", **fields})
        assert made.status == 201, made.text
        return Client(made.json["key"])

    def issue(self) -> str:
        return str(self.tenant.api.post(f"{self.path}/issues", {"title": "The export"}).json["id"])

    def tell(self, *, resolve: bool) -> str:
        written = self.tenant.api.post(f"/v1/issues/{self.issue()}/notices", {"text": "News", "resolve": resolve})
        assert written.status == 201, written.text
        assert self.tenant.api.post(f"/v1/notices/{written.json['id']}/approve").status == 200
        self.parley.sync_all()
        return str(written.json["id"])

    def turned(self, issue: str, state: str, **fields: Any) -> None:
        got = self.tenant.api.patch(f"/v1/issues/{issue}", {"state": state, "tell": "tell", **fields})
        assert got.status == 200, got.text
        self.parley.sync_all()


@contextlib.contextmanager
def stage(given: str) -> Iterator[Stage]:
    with in_memory(Parley()) as parley:
        tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        tenant.customer()
        here = Stage(parley, tenant)
        here.room = tenant.api.post("/v1/rooms", {"name": "Export", "customer": "acme"}).json["id"]
        if given != "-":
            here.say(tenant.user(), "It is down", "ask")
        if given in "CR":
            here.say(tenant.api, "Try now", "answer")
        if given in "Rr":
            here.patch(state="resolved", outcome="solved")
        parley.clock.sleep(60)
        yield here


def does(here: Stage, row: Row) -> None:
    """What the row's author does."""
    ACTS[row.number](here)
    here.parley.settle()
    here.parley.settle()


def arrives_deleted(here: Stage) -> None:
    source, world = Source(channel="webhook", install="ins_1", id="late"), here.parley.world
    amend_known(world, source, here.tenant.id, step=delete_step, wait=delete_wait, type_="deleted", by="usr_1")
    post(world, here.room, Draft(author=Author(kind="user", id="usr_1"), text="Gone", source=source))


def broadcast(here: Stage) -> None:
    author, of = Author(kind="agent", id="agt_1"), Broadcasted(broadcast="bct_1", piece=0)
    draft = Draft(author=author, text="We move", source=Source(channel="broadcast"), broadcast=of)
    said = post(here.parley.world, here.room, draft)
    here.tenant.api.delete(f"{here.path}/messages/{said.id}")


def amends_thanks(here: Stage) -> None:
    user = here.tenant.user()
    thanks = here.say(user, "Thanks!")
    assert user.patch(f"{here.path}/messages/{thanks}", {"text": "Thanks, still broken"}).status == 200


def ledger(here: Stage, *states: str) -> None:
    """A question from Slack, an answer on its way there, and what became of that."""
    world, store = here.parley.world, here.parley.store
    source = Source(channel="slack", install="ins_1", id="C1/1", conversation="C1", thread="C1/1")
    if "C1/1" not in here.said:
        here.patch(state="resolved")
        ask = post(world, here.room, Draft(author=Author(kind="user", id="usr_1"), text="Down", source=source))
        here.said |= {"C1/1": ask.id, "ask": ask.id}
        here.say(here.tenant.api, "Up again", "answer")
    n = here.now.n
    row = Delivery(
        bridge=bridge_id(here.room, "ins_1", slot_of("C1")), n=n, room=here.room, install="ins_1", channel="slack",
        workspace=here.tenant.id, message=n, what="post", created_at=1,
    )  # fmt: skip
    for state in states:
        old = store.one(ref(Delivery, row.bridge, n))
        made = (old or row).changed(state=state)
        store.commit(over(made, old) if old else new(made))
        settle_answer(world, here.room, n)


def forked(here: Stage) -> None:
    body = {"name": "Apart", "from": here.said["ask"], "to": here.said["ask"]}
    made = here.tenant.api.post(f"{here.path}/fork", body)
    assert made.status == 201
    assert (made.json["turn"], made.json["waiting_since"] is not None) == ("vendor", True)


def inside(here: Stage) -> None:
    here.room = here.tenant.api.post("/v1/rooms", {"name": "Ours", "kind": "internal"}).json["id"]
    here.say(here.tenant.api, "Among us")
    here.patch(state="resolved")
    here.patch(state="open")
    assert here.tenant.api.patch(here.path, {"turn": "vendor"}).status == 409
    assert here.tenant.api.post(f"{here.path}/acknowledge").status == 409


def reopening(here: Stage) -> None:
    """The room was resolved by a notice, which is taken back."""
    here.patch(state="open")
    issue = here.issue()
    here.turned(issue, "done", resolve=True)
    assert here.now.state == "resolved"
    here.turned(issue, "open")


def removed(name: str) -> Callable[[Stage], None]:
    def act(here: Stage) -> None:
        client = here.tenant.user() if name == "ask" else here.tenant.api
        assert client.delete(f"{here.path}/messages/{here.said[name]}").status == 200

    return act


def edits(here: Stage) -> None:
    for name, client in {"ask": here.tenant.user(), "answer": here.tenant.api}.items():
        if name in here.said:
            assert client.patch(f"{here.path}/messages/{here.said[name]}", {"text": "Rather"}).status == 200


def reacts(here: Stage) -> None:
    for client, emoji in ((here.tenant.user(), "👍"), (here.tenant.api, "🎉"), (here.tenant.user(), "👀")):
        for said in here.said.values():
            assert client.put(f"{here.path}/messages/{said}/reactions/{emoji}").status == 200
        assert client.put(f"{here.path}/read", {}).status == 200


def arranged(here: Stage) -> None:
    me = here.tenant.api.get("/v1/me").json["id"]
    here.patch(name="Other", labels=["a"], assignees=[me], priority="urgent")
    issue = here.issue()
    assert here.tenant.api.delete(f"/v1/issues/{issue}/rooms/{here.room}").status == 204


def adopts(here: Stage, who: Principal) -> None:
    room = here.now
    visits = {"kind": "visitor", "customer": "", "customer_external_id": "", "visitor": "vis_1"}
    here.parley.store.commit(over(room.changed(**visits), room))
    customer = here.parley.store.one(ref(Customer, room.customer))
    assert customer
    adopt(here.parley.world, who, here.room, customer=customer, because="agent")
    assert here.now.customer == customer.id


def principal(kind: Any, id_: str) -> Principal:
    return Principal(workspace="wsp_1", kind=kind, id=id_, name="", credential=id_)


def snoozed(here: Stage) -> None:
    here.patch(snoozed_until=rfc3339(here.parley.clock.at + HOUR_MS))
    here.parley.settle()
    assert here.now.snoozed_until
    here.parley.clock.sleep(2 * 3600)
    here.parley.due()
    assert not here.now.snoozed_until


def counted(here: Stage) -> None:
    said = here.say(here.machine(), "Restarted")
    assert here.now.turn == "vendor"
    assert here.tenant.api.put(f"{here.path}/messages/{said}/taken-as", {"as": "answer"}).status == 200


def promised(here: Stage) -> None:
    here.patch(promise={"text": "Soon", "due": rfc3339(here.parley.clock.at + HOUR_MS)})
    here.patch(promise={"state": "kept"})


def silent(here: Stage, hours: int) -> None:
    """The customer says nothing, in a workspace whose policy reminds them each hour."""
    silence = NoAnswer(wait=HOUR_MS, texts=("Still there?", "Shall we close this?"))
    with_policies(here.parley, here.tenant, Policy(id="pol_1", name="All", no_answer=silence))
    here.patch(labels=["quiet"])
    for _ in range(hours):
        here.parley.settle()
        here.parley.clock.sleep(3600)
        here.parley.due()
        here.parley.settle()
    texts = [each["text"] for each in here.tenant.api.get(f"{here.path}/messages").json["items"]]
    assert [text in texts for text in silence.texts] == [True, hours > 1]


ACTS: dict[str, Callable[[Stage], Any]] = {
    "1": lambda here: here.say(here.tenant.user(), "It is down"),
    "2": lambda here: [here.say(here.tenant.user(user=who), f"More of {who}") for who in ("ann", "bob")],
    "3": lambda here: here.say(here.tenant.user(), "Thanks!"),
    "4": arrives_deleted,
    "5": lambda here: here.say(here.tenant.api, "Look here"),
    "6": lambda here: here.say(here.tenant.api, "Look here"),
    "7": lambda here: here.say(here.tenant.api, "Look here"),
    "8": lambda here: here.say(here.tenant.api, "Among us", internal=True),
    "9": lambda here: here.say(here.machine(), "Build 4 failed"),
    "9a": lambda here: here.say(here.machine(asks=True), "Disk full"),
    "9b": lambda here: here.say(here.machine(answers=True), "Restarted"),
    "10": lambda here: here.tell(resolve=False),
    "11": lambda here: here.tell(resolve=True),
    "11a": lambda here: here.tell(resolve=True),
    "12": reopening,
    "13": broadcast,
    "14": lambda here: here.tenant.api.post(f"{here.path}/acknowledge"),
    "15": promised,
    "16": edits,
    "16a": amends_thanks,
    "17": removed("ask"),
    "18": removed("answer"),
    "19": lambda here: ledger(here, "sent", "failed"),
    "19a": lambda here: ledger(here, "failed", "sent"),
    "20": reacts,
    "21": lambda here: here.patch(state="resolved", outcome="solved", tell=True),
    "22": lambda here: here.patch(state="resolved"),
    "23": lambda here: here.tenant.user().patch(here.path, {"state": "resolved"}),
    "24": lambda here: silent(here, 3),
    "24a": lambda here: silent(here, 1),
    "25": lambda here: here.patch(state="open"),
    "25a": lambda here: here.patch(state="open"),
    "26": lambda here: here.tenant.user().patch(here.path, {"state": "open"}),
    "27": lambda here: here.patch(turn=None),
    "27a": lambda here: here.patch(turn="vendor"),
    "27b": counted,
    "28": forked,
    "30": arranged,
    "32": snoozed,
    "33": lambda here: adopts(here, principal("agent", "agt_1")),
    "33a": lambda here: adopts(here, principal("user", "usr_1")),
    "34": inside,
}


def holds(row: Row, given: str) -> None:
    """The room stands afterwards as the row says."""
    with stage(given) as here:
        before, began = here.now, here.parley.clock.at
        does(here, row)
        after = here.now
        asked = next((mark.at for mark in before.trail if mark.kind == "ask"), 0)
        if row.who == "ledger":
            asked = max((mark.at for mark in after.trail if mark.kind == "ask"), default=0)
        assert after.turn == (before.turn if row.turn == "=" else SIDES[row.turn])
        waits = {"=": before.waiting_since, "0": 0, "ask": asked}
        if row.since == "now":
            assert began <= after.waiting_since <= here.parley.clock.at
        else:
            assert after.waiting_since == waits[row.since]
        assert after.state == (before.state if row.state == "=" else row.state)
        outcome = before.outcome if row.state == "=" else "" if row.state == "open" else after.outcome
        assert after.outcome == outcome
        if row.number == "24a":
            assert room_transitions.standing_of(after).reminded == 1
        if row.number == "14":
            assert after.acked_at
            assert here.tenant.api.post(f"{here.path}/acknowledge").status == 409


@pytest.mark.parametrize(("row", "given"), EACH, ids=[f"{row.number}-{given}" for row, given in EACH])
def test_a_row_holds(row: Row, given: str) -> None:
    holds(row, given)


NOT = {
    "turn": {"V": "C", "C": "V", "-": "V", "=": None},
    "since": {"now": "0", "0": "now", "ask": "0", "=": None},
    "state": {"open": "resolved", "resolved": "open", "=": None},
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_a_row_that_says_otherwise_is_red(row: Row) -> None:
    """Each of its columns: what it says is turned round; where it says that nothing moves, something does."""
    given = row.given[0]
    for column, others in NOT.items():
        other = others[getattr(row, column)]
        if other is None:
            other = {
                "turn": "C" if given != "C" else "V",
                "since": "now",
                "state": "open" if given in "Rr" else "resolved",
            }[column]
        with pytest.raises(AssertionError):
            holds(row._replace(**{column: other}), given)


LOOKED_UP = [
    row for row in ROWS if row.effect not in ("", "taken away") or row.number in ("9", "10")
]  # what leaves nothing is looked up where words of the kind are said at all


@pytest.mark.parametrize("row", LOOKED_UP, ids=lambda row: row.number)
def test_a_row_that_does_otherwise_is_red(row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code asks the table: with another effect in it, some room that the row is about stands otherwise."""
    other: Any = {"": "ask", "thanks": "ask", "ask": "", "undelivered": "answer"}.get(row.effect, "")
    monkeypatch.setitem(turn_table.EFFECTS, (row.who, row.act), other)
    same = [each for each in ROWS if (each.who, each.act) == (row.who, row.act)]
    with pytest.raises((AssertionError, KeyError)):
        _all_hold(same)


def _all_hold(rows: list[Row]) -> None:
    for row in rows:
        for given in row.given:
            holds(row, given)


def test_the_page_is_made_from_the_table() -> None:
    assert (Path(__file__).parents[3] / "docs" / "turns.md").read_text() == page()


def test_pending_words_decide_what_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thanks whose edit came first are what the edit says."""
    room = Room(id="room_1", workspace="wsp_1", kind="topic", name="R", created_at=1, version=1)
    draft = Draft(author=Author(kind="user", id="usr_1"), text="Thanks", source=Source(channel="slack"))
    edited = Pending(text="Thanks, still broken", revision=2)
    assert room_transitions.said(room, draft, 1, thanks=True)[0].turn == ""
    assert room_transitions.said(room, draft, 1, pending=edited, thanks=True)[0].turn == "vendor"
