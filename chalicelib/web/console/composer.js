// Answering a room, or writing a note in it: two fields that cannot be mistaken for one another. The button says where
// it goes. Drafts stay in this browser.

import { h } from "../shared/dom.js";
import { size } from "../shared/words.js";
import { ask, attempt, busy, empty, input, say, sign } from "./parts.js";
import { filled, known } from "./snippets.js";
import { api, here, may, recall, remember } from "./session.js";

const CHANNELS_OUT = { webhook: "webhook", slack: "Slack", email: "e-mail", msteams: "Teams" };
const TYPING = 4000; // ms between two signs that somebody is writing

export class Composer {
  mode = "answer";
  files = [];
  reach = null; // where answers go, once that is known
  #reply = null;
  #typed = 0;
  #looking = 0;
  #begun = 0; // the room's change when this answer was begun
  answering = []; // who else writes an answer just now

  constructor(talk) {
    this.talk = talk;
    this.key = (mode) => `draft:${talk.id}:${mode}`;
    this.go = () => {};
    this.asked = new Promise((done) => (this.answered = done));
    this.text = h("textarea", { rows: "3", oninput: () => this.#wrote(), onkeydown: (event) => this.#pressed(event), onpaste: (event) => this.#pasted(event) });
    this.modes = h("div.modes", { role: "group", "aria-label": "What is written" }, this.#mode("answer", "Answer", "reply"), this.#mode("note", "Internal note", "lock"));
    this.chosen = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", onchange: () => this.#take([...this.chosen.files]) });
    this.chips = h("div.chips");
    this.send = h("button.primary.send", { type: "button", onclick: () => this.say() });
    this.typing = h("p.typing", { role: "status" });
    this.element = h("form.composer", { "aria-label": "Write", onsubmit: (event) => event.preventDefault(), ondragover: (event) => event.preventDefault(), ondrop: (event) => this.#dropped(event) },
      this.typing, this.modes, this.chips, this.text,
      h("div.foot", null, this.chosen,
        h("button.quiet", { type: "button", title: "Attach a file", "aria-label": "Attach a file", onclick: () => this.chosen.click() }, sign("clip")),
        h("button.quiet", { type: "button", title: "Snippets (s)", "aria-label": "Snippets", onclick: () => this.snippets() }, sign("snippet")),
        h("span.hint", null, "⌘/Ctrl + Enter sends"),
        this.send));
    this.mode = recall(this.key("mode"), "answer");
    this.switch(this.mode, false);
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
    this.#keep();
  }

  /** `answer` goes out, `note` stays. What was written in the other stays there. */
  switch(mode, focus = true) {
    if (this.mode !== mode) this.#keep();
    this.mode = mode;
    this.text.value = recall(this.key(mode), "");
    remember(this.key("mode"), mode === "answer" ? null : mode);
    this.element.classList.toggle("is-note", mode === "note");
    for (const button of this.modes.children) button.setAttribute("aria-pressed", String(button.getAttribute("data-mode") === mode));
    this.text.placeholder = mode === "note" ? "A note for colleagues. It never leaves." : "Write an answer";
    this.text.setAttribute("aria-label", mode === "note" ? "Internal note" : "Answer");
    this.#button();
    this.#grow();
    if (focus) this.text.focus();
  }

  focus(mode) {
    if (may("write")) this.switch(mode);
  }

  answer(message) {
    this.#reply = message;
    this.focus(message.internal ? "note" : "answer");
    this.#chips();
  }

  /** Where it goes, by the room's bridges and the workspace's feeds. */
  get where() {
    const room = this.talk.room;
    if (this.mode === "note" || room?.kind === "internal") return "stays with us";
    if (!room) return "…";
    const here_ = room.customer ? `${room.customer_name ?? "the customer"}’s room` : "the visitor’s room";
    if (!this.reach) return `to ${here_} and wherever it is bridged to`;
    const named = this.reach.filter((each) => each.channel !== "email").map((each) => `${CHANNELS_OUT[each.channel] ?? each.channel} ${each.name}`);
    const mails = this.reach.filter((each) => each.channel === "email").length;
    const words = [...named, ...(mails ? [`${mails} by e-mail`] : [])];
    return `to ${new Intl.ListFormat("en-GB").format([here_, ...words])}`;
  }

  #button() {
    const empty_ = !this.text.value.trim() && !this.files.some((file) => file.id);
    this.send.disabled = empty_ || this.files.some((file) => !file.id && !file.failed);
    this.send.replaceChildren(h("strong", null, this.mode === "note" ? "Add note" : "Send"), h("span.where", null, this.where));
  }

  #wrote() {
    if (!this.text.value) this.#begun = 0;
    else if (this.mode === "answer") this.#begun ||= this.talk.feed.have;
    this.#button();
    this.#grow();
    const now = Date.now();
    if (now - this.#typed > TYPING && this.text.value) {
      this.#typed = now;
      here.live?.send({ type: "typing", room: this.talk.id, internal: this.mode === "note" });
    }
    this.#keep();
  }

  #keep() {
    remember(this.key(this.mode), this.text.value);
  }

  #grow() {
    this.text.rows = Math.min(14, Math.max(3, this.text.value.split("\n").length));
  }

  #pressed(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.say();
    }
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
    const text = this.text.value.trim();
    const body = { text, internal: this.mode === "note", attachments: this.files.filter((file) => file.id).map((file) => file.id) };
    if (this.#reply) body.reply_to = this.#reply.id;
    this.text.value = "";
    this.files = [];
    this.#reply = null;
    this.#begun = 0;
    this.#keep();
    this.#chips();
    this.#button();
    this.#grow();
    const sent = this.talk.feed.say(body, { internal: body.internal });
    this.text.focus();
    if (await sent) {
      this.talk.ledger.watch();
      this.talk.moved(await api.get(`/v1/rooms/${this.talk.id}`).catch(() => this.talk.room));
    }
  }

  // --- files

  #dropped(event) {
    event.preventDefault();
    this.#take([...(event.dataTransfer?.files ?? [])]);
  }

  #pasted(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    this.#take(files);
  }

  #take(files) {
    for (const file of files) {
      const chip = { name: file.name || "file", size: file.size, id: null, failed: null };
      this.files.push(chip);
      api.upload(file).then((made) => { chip.id = made.id; }, (problem) => { chip.failed = problem.message; }).finally(() => {
        this.#chips();
        this.#button();
      });
    }
    this.chosen.value = "";
    this.#chips();
    this.#button();
  }

  #chips() {
    const drop = (file) => {
      this.files = this.files.filter((each) => each !== file);
      this.#chips();
      this.#button();
    };
    this.chips.replaceChildren(
      ...(this.#reply ? [h("span.chip", null, `Answers ${this.#reply.author.name}: ${this.#reply.text.slice(0, 60)}`, h("button.quiet", { type: "button", "aria-label": "Answer nothing in particular", onclick: () => { this.#reply = null; this.#chips(); } }, "×"))] : []),
      ...this.files.map((file) => h(`span.chip${file.failed ? ".bad" : ""}`, { title: file.failed }, file.name, h("small", null, file.failed ?? (file.id ? size(file.size) : "…")), h("button.quiet", { type: "button", "aria-label": `Without ${file.name}`, onclick: () => drop(file) }, "×"))));
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
    this.text.focus();
    this.text.setRangeText(text, this.text.selectionStart, this.text.selectionEnd, "end");
    this.#wrote();
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
