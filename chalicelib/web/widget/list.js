// All rooms of the team: triage first, then the latest; what is unread or mentions somebody stands out.

import { arrange, h, icon } from "../shared/dom.js";
import { hue, initials, when } from "../shared/words.js";
import { Earlier } from "./earlier.js";
import { ICONS } from "./icons.js";

/** Somebody's initials on a steady colour; the vendor's people wear the accent. */
export function face(person, size = "") {
  const kind = person.side === "vendor" || person.kind === "agent" ? ".vendor" : "";
  const made = h(`span.face${kind}${size}`, { "aria-hidden": "true", title: person.name }, initials(person.name));
  made.style.setProperty("--hue", hue(person.id));
  return made;
}

/** `Grace, Ann and Bob`. */
export function joined(names, say) {
  return names.length > 1 ? names.slice(0, -1).join(", ") + say("and") + names.at(-1) : (names[0] ?? "");
}

export class RoomList {
  #rows = new Map();
  #state = "open";
  #timer = 0;

  constructor(panes) {
    this.panes = panes;
    const { say } = panes;
    this.query = h("input.field", { type: "search", maxlength: "500", placeholder: say("search"), "aria-label": say("search"), oninput: () => this.#typed() });
    this.tabs = ["open", "resolved"].map((state) =>
      h("button", { onclick: () => this.#show(state) }, say(state)),
    );
    this.rows = h("ul", { "aria-label": say("support") });
    this.said = h("ul", { "aria-label": say("said") });
    this.none = h("p.none", { hidden: true });
    this.earlier = new Earlier(panes);
    this.faces = h("span.faces", { "aria-hidden": "true" });
    this.figures = h("button.plain", { hidden: true, onclick: () => panes.openPage("figures") }, say("figures"));
    this.usage = h("button.plain", { hidden: true, onclick: () => panes.openPage("usage") }, say("usage"));
    this.agents = h("button.plain", { hidden: true, onclick: () => panes.openPage("agents") }, say("agents"));
    this.title = h("h2", { id: "parley-title" });
    this.company = h("p");
    this.element = h("section.pane.side", null,
      h("header.top", null, h("div.grow", null, this.title, this.company), this.faces, panes.closer()),
      h("div.find", null, icon(ICONS.search), this.query),
      h("div.tabs", null, this.tabs),
      h("div.rooms", null, this.earlier.element, this.rows, this.said, this.none),
      h("div.foot", null, h("button.primary", { onclick: () => panes.show("new") }, icon(ICONS.plus), say("start")), this.figures, this.usage, this.agents),
    );
  }

  focus() {
    (this.rows.querySelector("button") ?? this.query).focus();
  }

  #show(state) {
    this.#state = state;
    if (state === "resolved") this.panes.session.loadResolved().catch(() => null);
    this.update();
  }

  /** Names of rooms are looked through here; what was said, in open and resolved ones, is asked for. */
  #typed() {
    const { session } = this.panes;
    const q = this.query.value;
    clearTimeout(this.#timer);
    this.said.replaceChildren();
    this.#timer = setTimeout(async () => {
      const found = await session.api.get(`/v1/search?kind=message&limit=20&q=${encodeURIComponent(q)}`).catch(() => ({ items: [] }));
      if (q === this.query.value) this.said.replaceChildren(...found.items.map((hit) => this.#hit(hit)));
      this.update();
    }, 250);
    this.update();
  }

  #hit(hit) {
    return h("li", null, h("button.row", { onclick: () => this.panes.openRoom(hit.room.id, hit.id) }, face(hit.author), h("span.grow", null,
      h("span.line", null, h("span.name", null, hit.room.name), h("span.time", null, when(hit.at, this.panes.language))),
      hit.snippet.map((piece) => (piece.hit ? h("mark", null, piece.text) : piece.text)))));
  }

  update() {
    const { session, say } = this.panes;
    const { me } = session;
    this.earlier.look();
    this.title.textContent = me.workspace.name;
    this.company.textContent = me.customer?.name ?? "";
    this.figures.hidden = !me.figures;
    this.usage.hidden = !me.usage;
    this.agents.hidden = me.kind !== "user";
    const team = [...session.people.values()].filter((person) => person.side === "vendor").slice(0, 3);
    this.faces.replaceChildren(...team.map((person) => face(person)));
    this.tabs.forEach((tab, i) => tab.setAttribute("aria-pressed", String((i === 0) === (this.#state === "open"))));
    const words = this.query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const all = [...(this.#state === "open" ? session.rooms : session.resolved).values()];
    const found = all.filter((room) => words.every((word) => this.#text(room).includes(word)));
    found.sort((a, b) => (b.kind === "triage") - (a.kind === "triage") || at(b).localeCompare(at(a)));
    arrange(this.rows, found.map((room) => this.#row(room)));
    this.none.hidden = found.length + this.said.children.length > 0;
    this.none.textContent = say(all.length ? "noMatch" : this.#state === "open" ? "noRooms" : "noResolved");
  }

  #text(room) {
    return [room.name, room.last_message?.text, room.last_message?.author.name].join(" ").toLowerCase();
  }

  #row(room) {
    const { session, say, language, current } = this.panes;
    const seen = JSON.stringify([room, current === room.id, session.people.size, new Date().toDateString()]);
    const known = this.#rows.get(room.id);
    if (known?.seen === seen) return known.row;
    const row = known?.row ?? h("li");
    const focused = row.contains(row.getRootNode().activeElement);
    const triage = room.kind === "triage";
    const last = room.last_message;
    const author = last && (last.author.id === session.me.id ? say("you") : last.author.name);
    const marks = [
      room.mentioned && h("span.at", { title: say("mentioned"), role: "img", "aria-label": say("mentioned") }, "@"),
      room.unread > 0 && h("span.badge", null, String(room.unread), h("span.sr", null, ` ${say("unreadCount", room.unread)}`)),
    ];
    const button = h(`button.row${room.unread ? ".new" : ""}`, {
      "aria-current": current === room.id ? "true" : null, onclick: () => this.panes.openRoom(room.id),
    },
      h(`span.face.room${triage ? ".triage" : ""}`, { "aria-hidden": "true" }, icon(triage ? ICONS.inbox : ICONS.topic)),
      h("span.grow", null,
        h("span.line", null, h("span.name", null, triage && room.name === "Triage" ? say("triage") : room.name), h("span.time", null, when(at(room), language))),
        h("span.line", null, h("span.last", null, last ? `${author}: ${last.text || "…"}` : triage ? say("triageHint") : say("empty")), marks),
        this.#standing(room),
      ),
    );
    row.replaceChildren(button);
    if (focused) button.focus();
    this.#rows.set(room.id, { row, seen });
    return row;
  }

  #standing(room) {
    const { session, say } = this.panes;
    const names = room.assignees.map((id) => session.nameOf(id)).filter(Boolean);
    const faces = room.assignees.map((id) => session.people.get(id)).filter(Boolean).slice(0, 3);
    const turn = room.state === "resolved" ? h("span.chip.done", null, say("resolved"))
      : room.turn === "customer" ? h("span.chip.turn", null, say("yourTurn"))
      : room.turn === "vendor" && !names.length ? h("span.chip", null, say("theirTurn", session.me.workspace.name)) : null;
    if (!turn && !names.length) return null;
    return h("span.state", null, faces.map((person) => face(person, ".small")), names.length > 0 && say("onIt", joined(names, say)), turn);
  }
}

const at = (room) => room.last_message_at ?? room.created_at;
