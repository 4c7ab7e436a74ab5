// The inbox: which rooms there are, by view, and the list of them.

import { arrange, h } from "../shared/dom.js";
import { unmarked, when } from "../shared/words.js";
import { ICONS, ago, attempt, empty, face, sign } from "./parts.js";
import { promiseTag } from "./promise.js";
import { api, here } from "./session.js";
import { clockTag, labelTags, standingTags } from "./standing.js";

export const VIEWS = [
  ["mine", "Mine", "mine", "assignee=me"],
  ["unassigned", "Unassigned", "unassigned", "assignee=none"],
  ["us", "Waiting for us", "us", "turn=vendor"],
  ["them", "Waiting for them", "them", "turn=customer"],
  ["open", "All open", "inbox", ""],
  ["promised", "Promised", "clock", "promise=open"],
  ["due", "Due next", "due", "clock=any"],
  ["resolved", "Resolved", "done", "state=resolved"],
  ["snoozed", "Snoozed", "snoozed", "snoozed=true"],
];
const NOTHING = {
  mine: "Nothing waits for you. Take something from “Unassigned”, or have a tea.",
  unassigned: "Everything has somebody on it.",
  us: "Nobody waits for us.",
  them: "We wait for nobody.",
  promised: "Nothing is owed to anybody.",
  due: "No clock runs.",
  snoozed: "Nothing is hidden.",
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

const ORDER = { promised: (room) => room.promise?.due ?? "", due: (room) => room.clocks?.[0]?.due ?? "~" };
const newest = (room) => room.last_message_at ?? room.created_at;

export class Inbox {
  view = "mine";
  rooms = new Map();
  chosen = null; // the row that j and k move
  opened = null;
  next = null;
  words = "";
  #rows = new Map();
  #reading = 0;

  /** `open(id)` is called when somebody chooses a room. */
  constructor(open) {
    this.open = open;
    this.title = h("h2", { id: "list-title" });
    this.filter = h("input", { type: "search", placeholder: "Filter by name", "aria-label": "Filter rooms by name", oninput: () => this.#filtered() });
    this.list = h("ul.rooms", { "aria-labelledby": "list-title" });
    this.more = h("button.plain.wide", { type: "button", hidden: true, onclick: () => attempt(() => this.#page(this.next)) }, "More");
    this.element = h("section.list", { "aria-labelledby": "list-title" }, h("header", null, this.title, this.filter), this.list, this.more);
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
    this.#draw(true);
    await this.reload();
  }

  /** The first page anew; what is on the screen stays until it is there. */
  reload() {
    return attempt(() => this.#page(null));
  }

  async #page(cursor) {
    const reading = ++this.#reading;
    const query = [asking(this.view), "limit=50", cursor ? `cursor=${encodeURIComponent(cursor)}` : ""].filter(Boolean).join("&");
    const page = await api.get(`/v1/rooms?${query}`);
    if (reading !== this.#reading) return;
    here.timed ||= page.items.some((room) => room.clocks.length);
    const known = new Map(this.rooms);
    if (!cursor) this.rooms.clear();
    for (const room of page.items) {
      const later = known.get(room.id); // what the live line told while the answer was on its way
      this.rooms.set(room.id, later?.change > room.change ? later : room);
    }
    this.next = page.next;
    this.more.hidden = !page.next;
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
  }

  get shown() {
    const words = this.words.toLowerCase();
    return [...this.rooms.values()]
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

  #filtered() {
    this.words = this.filter.value.trim();
    this.#draw();
  }

  #draw(loading = false) {
    const rooms = this.shown;
    const rows = rooms.map((room) => this.#row(room));
    this.#rows = new Map(rooms.map((room, i) => [room.id, rows[i]]));
    const nothing = this.words ? "No room has that in its name." : NOTHING[this.view] ?? "No rooms here.";
    arrange(this.list, rows.length ? rows : [h("li", null, empty(loading ? "…" : nothing))]);
  }

  /** The row of a room; the one that is there if nothing in it differs. */
  #row(room) {
    const state = JSON.stringify([room, room.id === this.opened, room.id === this.chosen, ago(newest(room))]);
    const there = this.#rows.get(room.id);
    if (there?.told === state) return there;
    const row = roomRow(room, room.id === this.opened, room.id === this.chosen, () => this.open(room.id));
    row.told = state;
    const focused = there?.contains(document.activeElement);
    if (focused) queueMicrotask(() => row.querySelector("button").focus());
    return row;
  }
}

const whose = (room) => room.customer_name ?? (room.kind === "visitor" ? "Visitor" : room.kind === "internal" ? "Internal" : "");

function roomRow(room, opened, chosen, open) {
  const last = room.last_message;
  const name = room.kind === "triage" ? "Triage" : room.name;
  const waits = room.state === "open" && room.turn === "vendor" && room.waiting_since;
  const people = room.assignees.map((id) => here.agents.get(id)).filter(Boolean);
  return h(`li${opened ? ".opened" : ""}${chosen ? ".chosen" : ""}${room.unread ? ".unread" : ""}`, null,
    h("button", { type: "button", "aria-current": opened ? "true" : null, onclick: open },
      face(room.customer?.id ?? room.id, whose(room) || room.name),
      h("span.who", null, h("strong", null, name), whose(room) ? h("span.name", null, whose(room)) : null),
      h("time", { datetime: newest(room), title: new Date(newest(room)).toLocaleString() }, when(newest(room))),
      h("span.line", null, h("span.glimpse", null, last ? [last.author.kind === "agent" && `${last.author.name}: `, unmarked(last.text)] : "Nothing was said yet"), h("span.marks", null,
        standingTags(room),
        labelTags(room),
        promiseTag(room, true),
        clockTag(room, true),
        waits ? h("span.wait", { title: "Waits for us" }, ago(room.waiting_since)) : null,
        people.map((agent) => h("span", { title: agent.name }, face(agent.id, agent.name))),
        people.length ? h("span.unseen", null, `on it: ${people.map((agent) => agent.name).join(", ")}`) : null,
        room.unread ? h("span.count", null, String(room.unread), h("span.unseen", null, " unread")) : null))));
}

/** The views as a list of links, for the side of the page. */
export function viewLinks(current, go) {
  return VIEWS.map(([name, words, ico], i) =>
    h("button.nav", { type: "button", "aria-current": current === name ? "page" : null, title: `${words} (${i + 1})`, onclick: () => go(name) }, ICONS[ico] ? sign(ico) : null, h("span", null, words)));
}
