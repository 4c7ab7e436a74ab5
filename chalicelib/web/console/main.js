// The console: who comes in, what is shown, what the live line tells.

import { Live } from "../shared/live.js";
import { h } from "../shared/dom.js";
import { Aside } from "./aside.js";
import { broadcasts } from "./broadcasts.js";
import { door } from "./door.js";
import { Inbox, VIEWS, viewLinks } from "./inbox.js";
import { issues } from "./issues.js";
import { help, onKeys } from "./keys.js";
import { attempt, empty, face, say, sign } from "./parts.js";
import { raiseIssue } from "./raise.js";
import { Conversation } from "./room.js";
import { api, here, may, recognise, remember, recall, signOut } from "./session.js";
import { search } from "./search.js";
import { settings } from "./settings.js";

const app = document.getElementById("app");
const TAB = document.title;
const PAGES = { broadcasts, issues, search, settings };
let inbox = null;
let talk = null;
let aside = null;
let stage = null;
let side = null;
let segments = [];
let refreshing = 0;
const owed = new Map(); // rooms whose clocks are asked for anew soon
const nothing = h("p.nothing", null, "Choose a room. Press ? to see the keys.");
let visits = 0; // how often something else was to be shown: what comes late for an earlier one is dropped
const company = { present: new Map(), writing: new Map() };

const go = (hash) => {
  location.hash = hash;
};
const roomPlace = (view, id) => ["#/inbox", encodeURIComponent(view), id].filter(Boolean).join("/");

/** Come in, or stand at the door. */
async function enter() {
  if (!(await recognise())) return door(app, enter);
  localStorage.setItem("parley:workspace", here.me.workspace.id);
  here.leave = () => {
    here.live?.close();
    location.hash = "";
    location.reload();
  };
  frame();
  keyboard();
  addEventListener("hashchange", show);
  line();
  return show();
}

function frame() {
  inbox = new Inbox((id) => go(roomPlace(inbox.view, id)));
  aside = new Aside((id) => go(roomPlace(inbox.view, id)), go, () => aboutThem(false));
  side = h("nav.side", { "aria-label": "Views" });
  stage = h("main.stage");
  app.className = "desk";
  app.replaceChildren(h("a.skip", { onclick: () => stage.querySelector("button, a, input")?.focus(), role: "button", tabindex: "0" }, "Skip to the rooms"), side, stage);
  drawSide();
  attempt(async () => {
    segments = await api.all("/v1/segments");
    drawSide();
  });
}

function drawSide() {
  const [kind, view] = place();
  const agent = here.me.agent;
  const chosen = view?.startsWith("segment:") ? view.slice(8) : "";
  const pick = h("select", { "aria-label": "Rooms of a segment", onchange: () => go(pick.value ? roomPlace(`segment:${pick.value}`) : roomPlace("open")) },
    h("option", { value: "" }, "By segment…"), segments.map((segment) => h("option", { value: segment.id }, segment.name)));
  pick.value = chosen;
  const named = (control) => control.getAttribute("aria-label") ?? control.textContent;
  const focused = side.contains(document.activeElement) ? named(document.activeElement) : null;
  side.replaceChildren(
    h("p.brand", null, h("span.mark", { "aria-hidden": "true" }, "P"), h("span", null, here.me.workspace.name)),
    ...viewLinks(kind === "inbox" ? view : "", (name) => go(roomPlace(name))),
    ...(segments.length ? [h("div.segments", null, pick)] : []),
    h("hr"),
    nav("search", "Search", "search", kind),
    nav("issues", "Issues", "issue", kind),
    nav("broadcasts", "Broadcasts", "broadcast", kind),
    nav("settings", "Settings", "settings", kind),
    h("div.me", null,
      face(agent.id, agent.name),
      h("span", null, agent.name, h("small", { id: "line" }, here.live?.state === "open" ? "live" : "")),
      h("button.quiet", { type: "button", title: "Keys (?)", "aria-label": "Keys", onclick: help }, "?"),
      h("button.quiet", { type: "button", title: "Sign out", "aria-label": "Sign out", onclick: () => attempt(signOut) }, sign("leave"))));
  if (focused !== null) [...side.querySelectorAll("button, select")].find((control) => named(control) === focused)?.focus();
}

const nav = (name, words, ico, kind) =>
  h("button.nav", { type: "button", "aria-current": kind === name ? "page" : null, onclick: () => go(`#/${name}`) }, sign(ico), h("span", null, words));

/** [page, …rest] of the address. */
function place() {
  const parts = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  return parts[0] ? parts : ["inbox", recall("view", "mine")];
}

/** Show what the address says. */
async function show() {
  const [kind, ...rest] = place();
  const asked = ++visits;
  for (const box of document.querySelectorAll("dialog[open]")) box.close(); // it was about what was shown before
  drawSide();
  if (PAGES[kind]) {
    leaveRoom();
    app.classList.remove("in-room");
    document.title = `${kind[0].toUpperCase()}${kind.slice(1)} · ${TAB}`;
    stage.className = "stage page";
    stage.replaceChildren(empty("…"));
    const made = await PAGES[kind](rest, go);
    if (asked === visits) stage.replaceChildren(made);
    return;
  }
  await showInbox(rest[0] ?? "mine", rest[1], rest[2]);
}

async function showInbox(view, id, message) {
  remember("view", view.includes(":") ? null : view);
  if (!stage.contains(inbox.element)) {
    stage.className = "stage inbox";
    stage.replaceChildren(inbox.element);
  }
  app.classList.toggle("in-room", Boolean(id));
  const listed = inbox.show(view, titleOf(view));
  if (id && id !== talk?.id) await openRoom(id);
  if (message && talk?.id === id) await attempt(() => talk.reach(message));
  if (!id) {
    leaveRoom();
    stage.append(nothing);
  }
  await listed;
}

function titleOf(view) {
  if (view.startsWith("segment:")) return segments.find((segment) => segment.id === view.slice(8))?.name ?? "A segment";
  if (view.startsWith("customer:")) return view.slice(9);
  return (VIEWS.find(([name]) => name === view) ?? VIEWS[0])[1];
}

async function openRoom(id) {
  leaveRoom();
  const opened = new Conversation(id, (room) => moved(room), () => go(roomPlace(inbox.view)));
  talk = opened;
  opened.composer.go = (other) => go(roomPlace(inbox.view, other));
  opened.about = () => aboutThem(true);
  inbox.mark(id);
  aside.begin(id);
  nothing.remove();
  stage.append(opened.element, aside.element); // beside the list, which stays where it was scrolled to
  here.live?.watch({ room: id }); // first: what is said while it loads is heard of
  const loaded = await attempt(() => opened.load().then(() => true));
  if (talk !== opened) return;
  if (!loaded) return go(roomPlace(inbox.view));
  opened.scroll.scrollTop = opened.scroll.scrollHeight;
  document.title = `${opened.room.name} · ${TAB}`;
  aside.show(opened.room);
}

/** Where there is no place beside a room, its customer comes over it. */
function aboutThem(open) {
  const there = app.classList.contains("with-about");
  app.classList.toggle("with-about", open);
  if (open) aside.element.querySelector("button")?.focus();
  else if (there) talk?.element.querySelector(".about-them")?.focus();
  return there;
}

function leaveRoom() {
  if (!talk) return;
  aboutThem(false);
  here.live?.unwatch({ room: talk.id });
  talk.close();
  talk.element.remove();
  aside.element.remove();
  talk = null;
  for (const { timer } of company.writing.values()) clearTimeout(timer);
  company.present = new Map();
  company.writing = new Map();
  inbox.mark(null);
  document.title = TAB;
}

function moved(room) {
  inbox.take(room);
}

// --- the live line

async function line() {
  let ticket = await api.call("POST", "/v1/socket-tickets", {}).catch(() => null);
  if (!ticket) return void setTimeout(line, 5000);
  here.live = new Live({
    url: ticket.url,
    credential: async () => {
      const token = ticket?.token ?? (await api.call("POST", "/v1/socket-tickets", {})).token;
      ticket = null;
      return token;
    },
  });
  here.live.on("frame", (frame) => told(frame));
  here.live.on("caught-up", () => {
    talk?.take(null);
    refresh();
  });
  here.live.on("state", (state) => {
    const words = document.getElementById("line");
    if (words) words.textContent = { open: "live", polling: "looking every few seconds", connecting: "connecting…" }[state] ?? "";
  });
  here.live.watch({ inbox: true });
  if (talk) here.live.watch({ room: talk.id });
  here.live.open();
}

function told(frame) {
  const open = frame.room && frame.room === talk?.id;
  if (frame.type === "room.typing" || frame.type === "room.presence") return open && companyMoved(frame);
  if (frame.type === "subscribed") return open && arrived(frame);
  if (frame.type === "delivery.changed") return open && talk.ledger.watch();
  if (frame.type !== "room.changed") return undefined;
  if (open && company.writing.has(frame.by)) stopped(frame.by); // who has said it writes it no more
  if (open) {
    talk.take(frame);
    if (frame.what !== "room") talk.ledger.watch(); // it may leave by other bridges
    if (frame.by !== here.me.agent.id) talk.composer.look();
  }
  const known = inbox.rooms.get(frame.room);
  if (known && frame.summary) {
    const theirs = frame.what === "posted" && frame.by !== here.me.agent.id && !open && frame.change > known.change;
    inbox.take({ ...known, ...frame.summary, unread: known.unread + (theirs ? 1 : 0) });
    if (here.timed) clocks(frame.room);
  } else refresh();
  return undefined;
}

/** What a room is owed follows a moment after what was said in it. */
function clocks(id) {
  clearTimeout(owed.get(id));
  const again = async () => {
    owed.delete(id);
    const room = await api.get(`/v1/rooms/${id}`);
    if (inbox.rooms.has(id)) inbox.take(room);
    if (talk?.id === id) talk.feed.know(room);
  };
  owed.set(id, setTimeout(() => again().catch(() => undefined), 2000));
}

/** The list anew, but not more than once in a while. */
function refresh() {
  clearTimeout(refreshing);
  refreshing = setTimeout(() => stage.contains(inbox.element) && inbox.reload(), 400);
}

/** Who had the room open when we came. */
function arrived(frame) {
  talk.feed.reached(frame.change);
  company.present = new Map((frame.here ?? []).filter((each) => each.id !== here.me.agent.id).map((each) => [each.id, each.name]));
  drawCompany();
}

function companyMoved(frame) {
  if (frame.person === here.me.agent.id) return;
  if (frame.type === "room.typing") {
    clearTimeout(company.writing.get(frame.person)?.timer);
    const timer = setTimeout(() => stopped(frame.person), 6000);
    company.writing.set(frame.person, { name: frame.name, note: frame.internal, ours: here.agents.has(frame.person), timer });
  } else if (frame.here) company.present.set(frame.person, frame.name);
  else {
    company.present.delete(frame.person);
    company.writing.delete(frame.person);
  }
  drawCompany();
}

function stopped(person) {
  clearTimeout(company.writing.get(person)?.timer);
  company.writing.delete(person);
  drawCompany();
}

function drawCompany() {
  talk?.composer.company([...company.present.values()], [...company.writing.values()]);
}

// --- keys

function keyboard() {
  const inRoom = (step) => () => (talk ? step(talk) : false);
  const listed = (step) => () => (stage.contains(inbox.element) ? step() : false);
  onKeys({
    j: listed(() => inbox.step(1)),
    k: listed(() => inbox.step(-1)),
    Enter: (event) => (event.target.closest("button, a") ? false : inbox.enter()),
    r: inRoom((room) => room.composer.focus("answer")),
    n: inRoom((room) => room.composer.focus("note")),
    s: inRoom((room) => may("write") && void room.composer.snippets()),
    a: inRoom((room) => may("write") && void room.take_or_leave()),
    e: inRoom((room) => may("write") && void room.resolve()),
    i: inRoom((room) => may("write") && room.room?.customer && void raiseIssue(room.room, () => aside.show(room.room))),
    f: inRoom((room) => may("write") && void room.pick()),
    "/": () => go("#/search"),
    l: listed(() => inbox.filter.focus()),
    c: inRoom((room) => room.about()),
    Escape: () => (talk ? aboutThem(false) || go(roomPlace(inbox.view)) : false),
    ...Object.fromEntries(VIEWS.map(([name], i) => [String(i + 1), () => go(roomPlace(name))])),
  });
}

enter().catch((problem) => {
  say(problem.message, true);
  throw problem;
});
