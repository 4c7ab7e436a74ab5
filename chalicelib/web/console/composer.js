// Answering a room, or writing a note in it: two fields that cannot be mistaken for one another. The button says where
// it goes. Each has its own draft, files and reply, which stay in this browser.

import { h } from "../shared/dom.js";
import { render } from "../shared/markdown.js";
import { insert, pasted } from "../shared/paste.js";
import { again, kept, left, Upload } from "../shared/uploads.js";
import { size } from "../shared/words.js";
import { channelName, kindOf } from "./kinds.js";
import { ask, attempt, busy, empty, input, menu, say, sign } from "./parts.js";
import { filled, known } from "./snippets.js";
import { api, here, may, recall, remember } from "./session.js";

// What a text is marked with: its name, what comes before and behind (null: before each line), its key.
const MARKS = [
  ["Bold", ["**", "**"], "b"], ["Italic", ["*", "*"], "i"], ["Code", ["`", "`"], "e"], ["Link", ["[", "](https://)"], null],
  ["Code block", ["```\n", "\n```"], null], ["List", ["- ", null], null], ["Quote", ["> ", null], null],
];
const LONGEST = 40_000; // characters of a message, as the API takes them
const TYPING = 4000; // ms between two signs that somebody is writing

/** What is said of what was done stands above what is being written. */
const lift = (height) => document.documentElement.style.setProperty("--foot", `${height}px`);

/** Where the draft of an answer or a note is kept. */
export const placeOf = (room, note) => (note ? `${room}/note` : room);

export class Composer {
  reach = null; // where answers go, once that is known
  #uploads = [];
  #reply = null;
  #typed = 0;
  #looking = 0;
  #begun = 0; // the room's change when this answer was begun
  answering = []; // who else writes an answer just now

  constructor(talk) {
    this.talk = talk;
    this.go = () => {};
    this.asked = new Promise((done) => (this.answered = done));
    this.text = h("textarea", { rows: "3", dir: "auto", oninput: () => this.#wrote(), onkeydown: (event) => this.#pressed(event), onpaste: (event) => this.#pasted(event) });
    this.modes = h("div.modes", { role: "group", "aria-label": "What is written" }, this.#mode("answer", "Answer", "reply"), this.#mode("note", "Internal note", "lock"));
    this.chosen = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", onchange: () => {
      this.take([...this.chosen.files]);
      this.chosen.value = "";
    } });
    this.chips = h("div.chips");
    this.send = h("button.primary.send", { type: "button", "aria-describedby": "where", onclick: () => this.say() });
    this.whither = h("p.where", { id: "where" });
    this.count = h("output.counter", { hidden: true });
    this.preview = h("div.text.preview", { hidden: true, dir: "auto", tabindex: "0", role: "region", "aria-label": "Preview" });
    this.typing = h("p.typing", { role: "status" });
    this.element = h("form.composer", { "aria-label": "Write", onsubmit: (event) => event.preventDefault() },
      this.typing, h("div.top", null, this.modes, this.whither), this.chips, this.text, this.preview,
      h("div.foot", null, this.chosen,
        h("button.quiet", { type: "button", title: "Attach a file", "aria-label": "Attach a file", onclick: () => this.chosen.click() }, sign("clip")),
        h("button.quiet", { type: "button", title: "Snippets (s)", "aria-label": "Snippets", onclick: () => this.snippets() }, sign("snippet")),
        menu("quiet", { title: "Format", "aria-label": "Format" }, () => this.#formats(), sign("format")),
        h("span.hint", null, "⌘/Ctrl + Enter sends"),
        this.count,
        this.send));
    this.sized = new ResizeObserver(() => lift(this.element.offsetHeight));
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
    this.mode = mode;
    remember(`mode:${this.talk.id}`, this.note ? mode : null);
    this.element.classList.toggle("is-note", this.note);
    for (const button of this.modes.children) button.setAttribute("aria-pressed", String(button.getAttribute("data-mode") === mode));
    this.text.placeholder = this.note ? "A note for colleagues. It never leaves." : "Write an answer";
    this.text.setAttribute("aria-label", this.note ? "Internal note" : "Answer");
    this.#show(here.drafts.get(this.#place));
    this.seen();
    if (focus) this.text.focus();
  }

  /** `going` are the names of files that were on their way up in a page that has gone. */
  #show({ text = "", files = [], going = [], reply = null }) {
    this.text.value = text;
    this.#uploads = again(api, files);
    this.#reply = reply;
    this.#drawn();
    for (const name of going) say(`${name} was not attached: choose it again.`, true);
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
    this.#uploads = [...left(api, row.uploads), ...this.#uploads];
    this.#reply = row.reply ?? this.#reply;
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

  /** Where it goes, by the room's bridges and the workspace's feeds. */
  get where() {
    const room = this.talk.room;
    if (this.note || room?.kind === "internal") return "stays with us";
    if (!room) return "…";
    const here_ = room.customer ? `${room.customer_name ?? "the customer"}’s room` : "the visitor’s room";
    if (!this.reach) return `to ${here_} and wherever it is bridged to`;
    const people = (each) => kindOf(each.channel).reach === "people"; // whom an install does not count
    const words = this.reach.filter((each) => !people(each)).map((each) => `${channelName(each.channel)} ${each.name}`);
    if (this.reach.some(people)) words.push("whoever hears of it by e-mail");
    return `to ${new Intl.ListFormat("en-GB").format([here_, ...words])}`;
  }

  #button() {
    const empty_ = !this.text.value.trim() && !this.#uploads.length;
    const room = LONGEST - this.text.value.length;
    this.count.hidden = room > 1000;
    this.count.textContent = room < 0 ? `${-room} too many` : `${room} left`;
    this.count.classList.toggle("bad", room < 0);
    this.send.disabled = empty_ || room < 0;
    this.send.textContent = this.note ? "Add note" : "Send";
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
    here.drafts.put(this.#place, { text: this.text.value, ...kept(this.#uploads), reply: this.#brief });
  }

  get #brief() {
    return this.#reply && { id: this.#reply.id, text: this.#reply.text.slice(0, 60), author: { name: this.#reply.author.name } };
  }

  #grow() {
    this.text.rows = Math.min(14, Math.max(3, this.text.value.split("\n").length));
  }

  #pressed(event) {
    if (event.isComposing || event.keyCode === 229) return; // Safari ends a composition before the key that ends it
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.say();
      return;
    }
    const [, around] = MARKS.find(([, , key]) => key && key === event.key && (event.ctrlKey || event.metaKey)) ?? [];
    if (around) {
      event.preventDefault();
      this.#marked(around);
    }
    if (event.key === "/" && !this.text.value) {
      event.preventDefault();
      this.snippets();
    }
  }

  #formats() {
    const seen = !this.preview.hidden;
    return [
      ...(seen ? [] : MARKS.map(([words, around, key]) => [key ? `${words} (⌘/Ctrl + ${key.toUpperCase()})` : words, () => this.#marked(around), "format"])),
      [seen ? "Write on" : "Preview", () => this.#look(!seen), seen ? "edit" : "search"],
    ];
  }

  /** What is chosen, with its marks of Markdown: around it, or before each of its lines. */
  #marked([before, behind]) {
    const { value, selectionStart: from, selectionEnd: to } = this.text;
    const chosen = value.slice(from, to);
    this.text.focus();
    if (behind === null) {
      const begin = value.lastIndexOf("\n", from - 1) + 1;
      const lines = value.slice(begin, to).split("\n").map((line) => before + line).join("\n");
      this.text.setRangeText(lines, begin, to, "end");
    } else {
      this.text.setRangeText(before + chosen + behind, from, to, "end");
      if (!chosen) this.text.selectionStart = this.text.selectionEnd = from + before.length;
    }
    this.#wrote();
  }

  /** As it will look, or as it is written. */
  #look(seen) {
    this.preview.hidden = !seen;
    this.text.hidden = seen;
    this.preview.replaceChildren(...(seen ? [render(this.text.value || "…")] : []));
    (seen ? this.preview : this.text).focus();
  }

  /** That a colleague answers just now, or has answered since this was begun; "" if none does. */
  #otherwise() {
    if (this.answering.length) return `${this.answering.join(" and ")} ${this.answering.length > 1 ? "are" : "is"} writing an answer too.`;
    const theirs = this.talk.feed.list.findLast((each) => !each.internal && each.change > this.#begun && each.author.kind === "agent" && each.author.id !== here.me.agent.id);
    return this.#begun && theirs ? `${theirs.author.name} has answered since you began: “${theirs.text.slice(0, 200)}”` : "";
  }

  async say(sure = false) {
    if (this.mode === "answer") await this.asked; // where it goes is written before it leaves
    if (this.send.disabled || !this.element.isConnected) return;
    const other = this.mode === "answer" && !sure ? this.#otherwise() : "";
    if (other) return void ask("Send it all the same?", [h("p", null, other)], "Send", () => void this.say(true));
    this.#look(false);
    const body = { text: this.text.value.trim(), internal: this.note };
    if (this.#reply) body.reply_to = this.#reply.id;
    const uploads = this.#uploads;
    const reply = this.#brief;
    this.#begun = 0;
    this.#show({});
    this.#keep();
    const sent = this.talk.feed.say(body, { internal: body.internal, reply }, uploads);
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
      upload.up().catch(() => {}).then(() => this.#uploads.includes(upload) && this.#attached());
    }
    this.#attached();
  }

  #attached() {
    this.#chips();
    this.#button();
    this.#keep();
  }

  #chips() {
    const drop = (upload) => {
      this.#uploads = this.#uploads.filter((each) => each !== upload);
      this.#attached();
    };
    this.chips.replaceChildren(
      ...(this.#reply ? [h("span.chip", null, `Answers ${this.#reply.author.name}: ${this.#reply.text.slice(0, 60)}`, h("button.quiet", { type: "button", "aria-label": "Answer nothing in particular", onclick: () => { this.#reply = null; this.#attached(); } }, "×"))] : []),
      ...this.#uploads.map((each) => h(`span.chip${each.failed ? ".bad" : ""}`, { title: each.failed?.message }, each.name, h("small", null, each.failed?.message ?? (each.made ? size(each.size) : "…")), h("button.quiet", { type: "button", "aria-label": `Without ${each.name}`, onclick: () => drop(each) }, "×"))));
  }

  // --- snippets

  async snippets() {
    const place = location.hash;
    const read = this.talk.room && (await attempt(() => Promise.all([api.all("/v1/snippets"), known(this.talk)])));
    if (!read || busy(place)) return;
    const [found, facts] = read;
    if (!found.length) return void say("There are no snippets yet: make one under Settings.");
    const list = h("ul.pickable");
    const words = input("words", { type: "search", placeholder: "Find a snippet", "aria-label": "Find a snippet" });
    const draw = () => {
      const shown = found.filter((each) => `${each.name} ${each.text}`.toLowerCase().includes(words.value.toLowerCase()));
      list.replaceChildren(...shown.map((each) => h("li", null, h("button", { type: "button", onclick: () => insert(each) }, h("strong", null, each.name), h("span", null, filled(each.text, facts).slice(0, 120))))));
      if (!shown.length) list.replaceChildren(h("li", null, empty("None of that name.")));
    };
    const insert = (snippet) => {
      box.close();
      this.put(filled(snippet.text, facts));
    };
    words.addEventListener("input", draw);
    words.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      list.querySelector("button")?.click();
    });
    draw();
    const box = ask("Snippets", [words, list], "");
    words.focus();
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
    const doing_ = !this.answering.length ? (writing.every((each) => each.note) ? "writing a note" : "writing") : "writing an answer";
    if (names.length) this.typing.textContent = `${names.join(" and ")} ${names.length > 1 ? "are" : "is"} ${doing_}`;
    else this.typing.textContent = present.length ? `${present.join(" and ")} ${present.length > 1 ? "are" : "is"} here too` : "";
  }
}
