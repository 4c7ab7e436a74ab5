// A room: what was said, with its deliveries, and what can be done with it.

import { arrange, h } from "../shared/dom.js";
import { Feed } from "../shared/feed.js";
import { render } from "../shared/markdown.js";
import { clock, day, size, unmarked } from "../shared/words.js";
import { Composer } from "./composer.js";
import { Ledger } from "./ledger.js";
import { ask, attempt, doing, empty, face, field, input, say, sign } from "./parts.js";
import { askPromise, promiseTag } from "./promise.js";
import { api, here, may } from "./session.js";
import { clockTag, standingActs, standingTags, takenAs } from "./standing.js";

const MACHINES = new Set(["machine", "system"]);
const CHANNELS = { api: "API", widget: "widget", form: "form", webhook: "webhook", email: "e-mail", issue: "issue", acknowledgement: "acknowledgement", slack: "Slack", msteams: "Teams" };

export class Conversation {
  #drawn = new Map();
  #picking = null;
  #seen = 0;

  /** `moved(room)` is told when the room itself has changed. */
  constructor(id, moved, back) {
    this.id = id;
    this.moved = moved;
    this.feed = new Feed(api, id, here.me.agent.id);
    this.ledger = new Ledger(id, () => this.#draw());
    this.composer = new Composer(this);
    this.head = h("header.head");
    this.list = h("ol.talk");
    this.older = h("button.plain", { type: "button", hidden: true, onclick: () => attempt(() => this.#older()) }, "Earlier messages");
    this.scroll = h("div.scroll", { role: "log", "aria-label": "Conversation", tabindex: "0" }, this.older, this.list);
    this.bar = h("div.picking", { hidden: true });
    this.back = back;
    this.about = () => {};
    this.element = h("section.room", { "aria-label": "Room" }, this.head, this.scroll, this.bar, this.composer.element);
    this.stop = this.feed.on(() => this.#draw());
  }

  get room() {
    return this.feed.room;
  }

  async load() {
    await this.feed.load();
    this.#bottom();
    attempt(() => this.ledger.load(this.feed.list[0]?.change ?? 0));
    attempt(() => this.composer.load());
    this.#read();
  }

  close() {
    this.stop();
    this.ledger.close();
    this.composer.close();
  }

  /** A frame of the live line, or null: time to catch up. */
  async take(frame) {
    if (frame?.change) return this.feed.take(frame);
    return attempt(async () => {
      await (this.feed.ready ? this.feed.catchUp() : this.feed.load());
      await this.feed.retry(); // what could not be sent for want of a network
    });
  }

  async #older() {
    const height = this.scroll.scrollHeight;
    await this.feed.older();
    await this.ledger.load(this.feed.list[0]?.change ?? 0);
    this.scroll.scrollTop += this.scroll.scrollHeight - height;
  }

  /** Show one message, however long ago it was said. */
  async reach(id) {
    await this.feed.reach(id);
    const there = document.getElementById(id);
    if (!there) return say("That message cannot be shown.", true);
    there.setAttribute("tabindex", "-1");
    there.focus({ preventScroll: true });
    there.scrollIntoView({ block: "center" });
    return undefined;
  }

  #bottom() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  /** What is on the screen has been read. */
  async #read() {
    if (this.room.change <= this.#seen || document.visibilityState === "hidden") return;
    this.#seen = this.room.change;
    await api.call("PUT", `/v1/rooms/${this.id}/read`, {}).catch(() => {});
    if (this.room.change > this.#seen) return; // more was said meanwhile
    this.feed.room = { ...this.room, unread: 0 };
    this.moved(this.room);
  }

  /** Change the room itself. */
  async change(fields, words) {
    const room = await attempt(() => api.call("PATCH", `/v1/rooms/${this.id}`, fields));
    if (!room) return;
    this.feed.know(room);
    this.moved(room);
    if (words) say(words);
  }

  take_or_leave() {
    const me = here.me.agent.id;
    const mine = this.room.assignees.includes(me);
    const assignees = mine ? this.room.assignees.filter((id) => id !== me) : [...this.room.assignees, me];
    return this.change({ assignees }, mine ? "You are off it." : "You are on it.");
  }

  assign() {
    const people = [...here.agents.values()].filter((agent) => agent.state === "active");
    const boxes = people.map((agent) =>
      h("label.tick", null, h("input", { type: "checkbox", name: "who", value: agent.id, checked: this.room.assignees.includes(agent.id) }), face(agent.id, agent.name), agent.name));
    ask("Who is on it?", [h("div.ticks", null, boxes)], "Assign", (form) => this.change({ assignees: form.getAll("who") }, "Assigned."));
  }

  resolve() {
    if (this.room.state === "resolved") return this.change({ state: "open" }, "It is open again.");
    const words = h("textarea", { name: "outcome", rows: "3", maxlength: "500" });
    ask("Resolve this room", [field("What came of it?", words, "The customer sees it. May be left empty.")], "Resolve", (form) =>
      this.change({ state: "resolved", outcome: form.get("outcome").trim() }, "Resolved."));
    return undefined;
  }

  rename() {
    ask("Rename this room", [field("Name", input("name", { value: this.room.name, required: true, maxlength: "200" }))], "Rename", (form) => this.change({ name: form.get("name").trim() }));
  }

  // --- forking a range

  pick() {
    if (this.room.kind === "internal" && !this.room.customer) return say("An internal room is not forked.", true);
    this.#picking = this.#picking ? null : new Set();
    this.#draw();
    return undefined;
  }

  #picked() {
    const numbers = [...this.#picking].sort((a, b) => a - b);
    return numbers.length ? [numbers[0], numbers.at(-1)] : null;
  }

  #pickingBar() {
    this.bar.hidden = !this.#picking;
    if (!this.#picking) return;
    const range = this.#picked();
    const inside = range ? this.feed.list.filter((each) => !each.internal && each.change >= range[0] && each.change <= range[1]) : [];
    const words = inside.length ? `${inside.length} ${inside.length === 1 ? "message" : "messages"} will have a room of their own` : "Choose the first and the last message";
    const go = doing("primary", { disabled: !inside.length }, () => this.#fork(inside), "Fork");
    const stop = h("button.plain", { type: "button", onclick: () => this.pick() }, "Cancel");
    this.bar.replaceChildren(h("p", { role: "status" }, words), stop, go);
  }

  async #fork(inside) {
    const name = inside[0].text.split("\n")[0].slice(0, 80) || "A topic";
    ask("A room of their own", [field("What is it about?", input("name", { value: name, required: true, maxlength: "200" }))], "Fork", async (form) => {
      const body = { name: form.get("name").trim(), from: inside[0].id, to: inside.at(-1).id };
      const made = await api.call("POST", `/v1/rooms/${this.id}/fork`, body, { key: crypto.randomUUID() });
      this.#picking = null;
      this.#draw();
      this.moved(made);
      say(`“${made.name}” has its own room now.`);
      this.composer.go(made.id);
    });
  }

  // --- drawing

  #draw() {
    if (!this.room) return;
    const near = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 80;
    this.#header();
    this.#pickingBar();
    this.older.hidden = !this.feed.before;
    const rows = [];
    let last = "";
    for (const message of this.feed.list) {
      const date = new Date(message.created_at).toDateString();
      if (date !== last) rows.push(this.#kept(`day:${date}`, date, () => h("li.day", null, h("span", null, day(message.created_at)))));
      last = date;
      rows.push(this.#message(message));
    }
    for (const draft of this.feed.pending) rows.push(this.#pending(draft));
    if (!rows.length) rows.push(this.#kept("empty", "", () => h("li", null, empty("Nothing was said here yet."))));
    arrange(this.list, rows);
    if (near) this.#bottom();
    if (near && this.feed.have > this.#seen) this.#read();
  }

  #kept(key, told, make) {
    const there = this.#drawn.get(key);
    if (there && there.told === told) return there.node;
    const node = make();
    this.#drawn.set(key, { told, node });
    return node;
  }

  #header() {
    const room = this.room;
    const people = room.assignees.map((id) => here.agents.get(id)).filter(Boolean);
    const told = JSON.stringify([room.name, room.state, room.outcome, room.customer_name, people.map((a) => a.name), room.turn, room.acknowledged_at, room.priority, room.snoozed_until, room.promise, room.clocks, Boolean(this.#picking)]);
    if (this.head.told === told) return;
    this.head.told = told;
    const write = may("write");
    this.head.replaceChildren(
      h("button.plain.back", { type: "button", "aria-label": "Back to the list", onclick: this.back }, sign("back")),
      h("div.what", null,
        h("h1", null, room.kind === "triage" ? "Triage" : room.name),
        h("p", null, room.customer_name ?? (room.kind === "visitor" ? "A visitor, seen by agents alone" : "Internal, seen by agents alone"),
          room.state === "resolved" ? h("span.tag.done", null, room.outcome ? `Resolved: ${room.outcome}` : "Resolved") : null,
          room.state === "open" && room.turn === "vendor" ? h("span.tag.us", null, "Waits for us") : null,
          room.state === "open" && room.turn === "customer" ? h("span.tag", null, "Waits for them") : null,
          standingTags(room),
          clockTag(room),
          promiseTag(room))),
      h("div.acts", null,
        standingActs(room, this),
        h("button.plain.people", { type: "button", disabled: !write, onclick: () => this.assign(), "aria-label": people.length ? `On it: ${people.map((a) => a.name).join(", ")}. Assign` : "Nobody is on it. Assign" },
          people.length ? people.map((agent) => face(agent.id, agent.name)) : [sign("unassigned"), "Assign"]),
        h("button.plain.about-them", { type: "button", title: "About the customer (c)", "aria-label": "About the customer", onclick: () => this.about() }, sign("people")),
        h("button.plain", { type: "button", disabled: !write, title: "Fork a part of it (f)", "aria-label": "Fork a part of it", "aria-pressed": String(Boolean(this.#picking)), onclick: () => this.pick() }, sign("fork")),
        room.kind === "internal" || room.state !== "open" ? null : h("button.plain", { type: "button", disabled: !write, title: "Promise something", "aria-label": "Promise something", onclick: () => askPromise(this.room, (fields, words) => this.change(fields, words)) }, sign("clock")),
        room.kind === "triage" ? null : h("button.plain", { type: "button", disabled: !write, title: "Rename", "aria-label": "Rename", onclick: () => this.rename() }, sign("edit")),
        h(`button.${room.state === "resolved" ? "plain" : "calm"}`, { type: "button", disabled: !write, title: "Resolve or reopen (e)", onclick: () => this.resolve() }, sign("done"), room.state === "resolved" ? "Reopen" : "Resolve")));
  }

  #message(message) {
    const picked = this.#picking?.has(message.change);
    const rows = this.ledger.of(message.change);
    const told = JSON.stringify([message, rows, Boolean(this.#picking), picked]);
    return this.#kept(message.id, told, () => this.#bubble(message, rows, picked));
  }

  #bubble(message, rows, picked) {
    const { author } = message;
    const side = message.internal ? "note" : author.kind === "agent" ? "ours" : MACHINES.has(author.kind) ? "system" : "theirs";
    const channel = message.source.channel;
    const box = this.#picking && !message.internal
      ? h("input.pick", { type: "checkbox", checked: picked, "aria-label": `Choose the message of ${author.name}`, onchange: () => this.#toggle(message.change) })
      : null;
    return h(`li.message.${side}`, { id: message.id }, box, face(author.id, author.name, true),
      h("article", { "aria-label": `${message.internal ? "Internal note of " : ""}${author.name}` },
        h("header", null,
          h("strong", null, author.name),
          message.internal ? h("span.tag.lock", null, sign("lock"), "Internal note") : null,
          author.kind === "machine" ? h("span.tag", { title: "No person: nobody's turn follows from it" }, "machine") : null,
          takenAs(message, this),
          author.kind === "visitor" ? h("span.tag", { title: "Somebody who says so of themselves, in a form" }, "not verified") : null,
          channel !== "api" && author.kind !== "agent" ? h("span.tag", null, `by ${CHANNELS[channel] ?? channel}`) : null,
          h("time", { datetime: message.created_at, title: new Date(message.created_at).toLocaleString() }, clock(message.created_at)),
          message.edited_at && !message.deleted ? h("span.dim", null, "edited") : null,
          this.#own(message)),
        this.#quote(message),
        message.deleted ? h("p.gone", null, "This message was deleted.") : h("div.text", null, render(message.text)),
        this.#rest(message),
        message.attachments.map(attachment),
        h("footer", null, this.#reactions(message), rows.length ? this.ledger.ticks(rows) : null)));
  }

  #toggle(change) {
    if (this.#picking.has(change)) this.#picking.delete(change);
    else this.#picking.add(change);
    this.#draw();
  }

  #quote(message) {
    const answered = message.reply_to && this.feed.messages.get(message.reply_to.message);
    if (!message.reply_to) return null;
    return h("blockquote.answered", null, unmarked(message.reply_to.quote?.text ?? answered?.text.slice(0, 200) ?? "an earlier message"));
  }

  #rest(message) {
    if (!message.cut) return null;
    const told = message.cut === 1 ? "1 quoted line" : `${message.cut} quoted lines`;
    return h("button.plain.rest", { type: "button", title: told, "aria-label": told, onclick: (event) => attempt(() => this.feed.rest(message, event.target)) }, "…");
  }

  #reactions(message) {
    const mine = (reaction) => reaction.people.includes(here.me.agent.id);
    const toggle = (emoji, on) => attempt(() => this.feed.react(message, emoji, on));
    return message.reactions.map((reaction) =>
      h("button.reaction", { type: "button", "aria-pressed": String(mine(reaction)), "aria-label": `${reaction.emoji}, ${reaction.count}`, onclick: () => toggle(reaction.emoji, !mine(reaction)) }, `${reaction.emoji} ${reaction.count}`));
  }

  #own(message) {
    if (message.deleted || !may("write")) return null;
    const mine = message.author.id === here.me.agent.id;
    return h("span.own", null,
      h("button.quiet", { type: "button", title: "Thumbs up", "aria-label": "React with 👍", onclick: () => attempt(() => this.feed.react(message, "👍", true)) }, "👍"),
      h("button.quiet", { type: "button", title: "Answer this", "aria-label": "Answer this message", onclick: () => this.composer.answer(message) }, sign("reply")),
      mine ? h("button.quiet", { type: "button", title: "Edit", "aria-label": "Edit this message", onclick: () => this.#edit(message) }, sign("edit")) : null,
      mine || may("admin") ? h("button.quiet", { type: "button", title: "Delete", "aria-label": "Delete this message", onclick: () => this.#delete(message) }, sign("bin")) : null);
  }

  #edit(message) {
    const text = h("textarea", { name: "text", rows: "6", required: true, value: message.text });
    ask("Edit your message", [field("Text", text, "It changes wherever it was delivered, where that can be done.")], "Save", async (form) => void (await this.feed.edit(message, form.get("text"))));
  }

  #delete(message) {
    ask("Delete this message?", [h("p", null, "It is taken back wherever it was delivered, where that can be done. What stays is that it was deleted.")], "Delete", async () => void (await this.feed.remove(message)));
  }

  #pending(draft) {
    const told = JSON.stringify([draft.key, draft.failed?.message ?? null, draft.sent]);
    return this.#kept(draft.key, told, () =>
      h(`li.message.${draft.internal ? "note" : "ours"}.waiting`, null, face(here.me.agent.id, here.me.agent.name, true),
        h("article", null, h("header", null, h("strong", null, here.me.agent.name), h("span.dim", null, draft.failed ? "not sent" : "on its way")),
          h("div.text", null, render(draft.text)),
          draft.failed ? h("p.bad", null, draft.failed.message, " ",
            h("button.plain", { type: "button", onclick: () => this.feed.resend(draft) }, "Try again"),
            h("button.plain", { type: "button", onclick: () => this.feed.discard(draft) }, "Throw away")) : null)));
  }
}

function attachment(file) {
  const picture = /^image\/(png|jpe?g|gif|webp|avif)$/.test(file.type);
  const named = [sign("clip"), h("span", null, file.name), h("small", null, size(file.size))];
  return h("a.file", { href: file.url, target: "_blank", rel: "noopener noreferrer", download: file.name }, picture ? h("img", { src: file.url, alt: file.name, loading: "lazy" }) : null, h("span", null, named));
}

