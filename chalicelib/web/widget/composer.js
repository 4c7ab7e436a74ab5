// Where somebody writes: text that grows, files by choice, drop and paste, names after an @, a reply or an edit. All of it
// is a draft, which is kept per person and place.

import { h, icon } from "../shared/dom.js";
import { mentioned } from "../shared/markdown.js";
import { insert, pasted } from "../shared/paste.js";
import { again, kept, left, Upload } from "../shared/uploads.js";
import { size } from "../shared/words.js";
import { ICONS } from "./icons.js";
import { face } from "./list.js";

const MAX_SIZE = 25 * 1024 * 1024;
const TYPING = 4000; // ms between two words of "is typing"

/** What of a message is kept beside what is written about it. */
const brief = (message) => message && { id: message.id, text: message.text.slice(0, 40_000), author: { name: message.author.name } };

export class Composer {
  #uploads = [];
  #typed = 0;
  #picked = 0;
  #people = [];
  #answering = null;
  #editing = null;
  #aside = null; // what was being written when an edit began
  #sending = false;

  /** `onsend(body, uploads)`: what was written goes from the field; with `holds` once that is done, and if it fails not. */
  constructor(panes, { place, onsend, onedit, ontyping, placeholder, onlast, onkept, holds = false, people = () => [] }) {
    const { say } = panes;
    Object.assign(this, { panes, place, onsend, onedit, ontyping, onlast, onkept, holds, people });
    this.text = h("textarea", {
      rows: "1", placeholder, "aria-label": say("message"), "aria-autocomplete": "list",
      oninput: () => this.#changed(), onkeydown: (event) => this.#key(event),
      onpaste: (event) => this.#paste(event), onblur: () => setTimeout(() => this.#suggest([]), 150),
    });
    this.picker = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", "aria-label": say("attach"), onchange: () => {
      this.add([...this.picker.files]);
      this.picker.value = "";
    } });
    this.go = h("button.round.go", { "aria-label": say("send"), disabled: true, onclick: () => this.send() }, icon(ICONS.send));
    this.about = h("div.about", { hidden: true });
    this.chips = h("div.files", { hidden: true });
    this.list = h("div.people", { hidden: true, role: "listbox", "aria-label": say("suggestions"), id: "parley-people" });
    this.box = h("div.box", null, this.list,
      h("button.round", { "aria-label": say("attach"), onclick: () => this.picker.click() }, icon(ICONS.attach)),
      this.picker, this.text, this.go);
    this.element = h("div.compose", null, this.about, this.chips, this.box);
    this.#show(panes.drafts.get(place));
    panes.drafts.on(place, (draft) => this.#show(draft));
    this.look();
  }

  /** Somebody looks at it: where nothing is written, what was in a tab that has gone is there. */
  look() {
    this.panes.drafts.inherit(this.place);
  }

  get draft() {
    return this.text.value;
  }

  focus() {
    this.text.focus();
  }

  /** Fit the field to its text, now that it is seen. */
  grow() {
    this.text.style.height = "";
    if (this.text.scrollHeight) this.text.style.height = `${this.text.scrollHeight}px`;
  }

  /** `going` are the names of files that were on their way up in a page that has gone. */
  #show({ text = "", files = [], going = [], reply = null, edit = null, aside = null }) {
    this.text.value = text;
    this.#uploads = again(this.panes.session.api, files);
    [this.#answering, this.#editing, this.#aside] = [reply, edit, aside];
    this.#showAbout();
    this.#showFiles();
    this.grow();
    for (const name of going) this.panes.tell(this.panes.say("uploadFailed", name));
    if (going.length) this.#keep();
  }

  #written() {
    return { text: this.draft, ...kept(this.#uploads), reply: this.#answering, edit: this.#editing, aside: this.#aside };
  }

  #keep() {
    this.panes.drafts.put(this.place, this.#written());
    this.onkept?.();
  }

  reply(message) {
    if (this.#editing) this.#leave();
    this.#answering = brief(message);
    this.#showAbout();
    this.#keep();
    this.focus();
  }

  edit(message, text = message.text) {
    if (!this.#editing) this.#aside = { text: this.draft, reply: this.#answering };
    this.#answering = null;
    this.#editing = brief(message);
    this.text.value = text;
    this.#showAbout();
    this.#showFiles();
    this.#changed(false);
    this.focus();
  }

  /** What could not be sent, to be corrected: before whatever is written by now. */
  putBack(row) {
    if (this.#editing) this.#leave();
    this.text.value = [row.text, this.draft].filter(Boolean).join("\n\n");
    this.#uploads = [...left(this.panes.session.api, row.uploads), ...this.#uploads];
    this.#showFiles();
    this.#changed(false);
  }

  #showAbout() {
    const { say } = this.panes;
    const about = this.#editing ?? this.#answering;
    this.about.hidden = !about;
    if (about) this.about.replaceChildren(h("span.grow", null, h("b", null, this.#editing ? say("editing") : say("replyingTo", about.author.name)), !this.#editing && ` ${about.text.slice(0, 120)}`),
      h("button.round", { "aria-label": say("cancel"), onclick: () => this.#leave() }, icon(ICONS.close)));
  }

  /** Leave the reply or the edit; after an edit there is again what was being written before. */
  #leave() {
    if (this.#editing) this.text.value = this.#aside?.text ?? "";
    this.#answering = this.#editing ? (this.#aside?.reply ?? null) : null;
    this.#editing = this.#aside = null;
    this.#showAbout();
    this.#showFiles();
    this.grow();
    this.#keep();
    this.focus();
  }

  /** Files from wherever: each is put up at once. */
  add(files) {
    const { say, session } = this.panes;
    for (const file of files) {
      if (file.size > MAX_SIZE || !file.size) {
        this.panes.tell(say(file.size ? "tooLarge" : "uploadFailed", file.name));
        continue;
      }
      const upload = new Upload(session.api, file);
      this.#uploads.push(upload);
      upload.up().catch(() => this.panes.tell(say("uploadFailed", upload.name))).then(() => {
        if (!this.#uploads.includes(upload)) return;
        this.#showFiles();
        this.#keep();
      });
    }
    this.#showFiles();
    this.#keep();
    this.focus();
  }

  #showFiles() {
    const { say, language } = this.panes;
    const uploads = this.#editing ? [] : this.#uploads;
    this.chips.hidden = !uploads.length;
    this.chips.replaceChildren(...uploads.map((upload) =>
      h(`span.file${upload.made ? "" : ".busy"}${upload.failed ? ".bad" : ""}`, { title: upload.failed && say("uploadFailed", upload.name) }, icon(ICONS.file), h("span.name", null, upload.name), h("small", null, size(upload.size, language)),
        h("button.round", { "aria-label": say("detach", upload.name), onclick: () => {
          this.#uploads = this.#uploads.filter((each) => each !== upload);
          this.#showFiles();
          this.#keep();
        } }, icon(ICONS.close))),
    ));
    this.#ready();
  }

  #ready() {
    this.go.disabled = this.#sending || !(this.draft.trim() || (this.#uploads.length && !this.#editing));
  }

  #changed(byHand = true) {
    this.grow();
    this.#ready();
    this.#keep();
    if (!byHand) return;
    if (this.draft.trim() && Date.now() - this.#typed > TYPING) {
      this.#typed = Date.now();
      this.ontyping?.();
    }
    const typed = /(?:^|\s)@([^\s@]{0,40}(?: [^\s@]{0,40})?)$/u.exec(this.draft.slice(0, this.text.selectionStart));
    const begin = typed?.[1].toLowerCase();
    this.#suggest(typed ? this.people().filter((person) => person.name.toLowerCase().startsWith(begin)).slice(0, 6) : []);
  }

  #suggest(people) {
    this.#people = people;
    this.#picked = 0;
    this.#showPeople();
  }

  #showPeople() {
    const open = this.#people.length > 0;
    this.list.hidden = !open;
    this.list.replaceChildren(...this.#people.map((person, i) =>
      h("div.person", { role: "option", id: `parley-person-${i}`, "aria-selected": String(i === this.#picked), onmousedown: (event) => {
        event.preventDefault();
        this.#mention(person);
      } }, face(person, ".small"), person.name, h("small", null, person.side === "vendor" ? this.panes.session.me.workspace.name : ""))));
    if (open) this.text.setAttribute("aria-activedescendant", `parley-person-${this.#picked}`);
    else this.text.removeAttribute("aria-activedescendant");
  }

  #mention(person) {
    const at = this.text.selectionStart;
    const before = this.draft.slice(0, at).replace(/@[^@]*$/u, `@${person.name} `);
    this.text.value = before + this.draft.slice(at);
    this.text.setSelectionRange(before.length, before.length);
    this.#suggest([]);
    this.#keep();
    this.focus();
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229) return; // Safari ends a composition before the key that ends it
    const people = this.#people.length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (people && step) this.#picked = (this.#picked + step + people) % people;
    else if (people && (event.key === "Enter" || event.key === "Tab")) this.#mention(this.#people[this.#picked]);
    else if (people && event.key === "Escape") this.#suggest([]);
    else if (event.key === "Enter" && !event.shiftKey) this.send();
    else if (event.key === "Escape" && (this.#editing || this.#answering)) this.#leave();
    else if (event.key === "ArrowUp" && !this.draft) this.onlast?.();
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (this.#people.length) this.#showPeople();
  }

  #paste(event) {
    const { files, text } = pasted(event.clipboardData);
    if (!files && !text) return;
    event.preventDefault();
    if (files) this.add(files);
    else insert(this.text, text);
  }

  async send() {
    const text = this.draft.trim();
    if (this.go.disabled) return;
    if (this.#editing) {
      const message = this.#editing;
      this.#leave();
      await this.onedit(message, text);
      return;
    }
    const mentions = mentioned(text, this.people()).map((person) => person.id);
    const body = { text, mentions, ...(this.#answering ? { reply_to: this.#answering.id } : {}) };
    const uploads = this.#uploads;
    this.#typed = 0;
    if (!this.holds) {
      this.clear();
      this.focus();
      this.onsend(body, uploads);
      return;
    }
    this.#sending = this.text.readOnly = true;
    this.#ready();
    try {
      await this.onsend(body, uploads);
    } finally {
      this.#sending = this.text.readOnly = false;
      this.#ready();
    }
  }

  /** Nothing is written any more. */
  clear() {
    this.#show({});
    this.#keep();
    this.look();
  }
}
