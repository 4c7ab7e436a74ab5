// One's own coding agents, loaded when that is opened: keys are made, shown once, listed, revoked; their speaking is switched.

import { freshKey } from "../../shared/api.js";
import { h, icon } from "../../shared/dom.js";
import { when } from "../../shared/words.js";
import { ICONS } from "../icons.js";
import CSS from "./agents.css";

export class AgentsPane {
  constructor(panes) {
    const { say, session } = panes;
    this.panes = panes;
    this.back = h("button.round.back", { "aria-label": say("back"), onclick: () => panes.show("list") }, icon(ICONS.back));
    this.problem = h("p.problem", { role: "alert", hidden: true });
    this.name = h("input.field", { required: true, maxlength: "200", placeholder: say("agentNameHint"), autocomplete: "off" });
    this.may = ["read", "speak"].map((scope) => h("input", { type: "radio", name: "may", value: scope, checked: scope === "read" }));
    this.made = h("div.made", { hidden: true });
    this.keys = h("ul.keys", { "aria-label": say("agentKeys") });
    this.none = h("p.dim", { hidden: true }, say("agentNone"));
    this.speaks = h("input", { type: "checkbox", onchange: () => this.#switch() });
    this.why = h("p.dim", { hidden: true, id: "parley-agents-why" });
    const reads = [say("agentReads"), say("agentSpeaks", session.me.name)];
    this.element = h("section.pane.main", { "aria-label": say("agents") },
      h("header.top", null, this.back, h("div.grow", null, h("h2", null, say("agents"))), panes.closer()),
      h("div.of-agents", null, this.problem,
        h("p", null, say("agentIntro")),
        this.#copied(say("agentAddress"), `${session.api.base}/mcp/${session.me.workspace.id}`),
        h("form", { onsubmit: (event) => this.#make(event) },
          h("label", null, say("agentName"), this.name),
          h("fieldset", null, h("legend", null, say("agentMay")), this.may.map((radio, i) => h("label.choice", null, radio, h("span", null, reads[i])))),
          h("button.primary", { type: "submit" }, say("agentMake"))),
        this.made,
        h("h3", null, say("agentKeys")), this.none, this.keys,
        h("h3", null, say("agentTeam", session.me.customer?.name ?? "")),
        h("label.choice", null, this.speaks, h("span", null, say("agentSwitch"))), this.why));
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    panes.body.getRootNode().adoptedStyleSheets.push(sheet);
  }

  focus() {
    this.back.focus();
    this.#try(() => this.#load());
  }

  async #load() {
    const { api } = this.panes.session;
    const [keys, speaking] = await Promise.all([api.all("/v1/agent-keys"), api.get("/v1/agent-speaking")]);
    this.listed = keys;
    this.#list();
    this.#speaking(speaking);
  }

  #list() {
    this.none.hidden = this.listed.length > 0;
    this.keys.replaceChildren(...this.listed.map((key) => this.#key(key)));
  }

  #key(key) {
    const { say, language } = this.panes;
    const row = h("li", null, h("span.grow", null,
      h("span.name", null, key.name),
      h("span.chip", null, say(key.scopes.includes("speak") ? "agentScopeSpeak" : "agentScopeRead")),
      h("small", null, key.used_at ? say("agentUsed", when(key.used_at, language)) : say("agentUnused"))));
    const sure = h("button.plain.bad", { type: "button", hidden: true, "aria-label": `${say("agentRevokeSure")} ${key.name}`, onclick: () => this.#revoke(key) }, say("agentRevokeSure"));
    const ask = h("button.plain", { type: "button", "aria-label": `${say("agentRevoke")} ${key.name}`, onclick: () => {
      ask.hidden = true;
      sure.hidden = false;
      sure.focus();
    } }, say("agentRevoke"));
    row.append(ask, sure);
    return row;
  }

  #make(event) {
    event.preventDefault();
    const { say, session } = this.panes;
    const scopes = this.may[1].checked ? ["read", "speak"] : ["read"];
    this.asked ??= freshKey(); // asked again without an answer it is the same key
    return this.#try(async () => {
      const made = await session.api.call("POST", "/v1/agent-keys", { name: this.name.value.trim(), scopes }, { key: this.asked });
      this.asked = null;
      this.name.value = "";
      this.made.replaceChildren(h("p", { role: "status" }, say("agentMade", made.name)), this.#copied(say("agentKey"), made.key));
      this.made.hidden = false;
      this.made.querySelector("button").focus();
      this.listed = [...(this.listed ?? []), { ...made, key: null }];
      this.#list();
    });
  }

  /** A line that is copied by a button; what cannot be copied is chosen in its field. */
  #copied(words, text) {
    const { say } = this.panes;
    const field = h("input.field", { readonly: true, value: text, "aria-label": words, spellcheck: "false", onfocus: () => field.select() });
    const copy = h("button.plain", { type: "button", "aria-label": `${say("copy")}: ${words}`, onclick: async () => {
      const done = await navigator.clipboard.writeText(text).then(() => true, () => false);
      if (done) copy.textContent = say("agentCopied");
      else field.select();
    } }, say("copy"));
    return h("div.copied", null, h("span", { "aria-hidden": "true" }, words), h("div", null, field, copy));
  }

  #revoke(key) {
    return this.#try(async () => {
      await this.panes.session.api.call("DELETE", `/v1/agent-keys/${key.id}`);
      this.listed = this.listed.filter((each) => each.id !== key.id);
      this.#list();
      this.name.focus();
    });
  }

  #switch() {
    return this.#try(async () => {
      this.#speaking(await this.panes.session.api.call("PUT", "/v1/agent-speaking", { allowed: this.speaks.checked }));
    }).then((done) => done || (this.speaks.checked = !this.speaks.checked));
  }

  #speaking({ allowed, switched_off_by: by }) {
    const { say, session } = this.panes;
    const theirs = by === "workspace" || by === "vendor";
    this.speaks.checked = allowed;
    this.speaks.disabled = theirs;
    this.why.hidden = allowed;
    this.why.textContent = allowed ? "" : theirs ? say("agentOffVendor", session.me.workspace.name) : say("agentOff");
  }

  /** Whether it was done, one thing at a time; what came in the way is said. What has the focus keeps it. */
  async #try(act) {
    if (this.busy) return false;
    this.busy = true;
    const problem = await act().then(() => null, (refused) => refused);
    this.busy = false;
    this.problem.textContent = problem?.message ?? "";
    this.problem.hidden = !problem;
    return !problem;
  }
}
