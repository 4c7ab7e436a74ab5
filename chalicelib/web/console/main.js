// The console: who comes in, what is shown, what the live line tells (ADR 128).

import { Live } from "../shared/live.js";
import { h } from "../shared/dom.js";
import { Drafts } from "../shared/drafts.js";
import { Outbox } from "../shared/outbox.js";
import { Aside } from "./aside.js";
import { placeOf } from "./composer.js";
import { door } from "./door.js";
import { called, entitle, sounds, switchSound } from "./called.js";
import { Inbox, VIEWS, counted, viewLinks } from "./inbox.js";
import { issues } from "./issues.js";
import { NEW_VERSION, command, foundAtOnce, help, palette } from "./keys.js";
import { follow } from "./own_marks.js";
import { attempt, empty, face, menu, redraw, say, sign, undoLast, undoable } from "./parts.js";
import { raiseIssue } from "./raise.js";
import { Conversation } from "./room.js";
import { arrangeRoom } from "./standing.js";
import { api, colleagues, here, may, recognise, keepWorkspace, remember, recall, signOut } from "./session.js";
import { search } from "./search.js";
import { draftAgain, undoing } from "./undoing.js";
import { look } from "./version.js";
import { listed, t } from "./translate.js";

const app = document.getElementById("app");
const TAB = document.title;
const PAGES = { broadcasts: further("broadcasts", () => import("./broadcasts.js")), figures: further("figures", () => import("./figures.js")), issues, search, settings: further("settings", () => import("./settings.js")) };
const TITLES = { search: t("Search"), issues: t("Issues"), broadcasts: t("Broadcasts"), figures: t("Figures"), settings: t("Settings") };
let inbox = null;
let talk = null;
let aside = null;
let stage = null;
let side = null;
let segments = [];
let refreshing = 0;
let counts = {};
let counting = 0;
const owed = new Map(); // rooms that are asked for anew soon
const nothing = h("p.nothing", null, t("Choose a room. Press ? to see the keys."));
let visits = 0; // how often something else was to be shown: what comes late for an earlier one is dropped
const company = { present: new Map(), writing: new Map() };

const go = (hash) => {
  location.hash = hash;
};
const roomPlace = (view, id) => ["#/inbox", encodeURIComponent(view), id].filter(Boolean).join("/");

/** Come in, or stand at the door. */
async function enter() {
  if (!(await recognise())) return door(app, enter);
  keepWorkspace();
  here.leave = (place) => {
    here.live?.close();
    here.outbox.close();
    location.hash = place;
    location.reload();
  };
  const whose = `${here.me.workspace.id}:${here.me.agent.id}`;
  here.drafts = new Drafts(whose);
  here.outbox = new Outbox(api, whose);
  here.outbox.onlost = ({ room, internal, text, uploads, lost }) => {
    here.drafts.add(placeOf(room, internal), { text, files: uploads.map((upload) => upload.made) });
    say(t("{names} could not be sent: what you wrote is in its field again.", { names: listed(lost) }), true);
  };
  frame();
  undoing(here.outbox, undo, (rooms) => {
    if (rooms.includes(talk?.id)) talk.take(null);
    refresh();
    count();
  });
  here.outbox.on(() => inbox.redraw());
  keyboard();
  addEventListener("hashchange", show);
  for (const kind of ["dragover", "drop"]) addEventListener(kind, dropped);
  try {
    await show();
  } finally {
    after();
  }
}

/** What can wait until there are rooms to be seen: six requests are enough for those. */
function after() {
  line();
  here.outbox.retry();
  count();
  attempt(async () => {
    await colleagues();
    inbox.redraw();
  });
  attempt(async () => {
    segments = await api.all("/v1/segments");
    drawSide();
  });
}

function frame() {
  inbox = new Inbox((id) => go(roomPlace(inbox.view, id)));
  aside = new Aside((id) => go(roomPlace(inbox.view, id)), go, () => aboutThem(false));
  side = h("nav.side", { "aria-label": t("Views") });
  stage = h("main.stage");
  app.className = "desk";
  app.replaceChildren(h("a.skip", { onclick: () => stage.querySelector("button, a, input")?.focus(), role: "button", tabindex: "0" }, t("Skip to the rooms")), side, stage);
  drawSide();
  inbox.changed = () => count();
  foundAtOnce(() => inbox.shown.map((room) => ({ id: room.id, words: room.kind === "triage" ? t("Triage") : room.name, hint: room.customer_name ?? "", step: () => go(roomPlace(inbox.view, room.id)) })));
}

/** How many rooms each view has, but not asked for more than once in a while. */
function count(pause = 400) {
  clearTimeout(counting);
  counting = setTimeout(async () => {
    const told = await api.get("/v1/room-counts").catch(() => null);
    if (!told || JSON.stringify(told) === JSON.stringify(counts)) return;
    counts = told;
    return drawSide();
  }, pause);
}

function drawSide() {
  redraw(side, sideParts);
}

function sideParts() {
  const [kind, view] = place();
  const agent = here.me.agent;
  const chosen = view?.startsWith("segment:") ? view.slice(8) : "";
  const pick = h("select", { "aria-label": t("Rooms of a segment"), onchange: () => go(pick.value ? roomPlace(`segment:${pick.value}`) : roomPlace("open")) },
    h("option", { value: "" }, t("By segment…")), segments.map((segment) => h("option", { value: segment.id }, segment.name)));
  pick.value = chosen;
  return [
    h("p.brand", null, h("span.mark", { "aria-hidden": "true" }, "P"), h("span", null, here.me.workspace.name)),
    ...viewLinks(kind === "inbox" ? view : "", counts, (name) => go(roomPlace(name))),
    h("div.views-menu", null, menu("nav", { "aria-current": kind === "inbox" ? "page" : null }, () => VIEWS.map(([name, words, ico]) => [counts[name] ? `${words} (${counted(counts[name])})` : words, () => go(roomPlace(name)), ico]), sign("menu"), h("span", null, t("Views")))),
    ...(segments.length ? [h("div.segments", null, pick)] : []),
    h("hr"),
    nav("search", TITLES.search, "search", kind),
    nav("issues", TITLES.issues, "issue", kind),
    nav("broadcasts", TITLES.broadcasts, "broadcast", kind),
    nav("figures", TITLES.figures, "figures", kind),
    nav("settings", TITLES.settings, "settings", kind),
    h("div.views-menu", null, menu("nav", {}, () => [[t("Commands"), palette, "more"], [t("Figures"), () => go("#/figures"), "figures"], [t("Keys"), help, "snippet"], [sounds() ? t("Sound off") : t("Sound on"), sound, "bell"], [t("Sign out"), () => attempt(signOut), "leave"]], sign("more"), h("span", null, t("More")))),
    h("div.me", null,
      face(agent.id, agent.name),
      h("span", null, agent.name, h("small", { id: "line" }, LINE[here.live?.state] ?? "")),
      h("button.quiet", { type: "button", title: t("A sound when somebody asks"), "aria-label": t("Sound"), "aria-pressed": String(sounds()), onclick: sound }, sign("bell")),
      h("button.quiet", { type: "button", title: t("Keys (?)"), "aria-label": t("Keys"), onclick: help }, "?"),
      h("button.quiet", { type: "button", title: t("Sign out"), "aria-label": t("Sign out"), onclick: () => attempt(signOut) }, sign("leave")))];
}

function sound() {
  say(switchSound() ? t("There is a sound when somebody asks.") : t("No sound."));
  drawSide();
}

const nav = (name, words, ico, kind) =>
  h(`button.nav.to-${name}`, { type: "button", "aria-current": kind === name ? "page" : null, onclick: () => go(`#/${name}`) }, sign(ico), h("span", null, words));

/** What an address may have been typed as: a stray % means itself. */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** [page, …rest] of the address. */
function place() {
  const parts = location.hash.replace(/^#\/?/, "").split("/").map(decoded);
  return parts[0] ? parts : ["inbox", recall("view", "mine")];
}

/** Show what the address says. */
async function show() {
  const [kind, ...rest] = place();
  const asked = ++visits;
  for (const box of document.querySelectorAll("dialog[open]")) box.close(); // it was about what was shown before
  drawSide();
  if (Object.hasOwn(PAGES, kind)) {
    leaveRoom();
    app.classList.remove("in-room");
    entitle(`${TITLES[kind]} · ${TAB}`);
    stage.className = "stage page";
    stage.replaceChildren(empty("…"));
    await attempt(colleagues);
    const made = await PAGES[kind](rest, go);
    if (asked === visits) stage.replaceChildren(made ?? empty(t("Reload this page.")));
    return;
  }
  await showInbox(rest[0] ?? "mine", rest[1], rest[2]);
}

/** A page whose script comes when it is wanted. */
function further(name, load) {
  return async (rest, go) => {
    const made = await load().catch(() => null);
    return made ? made[name](rest, go) : void say(NEW_VERSION, true);
  };
}

async function showInbox(view, id, message) {
  remember("view", view.includes(":") ? null : view);
  if (!stage.contains(inbox.element)) {
    stage.className = "stage inbox";
    stage.replaceChildren(inbox.element);
    inbox.toItsPlace();
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
  if (view.startsWith("segment:")) return segments.find((segment) => segment.id === view.slice(8))?.name ?? t("A segment");
  if (view.startsWith("customer:")) return view.slice(9);
  return (VIEWS.find(([name]) => name === view) ?? VIEWS[0])[1];
}

async function openRoom(id) {
  leaveRoom();
  const opened = new Conversation(id, (room) => moved(room), () => go(roomPlace(inbox.view)));
  talk = opened;
  opened.composer.go = (other) => go(roomPlace(inbox.view, other));
  opened.about = () => aboutThem(true);
  opened.leaveUnread = async () => {
    if (await opened.unread() && talk === opened) go(roomPlace(inbox.view));
  };
  const next = () => inbox.after(id);
  opened.undo = undo;
  opened.done = () => {
    const then = next();
    if (talk === opened) go(roomPlace(inbox.view, then));
  };
  inbox.mark(id);
  aside.begin(id);
  aside.went = (room) => {
    if (talk === opened) opened.adopted(room);
    inbox.take(room);
    aside.show(room);
  };
  nothing.remove();
  stage.append(opened.element, aside.element); // beside the list, which stays where it was scrolled to
  here.live?.watch({ room: id }); // first: what is said while it loads is heard of
  const loaded = await attempt(() => colleagues().then(() => opened.load()).then(() => true));
  if (talk !== opened) return;
  if (!loaded) return go(roomPlace(inbox.view));
  entitle(`${opened.room.kind === "triage" ? t("Triage") : opened.room.name} · ${TAB}`);
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
  entitle(TAB);
}

/** A file that is dropped anywhere is attached in the open room; the browser does not leave for it. */
function dropped(event) {
  if (event.defaultPrevented || ![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
  event.preventDefault();
  if (event.type === "drop" && talk?.room) talk.composer.take([...event.dataTransfer.files]);
}

/** What waits is taken back: rooms are open as they were, and what was written is in its field again. */
function undo(row) {
  if (!row.rooms && talk?.id === row.room) talk.composer.restore(row);
  else if (!row.rooms) draftAgain(row, placeOf(row.room, row.internal));
  here.outbox.discard(row);
  if (talk?.id !== row.room && !(row.rooms?.length > 1)) go(roomPlace(inbox.view, row.room));
}

function moved(room) {
  inbox.take(room);
  count();
}

// --- the live line

const LINE = { open: t("live"), polling: t("looking every few seconds"), connecting: t("connecting…") };
let lived = false;

/** How the line stands; where it was there once and is not, or does not come, that is seen on every page and at every size. */
function lineIs(state, silent) {
  const words = document.getElementById("line");
  if (words) words.textContent = LINE[state] ?? "";
  document.getElementById("silent").textContent = LINE[state] && state !== "open" && (silent || state === "polling") ? t("Not live: what is new comes late.") : "";
}

async function line() {
  let ticket = await api.call("POST", "/v1/socket-tickets", {}).catch(() => null);
  if (!ticket) {
    lineIs("connecting", true);
    return void setTimeout(line, 5000);
  }
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
    here.outbox.retry();
    refresh();
    look();
  });
  here.live.on("state", (state) => lineIs(state, lived ||= state === "open"));
  here.live.watch({ inbox: true });
  if (talk) here.live.watch({ room: talk.id });
  here.live.open();
}

function told(frame) {
  const open = frame.room && frame.room === talk?.id;
  if (frame.type === "room.typing" || frame.type === "room.presence") return open && companyMoved(frame);
  if (frame.type === "subscribed") return open && arrived(frame);
  if (frame.type === "delivery.changed") return open && talk.ledger.watch();
  if (frame.type === "room.read") {
    if (open) talk.readers.take(frame);
    return read(frame);
  }
  if (frame.type !== "room.changed") return undefined;
  if (open && company.writing.has(frame.by)) stopped(frame.by); // who has said it writes it no more
  if (open) {
    talk.take(frame);
    if (frame.what !== "room") talk.ledger.watch(); // it may leave by other bridges
    if (frame.by !== here.me.agent.id) talk.composer.look();
  }
  const known = inbox.rooms.get(frame.room);
  count(2000);
  if (frame.what === "posted" && !here.agents.has(frame.by) && frame.summary?.state !== "resolved") called();
  if (known && frame.summary) {
    if (frame.summary.change >= known.change) inbox.take({ ...known, ...frame.summary, unread: unread(known, frame, open && talk.watched) });
    if (frame.what === "room") whole(frame.room, 200);
    else if (here.timed) whole(frame.room, 2000);
  } else {
    if (open) whole(frame.room, 200);
    refresh();
  }
  return undefined;
}

/** How many messages wait in a room after a frame: a summary may be of several, notes aside; who speaks has read the others. */
function unread(known, { what, by, change, message, summary }, watched) {
  if (watched || (what === "posted" && by === here.me.agent.id && change === summary.change)) return 0;
  const note = what === "posted" && message?.internal && by !== here.me.agent.id && change > known.change;
  return known.unread + Math.max(0, summary.messages - known.messages) + (note ? 1 : 0);
}

/** What was read here or elsewhere. */
function read({ room, person, change }) {
  const known = inbox.rooms.get(room);
  if (!known || person !== here.me.agent.id) return;
  if (change < known.change) whole(room, 200); // marked as unread elsewhere, or read as far as that
  else if (known.unread) inbox.take({ ...known, unread: 0 });
}

/** A room as agents see it, a moment later: no frame tells its clocks, priority or snooze, since customers hear them all. */
function whole(id, pause) {
  clearTimeout(owed.get(id));
  const again = async () => {
    owed.delete(id);
    const room = await api.get(`/v1/rooms/${id}`);
    if (inbox.rooms.has(id)) inbox.take(room);
    if (talk?.id === id) talk.feed.know(room);
  };
  owed.set(id, setTimeout(() => again().catch(() => undefined), pause));
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
  const inRoom = () => Boolean(talk);
  const writes = () => Boolean(talk?.room) && may("write");
  const listed = () => stage.contains(inbox.element);
  const [pages, standing] = [["issues", "broadcasts", "figures", "settings"], (room) => room.kind !== "internal" && room.state === "open"];
  command([
    { words: t("Next room"), key: "j", when: listed, step: () => inbox.step(1), quiet: true },
    { words: t("Previous room"), key: "k", when: listed, step: () => inbox.step(-1), quiet: true },
    { words: t("Open it"), key: "Enter", when: listed, step: (event) => (event.target.closest?.("button, a") ? false : inbox.enter()), quiet: true },
    { words: t("Answer"), key: "r", when: inRoom, step: () => talk.composer.focus("answer") },
    { words: t("Write a note"), key: "n", when: inRoom, step: () => talk.composer.focus("note") },
    { words: t("Snippets"), key: "s", when: () => inRoom() && may("write"), step: () => void talk.composer.snippets() },
    { words: t("Take it, or hand it back"), key: "a", when: writes, step: () => void talk.take_or_leave() },
    { words: t("Assign"), when: writes, step: () => talk.assign() },
    { words: t("Labels"), when: writes, step: () => talk.label() },
    { words: t("Resolve, or reopen"), key: "e", when: writes, step: () => void talk.resolve() },
    { words: t("Priority and snooze"), key: "p", when: () => writes() && standing(talk.room), step: () => arrangeRoom(talk.room, talk) },
    { words: t("Follow it, or no more"), key: "w", when: () => Boolean(talk?.room), step: () => void follow(talk) },
    { words: t("Mark as unread"), key: "u", when: () => Boolean(talk?.room) || (listed() && Boolean(inbox.chosen)), step: () => void (talk ? talk.leaveUnread() : inbox.unread()) },
    { words: t("Roomy rows, or close ones"), when: listed, step: () => inbox.roomy() },
    { words: t("Rename"), when: () => writes() && talk.room.kind !== "triage", step: () => talk.rename() },
    { words: t("Fork a part of it"), key: "f", when: writes, step: () => void talk.pick() },
    { words: t("Raise an issue, or tie it to one"), key: "i", when: () => writes() && Boolean(talk.room.customer), step: () => void raiseIssue(talk.room, () => aside.show(talk.room)) },
    { words: t("To the latest message"), key: "End", when: inRoom, step: () => talk.latest() },
    { words: t("About the customer"), key: "c", when: inRoom, step: () => talk.about() },
    { words: t("Choose it, for several at once"), key: "x", when: () => listed() && may("write"), step: () => inbox.pick() },
    { words: t("Filter the list by name"), key: "l", when: listed, step: () => inbox.filter.focus() },
    { words: t("Search everything"), key: "/", step: () => go("#/search") },
    ...VIEWS.map(([name, words], i) => ({ words: t("Rooms: {words}", { words }), key: String(i + 1), step: () => go(roomPlace(name)) })),
    ...pages.map((name) => ({ words: t("Go to: {page}", { page: TITLES[name] }), step: () => go(`#/${name}`) })),
    { words: t("New broadcast"), when: () => may("write"), step: () => go("#/broadcasts/new") },
    { words: t("Sound on, or off"), step: sound },
    { words: t("Undo"), named: "⌘/Ctrl + Z", when: undoable, step: undoLast },
    { words: t("Back to the list"), key: "Escape", named: "Esc", when: () => talk || listed(), step: () => (talk ? aboutThem(false) || go(roomPlace(inbox.view)) : inbox.unpick()), quiet: true },
    { words: t("Keys"), key: "?", step: help },
    { words: t("Sign out"), step: () => void attempt(signOut) },
  ]);
}

enter().catch((problem) => {
  say(problem.message, true);
  throw problem;
});
