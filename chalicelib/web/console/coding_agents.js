// The coding agents of a customer's people: who has keys for them, revoked by a click, and whether they may speak.

import "./main.js"; // what they share is in its file: infra/pages.py
import { h } from "../shared/dom.js";
import { ask, attempt, say } from "./parts.js";
import { api, may } from "./session.js";
import { t, when } from "./translate.js";

/** Beside a room: a customer's keys; `again()` shows anew what has changed. */
export function codingAgents(customer, keys, path, again) {
  return h("section", null, h("h3", null, t("Coding agents")),
    keys.length ? h("ul.plainly", null, keys.map((key) => row(key, again))) : h("p.dim", null, t("Nobody has a key for one.")),
    speaking(customer, path, again));
}

function row(key, again) {
  const used = key.used_at ? t("last used {when}", { when: when(key.used_at) }) : t("not used yet");
  const does = key.scopes.includes("speak") ? t("reads and asks") : t("reads");
  const revoke = () => ask(t("Revoke “{name}”?", { name: key.name }), [h("p", null, t("Whoever holds it is out at once, for good."))], t("Revoke"), async () => {
    await api.call("DELETE", `/v1/agent-keys/${key.id}`);
    await again();
  });
  return h("li", { "aria-label": key.name }, h("span", { dir: "auto" }, key.name, h("small", null, [key.user.name || key.user.external_id, does, used].join(" · "))),
    h("button.quiet", { type: "button", disabled: !may("write"), onclick: revoke }, t("Revoke")));
}

/** What the customer's own people have switched off is theirs to switch on. */
function speaking(customer, path, again) {
  const tick = h("input", { type: "checkbox", checked: !customer.agents_muted, disabled: !may("write"), onchange: async () => {
    const muted = !tick.checked;
    const done = await attempt(() => api.call("PATCH", path, { agents_muted: muted }));
    if (!done) return void (tick.checked = muted);
    say(muted ? t("Their coding agents read and do not ask.") : t("Their coding agents may ask, unless their own people forbid it."));
    await again();
  } });
  const own = !customer.agents_speak && !customer.agents_muted;
  return [h("label.tick", null, tick, h("span", null, t("They may ask and answer"))), own ? h("p.dim", null, t("Their own people have switched that off.")) : null];
}
