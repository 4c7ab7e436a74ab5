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
    while (!sockets[1]?.sent.length) await soon(10);
    live.close(); tell(sockets.map((socket) => socket.sent[0].token))"""
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


# A virtual clock; a server that knows when each token ends (s), and answers pings while it is there.
SERVER = """import {Live} from "shared/live.js";
globalThis.addEventListener = globalThis.removeEventListener = () => {};
globalThis.document = {addEventListener() {}, removeEventListener() {}, visibilityState: "visible"};
Object.defineProperty(globalThis, "navigator", {value: {onLine: true}, configurable: true});
const real = setTimeout, timers = new Map();
let now = 0, count = 0, there = true;
globalThis.setTimeout = (step, ms = 0) => { timers.set(++count, {at: now + ms, step}); return count; };
globalThis.clearTimeout = (id) => timers.delete(id);
const pass = async (seconds) => {
  const end = now + seconds * 1e3;
  for (;;) {
    await new Promise((done) => real(done));
    const [id, next] = [...timers].filter(([, each]) => each.at <= end).sort(([, a], [, b]) => a.at - b.at)[0] ?? [];
    if (!next) break;
    timers.delete(id);
    now = next.at;
    next.step();
  }
  now = end;
};
const sockets = [], asked = [], said = [];
let ends = {first: 3600}, next = async () => "first";
class Socket {
  constructor() { this.readyState = 1; this.pings = []; sockets.push(this); setTimeout(() => this.onopen?.()); }
  send(text) {
    const frame = JSON.parse(text);
    if (!there) return;
    if (frame.type === "ping") { this.pings.push(now / 1e3); this.hears({type: "pong"}); }
    if (frame.type !== "authenticate") return;
    const left = (ends[frame.token] ?? 0) - now / 1e3;
    this.hears(left > 0 ? {type: "authenticated", expires_in: Math.floor(left)} : {type: "problem", status: 401});
    if (left <= 0) setTimeout(() => this.onclose?.());
  }
  hears(frame) { setTimeout(() => this.onmessage?.({data: JSON.stringify(frame)})); }
  close() { this.readyState = 3; }
}
const credential = async (again) => { if (again) asked.push(Math.round(now / 1e3)); return again ? next() : "first"; };
const live = new Live({url: "ws://x", credential, Socket});
const caught = () => said.filter((each) => each === "caught-up").length;
live.on("caught-up", () => said.push("caught-up"));
live.on("state", (state) => said.push(state));
live.watch({room: "r"}); live.open(); await pass(1);
"""


def test_the_next_credential_is_there_at_half_of_the_last_and_nothing_is_read_anew() -> None:
    code = """let n = 0; next = async () => { n += 1; ends[n] = now / 1e3 + 3600; return String(n); };
    await pass(4 * 3600); tell([asked.length >= 8 && asked.length <= 11, live.state, said.slice(0, 3)])"""
    assert run(SERVER + code) == [True, "open", ["connecting", "open", "caught-up"]]


def test_a_host_that_hands_out_a_token_of_a_minute_or_one_that_it_keeps_is_not_asked_each_second() -> None:
    short = """ends.first = 60; let n = 0; next = async () => { n += 1; ends[n] = now / 1e3 + 60; return String(n); };
    live.close(); live.open(); await pass(601); tell([asked.length, caught()])"""
    times, read = run(SERVER + short)
    assert 18 <= times <= 27
    assert read == 2
    kept = """next = async () => "first"; await pass(3590); tell([asked.length, caught(), live.state])"""
    times, read, state = run(SERVER + kept)
    assert times < 20
    assert (read, state) == (1, "open")


def test_a_renewal_that_fails_is_tried_again_and_harms_nothing() -> None:
    code = """let n = 0;
    next = async () => { n += 1; if (n < 4) throw new Error("away"); ends.next = 9e3; return "next"; };
    await pass(2400); tell([n, said])"""
    assert run(SERVER + code) == [4, ["connecting", "open", "caught-up"]]


def test_a_line_whose_credential_has_ended_says_that_it_is_none_and_says_when_it_is_again() -> None:
    code = """next = async () => { throw new Error("away"); }; await pass(3590); const before = live.state;
    await pass(12); const after = live.state; ends.next = 9e3; next = async () => "next"; await pass(70);
    tell([before, after !== "open", live.state, caught() > 1])"""
    assert run(SERVER + code) == ["open", True, "open", True]


def test_a_line_that_died_silently_is_noticed_within_a_minute() -> None:
    code = """await pass(300); const gaps = sockets[0].pings.map((at, i, all) => at - (all[i - 1] ?? 0));
    there = false; await pass(58); const noticed = live.state; there = true; await pass(70);
    tell([Math.min(...gaps) >= 25, Math.max(...gaps) <= 52, noticed, live.state])"""
    gap, most, noticed, after = run(SERVER + code)
    assert (gap, most, after) == (True, True, "open")
    assert noticed in ("connecting", "polling")


def test_no_clock_but_the_servers_says_when_a_token_is_asked_for_anew() -> None:
    code = """import {Session} from "widget/session.js";
    const claims = {iat: 1, exp: 61}, token = `h.${btoa(JSON.stringify(claims))}.s`;
    let n = 0; const session = new Session({base: "https://x", token, renew: async () => { n += 1; return "next"; }});
    const told = [await session.credential(), n, await session.credential(true), await session.credential(), n];
    session.token = ""; session.renew = () => { throw new Error("no"); };
    told.push(await session.credential().catch((problem) => problem.message));
    tell(told.map((each) => each === token || each))"""
    assert run(code) == [True, 0, "next", "next", 1, "no"]


def test_what_is_said_is_shown_at_once_and_never_twice() -> None:
    code = """import {Feed} from "shared/feed.js"; import {Outbox} from "shared/outbox.js";
    const keys = []; let tries = 0; let hold;
    const api = {call: async (method, path, body, {key}) => {
      keys.push(key); tries += 1;
      if (tries === 1) throw Object.assign(new Error("offline"), {status: 0});
      await new Promise((done) => { hold = done; });
      return {id: "msg_1", change: 1, text: body.text, author: {id: "ann"}};
    }};
    const feed = Object.assign(new Feed(api, "room_1", "ann", new Outbox(api)), {ready: true});
    const shown = () => [...feed.list, ...feed.pending].map((each) => each.text);
    const seen = [];
    await feed.say({text: "once"}); seen.push(shown(), feed.pending[0].failed.status);
    const again = feed.outbox.retry(); await new Promise((done) => setTimeout(done));
    const message = {id: "msg_1", change: 1, text: "once", author: {id: "ann"}, client_id: keys[0]};
    feed.take({change: 1, what: "posted", message});
    seen.push(shown()); hold(); await again; seen.push(shown(), feed.have, new Set(keys).size);
    tell(seen)"""
    assert run(code) == [["once"], 0, ["once"], ["once"], 1, 1]
