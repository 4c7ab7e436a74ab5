// A room: what was said, with its deliveries, and what can be done with it.
//
// Of a long room only a window of messages is in the page: it moves along as somebody scrolls, and is at the end, where
// what is said next appears, unless somebody reads further up (ADR 129).

import { arrange, h } from "../shared/dom.js";
import { Feed } from "../shared/feed.js";
import { lastSeen, Looking } from "../shared/looking.js";
import { render, unmarked } from "../shared/markdown.js";
import { passing } from "../shared/outbox.js";
import { Pinned } from "../shared/pinned.js";
import { attachment } from "./attachments.js";
import { copied, dressed } from "./code.js";
import { Composer } from "./composer.js";
import { channelName } from "./kinds.js";
import { askEnd, ended } from "./ending.js";
import { Ledger } from "./ledger.js";
import { followCommand, followTag, unreadAgain } from "./own_marks.js";
import { ask, attempt, doing, drafted, empty, face, field, input, menu, redraw, say, sign } from "./parts.js";
import { askPromise, promiseTag } from "./promise.js";
import { Readers, readLine } from "./readers.js";
import { api, here, may } from "./session.js";
import { raiseIssue } from "./raise.js";
import { askLabels, clockTag, standingActs, standingMenu, standingTags, takenAs, waitsInSpite } from "./standing.js";
import { clock, day, listed, moment, plural, t } from "./translate.js";

const MACHINES = new Set(["machine", "system"]);

const UNDONE = new Set(["assignees", "priority", "snoozed_until", "turn", "name", "labels"]); // what a second change takes back
const DRAFTING = { on: "read", shadow: "admin" }; // who looks at what machines draft
const WINDOW = 60; // messages in the page
const STEP = 25; // by how many the window moves
const NEAR = 400; // px from an end of what is there at which it does

export class Conversation {
  #first = null; // the change of the window's first message; null: the window is at the end
  #unseen = 0; // the change from which on nothing was seen, as the window is elsewhere
  #moving = false;
  #tools = null;
  #drawn = new Map();
  #picking = null;
  #read = 0; // the change up to which it has been read
  #marking = 0;
  #telling = null; // the server, how far it has been read
  #readers = new Map();

  /** `moved(room)` is told when the room itself has changed. */
  constructor(id, moved, back) {
    this.id = id;
    this.moved = moved;
    this.feed = new Feed(api, id, here.me.agent.id, here.outbox);
    this.looking = new Looking(() => this.#looked());
    this.ledger = new Ledger(id, () => this.#draw());
    this.readers = new Readers(id, () => this.#draw());
    this.composer = new Composer(this);
    this.head = h("header.head");
    this.list = h("ol.talk");
    this.scroll = h("div.scroll", { role: "log", "aria-label": t("Conversation"), tabindex: "0", onscroll: () => this.#scrolled() }, this.list);
    this.pinned = new Pinned(this.scroll, this.list, () => this.#first === null);
    this.below = h("button.below", { type: "button", hidden: true, onclick: () => this.latest() });
    this.list.addEventListener("pointerover", (event) => this.#at(event));
    this.list.addEventListener("focusin", (event) => this.#at(event));
    this.bar = h("div.picking", { hidden: true });
    this.back = back;
    this.about = () => {};
    this.element = h("section.room", { "aria-label": t("Room") }, this.head, h("div.said", null, this.scroll, this.below), this.bar, this.composer.element);
    this.stop = this.feed.on(() => this.#draw());
  }

  get room() {
    return this.feed.room;
  }

  async load() {
    await this.feed.load();
    this.pinned.toEnd();
    attempt(() => this.ledger.load(this.feed.list[0]?.change ?? 0));
    attempt(() => this.readers.load());
    attempt(() => this.composer.load());
    if (may(DRAFTING[here.me.workspace.drafting])) attempt(() => this.#drafts());
    this.#mark();
  }

  /** What machines have drafted, if the script of it is of this version. */
  async #drafts() {
    const made = await import("./proposals.js").catch(() => null);
    if (!made || !this.element.isConnected) return;
    this.proposals = new made.Proposals(this);
    await this.proposals.load();
  }

  close() {
    this.proposals?.close();
    this.stop();
    this.feed.close();
    this.looking.end();
    this.pinned.close();
    clearTimeout(this.#marking);
    this.ledger.close();
    this.readers.close();
    this.composer.close();
  }

  /** A frame of the live line, or null: time to catch up. */
  async take(frame) {
    this.proposals?.take(frame);
    if (frame?.change) return this.feed.take(frame);
    this.ledger.watch(); // what became of the last answers, and who has read them, was not heard of either
    attempt(() => this.readers.load());
    return attempt(() => (this.feed.ready ? this.feed.catchUp() : this.feed.load()));
  }

  /** The window of messages, oldest first. */
  #window() {
    const all = this.feed.list;
    if (this.#first === null) return all.slice(-WINDOW);
    const at = all.findIndex((each) => each.change >= this.#first);
    return all.slice(at, at + WINDOW);
  }

  #scrolled() {
    this.pinned.look();
    this.#pill();
    if (this.#moving) return;
    const { scrollTop, scrollHeight, clientHeight } = this.scroll;
    if (scrollTop < NEAR) this.#move(-STEP);
    else if (scrollHeight - scrollTop - clientHeight < NEAR) this.#move(STEP);
    this.#mark();
  }

  /** The window moves; what is on the screen stays where it is. */
  async #move(by) {
    const shown = this.#window();
    if (!shown.length) return;
    this.#moving = true;
    const index = this.feed.list.indexOf(shown[0]);
    if (index + by < 0 && this.feed.before) await attempt(() => this.#earlier());
    const all = this.feed.list;
    const to = Math.max(0, all.indexOf(shown[0]) + by);
    const last = to >= all.length - WINDOW;
    if (by > 0 && this.#first === null) return void (this.#moving = false);
    this.#first = last ? null : all[to].change;
    this.#draw();
    requestAnimationFrame(() => (this.#moving = false));
  }

  async #earlier() {
    const known = this.feed.list[0]?.change;
    await this.feed.older();
    attempt(() => this.ledger.load(this.feed.list[0]?.change ?? 0, known));
  }

  /** To the end, where the last of it is. */
  latest() {
    this.#first = null;
    this.#draw();
    this.pinned.toEnd();
    this.#mark();
  }

  #near() {
    return this.#first === null && this.pinned.end;
  }

  /** What was said below what is looked at. */
  #pill() {
    if (this.#near()) this.#unseen = this.feed.have;
    const { scrollTop, scrollHeight, clientHeight } = this.scroll;
    const far = this.#first !== null || scrollHeight - scrollTop - clientHeight > 2 * clientHeight;
    const fresh = this.feed.list.filter((each) => each.change > this.#unseen).length;
    this.below.hidden = this.#near() || !(far || fresh);
    const words = fresh ? t("{n} new below", { n: fresh }) : t("To the latest");
    if (this.below.textContent !== words) this.below.replaceChildren(sign("down"), words);
  }

  /** What can be done with a message is in the page while somebody is at it. */
  #at(event) {
    const row = event.target.closest(".message");
    const message = row && this.feed.messages.get(row.id);
    if (!message || this.#tools?.parentElement?.closest(".message") === row) return;
    if (event.type === "pointerover" && this.#tools?.contains(document.activeElement)) return;
    this.#tools?.remove();
    this.#tools = this.#own(message);
    if (this.#tools) row.querySelector("article").append(this.#tools);
  }

  /** Show one message, however long ago it was said. */
  async reach(id) {
    await this.feed.reach(id);
    const all = this.feed.list;
    const at = all.findIndex((each) => each.id === id);
    if (at >= 0 && !this.#window().some((each) => each.id === id)) {
      this.#first = all[Math.max(0, at - Math.floor(WINDOW / 2))].change;
      this.#draw();
    }
    const there = document.getElementById(id);
    if (!there) return say(t("That message cannot be shown."), true);
    there.setAttribute("tabindex", "-1");
    there.focus({ preventScroll: true });
    there.scrollIntoView({ block: "center" });
    return undefined;
  }

  /** Somebody may have begun to look: what waits is tried anew, and what another tab left is here. */
  #looked() {
    this.#mark();
    here.outbox.retry();
    this.composer.seen();
  }

  /** Whether what is said next is seen at once. */
  get watched() {
    return this.looking.now && this.#near();
  }

  /** What somebody looks at is read, up to the last message that they see. */
  #mark() {
    clearTimeout(this.#marking);
    if (this.feed.ready && this.feed.have > this.#read) this.#marking = setTimeout(() => this.looking.now && this.#marked(), 600);
  }

  async #marked() {
    const seen = this.feed.messages.get(lastSeen(this.scroll, [...this.list.querySelectorAll(".message:not(.waiting)")])?.id);
    if (!seen || seen.change <= this.#read) return;
    const before = this.#read;
    this.#read = seen.change;
    this.#telling = api.call("PUT", `/v1/rooms/${this.id}/read`, { message: seen.id }).catch(() => null);
    const told = await this.#telling;
    if (this.#read === Infinity) return;
    if (!told) return void (this.#read = before);
    this.feed.room = { ...this.room, unread: told.unread };
    this.moved(this.room);
  }

  /** Whoever leaves it now finds it unread again: nothing that is seen until then is read. Whether that is so. */
  async unread() {
    const before = this.#read;
    this.#read = Infinity;
    await this.#telling;
    const unread = await unreadAgain(this.id);
    if (unread === undefined) return void (this.#read = before);
    this.moved({ ...this.room, unread });
    return true;
  }

  /** Change the room itself. */
  async change(fields, words) {
    const before = Object.fromEntries(Object.keys(fields).map((name) => [name, this.room[name] ?? null]));
    const room = await attempt(() => api.call("PATCH", `/v1/rooms/${this.id}`, fields));
    if (!room) return;
    this.feed.know(room);
    this.moved(room);
    const can = Object.keys(fields).every((name) => UNDONE.has(name));
    if (words) say(words, false, can ? () => this.change(before, "") : null);
  }

  /** It is another's by now. */
  adopted(room) {
    this.feed.know(room);
    this.moved(room);
  }

  take_or_leave() {
    const me = here.me.agent.id;
    const mine = this.room.assignees.includes(me);
    const assignees = mine ? this.room.assignees.filter((id) => id !== me) : [...this.room.assignees, me];
    return this.change({ assignees }, mine ? t("You are off it.") : t("You are on it."));
  }

  assign() {
    const people = [...here.agents.values()].filter((agent) => agent.state === "active");
    const boxes = people.map((agent) =>
      h("label.tick", null, h("input", { type: "checkbox", name: "who", value: agent.id, checked: this.room.assignees.includes(agent.id) }), face(agent.id, agent.name), agent.name));
    ask(t("Who is on it?"), [h("div.ticks", null, boxes)], t("Assign"), (form) => this.change({ assignees: form.getAll("who") }, t("Assigned.")));
  }

  label() {
    askLabels(this.room.labels, t("Labels"), t("Parted by commas. Colleagues alone see them."), (labels) => this.change({ labels }, t("Saved.")));
  }

  resolve() {
    if (this.room.state === "resolved") return this.change({ state: "open" }, t("It is open again."));
    const sent = here.outbox.acting(this.id);
    if (sent) return sent.until && this.undo(sent);
    return askEnd([this.id], true, () => this.done?.(this.room));
  }

  rename() {
    ask(t("Rename this room"), [field(t("Name"), input("name", { value: this.room.name, required: true, maxlength: "200" }))], t("Rename"), (form) => this.change({ name: form.get("name").trim() }));
  }

  // --- forking a range

  pick() {
    if (this.room.kind === "internal" && !this.room.customer) return say(t("An internal room is not forked."), true);
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
    const words = inside.length ? plural(inside.length, "{n} message will have a room of their own", "{n} messages will have a room of their own") : t("Choose the first and the last message");
    const go = doing("primary", { disabled: !inside.length }, () => this.#fork(inside), t("Fork"));
    const stop = h("button.plain", { type: "button", onclick: () => this.pick() }, t("Cancel"));
    this.bar.replaceChildren(h("p", { role: "status" }, words), stop, go);
  }

  async #fork(inside) {
    const name = inside[0].text.split("\n")[0].slice(0, 80) || t("A topic");
    ask(t("A room of their own"), [field(t("What is it about?"), input("name", { value: name, required: true, maxlength: "200" }))], t("Fork"), async (form) => {
      const body = { name: form.get("name").trim(), from: inside[0].id, to: inside.at(-1).id };
      const made = await api.call("POST", `/v1/rooms/${this.id}/fork`, body);
      this.#picking = null;
      this.#draw();
      this.moved(made);
      say(t("“{name}” has its own room now.", { name: made.name }));
      this.composer.go(made.id);
    });
  }

  // --- drawing

  #draw() {
    if (!this.room) return;
    const near = this.#near();
    const anchor = near ? null : this.#anchor();
    this.#header();
    this.#pickingBar();
    this.#readers = this.readers.beneath(this.feed.list);
    const rows = [];
    let last = "";
    for (const message of this.#window()) {
      const date = new Date(message.created_at).toDateString();
      if (date !== last) rows.push(this.#kept(`day:${date}`, date, () => h("li.day", null, h("span", null, day(message.created_at)))));
      last = date;
      rows.push(this.#message(message));
    }
    if (this.#first === null) for (const draft of this.feed.pending) rows.push(this.#pending(draft));
    if (!rows.length) rows.push(this.#kept("empty", "", () => h("li", null, empty(t("Nothing was said here yet.")))));
    const there = new Set(rows);
    for (const [key, { node }] of this.#drawn) if (!there.has(node)) this.#drawn.delete(key);
    arrange(this.list, rows);
    if (anchor) this.scroll.scrollTop += anchor.node.getBoundingClientRect().top - anchor.top;
    if (near) this.pinned.toEnd();
    this.#pill();
    this.#mark();
  }

  /** The first row that is on the screen, and where. */
  #anchor() {
    const edge = this.scroll.getBoundingClientRect().top;
    const node = [...this.list.children].find((row) => row.classList.contains("message") && row.getBoundingClientRect().bottom > edge);
    return node ? { get node() { return document.getElementById(node.id) ?? node; }, top: node.getBoundingClientRect().top } : null;
  }

  #kept(key, told, make) {
    const there = this.#drawn.get(key);
    if (there && there.told === told) return there.node;
    const node = make();
    if (there?.node.contains(document.activeElement)) {
      node.setAttribute("tabindex", "-1"); // who was at it stays there
      queueMicrotask(() => node.isConnected && node.focus({ preventScroll: true }));
    }
    this.#drawn.set(key, { told, node });
    return node;
  }

  #people() {
    return this.room.assignees.map((id) => here.agents.get(id)).filter(Boolean);
  }

  #header() {
    const room = this.room;
    const people = this.#people();
    const told = JSON.stringify([room.name, room.state, room.outcome, room.reason, room.customer_name, people.map((a) => a.name), room.turn, room.acknowledged_at, room.priority, room.snoozed_until, room.promise, room.clocks, room.followers, Boolean(this.#picking), Boolean(here.outbox.acting(this.id))]);
    if (this.head.told === told) return;
    this.head.told = told;
    redraw(this.head, () => this.#headParts());
  }

  #headParts() {
    const room = this.room;
    const people = this.#people();
    const write = may("write");
    const whose = room.customer_name ?? (room.kind === "visitor" ? t("A visitor, seen by agents alone") : t("Internal, seen by agents alone"));
    const name = room.kind === "triage" ? t("Triage") : room.name;
    const ending = here.outbox.acting(this.id);
    return [
      h("button.plain.back", { type: "button", "aria-label": t("Back to the list"), onclick: this.back }, sign("back")),
      h("div.what", null,
        h("h1", { title: name, dir: "auto" }, name),
        h("p", null, h("span.whose", { title: whose, dir: "auto" }, whose),
          room.state === "resolved" ? h("span.tag.done", { title: room.reason, dir: "auto" }, ended(room)) : null,
          room.state === "open" && room.turn === "vendor" ? h("span.tag.us", null, t("Waits for us")) : null,
          room.state === "open" && room.turn === "customer" ? h("span.tag", null, t("Waits for them")) : null,
          standingTags(room),
          followTag(room),
          clockTag(room),
          promiseTag(room))),
      h("div.acts", null,
        standingActs(room, this),
        h("button.plain.people", { type: "button", disabled: !write, onclick: () => this.assign(), "aria-label": people.length ? t("On it: {names}. Assign", { names: listed(people.map((agent) => agent.name)) }) : t("Nobody is on it. Assign") },
          people.length ? people.map((agent) => face(agent.id, agent.name)) : [sign("unassigned"), h("span.word", null, t("Assign"))]),
        h("button.plain.about-them", { type: "button", title: t("About the customer (c)"), "aria-label": t("About the customer"), onclick: () => this.about() }, sign("people")),
        h(`button.${room.state === "resolved" ? "plain" : "calm"}`, { type: "button", disabled: !write, title: t("Resolve or reopen (e)"), onclick: () => this.resolve() }, sign("done"), h("span.word", null, ending ? t("Resolving…") : room.state === "resolved" ? t("Reopen") : t("Resolve"))),
        menu("plain", { title: t("More"), "aria-label": t("More about this room") }, () => this.#commands(), sign("more")))];
  }

  /** What else can be done with the room: words, step, sign. */
  #commands() {
    const { room } = this;
    const open = room.kind !== "internal" && room.state === "open";
    const write = may("write");
    return [
      ...(write ? standingMenu(room, this) : []),
      write && open ? [t("Promise something"), () => askPromise(this.room, (fields, words) => this.change(fields, words)), "clock"] : null,
      write && room.customer ? [t("Raise or tie an issue"), () => raiseIssue(room, () => this.moved(this.room)), "issue"] : null,
      write ? [t("Labels"), () => this.label(), "edit"] : null,
      write ? [t("Fork a part of it"), () => this.pick(), "fork"] : null,
      write && room.kind !== "triage" ? [t("Rename"), () => this.rename(), "edit"] : null,
      followCommand(this),
      [t("Mark as unread"), () => this.leaveUnread(), "inbox"],
      [t("Copy the link"), () => copied(location.href), "clip"],
      [t("About the customer"), () => this.about(), "people"],
    ];
  }

  #message(message) {
    const picked = this.#picking?.has(message.change);
    const rows = this.ledger.of(message.change);
    const edit = here.outbox.edit(message.id);
    const readers = this.#readers.get(message.id);
    const inSpite = waitsInSpite(message, rows, this.room);
    const told = JSON.stringify([message, rows, inSpite, readers, Boolean(this.#picking), picked, edit && [edit.text, edit.failed]]);
    return this.#kept(message.id, told, () => this.#bubble(edit ? { ...message, text: edit.text } : message, { rows, picked, edit, readers, inSpite }));
  }

  #bubble(message, { rows, picked, edit, readers, inSpite }) {
    const { author } = message;
    const side = message.internal ? "note" : author.kind === "agent" ? "ours" : MACHINES.has(author.kind) && !author.agent_of ? "system" : "theirs";
    const channel = message.source.channel;
    const box = this.#picking && !message.internal
      ? h("input.pick", { type: "checkbox", checked: picked, "aria-label": t("Choose the message of {name}", { name: author.name }), onchange: () => this.#toggle(message.change) })
      : null;
    return h(`li.message.${side}`, { id: message.id }, box, face(author.id, author.name, true),
      h("article", { tabindex: "0", "aria-label": message.internal ? t("Internal note of {name}", { name: author.name }) : author.name },
        h("header", null,
          h("strong", null, author.name),
          message.internal ? h("span.tag.lock", null, sign("lock"), t("Internal note")) : null,
          author.kind === "machine" ? h("span.tag", { title: author.agent_of ? t("The coding agent of one of their people") : t("No person: nobody's turn follows from it") }, t("machine")) : null,
          message.drafted_by ? h("span.tag", { title: t("An agent sent it") }, t("drafted by {name}", { name: message.drafted_by.name })) : null,
          takenAs(message, this),
          inSpite ? h("span.tag.failed", null, t("They wait in spite of it")) : null,
          author.kind === "visitor" ? h("span.tag", { title: t("Somebody who says so of themselves, in a form") }, t("not verified")) : null,
          channel !== "api" && author.kind !== "agent" ? h("span.tag", null, t("by {channel}", { channel: channelName(channel) })) : null,
          h("time", { datetime: message.created_at, title: moment(message.created_at) }, clock(message.created_at)),
          message.edited_at && !message.deleted ? h("span.dim", null, t("edited")) : null),
        this.#quote(message),
        message.deleted ? h("p.gone", null, t("This message was deleted.")) : h("div.text", { dir: "auto" }, dressed(render(message.text, this.#named(message)))),
        this.#rest(message),
        message.attachments.map((file) => attachment(file, message.originals_gone_at)),
        edit ? this.#fate(edit) : null,
        h("footer", null, this.#reactions(message), this.ledger.ticks(rows))), readLine(readers));
  }

  /** The names of those whom a message mentions, as far as they are known here. */
  #named(message) {
    return message.mentions.map((id) => here.agents.get(id)?.name ?? this.feed.list.find((each) => each.author.id === id)?.author.name).filter(Boolean);
  }

  #toggle(change) {
    if (this.#picking.has(change)) this.#picking.delete(change);
    else this.#picking.add(change);
    this.#draw();
  }

  #quote(message) {
    const answered = message.reply_to && this.feed.messages.get(message.reply_to.message);
    if (!message.reply_to) return null;
    return h("blockquote.answered", null, unmarked(message.reply_to.quote?.text ?? answered?.text.slice(0, 200) ?? t("an earlier message")));
  }

  #rest(message) {
    if (!message.cut || message.originals_gone_at) return null;
    const told = plural(message.cut, "{n} quoted line", "{n} quoted lines");
    return h("button.plain.rest", { type: "button", title: told, "aria-label": told, onclick: (event) => attempt(async () => event.target.replaceWith(render(await this.feed.rest(message)))) }, "…");
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
    return h("span.own", { role: "group", "aria-label": t("What can be done with it") },
      h("button.quiet", { type: "button", title: t("Thumbs up"), "aria-label": t("React with 👍"), onclick: () => attempt(() => this.feed.react(message, "👍", true)) }, "👍"),
      h("button.quiet", { type: "button", title: t("Answer this"), "aria-label": t("Answer this message"), onclick: () => this.composer.answer(message) }, sign("reply")),
      h("button.quiet", { type: "button", title: t("Copy its text"), "aria-label": t("Copy its text"), onclick: () => copied(message.text) }, sign("copy")),
      message.internal ? null : h("button.quiet", { type: "button", title: t("Where it went"), "aria-label": t("Where it went"), onclick: () => attempt(() => this.ledger.show(message)) }, sign("broadcast")),
      mine ? h("button.quiet", { type: "button", title: t("Edit"), "aria-label": t("Edit this message"), onclick: () => this.#edit(message) }, sign("edit")) : null,
      mine || may("admin") ? h("button.quiet", { type: "button", title: t("Delete"), "aria-label": t("Delete this message"), onclick: () => this.#delete(message) }, sign("bin")) : null);
  }

  /** The text is a draft until it is saved or thrown away; then it is sent as soon as it can be. */
  #edit(message, value = message.text) {
    const text = h("textarea", { name: "text", rows: "6", required: true, value });
    const box = ask(t("Edit your message"), [field(t("Text"), text, t("It changes wherever it was delivered, where that can be done."))], t("Save"), (form) => {
      done();
      this.feed.amend(message, form.get("text"));
    });
    const done = drafted(message.id, box.querySelector("form"));
    box.querySelector("menu .plain").addEventListener("click", done);
  }

  #delete(message) {
    ask(t("Delete this message?"), [h("p", null, t("It is taken back wherever it was delivered, where that can be done. What stays is that it was deleted."))], t("Delete"), async () => void (await this.feed.remove(message)));
  }

  /** What was refused is written on, as it was. */
  #again(row) {
    here.outbox.discard(row);
    if (row.message) this.#edit(this.feed.messages.get(row.message), row.text);
    else this.composer.restore(row);
  }

  /** What becomes of a row of the outbox: it is on its way, it waits, or it was refused. */
  #fate(row) {
    if (!row.failed) return h("p.dim", null, t("on its way"));
    return h("p.bad", { role: "alert" }, passing(row.failed) ? t("Not sent yet: it is tried again.") : t("Not sent: {reason}", { reason: row.failed.message }), " ",
      h("button.plain", { type: "button", onclick: () => this.#again(row) }, t("Edit")),
      h("button.plain", { type: "button", onclick: () => here.outbox.send(row) }, t("Try again")),
      h("button.plain", { type: "button", onclick: () => here.outbox.discard(row) }, t("Discard")));
  }

  #pending(row) {
    const told = JSON.stringify([row.failed, row.uploads.map((upload) => Boolean(upload.made))]);
    return this.#kept(row.key, told, () =>
      h(`li.message.${row.internal ? "note" : "ours"}.waiting`, null, face(here.me.agent.id, here.me.agent.name, true),
        h("article", null, h("header", null, h("strong", null, here.me.agent.name)),
          h("div.text", { dir: "auto" }, render(row.text)),
          row.uploads.map((upload) => h("span.chip", null, upload.name)),
          this.#fate(row))));
  }
}
