"""The life of a page, by chance: somebody types, sends, attaches, edits, looks away, loses network, token and page. In
every second life what is sent waits to be undone, as it does in the console.

    python -m tests.web.page_life 500        # so many seeds; `--from N` begins with another

It ends with: every word that was sent is there once, every word that was not is in one field, or waits for one that is
not empty, and is there once when that is sent, too; what is read was seen, one line for each page, and each page says
whether it is live. Time goes on by steps, and the pages' chance is of the seed: a life that failed fails again.
"""

import random
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .house import House, Page

STATE = """const live = widget?.session?.live; const bar = widget?.shadowRoot?.querySelector(".bar[role=status]");
  return {state: live?.state ?? "", silent: bar ? !bar.hidden : null,
    waits: widget?.panes ? widget.panes.outbox.rows.length : 1}"""
BEGIN = """document.hasFocus = () => window.name !== "away";
  let state = %d; Math.random = () => (state = (state * 16807) %% 2147483647) / 2147483647;"""
FOCUS = """window.name = given[0] ? "" : "away"; window.dispatchEvent(new Event(given[0] ? "focus" : "blur"))"""
VISIBLE = """const to = given[0] ? "visible" : "hidden";
  Object.defineProperty(document, "visibilityState", {configurable: true, get: () => to});
  document.dispatchEvent(new Event("visibilitychange"))"""
NETWORK = """const on = given[0]; Object.defineProperty(navigator, "onLine", {configurable: true, get: () => on});
  window.dispatchEvent(new Event(on ? "online" : "offline"))"""
TYPE = """const field = widget.shadowRoot.querySelector(".main .compose textarea");
  if (!field || field.offsetParent === null) return false;
  field.focus(); field.setRangeText(given[0], field.value.length, field.value.length, "end");
  field.dispatchEvent(new Event("input", {bubbles: true})); return true"""
SEND = """const go = widget.shadowRoot.querySelector(".main .compose .go");
  if (!go || go.offsetParent === null || go.disabled) return null;
  const {value} = widget.shadowRoot.querySelector(".main .compose textarea"); go.click(); return value"""
WAIT = """if (widget?.panes) widget.panes.outbox.wait = () => given[0]"""
UNDO = """const {outbox, room} = widget?.panes ?? {}; const row = outbox?.held.at(-1);
  if (!row || !room.composer || widget.panes.current !== row.room) return null;
  room.composer.putBack(row); outbox.discard(row); return row.text"""
FIELD = """return widget?.shadowRoot.querySelector(".main .compose textarea")?.value ?? null"""
FILLED = """const box = widget.shadowRoot.querySelector(".main .compose");
  return Boolean(box.querySelector("textarea").value || box.querySelector(".file"))"""
WAITING = """return Object.keys(localStorage).filter((key) => key.startsWith("parley:draft:"))
  .map((key) => [key.split(":").at(-1), JSON.parse(localStorage.getItem(key)).text])"""
TAB = """return sessionStorage.getItem("parley:tab")"""
ENTERED = """return Boolean(widget?.panes && widget.panes.current === given[0] && widget.panes.room.feed?.ready)"""
ENTER = """if (widget?.panes && widget.panes.current !== given[0]) void widget.panes.openRoom(given[0])"""


@dataclass
class Tab:
    """A page, and how somebody sits before it."""

    page: Page
    focused: bool = True
    visible: bool = True
    mounted: bool = True
    open: bool = True


@dataclass
class Life:
    """One page's life with its seed."""

    house: House
    seed: int
    tabs: list[Tab] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    sent: set[str] = field(default_factory=set)
    answers: int = 0
    unseen: int = 0
    said: int = 1
    down: str = ""
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.wait = 3000 * (self.seed % 2)  # ms for which what is sent can be undone
        made = self.house.tenant.user().post("/v1/rooms", {"name": "Life"}).json["id"]
        self.room = str(made)
        self.house.tenant.user().post(f"/v1/rooms/{made}/messages", {"text": "Hello"})
        self.house.parley.settle()
        self.house.fate = self._fate
        self.context = self.house.browser()
        self.context.add_init_script(BEGIN % (self.seed + 1))
        self.context.clock.install(time=time.time())
        self.context.clock.pause_at(time.time() + 1)
        self.flying: set[Any] = set()
        self.context.on("request", lambda request: self.flying.add(request))
        for ended in ("requestfinished", "requestfailed"):
            self.context.on(ended, lambda request: self.flying.discard(request))
        self.house.bodies["/next"] = self.house.bodies["/"]
        self.left: list[str] = []
        self._tab()

    def _fate(self, method: str, path: str) -> str:
        if path.startswith(("/widget.js", "/assets/")):
            return ""  # as from a cache
        if self.down:
            return self.down
        if method != "GET" and self.left:
            return self.left.pop()
        return ""

    def _tab(self) -> None:
        tab = Tab(self.house.page(context=self.context))
        self.tabs.append(tab)
        self._into(tab)

    def _into(self, tab: Tab) -> None:
        """To the room, as far as the network lets."""
        tab.page.run(FOCUS, tab.focused)
        if not tab.page.run("return Boolean(widget?.visible)"):
            tab.page.run("widget?.open?.(false)")
        for _ in range(20):
            tab.page.run(ENTER, self.room)
            tab.page.run(WAIT, self.wait)
            if tab.page.run(ENTERED, self.room):
                break
            self.on(20)
        tab.open = True

    def on(self, ms: int) -> None:
        """The pages' time goes on, and whatever they ask is answered."""
        self._calm()
        for passed in range(0, ms, 250):
            self.context.clock.run_for(min(250, ms - passed))
            self._calm()

    def _calm(self) -> None:
        """Nothing is on its way any more."""
        calm = 0
        for _ in range(200):
            self.tabs[0].page.rest(3)
            calm = 0 if self.flying else calm + 1
            if calm == 3:
                return
        self.flying.clear()  # of pages that have gone

    def steps(self) -> dict[str, Callable[[Tab], Any]]:
        """What may happen."""
        return {
            "types": self._types,
            "sends": self._sends,
            "undoes": self._undoes,
            "writes": lambda tab: (self._types(tab), self._sends(tab)),
            "attaches": self._attaches,
            "answer": self._answer,
            "edits": self._edits,
            "looks away": lambda tab: self._focus(tab, on=False),
            "is back": lambda tab: self._focus(tab, on=True),
            "hides": lambda tab: self._visible(tab, on=False),
            "shows": lambda tab: self._visible(tab, on=True),
            "offline": lambda tab: self._network(on=False),
            "online": lambda tab: self._network(on=True),
            "fails": lambda tab: self.left.extend(self.chance.choices(["refused", "lost", "503"], k=2)),
            "line dies": lambda tab: [self.house.lines.close(each) for each in list(self.house.lines.open)],
            "token ends": self._token_ends,
            "reloads": self._reloads,
            "next page": self._next_page,
            "unmounts": self._remounts,
            "closes panel": self._closes,
            "tab": self._another_tab,
            "rests": lambda tab: self.on(self.chance.choice([30, 200, 700, 5000])),
        }

    def run(self, steps: int) -> None:
        """Live, and be looked at after each step."""
        all_ = self.steps()
        for _ in range(steps):
            name = self.chance.choice(list(all_))
            tab = self.chance.choice(self.tabs)
            self.log.append(f"{name}@{self.tabs.index(tab)}")
            all_[name](tab)
            self.on(self.chance.choice([0, 0, 10]))
            self._look()
        self._end()

    def _types(self, tab: Tab) -> None:
        word = f"w{self.seed}x{len(self.typed)}"
        if tab.mounted and tab.page.run(TYPE, f" {word}"):
            self.typed.append(word)

    def _sends(self, tab: Tab) -> None:
        value = tab.page.run(SEND) if tab.mounted else None
        if value:
            self.sent.update(value.split())
            self._seen(tab)

    def _undoes(self, tab: Tab) -> None:
        text = tab.page.run(UNDO) if tab.mounted else None
        if text is not None:
            self.sent.difference_update(text.split())

    def _attaches(self, tab: Tab) -> None:
        chosen = tab.page.one(".main .compose input[type=file]")
        if tab.mounted and chosen.count():
            chosen.first.set_input_files([{"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"}])

    def _answer(self, tab: Tab) -> None:
        self.answers += 1
        self.house.say(self.room, f"answer{self.answers}")
        if not any(each.visible and each.focused and each.open and each.mounted for each in self.tabs):
            self.unseen += 1
        else:
            self.unseen = 0

    def _edits(self, tab: Tab) -> None:
        if not tab.mounted:
            return
        old = tab.page.run(
            "const {panes} = widget; const feed = panes?.room.feed; if (!feed?.ready) return null;"
            "const mine = feed.list.filter((each) => each.author.id === widget.session.me.id && each.text !== 'Hello');"
            "const last = mine.at(-1); if (!last || panes.outbox.edit(last.id)) return null;"
            "feed.amend(last, last.text + ' ' + given[0]); return last.text",
            f"e{self.seed}x{len(self.typed)}",
        )
        if old is not None:
            word = f"e{self.seed}x{len(self.typed)}"
            self.typed.append(word)
            self.sent.add(word)

    def _focus(self, tab: Tab, *, on: bool) -> None:
        tab.focused = on
        tab.page.run(FOCUS, on)
        self._seen(tab)

    def _visible(self, tab: Tab, *, on: bool) -> None:
        tab.visible = on
        tab.page.run(VISIBLE, on)
        self._seen(tab)

    def _seen(self, tab: Tab) -> None:
        if tab.visible and tab.focused and tab.open and tab.mounted:
            self.unseen = 0

    def _network(self, *, on: bool) -> None:
        self.down = "" if on else "refused"
        if not on:
            for each in list(self.house.lines.open):
                self.house.lines.close(each)
        self.house.lines.refuses = not on
        for tab in self.tabs:
            tab.page.run(NETWORK, on)

    def _token_ends(self, tab: Tab) -> None:
        self.house.dead.update(self.house.given)
        for each in list(self.house.lines.open):
            self.house.lines.close(each)

    def _again(self, tab: Tab) -> None:
        tab.mounted = True
        tab.visible = True
        if self.down:
            tab.page.run(NETWORK, False)
        self._into(tab)
        self._seen(tab)

    def _reloads(self, tab: Tab) -> None:
        tab.page.page.reload()
        self._again(tab)

    def _next_page(self, tab: Tab) -> None:
        tab.page.page.goto("https://host.test/next")
        self._again(tab)

    def _remounts(self, tab: Tab) -> None:
        if not tab.mounted:
            tab.page.run(
                "const made = document.createElement('parley-support'); made.setAttribute('token-url', '/token');"
                "document.body.append(made)"
            )
            self._again(tab)
        else:
            tab.page.run("widget.remove()")
            tab.mounted = False

    def _closes(self, tab: Tab) -> None:
        if tab.mounted and tab.open:
            tab.page.run("widget.close()")
            tab.open = False
        elif tab.mounted:
            self._into(tab)
            self._seen(tab)

    def _another_tab(self, tab: Tab) -> None:
        if len(self.tabs) == 1:
            self._tab()
        else:
            self.tabs.remove(tab)
            tab.page.page.close()
        self._seen(self.tabs[-1])

    def _look(self) -> None:
        """Whether each page tells the truth, and what nobody saw is unread."""
        for tab in self.tabs:
            if tab.mounted:
                self._until(lambda tab=tab: self._truthful(tab))
        ann = self.house.tenant.user()
        self.house.now()
        said = len(self.house.texts(self.room)) - self.answers
        if said != self.said:
            self.said, self.unseen = said, 0  # who speaks has read what was said before
        assert ann.get(f"/v1/rooms/{self.room}").json["unread"] >= self.unseen, "what nobody saw is read"

    def _until(self, look: Callable[[], Any], patience: int = 8000) -> None:
        """Within so many ms of the pages'."""
        for _ in range(0, patience, 100):
            if look():
                return
            self.on(100)
        raise AssertionError(f"it did not come about in time: {[tab.page.run(STATE) for tab in self.tabs]}")

    @staticmethod
    def _truthful(tab: Tab) -> bool:
        state = tab.page.run(STATE)
        return state["state"] in ("", "connecting") or state["silent"] == (state["state"] != "open")

    def _end(self) -> None:
        """All is well again; then everything is where it belongs."""
        self.left.clear()
        self._network(on=True)
        for tab in self.tabs:
            if not tab.mounted:
                self._remounts(tab)
            self._visible(tab, on=True)
            self._focus(tab, on=True)
        self._until(self._well, 90_000)
        self.on(300)
        self._whole()

    def _well(self) -> bool:
        for tab in self.tabs:
            tab.page.run(NETWORK, True)
            self._into(tab)
        self.on(200)
        states = [tab.page.run(STATE) for tab in self.tabs]
        well = all(tab.page.run(ENTERED, self.room) for tab in self.tabs)
        well &= all(state["state"] == "open" and not state["waits"] and not state["silent"] for state in states)
        return well and len(self.house.lines.open) == len(self.tabs)

    def _whole(self) -> None:
        texts = " ".join(self.house.texts(self.room)).split()
        fields = [(tab.page.run(FIELD) or "").split() for tab in self.tabs]
        own = {tab.page.run(TAB) for tab in self.tabs}
        waiting = [text.split() for name, text in self.tabs[0].page.run(WAITING) if name not in own]
        assert not waiting or all(tab.page.run(FILLED) for tab in self.tabs), f"{waiting} waits beside an empty field"
        for word in self.typed:
            here = texts.count(word)
            there = sum(each.count(word) for each in [*fields, *waiting])
            assert here + there == 1, (
                f"{word} was said {here} times and stands {there} times in a field: {fields} {waiting}"
            )
        assert not [word for word in self.sent if word not in texts and not self._put_back(word)]
        self._until(self._sent_too)
        texts = " ".join(self.house.texts(self.room)).split()
        assert sorted(word for word in texts if word in self.typed) == sorted(self.typed)
        for tab in self.tabs:
            assert tab.page.wrong == [], tab.page.wrong
            self._until(lambda tab=tab: self._shows(tab, self.typed))

    def _sent_too(self) -> bool:
        """Whatever still was in a field, and what waited for that."""
        for tab in self.tabs:
            tab.page.run(SEND)
            self._focus(tab, on=True)
            self.on(100)
        return not self.tabs[0].page.run(WAITING) and all(tab.page.run(STATE)["waits"] == 0 for tab in self.tabs)

    @staticmethod
    def _shows(tab: Tab, words: list[str]) -> bool:
        said = " ".join(tab.page.said()).split()
        return all(said.count(word) == 1 for word in words)

    def _put_back(self, word: str) -> bool:
        """What waited for a file that went with its page is in the field again."""
        return any(step.startswith("attaches") for step in self.log)


def live(house: House, seed: int, steps: int = 25) -> None:
    """One life. Raises AssertionError with its seed and what happened."""
    life = Life(house, seed)
    try:
        life.run(steps)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        raise AssertionError(f"seed {seed}: {error} ({where.lineno}: {where.line})\n{' · '.join(life.log)}") from error


def main() -> None:
    """Live many."""
    import pytest

    from tests.api import Tenant
    from tests.browser import browser
    from tests.conftest import in_memory
    from tests.fakes import Parley

    many = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    first = int(sys.argv[sys.argv.index("--from") + 1]) if "--from" in sys.argv else 0
    failed = 0
    with browser() as chromium:
        for seed in range(first, first + many):
            with in_memory(Parley()) as parley, pytest.MonkeyPatch.context() as patch:
                house = House(parley, Tenant.found("Acorn", parley.clock.at // 1000), chromium, patch)
                try:
                    live(house, seed)
                except AssertionError as error:
                    failed += 1
                    print(error, flush=True)
                finally:
                    house.close()
            if seed % 20 == 19:
                print(f"{seed + 1 - first} lived, {failed} of them badly", flush=True)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
