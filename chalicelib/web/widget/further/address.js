// A visitor's address, which a code that is mailed there proves to be theirs.

import { h } from "../../shared/dom.js";
import CSS from "./address.css";

const REFUSED = { 403: "addressWrong", 429: "addressOften" };

export class AddressProof {
  constructor(panes) {
    const { say } = panes;
    this.panes = panes;
    this.words = h("p", { role: "status" }, say("address"));
    this.problem = h("p.problem", { role: "alert", hidden: true });
    this.ask = h("button.plain", { type: "button", onclick: () => this.#mail() }, say("addressAsk"));
    this.code = h("input.field", {
      required: true, inputmode: "numeric", autocomplete: "one-time-code", maxlength: "20", pattern: "\\s*(\\d\\s*){8}", "aria-label": say("addressCode"), placeholder: say("addressCode"),
    });
    this.entry = h("div.entry", { hidden: true }, this.code, h("button.plain", { type: "submit" }, say("addressProve")));
    this.form = h("form", { onsubmit: (event) => this.#prove(event) }, this.entry, this.ask);
    this.element = h("div.address", null, this.words, this.problem, this.form);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    panes.body.getRootNode().adoptedStyleSheets.push(sheet);
  }

  async #mail() {
    const { say } = this.panes;
    if (!(await this.#call("/v1/me/address-code", undefined))) return;
    this.words.textContent = say("addressMailed");
    this.ask.textContent = say("addressAnother");
    this.entry.hidden = false;
    this.code.value = "";
    this.code.focus();
  }

  async #prove(event) {
    event.preventDefault();
    const { say, session } = this.panes;
    if (!(await this.#call("/v1/me/address", { code: this.code.value.replace(/\s/g, "") }))) return this.code.select();
    session.me = { ...session.me, address_proven: true };
    this.words.textContent = say("addressProven");
    this.form.remove();
    return undefined;
  }

  /** Whether it was done; what came in the way is said. */
  async #call(path, body) {
    const { say, session } = this.panes;
    const buttons = [...this.form.querySelectorAll("button")];
    for (const button of buttons) button.disabled = true;
    const problem = await session.api.call("POST", path, body).then(() => null, (refused) => refused);
    for (const button of buttons) button.disabled = false;
    this.problem.textContent = problem ? (REFUSED[problem.status] ? say(REFUSED[problem.status]) : problem.message) : "";
    this.problem.hidden = !problem;
    return !problem;
  }
}
