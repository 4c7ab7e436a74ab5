// What is filled in: a new topic, and a visitor's first words.

import { freshKey } from "../shared/api.js";
import { h, icon } from "../shared/dom.js";
import { ICONS } from "./icons.js";
import { Composer } from "./composer.js";
import { ask } from "./session.js";

const field = (words, control) => h("label", null, words, control);

/** A new topic: its name and the first message. */
export class NewTopic {
  constructor(widget) {
    const { say } = widget;
    this.widget = widget;
    this.key = freshKey();
    this.name = h("input.field", { required: true, maxlength: "200", placeholder: say("topicHint") });
    this.problem = h("p.problem", { role: "alert", hidden: true });
    this.composer = new Composer(widget, { placeholder: say("firstMessage"), onsend: (body) => this.#send(body) });
    this.element = h("section.pane.main", { "aria-label": say("start") },
      h("header.top", null,
        h("button.round", { "aria-label": say("back"), onclick: () => widget.show("list") }, icon(ICONS.back)),
        h("div.grow", null, h("h2", null, say("start"))), widget.closer()),
      h("div.form", null, this.problem, field(say("topic"), this.name)),
      this.composer.element);
  }

  focus() {
    this.name.focus();
  }

  async #send(body) {
    const name = this.name.value.trim() || body.text.split("\n")[0].slice(0, 80);
    try {
      const room = await this.widget.session.newTopic(name || this.widget.say("topic"), body.text, body.attachments, this.key);
      this.key = freshKey();
      this.name.value = "";
      this.widget.openRoom(room.id);
    } catch (problem) {
      this.problem.textContent = problem.message;
      this.problem.hidden = false;
      this.composer.draft = body.text;
    }
  }
}

/** Who has no token tells name and mail, and gets a room of their own. */
export class VisitorForm {
  constructor(widget, { base, workspace, ondone }) {
    const { say } = widget;
    const name = h("input.field", { required: true, maxlength: "200", autocomplete: "name" });
    const email = h("input.field", { required: true, type: "email", maxlength: "254", autocomplete: "email" });
    const text = h("textarea.field", { required: true, maxlength: "40000" });
    this.problem = h("p.problem", { role: "alert", hidden: true });
    this.name = name;
    const go = h("button.primary", { type: "submit" }, say("visitorSend"));
    this.element = h("section.pane.main", null,
      h("header.top", null, h("div.grow", null, h("h2", null, say("support"))), widget.closer()),
      h("form.form", { onsubmit: async (event) => {
        event.preventDefault();
        go.disabled = true;
        try {
          ondone(await ask(base, workspace, { name: name.value, email: email.value, text: text.value }));
        } catch (problem) {
          this.problem.textContent = problem.message;
          this.problem.hidden = false;
        }
        go.disabled = false;
      } }, h("p", null, say("visitorIntro")), this.problem, field(say("name"), name), field(say("email"), email), field(say("message"), text), go));
  }

  focus() {
    this.name.focus();
  }
}
