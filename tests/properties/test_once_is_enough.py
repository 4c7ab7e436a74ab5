"""Adoptions, their undo, codes, ties and words, each done once, twice, by two at once, or torn by a death and repeated:
all ends as if each had been done once, and nobody was ever shown more than their token shows."""

import contextlib
from collections.abc import Callable
from typing import Any, Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.desk.people import Person
from tests.api import Got
from tests.dying import Death, failing
from tests.fakes import Parley
from tests.properties.test_adoptions_in_any_order import Town, settled
from tests.races.test_races import at_once

How = Literal["once", "twice", "at once"] | tuple[int, bool]  # or torn: at which call of the table, and after it
ACTS = ("adopt acme", "adopt beta", "undo", "take", "code", "tie", "untie", "visitor", "ann", "bob", "agent", "work")
hows: st.SearchStrategy[How] = st.one_of(
    st.sampled_from(["twice", "at once", "once"]), st.tuples(st.integers(1, 16), st.booleans())
)


class Square(Town):
    """The town, where what is done may be done more than once."""

    def __init__(self, parley: Parley) -> None:
        super().__init__(parley)
        self.keys = 0
        for who in ("ann", "bob"):
            self.people[who].get("/v1/me")
        parley.settle()

    def do(self, act: str, how: How) -> None:
        """An act, as often and as badly as it says."""
        self.keys += 1
        run = self.run_of(act)
        if act == "work":
            run()
        elif how == "at once":
            at_once(lambda _: run(), 2)
        elif how == "twice":
            run()
            run()
        elif how == "once":
            run()
        else:
            at, after = how
            with failing(self.parley, at, after=after, error=Death), contextlib.suppress(Death):
                run()
            run()

    def run_of(self, act: str) -> Callable[[], Any]:
        """What one try of an act does; a repeat has the same key."""
        path, api, key = f"/v1/rooms/{self.room}", self.tenant.api, {"Idempotency-Key": f"k{self.keys}"}
        if act == "work":
            return self.parley.settle
        if act.startswith("adopt"):
            return lambda: api.post(f"{path}/adoption", {"customer": act.split()[1]}, headers=key)
        if act == "undo":
            return lambda: api.delete(f"{path}/adoption")
        if act == "take":
            return lambda: self.people["ann"].post(f"/v1/me/earlier-rooms/{self.room}", headers=key)
        if act == "code":
            code = self.mailed()
            return lambda: self.people["visitor"].post("/v1/me/address", {"code": code})
        if act in ("tie", "untie"):
            return self.tying(act, key)
        text = f"word of the {act} {self.keys}"
        return lambda: self.people[act].post(f"{path}/messages", {"text": text}, headers=key)

    def mailed(self) -> str:
        self.people["visitor"].post("/v1/me/address-code")
        self.parley.work_all()
        self.proven = True
        return self.parley.mailer.sent[-1][0].decode().split("Your code is ")[1][:8] if self.parley.mailer.sent else "0"

    def tying(self, act: str, key: dict[str, str]) -> Callable[[], Got]:
        """Ann of Acme and Bob of Beta are one, or are not."""
        api, (ann, bob) = self.tenant.api, (self.member(who) for who in ("ann", "bob"))
        if act == "tie":
            member = {"member": {"customer": "beta", "user": "bob"}}
            return lambda: api("POST", f"/v1/people/{ann}/ties", member, headers=key, customer="acme")
        shown = api("GET", f"/v1/people/{ann}", customer="acme").json
        mine = [each["id"] for each in shown["ties"] if set(each["members"]) == {ann, bob}]
        return lambda: api.delete(f"/v1/people/{shown['id']}/ties/{(mine or ['tie_none'])[0]}")

    def member(self, who: str) -> str:
        customer = {"ann": "acme", "bob": "beta"}[who]
        return str(self.tenant.api.get(f"/v1/customers/{customer}/users/{who}").json["id"])

    def ended(self) -> Any:
        """What everybody is shown in the end, by words and names: ids and times are of how it came about."""
        self.parley.settle()
        self.parley.settle()
        shown: dict[str, Any] = {}
        for who, client in self.people.items():
            rooms = [
                each for state in ("open", "resolved") for each in client.get("/v1/rooms", state=state).json["items"]
            ]
            shown[who] = sorted(
                (
                    room["kind"],
                    room["name"],
                    room["unread"],
                    tuple(m["text"] for m in client.get(f"/v1/rooms/{room['id']}/messages", limit="100").json["items"]),
                )
                for room in rooms
            )
            shown[f"{who} finds"] = sorted(
                "".join(part["text"] for part in hit.get("snippet", ()))
                for hit in client.get("/v1/search", q="word", limit="100").json["items"]
            )
        persons = [each for each in self.parley.records() if isinstance(each, Person)]
        names = {self.member(who): who for who in ("ann", "bob")}
        shown["persons"] = sorted(
            sorted(
                (*sorted(names.get(each.id, "visitor") for each in (tie.one, tie.other)), tie.reason)
                for tie in whole.ties
            )
            for whole in persons
        )
        return shown


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ACTS), hows), min_size=1, max_size=8))
def test_what_is_done_twice_at_once_or_torn_ends_as_if_once(history: list[tuple[str, How]]) -> None:
    with settled(Square) as plain:
        for act, _ in history:
            plain.do(act, "once")
        wanted = plain.ended()
    with settled(Square) as square:
        for act, how in history:
            square.do(act, how)
            square.nobody_reads_too_much()
        assert square.ended() == wanted
