// Settings, of machines: where they draft answers, and the API keys, with what each may.

import { h } from "../shared/dom.js";
import { ask, choice, doing, empty, field, input, say } from "./parts.js";
import { api, here } from "./session.js";
import { date, t } from "./translate.js";

const MODES = [["off", t("Nowhere")], ["shadow", t("In shadow: admins alone see it, and nobody sends it")], ["on", t("For agents to send")]];
const SCOPES = [
  ["read", t("Read whatever its agent may read")],
  ["draft", t("Propose answers, which an agent sends")],
  ["write", t("Say and change what its agent may")],
  ["admin", t("All that an admin may")],
];
const SPEAKS = { person: t("a person"), machine: t("a machine") };

/** A part of a page of settings, with what it is about. */
export const part = (title, words, ...inside) => h("section.part", { "aria-label": title }, h("header", null, h("h2", null, title)), h("p.dim", null, words), inside);

export async function machinesTab(again) {
  const [workspace, segments, keys] = await Promise.all([api.get("/v1/workspace"), api.all("/v1/segments"), api.all("/v1/api-keys")]);
  return [draftingPart(workspace, segments), customersPart(workspace), keysPart(keys, again)];
}

/** Those of customers' people, for all customers; for one of them it is said beside its rooms. */
function customersPart(workspace) {
  const speak = h("label.tick", null, h("input", { type: "checkbox", name: "speak", checked: !workspace.agents_muted }), t("They may ask and answer"));
  const form = h("form.fields", { onsubmit: (event) => event.preventDefault() }, speak);
  const save = async () => {
    await api.call("PATCH", "/v1/workspace", { agents_muted: !new FormData(form).has("speak") });
    say(t("Saved."));
  };
  return part(t("Customers’ coding agents"), t("Customers’ people make keys for them in the support button: they see the rooms of their customer, and ask as “Ann’s agent”."), form, h("menu", null, doing("primary", {}, save, t("Save"))));
}

function draftingPart({ drafting }, segments) {
  const mode = choice("mode", MODES, drafting.mode);
  const tick = (each) => h("label.tick", null, h("input", { type: "checkbox", name: "segments", value: each.id, checked: drafting.segments.includes(each.id) }), each.name);
  const shown = h("label.tick", null, h("input", { type: "checkbox", name: "shown", checked: drafting.shown }), t("Customers see that a message was drafted, and by whom"));
  const form = h("form.fields", { onsubmit: (event) => event.preventDefault() },
    field(t("Machines draft answers"), mode),
    segments.length ? h("fieldset", null, h("legend", null, t("For customers in these segments alone; none: for everybody")), segments.map(tick)) : null,
    shown);
  const save = async () => {
    const told = new FormData(form);
    const body = { mode: told.get("mode"), segments: told.getAll("segments"), shown: told.get("shown") === "on" };
    await api.call("PATCH", "/v1/workspace", { drafting: body });
    here.me.workspace.drafting = body.mode;
    say(t("Saved."));
  };
  return part(t("Drafted answers"), t("What a machine writes waits in the room, with its sources, for an agent to send, edit or discard. It counts as no answer."), form, h("menu", null, doing("primary", {}, save, t("Save"))));
}

function keysPart(keys, again) {
  const live = keys.filter((key) => !key.revoked_at && !(key.expires_at && Date.parse(key.expires_at) < Date.now()));
  const rows = live.map((key) => h("li", { "aria-label": key.name },
    h("span", null, key.name, h("small", null, [SPEAKS[key.kind], here.agents.get(key.agent)?.name, key.expires_at ? t("until {day}", { day: date(key.expires_at) }) : ""].filter(Boolean).flatMap((each, i) => (i ? [" · ", each] : [each])))),
    key.scopes.map((scope) => h("span.tag", { title: Object.fromEntries(SCOPES)[scope] }, h("code", null, scope))),
    h("button.plain", { type: "button", onclick: () => ask(t("Revoke “{name}”?", { name: key.name }), [h("p", null, t("Whoever holds it is out at once, for good."))], t("Revoke"), async () => {
      await api.call("DELETE", `/v1/api-keys/${key.id}`);
      await again();
    }) }, t("Revoke"))));
  return part(t("API keys"), t("Whoever holds one acts with its agent’s rights, narrowed to what it may."), rows.length ? h("ul.plainly", null, rows) : empty(t("None.")),
    h("menu", null, h("button.primary", { type: "button", onclick: () => newKey(again) }, t("New API key"))));
}

function newKey(again) {
  const ticks = SCOPES.map(([scope, words]) => h("label.tick", null, h("input", { type: "checkbox", name: "scopes", value: scope, checked: scope === "read" || scope === "draft" }), h("span", null, words, " ", h("code", null, scope))));
  ask(t("New API key"), [
    field(t("Name"), input("name", { required: true, maxlength: "200" })),
    field(t("Who speaks by it"), choice("kind", Object.entries(SPEAKS), "machine"), t("What a machine says is its own word; only machines propose.")),
    h("fieldset", null, h("legend", null, t("It may")), ticks),
    field(t("Days until it ends"), input("days", { type: "number", min: "1", max: "3650", value: "365" }), t("Empty: never.")),
  ], t("Make it"), async (form) => {
    const days = form.get("days");
    const made = await api.call("POST", "/v1/api-keys", { name: form.get("name").trim(), kind: form.get("kind"), scopes: form.getAll("scopes"), expires_in_days: days ? Number(days) : null });
    await again();
    ask(made.name, [h("p", null, t("Keep this key: it is shown this once.")), h("pre.asis", { tabindex: "0" }, made.key)], "");
  });
}
