"""The live line and the feed without a page: coming back, renewing, polling; what is said is said once."""

from tests.web.javascript import needs_node, run

pytestmark = needs_node

LINE = """import {Live} from "shared/live.js";
globalThis.addEventListener = globalThis.removeEventListener = () => {};
globalThis.document = {addEventListener() {}, removeEventListener() {}, visibilityState: "visible"};
Object.defineProperty(globalThis, "navigator", {value: {onLine: true}, configurable: true});
Math.random = () => 0;
const sockets = [];
class Socket {
  constructor(url) { this.sent = []; this.readyState = 1; sockets.push(this); setTimeout(() => this.onopen?.()); }
  send(text) { this.sent.push(JSON.parse(text)); }
  close() { this.readyState = 3; }
  hears(frame) { this.onmessage?.({data: JSON.stringify(frame)}); }
}
const real = setTimeout;
globalThis.setTimeout = (step, ms = 0) => real(step, ms / 20);
const soon = (ms = 5) => new Promise((done) => real(done, ms));
const said = [];
const credential = async (again) => again ? "next" : "first";
const live = new Live({url: "ws://x", credential, Socket});
for (const kind of ["state", "frame", "caught-up"])
  live.on(kind, (told) => said.push([kind, told?.type ?? told ?? null]));
const up = async (socket) => { await soon(); socket.hears({type: "authenticated", expires_in: 7200}); };
"""


def test_it_authenticates_first_subscribes_and_passes_frames_on() -> None:
    code = """live.watch({room: "r"}); live.open(); await soon(); await up(sockets[0]);
    sockets[0].hears({type: "room.changed"}); live.close(); tell([sockets[0].sent, said])"""
    assert run(LINE + code) == [
        [{"type": "authenticate", "token": "first"}, {"type": "subscribe", "room": "r"}],
        [
            ["state", "connecting"],
            ["state", "open"],
            ["caught-up", None],
            ["frame", "room.changed"],
            ["state", "closed"],
        ],
    ]


def test_a_line_that_breaks_comes_back_with_its_subscriptions() -> None:
    code = """live.watch({room: "r"}); live.open(); await soon(); await up(sockets[0]);
    sockets[0].onclose(); await soon(60); await up(sockets[1]); live.close();
    tell([sockets.length, sockets[1].sent, said.filter(([kind]) => kind === "caught-up").length])"""
    again = [{"type": "authenticate", "token": "first"}, {"type": "subscribe", "room": "r"}]
    assert run(LINE + code) == [2, again, 2]


def test_a_credential_that_is_refused_is_renewed() -> None:
    code = """live.open(); await soon(); sockets[0].hears({type: "problem", status: 401}); sockets[0].onclose();
    await soon(60); live.close(); tell(sockets.map((socket) => socket.sent[0].token))"""
    assert run(LINE + code) == ["first", "next"]


def test_where_no_line_opens_it_polls_and_goes_on_trying() -> None:
    code = """live.open(); for (let i = 0; i < 3; i += 1) { await soon(90); sockets[i].onclose(); }
    await soon(20); const polled = said.some(([kind]) => kind === "caught-up");
    const found = [live.state, polled]; live.close(); tell(found)"""
    assert run(LINE + code) == ["polling", True]


def test_a_new_line_takes_over_before_the_old_one_ends() -> None:
    code = """const waits = [];
    globalThis.setTimeout = (step, ms) => ms > 60e3 ? waits.push([step, ms]) : real(step, ms);
    live.watch({room: "r"}); live.open(); await soon(); await up(sockets[0]);
    waits.find(([, ms]) => ms > 90 * 60e3 && ms < 120 * 60e3)[0](); await soon();
    const during = live.state; await up(sockets[1]); const states = said.filter(([kind]) => kind === "state").length;
    live.close(); tell([during, states, sockets[0].readyState, sockets[1].sent.length])"""
    assert run(LINE + code) == ["open", 2, 3, 2]


def test_what_is_said_is_shown_at_once_and_never_twice() -> None:
    code = """import {Feed} from "shared/feed.js";
    const keys = []; let tries = 0; let hold;
    const api = {call: async (method, path, body, {key}) => {
      keys.push(key); tries += 1;
      if (tries === 1) throw Object.assign(new Error("offline"), {status: 0});
      await new Promise((done) => { hold = done; });
      return {id: "msg_1", change: 1, text: body.text, author: {id: "ann"}};
    }};
    const feed = Object.assign(new Feed(api, "room_1", "ann"), {ready: true});
    const shown = () => [...feed.list, ...feed.pending].map((each) => each.text);
    const seen = [];
    await feed.say({text: "once"}); seen.push(shown(), feed.pending[0].failed.status);
    const again = feed.retry(); await new Promise((done) => setTimeout(done));
    feed.take({change: 1, what: "posted", message: {id: "msg_1", change: 1, text: "once", author: {id: "ann"}}});
    seen.push(shown()); hold(); await again; seen.push(shown(), feed.have, new Set(keys).size);
    tell(seen)"""
    assert run(code) == [["once"], 0, ["once"], ["once"], 1, 1]
