// The inbox: which rooms there are, by view, and the list of them.

import { arrange, h } from "../shared/dom.js";
import { askEnd } from "./ending.js";
import { unreadAgain } from "./own_marks.js";
import { ICONS, ago, ask, attempt, choice, empty, face, field, input, redraw, say, sign } from "./parts.js";
import { local, promiseTag } from "./promise.js";
import { api, here, may, recall, remember } from "./session.js";
import { ROOM_PRIORITIES, askLabels, clockTag, labelTags, standingTags } from "./standing.js";
import { listed, moment, plural, t, when } from "./translate.js";

export const VIEWS = [
  ["mine", t("Mine"), "mine", "assignee=me"],
  ["unassigned", t("Unassigned"), "unassigned", "assignee=none"],
  ["us", t("Waiting for us"), "us", "turn=vendor"],
  ["them", t("Waiting for them"), "them", "turn=customer"],
  ["open", t("All open"), "inbox", ""],
  ["promised", t("Promised"), "clock", "promise=open"],
  ["due", t("Due next"), "due", "clock=any"],
  ["resolved", t("Resolved"), "done", "state=resolved"],
  ["snoozed", t("Snoozed"), "snoozed", "snoozed=true"],
];
const NOTHING = {
  mine: t("Nothing waits for you. Take something from “Unassigned”, or have a tea."),
  unassigned: t("Everything has somebody on it."),
  us: t("Nobody waits for us."),
  them: t("We wait for nobody."),
  promised: t("Nothing is owed to anybody."),
  due: t("No clock runs."),
  snoozed: t("Nothing is hidden."),
};

/** What a view asks the API: one of VIEWS, `customer:<external id>` or `segment:<id>`. */
export function asking(view) {
  const [kind, ...rest] = view.split(":");
  if (kind === "customer" || kind === "segment") return `${kind}=${encodeURIComponent(rest.join(":"))}`;
  return (VIEWS.find(([name]) => name === view) ?? VIEWS[4])[3];
}

/** Whether a room belongs in a view, as far as the room itself tells. */
function belongs(room, view) {
  if (view === "resolved") return room.state === "resolved";
  if (view.startsWith("customer:")) return room.state === "open" && room.customer?.external_id === view.slice(9);
  if (room.state !== "open") return false;
  if (view === "snoozed") return Boolean(room.snoozed_until);
  if (view === "promised") return room.promise?.state === "open";
  if (view === "due") return Boolean(room.clocks?.length);
  if (room.snoozed_until) return false;
  if (view === "mine") return room.assignees.includes(here.me.agent.id);
  if (!room.last_message_at) return false;
  if (view === "unassigned") return !room.assignees.length;
  if (view === "us") return room.turn === "vendor";
  if (view === "them") return room.turn === "customer";
  return true;
}

const MOST_AT_ONCE = 100; // rooms that one request resolves
const ORDER = { promised: (room) => room.promise?.due ?? "", due: (room) => room.clocks?.[0]?.due ?? "~" };
const newest = (room) => room.last_message_at ?? room.created_at;

export class Inbox {
  view = "mine";
  rooms = new Map();
  chosen = null; // the row that j and k move
  opened = null;
  next = null;
  words = "";
  picked = new Set(); // the rooms that something is done with at once
  #rows = new Map();
  #reading = 0;
  #loading = false;
  #place = 0; // to where it is scrolled

  /** `open(id)` is called when somebody chooses a room. */
  constructor(open) {
    this.open = open;
    this.title = h("h1", { id: "list-title" });
    this.filter = h("input", { type: "search", placeholder: t("Filter by name"), "aria-label": t("Filter rooms by name"), oninput: () => this.#filtered() });
    this.list = h("ul.rooms", { "aria-labelledby": "list-title" });
    this.more = h("button.plain.wide", { type: "button", hidden: true, onclick: () => attempt(() => this.#page(this.next)) }, t("More"));
    this.bulk = h("div.bulk", { hidden: true, role: "group", "aria-label": t("With the chosen rooms") });
    this.density = h("button.quiet.density", { type: "button", title: t("Roomy rows"), "aria-label": t("Roomy rows"), onclick: () => this.roomy() }, sign("rows"));
    this.element = h("section.list", { "aria-labelledby": "list-title", onscroll: () => { this.#place = this.element.scrollTop; } }, h("header", null, h("div.titled", null, this.title, this.density), this.filter, this.bulk), this.list, this.more);
    this.#close(recall("roomy", false));
  }

  async show(view, title) {
    const changed = view !== this.view || !this.rooms.size;
    this.view = view;
    this.title.textContent = title;
    if (!changed) return;
    this.rooms.clear();
    this.next = null;
    this.more.hidden = true;
    this.chosen = null;
    this.filter.value = this.words = "";
    this.picked.clear();
    this.#loading = true;
    this.#draw();
    await this.reload();
  }

  /** Rows with more air, or with less. */
  roomy() {
    const roomy = !recall("roomy", false);
    remember("roomy", roomy || null);
    this.#close(roomy);
  }

  #close(roomy) {
    this.list.classList.toggle("roomy", roomy);
    this.density.setAttribute("aria-pressed", String(roomy));
  }

  /** To where it was scrolled before another page was shown. */
  toItsPlace() {
    this.element.scrollTop = this.#place;
  }

  /** Find the chosen room unread again. */
  async unread(id = this.chosen) {
    const unread = await unreadAgain(id);
    const known = this.rooms.get(id);
    if (known && unread !== undefined) this.take({ ...known, unread });
  }

  /** By what is known by now. */
  redraw() {
    this.#draw();
  }

  /** The first page anew; what is on the screen stays until it is there. */
  reload() {
    return attempt(() => this.#page(null));
  }

  async #page(cursor) {
    const reading = ++this.#reading;
    let page = { items: [], next: cursor };
    do { // what a filter leaves out makes a page short, or empty, with more behind it
      const query = [asking(this.view), "limit=50", page.next ? `cursor=${encodeURIComponent(page.next)}` : ""].filter(Boolean).join("&");
      const more = await api.get(`/v1/rooms?${query}`);
      if (reading !== this.#reading) return;
      page = { items: [...page.items, ...more.items], next: more.next };
    } while (page.next && page.items.length < 25);
    this.#loading = false;
    here.timed ||= page.items.some((room) => room.clocks.length);
    const known = new Map(this.rooms);
    const further = !cursor && this.next && page.next && known.size > page.items.length; // pages were loaded behind the first one
    const last = further && page.items.reduce((least, room) => (newest(room) < least ? newest(room) : least), "~");
    if (!cursor) this.rooms.clear();
    if (further && !ORDER[this.view]) for (const [id, room] of known) if (newest(room) < last) this.rooms.set(id, room);
    for (const room of page.items) {
      const later = known.get(room.id); // what the live line told while the answer was on its way
      this.rooms.set(room.id, later?.change > room.change ? later : room);
    }
    if (!further || ORDER[this.view]) this.next = page.next;
    this.more.hidden = !this.next;
    this.#draw();
  }

  /** A room as it is now: it comes into the view, moves in it, or leaves it. The open one stays until another is. */
  take(room) {
    const known = this.rooms.has(room.id);
    if (belongs(room, this.view) && (known || !this.view.startsWith("segment:"))) this.rooms.set(room.id, room);
    else if (room.id !== this.opened) this.rooms.delete(room.id);
    else if (known) this.rooms.set(room.id, room);
    this.#draw();
  }

  mark(id) {
    this.opened = id;
    if (id) this.chosen = id;
    this.#draw();
    if (!id) this.toItsPlace(); // on a phone it was not there
  }

  get shown() {
    const words = this.words.toLowerCase();
    return [...this.rooms.values()]
      .filter((room) => this.view === "resolved" || room.id === this.opened || !here.outbox.acting(room.id))
      .filter((room) => !words || `${room.name} ${room.customer_name ?? ""}`.toLowerCase().includes(words))
      .sort((a, b) => (ORDER[this.view] ? ORDER[this.view](a).localeCompare(ORDER[this.view](b)) : newest(b).localeCompare(newest(a))));
  }

  /** j and k. */
  step(by) {
    const rooms = this.shown;
    if (!rooms.length) return;
    const at = rooms.findIndex((room) => room.id === this.chosen);
    const to = rooms[Math.min(rooms.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
    this.chosen = to.id;
    this.#draw();
    this.#rows.get(to.id).querySelector("button").focus({ focusVisible: true });
  }

  enter() {
    if (!this.chosen) return false;
    this.open(this.chosen);
    return true;
  }

  /** What is not loaded yet may be called so, too. */
  async #filtered() {
    const words = (this.words = this.filter.value.trim());
    this.#draw();
    for (let left = 10; left && words && words === this.words && this.next && this.shown.length < 25; left -= 1) if (!(await attempt(() => this.#page(this.next).then(() => true)))) break;
  }

  /** The room that comes after one, or before the last. */
  after(id) {
    const rooms = this.shown;
    const at = rooms.findIndex((room) => room.id === id);
    return at < 0 ? null : (rooms[at + 1] ?? rooms[at - 1])?.id ?? null;
  }

  /** Choose a room for what is done with several, or no more. */
  pick(id = this.chosen) {
    if (!id) return false;
    if (!this.picked.delete(id)) this.picked.add(id);
    this.#draw();
    return true;
  }

  unpick() {
    const some = this.picked.size > 0;
    this.picked.clear();
    this.#draw();
    return some;
  }

  #bulkBar() {
    const ids = [...this.picked].filter((id) => this.rooms.has(id));
    this.bulk.hidden = !ids.length;
    this.list.classList.toggle("picks", Boolean(ids.length));
    if (!ids.length) return;
    redraw(this.bulk, () => [
      h("p", { role: "status" }, t("{n} chosen", { n: ids.length })),
      h("button.plain", { type: "button", onclick: () => this.#assign(ids) }, t("Assign")),
      h("button.plain", { type: "button", onclick: () => this.#label(ids) }, t("Label")),
      h("button.plain", { type: "button", onclick: () => this.#priority(ids) }, t("Priority")),
      h("button.plain", { type: "button", onclick: () => this.#snooze(ids) }, t("Snooze")),
      h("button.calm", { type: "button", onclick: () => this.#resolve(ids) }, t("Resolve")),
      h("button.quiet", { type: "button", title: t("Choose none (Esc)"), "aria-label": t("Choose none"), onclick: () => this.unpick() }, "×")]);
  }

  /** Change each of several rooms; what is refused stays chosen. */
  async #each(ids, fields, words) {
    const before = new Map();
    for (const id of ids) {
      const [was, now] = [this.rooms.get(id), fields(id)];
      if (!(await this.#change(id, now))) continue;
      before.set(id, Object.fromEntries(Object.keys(now).map((name) => [name, was?.[name] ?? null])));
      this.picked.delete(id);
    }
    const back = async () => {
      for (const [id, was] of before) await this.#change(id, was);
    };
    say(words(before.size), false, before.size ? back : null);
    this.#draw();
  }

  async #change(id, fields) {
    const room = await attempt(() => api.call("PATCH", `/v1/rooms/${id}`, fields));
    if (!room) return false;
    this.take(room);
    this.changed?.(room);
    return true;
  }

  #assign(ids) {
    const people = [...here.agents.values()].filter((agent) => agent.state === "active");
    const boxes = people.map((agent) => h("label.tick", null, h("input", { type: "checkbox", name: "who", value: agent.id }), face(agent.id, agent.name), agent.name));
    ask(plural(ids.length, "Who is on it?", "Who is on them?"), [h("div.ticks", null, boxes)], t("Assign"), (form) => void this.#each(ids, () => ({ assignees: form.getAll("who") }), (n) => plural(n, "{n} room assigned.", "{n} rooms assigned.")));
  }

  #label(ids) {
    const labelled = (id, labels) => ({ labels: [...new Set([...this.rooms.get(id).labels, ...labels])] });
    askLabels([], t("Label"), t("Parted by commas: each room gets these, too."), (labels) => void (labels.length && this.#each(ids, (id) => labelled(id, labels), (n) => plural(n, "{n} room labelled.", "{n} rooms labelled."))));
  }

  #priority(ids) {
    ask(t("Priority"), [field(t("Priority"), choice("priority", ROOM_PRIORITIES, "normal"))], t("Save"), (form) => void this.#each(ids, () => ({ priority: form.get("priority") }), (n) => plural(n, "{n} room changed.", "{n} rooms changed.")));
  }

  /** All in one act; nobody is told, unless that is wanted. */
  #resolve(ids) {
    const some = ids.slice(0, MOST_AT_ONCE);
    askEnd(some, false, () => some.forEach((id) => this.picked.delete(id)));
  }

  #snooze(ids) {
    const until = input("until", { type: "datetime-local", required: true, value: local(Date.now() + 24 * 3600e3) });
    ask(t("Snooze"), [field(t("Until"), until, t("What they say brings it back at once."))], t("Snooze"), (form) => void this.#each(ids, () => ({ snoozed_until: new Date(form.get("until")).toISOString() }), (n) => plural(n, "{n} room snoozed.", "{n} rooms snoozed.")));
  }

  #draw() {
    const rooms = this.shown;
    this.#bulkBar();
    const loading = this.#loading;
    const rows = rooms.map((room) => this.#row(room));
    this.#rows = new Map(rooms.map((room, i) => [room.id, rows[i]]));
    const nothing = this.words ? t("No room has that in its name.") : NOTHING[this.view] ?? t("No rooms here.");
    arrange(this.list, [...rows, ...(rows.length && !loading ? [] : [h("li.none", null, empty(loading ? "…" : nothing))])]);
  }

  /** The row of a room; the one that is there if nothing in it differs. */
  #row(room) {
    const picked = this.picked.has(room.id);
    const state = JSON.stringify([room, room.id === this.opened, room.id === this.chosen, picked, here.agents.size, ago(newest(room))]);
    const there = this.#rows.get(room.id);
    if (there?.told === state) return there;
    const row = roomRow(room, room.id === this.opened, room.id === this.chosen, () => this.open(room.id));
    if (may("write")) row.prepend(h("input.tick-of", { type: "checkbox", checked: picked, tabindex: "-1", "aria-label": t("Choose {name}", { name: room.name }), onchange: () => this.pick(room.id) }));
    row.told = state;
    const focused = there?.contains(document.activeElement);
    if (focused) queueMicrotask(() => row.querySelector("button").focus());
    return row;
  }
}

const whose = (room) => room.customer_name ?? (room.kind === "visitor" ? t("Visitor") : room.kind === "internal" ? t("Internal") : "");

function roomRow(room, opened, chosen, open) {
  const last = room.last_message;
  const name = room.kind === "triage" ? t("Triage") : room.name;
  const waits = room.state === "open" && room.turn === "vendor" && room.waiting_since;
  const people = room.assignees.map((id) => here.agents.get(id)).filter(Boolean);
  return h(`li${opened ? ".opened" : ""}${chosen ? ".chosen" : ""}${room.unread ? ".unread" : ""}`, null,
    h("button", { type: "button", "aria-current": opened ? "true" : null, title: [whose(room), name].filter(Boolean).join(": "), onclick: open },
      h("span.face-of", null, face(room.customer?.id ?? room.id, whose(room) || room.name)),
      h("span.who", null, h("strong", { dir: "auto" }, whose(room) || name)),
      h("time", { datetime: newest(room), title: moment(newest(room)) }, when(newest(room))),
      h("span.line", null, h("span.glimpse", null, whose(room) ? [h("b", { dir: "auto" }, name), " "] : null, h("bdi", null, last ? [last.author.kind === "agent" && `${last.author.name}: `, last.text] : t("Nothing was said yet"))), h("span.marks", null,
        standingTags(room),
        labelTags(room),
        promiseTag(room, true),
        clockTag(room, true),
        waits ? h("span.wait", { title: t("Waits for us") }, ago(room.waiting_since)) : null,
        people.map((agent) => h("span", { title: agent.name }, face(agent.id, agent.name))),
        people.length ? h("span.unseen", null, t("on it: {names}", { names: listed(people.map((agent) => agent.name)) })) : null,
        room.unread ? h("span.count", null, String(room.unread), h("span.unseen", null, " ", t("unread"))) : null))));
}

/** A count as far as it is exact. */
export const counted = (n) => (n > 99 ? "99+" : String(n));

/** The views as a list of links, for the side of the page. */
export function viewLinks(current, counts, go) {
  return VIEWS.map(([name, words, ico], i) =>
    h("button.nav.view", { type: "button", "aria-current": current === name ? "page" : null, title: `${words} (${i + 1})`, onclick: () => go(name) }, ICONS[ico] ? sign(ico) : null, h("span", null, words), counts[name] ? h("span.number", null, counted(counts[name])) : null));
}
