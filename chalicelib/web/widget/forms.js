// What is filled in: a new topic, and a visitor's first words.

import { Api, freshKey } from "../shared/api.js";
import { h, icon } from "../shared/dom.js";
import { Drafts } from "../shared/drafts.js";
import { passing } from "../shared/outbox.js";
import { Shelf } from "../shared/shelf.js";
import { ICONS } from "./icons.js";
import { Composer } from "./composer.js";

const field = (words, control) => h("label", null, words, control);

/** A new topic: its name and the first message. It stays in its fields until the topic is there; the message then is the
 * room's. A topic that may have been made, though no answer came, is asked for again under its key and name, and renamed. */
export class NewTopic {
  constructor(panes) {
    const { say } = panes;
    this.panes = panes;
    this.name = h("input.field", { required: true, maxlength: "200", placeholder: say("topicHint"), oninput: () => this.#keep() });
    this.problem = h("p.problem", { role: "alert", hidden: true });
    this.composer = new Composer(panes, { place: "new", placeholder: say("firstMessage"), holds: true, onsend: (body, uploads) => this.#send(body, uploads) });
    this.element = h("section.pane.main", { "aria-label": say("start") },
      h("header.top", null,
        h("button.round", { "aria-label": say("back"), onclick: () => panes.show("list") }, icon(ICONS.back)),
        h("div.grow", null, h("h2", null, say("start"))), panes.closer()),
      h("div.form", null, this.problem, field(say("topic"), this.name)),
      this.composer.element);
    this.open();
    panes.drafts.on("topic", () => this.open());
    panes.drafts.inherit("topic");
  }

  open() {
    const { name = "", key = "", asked = "" } = this.panes.drafts.get("topic");
    this.name.value = name;
    Object.assign(this, { key, asked });
  }

  focus() {
    this.name.focus();
    this.composer.grow();
  }

  #keep() {
    this.panes.drafts.put("topic", { name: this.name.value, key: this.key, asked: this.asked });
  }

  async #send(body, uploads) {
    const { panes } = this;
    const { session } = panes;
    const name = this.name.value.trim() || body.text.split("\n")[0].slice(0, 80) || panes.say("topic");
    this.problem.hidden = true;
    try {
      this.key ||= freshKey();
      this.asked ||= name;
      this.#keep();
      const room = await session.api.call("POST", "/v1/rooms", { name: this.asked }, { key: this.key });
      session.put(name === this.asked ? room : await session.api.call("PATCH", `/v1/rooms/${room.id}`, { name }));
      this.#forget();
      this.name.value = "";
      this.#keep();
      this.composer.clear();
      panes.feed(room.id).say(body, {}, uploads);
      panes.openRoom(room.id);
    } catch (problem) {
      if (!passing(problem)) this.#forget(); // it was refused, so there is none
      this.#keep();
      this.problem.textContent = problem.message;
      this.problem.hidden = false;
    }
  }

  #forget() {
    this.key = this.asked = "";
  }
}

/** Ask as a visitor: the answer's token opens the one room that is made. */
function ask(base, workspace, told, key) {
  const api = new Api({ base, authorize: async () => ({}) });
  return api.call("POST", "/v1/visitors", { workspace, ...told }, { key });
}

const WRITTEN = ["name", "email", "text"];

/** Who has no token tells name and mail, and gets a room of their own: one, however often it is sent. What was asked and
 * never answered is asked again as it was; words that were changed since wait in the room. */
export class VisitorForm {
  constructor(widget, { base, workspace, ondone }) {
    const { say } = widget;
    const shelf = new Shelf(`ask:${workspace}`);
    const kept = shelf.get("asked") ?? {};
    const oninput = () => shelf.set("asked", { ...shelf.get("asked"), ...this.written });
    this.name = h("input.field", { required: true, maxlength: "200", autocomplete: "name", value: kept.name ?? "", oninput });
    this.email = h("input.field", { required: true, type: "email", maxlength: "254", autocomplete: "email", value: kept.email ?? "", oninput });
    this.text = h("textarea.field", { required: true, maxlength: "40000", value: kept.text ?? "", oninput });
    this.problem = h("p.problem", { role: "alert", hidden: true });
    const go = h("button.primary", { type: "submit" }, say("visitorSend"));
    this.element = h("section.pane.main", null,
      h("header.top", null, h("div.grow", null, h("h2", null, say("support"))), widget.closer()),
      h("form.form", { onsubmit: async (event) => {
        event.preventDefault();
        go.disabled = true;
        const told = shelf.get("asked")?.sent ?? { key: freshKey(), body: this.written };
        shelf.set("asked", { ...this.written, sent: told });
        try {
          const made = await ask(base, workspace, told.body, told.key);
          shelf.set("asked", null);
          if (told.body.text !== this.text.value) new Drafts(`${workspace}:${made.id}`).put(made.room.id, { text: this.text.value });
          ondone(made);
        } catch (problem) {
          if (!passing(problem)) shelf.set("asked", this.written);
          this.problem.textContent = problem.message;
          this.problem.hidden = false;
        }
        go.disabled = false;
      } }, h("p", null, say("visitorIntro")), this.problem, field(say("name"), this.name), field(say("email"), this.email), field(say("message"), this.text), go));
  }

  get written() {
    return Object.fromEntries(WRITTEN.map((name) => [name, this[name].value]));
  }

  focus() {
    this.name.focus();
  }
}
