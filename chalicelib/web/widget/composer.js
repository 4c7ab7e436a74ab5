// Where somebody writes: text that grows, files by choice, drop and paste, names after an @, a reply or an edit.

import { h, icon } from "../shared/dom.js";
import { size } from "../shared/words.js";
import { ICONS } from "./icons.js";
import { face } from "./list.js";

const MAX_SIZE = 25 * 1024 * 1024;
const TYPING = 4000; // ms between two words of "is typing"

export class Composer {
  #files = [];
  #typed = 0;
  #picked = 0;
  #people = [];
  #answering = null;
  #editing = null;

  constructor(widget, { onsend, onedit, ontyping, placeholder, onlast, people = () => [] }) {
    const { say } = widget;
    Object.assign(this, { widget, onsend, onedit, ontyping, onlast, people });
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
  }

  get draft() {
    return this.text.value;
  }

  set draft(text) {
    this.text.value = text;
    this.#changed(false);
  }

  focus() {
    this.text.focus();
  }

  reply(message) {
    this.#editing = null;
    this.#answering = message;
    this.#tell(this.widget.say("replyingTo", message.author.name), message.text);
  }

  edit(message) {
    this.#answering = null;
    this.#editing = message;
    this.draft = message.text;
    this.#tell(this.widget.say("editing"), "");
  }

  #tell(title, text) {
    const { say } = this.widget;
    this.about.replaceChildren(h("span.grow", null, h("b", null, title), text && ` ${text.slice(0, 120)}`),
      h("button.round", { "aria-label": say("cancel"), onclick: () => this.#leave() }, icon(ICONS.close)));
    this.about.hidden = false;
    this.focus();
  }

  #leave() {
    if (this.#editing) this.draft = "";
    this.#editing = this.#answering = null;
    this.about.hidden = true;
    this.focus();
  }

  /** Files from wherever: each is put up at once. */
  add(files) {
    const { say, session } = this.widget;
    for (const file of files) {
      if (file.size > MAX_SIZE || !file.size) {
        this.widget.tell(say(file.size ? "tooLarge" : "uploadFailed", file.name));
        continue;
      }
      const chip = { file, made: null };
      chip.done = session.api.upload(file).then(
        (made) => {
          chip.made = made;
          this.#showFiles();
        },
        () => {
          this.#files = this.#files.filter((each) => each !== chip);
          this.widget.tell(say("uploadFailed", file.name));
          this.#showFiles();
        },
      );
      this.#files.push(chip);
    }
    this.#showFiles();
    this.focus();
  }

  #showFiles() {
    const { say, language } = this.widget;
    this.chips.hidden = !this.#files.length;
    this.chips.replaceChildren(...this.#files.map((chip) =>
      h(`span.file${chip.made ? "" : ".busy"}`, null, icon(ICONS.file), h("span.name", null, chip.file.name), h("small", null, size(chip.file.size, language)),
        h("button.round", { "aria-label": say("detach", chip.file.name), onclick: () => {
          this.#files = this.#files.filter((each) => each !== chip);
          this.#showFiles();
        } }, icon(ICONS.close))),
    ));
    this.#ready();
  }

  #ready() {
    this.go.disabled = !(this.draft.trim() || (this.#files.length && !this.#editing));
  }

  #changed(byHand = true) {
    this.text.style.height = "";
    if (this.text.scrollHeight) this.text.style.height = `${this.text.scrollHeight}px`;
    this.#ready();
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
      } }, face(person, ".small"), person.name, h("small", null, person.side === "vendor" ? this.widget.session.me.workspace.name : ""))));
    if (open) this.text.setAttribute("aria-activedescendant", `parley-person-${this.#picked}`);
    else this.text.removeAttribute("aria-activedescendant");
  }

  #mention(person) {
    const at = this.text.selectionStart;
    const before = this.draft.slice(0, at).replace(/@[^@]*$/u, `@${person.name} `);
    this.text.value = before + this.draft.slice(at);
    this.text.setSelectionRange(before.length, before.length);
    this.#suggest([]);
    this.focus();
  }

  #key(event) {
    if (event.isComposing) return;
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
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    this.add(files);
  }

  async send() {
    const text = this.draft.trim();
    if (this.go.disabled || this.sending) return;
    if (this.#editing) {
      const message = this.#editing;
      this.#leave();
      await this.onedit(message, text);
      return;
    }
    this.sending = true;
    await Promise.all(this.#files.map((chip) => chip.done));
    this.sending = false;
    const files = this.#files.map((chip) => chip.made).filter(Boolean);
    const answering = this.#answering;
    const mentions = this.people().filter((person) => text.includes(`@${person.name}`)).map((person) => person.id);
    if (!text && !files.length) return;
    this.#files = [];
    this.#showFiles();
    this.draft = "";
    this.#typed = 0;
    this.#leave();
    this.onsend({ text, attachments: files.map((file) => file.id), mentions, ...(answering ? { reply_to: answering.id } : {}) }, { files });
  }
}
