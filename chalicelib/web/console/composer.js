// Answering a room, or writing a note in it: two fields that cannot be mistaken for one another. The button says where
// it goes. Each has its own draft, files and reply, which stay in this browser.

import { h } from "../shared/dom.js";
import { mentioned } from "../shared/markdown.js";
import { insert, pasted } from "../shared/paste.js";
import { again, kept, left, Upload } from "../shared/uploads.js";
import { NEW_VERSION } from "./keys.js";
import { channelName, kindOf } from "./kinds.js";
import { ask, busy, say, sign } from "./parts.js";
import { api, here, may, recall, remember } from "./session.js";
import { listed, plural, size, t } from "./translate.js";

const LONGEST = 40_000; // characters of a message, as the API takes them
const MOST_NAMED = 50; // people whom a message mentions, as the API takes them
const TYPING = 4000; // ms between two signs that somebody is writing

/** What is said of what was done stands above what is being written. */
const lift = (height) => document.documentElement.style.setProperty("--foot", `${height}px`);

/** Where the draft of an answer or a note is kept. */
export const placeOf = (room, note) => (note ? `${room}/note` : room);

export class Composer {
  reach = null; // where answers go, once that is known
  #uploads = [];
  #reply = null;
  #drafted = null; // the proposal of a machine ({id, name}) that is being sent in one's own words
  #typed = 0;
  #looking = 0;
  #people = null;
  #begun = 0; // the room's change when this answer was begun
  answering = []; // who else writes an answer just now

  constructor(talk) {
    this.talk = talk;
    this.go = () => {};
    this.asked = new Promise((done) => (this.answered = done));
    this.text = h("textarea", { rows: "3", dir: "auto", oninput: () => this.#wrote(), onkeydown: (event) => this.#pressed(event), onpaste: (event) => this.#pasted(event) });
    this.modes = h("div.modes", { role: "group", "aria-label": t("What is written") }, this.#mode("answer", t("Answer"), "reply"), this.#mode("note", t("Internal note"), "lock"));
    this.chosen = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", onchange: () => {
      this.take([...this.chosen.files]);
      this.chosen.value = "";
    } });
    this.chips = h("div.chips");
    this.send = h("button.primary.send", { type: "button", "aria-describedby": "where", onclick: () => this.say() });
    this.whither = h("p.where", { id: "where" });
    this.count = h("output.counter", { hidden: true });
    this.tools = h("div.tools", { role: "toolbar", "aria-label": t("Format") });
    this.typing = h("p.typing", { role: "status" });
    this.element = h("form.composer", { "aria-label": t("Write"), onsubmit: (event) => event.preventDefault() },
      this.typing, h("div.top", null, this.modes, this.whither), this.chips, this.text, this.tools,
      h("div.foot", null, this.chosen,
        h("button.quiet", { type: "button", title: t("Attach a file"), "aria-label": t("Attach a file"), onclick: () => this.chosen.click() }, sign("clip")),
        h("span.hint", null, t("⌘/Ctrl + Enter sends")),
        this.count,
        this.send));
    this.sized = new ResizeObserver(() => lift(this.element.offsetHeight + (this.writing?.suggestions.element.offsetHeight ?? 0)));
    this.sized.observe(this.element);
    for (const note of [false, true]) here.drafts.on(placeOf(talk.id, note), (draft) => note === this.note && this.#show(draft));
    this.switch(recall(`mode:${talk.id}`, "answer"), false);
  }

  get note() {
    return this.mode === "note";
  }

  get #place() {
    return placeOf(this.talk.id, this.note);
  }

  #mode(name, words, ico) {
    return h("button.mode", { type: "button", "data-mode": name, onclick: () => this.switch(name) }, sign(ico), words);
  }

  async load() {
    if (!may("write")) this.element.hidden = true;
    this.#button();
    try {
      await this.#reached();
      await this.help();
    } finally {
      this.answered();
      this.#button();
    }
  }

  /** Where answers go by now: somebody new may have written by mail, or bound a channel. */
  look() {
    clearTimeout(this.#looking);
    this.#looking = setTimeout(() => this.#reached().catch(() => {}), 1000);
  }

  async #reached() {
    const told = await api.get(`/v1/rooms/${this.talk.id}/reach`);
    this.reach = told.items;
    this.#button();
  }

  close() {
    clearTimeout(this.#looking);
    this.sized.disconnect();
    lift(0);
    for (const note of [false, true]) here.drafts.on(placeOf(this.talk.id, note), null);
  }

  /** Somebody looks at it: where nothing is written, what was in a tab that has gone is there. */
  seen() {
    here.drafts.inherit(this.#place);
  }

  /** `answer` goes out, `note` stays. What was written in the other stays there. */
  switch(mode, focus = true) {
    this.writing?.look(false);
    this.mode = mode;
    remember(`mode:${this.talk.id}`, this.note ? mode : null);
    this.element.classList.toggle("is-note", this.note);
    for (const button of this.modes.children) button.setAttribute("aria-pressed", String(button.getAttribute("data-mode") === mode));
    this.text.placeholder = this.note ? t("A note for colleagues. It never leaves.") : t("Write an answer");
    this.text.setAttribute("aria-label", this.note ? t("Internal note") : t("Answer"));
    this.#show(here.drafts.get(this.#place));
    this.seen();
    if (focus) this.text.focus();
  }

  /** `going` are the names of files that were on their way up in a page that has gone. */
  #show({ text = "", files = [], going = [], reply = null, drafted = null }) {
    this.text.value = text;
    this.#uploads = again(api, files);
    this.#reply = reply;
    this.#drafted = drafted;
    this.#drawn();
    for (const name of going) say(t("{name} was not attached: choose it again.", { name }), true);
    if (going.length) this.#keep();
  }

  #drawn() {
    this.#chips();
    this.#button();
    this.#grow();
  }

  /** What could not be sent, written on; what was begun since stays under it. */
  restore(row) {
    this.switch(row.internal ? "note" : "answer");
    this.text.value = [row.text, this.text.value].filter(Boolean).join("\n\n");
    const back = left(api, row.uploads);
    this.#uploads = [...back, ...this.#uploads];
    for (const upload of back) if (!upload.made) this.#up(upload); // another field may have begun it
    this.#reply = row.reply ?? this.#reply;
    if (row.failed?.status !== 409) this.#drafted = row.drafted ?? this.#drafted; // else somebody was before it
    this.#chips();
    this.#wrote();
    this.text.focus();
  }

  focus(mode) {
    if (may("write")) this.switch(mode);
  }

  answer(message) {
    this.focus(message.internal ? "note" : "answer");
    this.#reply = message;
    this.#chips();
    this.#keep();
  }

  /** What a machine has drafted ({id, name}), to be sent in other words. */
  drafted(proposal, text) {
    this.focus("answer");
    this.text.value = [text, this.text.value].filter(Boolean).join("\n\n");
    this.#drafted = proposal;
    this.#chips();
    this.#wrote();
  }

  /** Where it goes, by the room's bridges and the workspace's feeds. */
  get where() {
    const room = this.talk.room;
    if (this.note || room?.kind === "internal") return t("stays with us");
    if (!room) return "…";
    const here_ = room.customer ? (room.customer_name ? t("{name}’s room", { name: room.customer_name }) : t("the customer’s room")) : t("the visitor’s room");
    if (!this.reach) return t("to {place} and wherever it is bridged to", { place: here_ });
    const people = (each) => kindOf(each.channel).reach === "people"; // whom an install does not count
    const words = this.reach.filter((each) => !people(each)).map((each) => `${channelName(each.channel)} ${each.name}`);
    if (this.reach.some(people)) words.push(t("whoever hears of it by e-mail"));
    return t("to {place}", { place: listed([here_, ...words]) });
  }

  #button() {
    const empty_ = !this.text.value.trim() && !this.#uploads.length;
    const room = LONGEST - this.text.value.length;
    this.count.hidden = room > 1000;
    this.count.textContent = room < 0 ? t("{n} too many", { n: -room }) : t("{n} left", { n: room });
    this.count.classList.toggle("bad", room < 0);
    this.send.disabled = empty_ || room < 0;
    this.send.textContent = this.note ? t("Add note") : t("Send");
    this.whither.textContent = this.where;
    this.whither.title = this.where;
  }

  #wrote() {
    if (!this.text.value) this.#begun = 0;
    else if (this.mode === "answer") this.#begun ||= this.talk.feed.have;
    this.#button();
    this.#grow();
    const now = Date.now();
    if (now - this.#typed > TYPING && this.text.value) {
      this.#typed = now;
      here.live?.send({ type: "typing", room: this.talk.id, internal: this.note });
    }
    this.#keep();
  }

  #keep() {
    here.drafts.put(this.#place, { text: this.text.value, ...kept(this.#uploads), reply: this.#brief, drafted: this.#drafted });
  }

  get #brief() {
    return this.#reply && { id: this.#reply.id, text: this.#reply.text.slice(0, 60), author: { name: this.#reply.author.name } };
  }

  #grow() {
    this.text.rows = Math.min(14, Math.max(3, this.text.value.split("\n").length));
  }

  #pressed(event) {
    if (event.isComposing || event.keyCode === 229) return; // Safari ends a composition before the key that ends it
    if (this.writing?.pressed(event)) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.say();
    }
  }

  /** That a colleague answers just now, or has answered since this was begun; "" if none does. */
  #otherwise() {
    if (this.answering.length) return plural(this.answering.length, "{names} is writing an answer too.", "{names} are writing an answer too.", { names: listed(this.answering) });
    const theirs = this.talk.feed.list.findLast((each) => !each.internal && each.change > this.#begun && each.author.kind === "agent" && each.author.id !== here.me.agent.id);
    return this.#begun && theirs ? t("{name} has answered since you began: “{text}”", { name: theirs.author.name, text: theirs.text.slice(0, 200) }) : "";
  }

  async say(sure = false) {
    if (this.mode === "answer") await this.asked; // where it goes is written before it leaves
    const people = this.text.value.includes("@") ? await this.people() : [];
    if (this.send.disabled || !this.element.isConnected) return;
    const other = this.mode === "answer" && !sure ? this.#otherwise() : "";
    if (other) return void ask(t("Send it all the same?"), [h("p", null, other)], t("Send"), () => void this.say(true));
    this.writing?.look(false);
    const body = { text: this.text.value.trim(), internal: this.note };
    const mentions = mentioned(body.text, people).map((each) => each.id);
    if (mentions.length) body.mentions = mentions.slice(0, MOST_NAMED);
    if (this.#reply) body.reply_to = this.#reply.id;
    const drafted = this.#drafted;
    if (drafted) body.proposal = drafted.id;
    const uploads = this.#uploads;
    const reply = this.#brief;
    this.#begun = 0;
    this.#show({});
    this.#keep();
    const sent = this.talk.feed.say(body, { internal: body.internal, reply, drafted }, uploads);
    this.seen();
    this.talk.latest();
    this.text.focus();
    if (await sent) {
      this.talk.ledger.watch();
      const room = await api.get(`/v1/rooms/${this.talk.id}`).catch(() => null);
      if (!room) return;
      this.talk.feed.know(room);
      this.talk.moved(room);
    }
  }

  // --- files

  #pasted(event) {
    const { files, text } = pasted(event.clipboardData);
    if (!files && !text) return;
    event.preventDefault();
    if (files) this.take(files);
    else insert(this.text, text);
  }

  /** Files from wherever: each is put up at once. */
  take(files) {
    if (!may("write")) return;
    for (const file of files) {
      const upload = new Upload(api, file);
      this.#uploads.push(upload);
      this.#up(upload);
    }
  }

  #up(upload) {
    upload.up().catch(() => {}).then(() => this.#uploads.includes(upload) && this.#attached());
    this.#attached();
  }

  #attached() {
    this.#chips();
    this.#button();
    this.#keep();
  }

  #chips() {
    const drop = (upload) => {
      upload.cancel();
      this.#uploads = this.#uploads.filter((each) => each !== upload);
      this.#attached();
    };
    const chip = (words, without, drop) => h("span.chip", null, words, h("button.quiet", { type: "button", "aria-label": without, onclick: () => { drop(); this.#attached(); } }, "×"));
    this.chips.replaceChildren(
      ...(this.#drafted ? [chip(t("Drafted by {name}", { name: this.#drafted.name }), t("These are my own words"), () => (this.#drafted = null))] : []),
      ...(this.#reply ? [chip(t("Answers {name}: {text}", { name: this.#reply.author.name, text: this.#reply.text.slice(0, 60) }), t("Answer nothing in particular"), () => (this.#reply = null))] : []),
      ...this.#uploads.map((each) => h(`span.chip${each.failed ? ".bad" : ""}`, { title: each.failed?.message }, each.name,
        each.made || each.failed ? h("small", null, each.failed?.message ?? size(each.size)) : this.#progress(each),
        each.failed ? h("button.quiet", { type: "button", "aria-label": t("Upload {name} again", { name: each.name }), onclick: () => this.#up(each) }, "↻") : null,
        h("button.quiet", { type: "button", "aria-label": each.made || each.failed ? t("Remove {name}", { name: each.name }) : t("Cancel the upload of {name}", { name: each.name }), onclick: () => drop(each) }, "×"))));
  }

  #progress(upload) {
    const bar = h("progress", { max: "1", "aria-label": t("Uploading {name}", { name: upload.name }) });
    const draw = () => (bar.value = upload.progress);
    draw();
    upload.onprogress = draw;
    return bar;
  }

  // --- what helps whoever writes (writing.js)

  /** Once it is there; where the page is of an earlier version it is not, and that is said to who `asked` for it. */
  async help(asked = false) {
    const made = this.writing ? null : await import("./writing.js").catch(() => null);
    if (made) this.writing ??= new made.Writing(this);
    if (!this.writing && asked) say(NEW_VERSION, true);
    return this.writing;
  }

  async snippets() {
    const place = location.hash;
    const writing = await this.help(true);
    if (!busy(place)) await writing?.snippets();
  }

  /** Who can be mentioned: colleagues and, in an answer, the room's people. */
  async people() {
    this.#people ??= api.all(`/v1/rooms/${this.talk.id}/roster`);
    const all = await this.#people.catch(() => {
      this.#people = null;
      return [...here.agents.values()].filter((agent) => agent.state === "active").map(({ id, name }) => ({ id, name, side: "vendor" }));
    });
    return all.filter((each) => !this.note || each.side === "vendor");
  }

  /** Put a text where the cursor is. */
  put(text) {
    insert(this.text, text);
  }

  /** Who else has the room open (names), and who writes in it just now ({name, note, ours}). */
  company(present, writing) {
    const names = writing.map((each) => each.name);
    this.answering = writing.filter((each) => each.ours && !each.note).map((each) => each.name);
    this.typing.classList.toggle("busy", Boolean(names.length));
    const who = { names: listed(names.length ? names : present) };
    if (!names.length) this.typing.textContent = present.length ? plural(present.length, "{names} is here too", "{names} are here too", who) : "";
    else if (this.answering.length) this.typing.textContent = plural(names.length, "{names} is writing an answer", "{names} are writing an answer", who);
    else if (writing.every((each) => each.note)) this.typing.textContent = plural(names.length, "{names} is writing a note", "{names} are writing a note", who);
    else this.typing.textContent = plural(names.length, "{names} is writing", "{names} are writing", who);
  }
}
