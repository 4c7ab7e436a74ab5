// Settings: installs with their steps, policies, snippets, agents, how one signs in, what went wrong.

import "./main.js"; // what they share is in its file: infra/pages.py
import { h } from "../shared/dom.js";
import { ask, attempt, choice, doing, empty, face, field, input, say } from "./parts.js";
import { alertsTab } from "./alerts.js";
import { channelName, isTracker, kindOf } from "./kinds.js";
import { machinesTab } from "./machines.js";
import { policiesTab } from "./policies.js";
import { privacyTab, report } from "./privacy.js";
import { ISSUE_STATES } from "./raise.js";
import { isTold, sent } from "./sent.js";
import { signalsTab, watching } from "./signals.js";
import { sourcesTab } from "./sources.js";
import { BASE, api, here, may } from "./session.js";
import { date, moment, plural, served, t } from "./translate.js";

const TABS = [
  ["installs", t("Installs"), "read", installsTab],
  ["policies", t("Policies"), "read", policiesTab],
  ["snippets", t("Snippets"), "read", snippetsTab],
  ["agents", t("Agents"), "read", agentsTab],
  ["machines", t("Machines"), "admin", machinesTab],
  ["sources", t("Sources"), "admin", sourcesTab],
  ["signals", t("Signals"), "read", signalsTab],
  ["told", t("For me"), "read", alertsTab],
  ["sign-in", t("Sign-in"), "own", signInTab],
  ["privacy", t("Privacy"), "admin", privacyTab],
  ["failures", t("Failures"), "admin", failuresTab],
];

// Where the service worker leads whoever clicked what was pushed.
navigator.serviceWorker?.addEventListener("message", ({ data }) => {
  if (typeof data?.go === "string" && data.go.startsWith("#/")) location.hash = data.go;
});

export async function settings([tab = "installs", install], go) {
  if (tab === "sent") return sent(install, go);
  if (tab === "signals" && install) return watching(install, go);
  if (tab === "privacy" && install && may("admin")) return report(install, go);
  const open = TABS.filter(([, , need]) => may(need));
  const [name, title, , make] = open.find(([each]) => each === tab) ?? open[0];
  const links = open.map(([each, words]) => h("button.tab", { type: "button", "aria-current": each === name ? "page" : null, onclick: () => go(`#/settings/${each}`) }, words));
  const body = h("div.body");
  const again = async () => {
    const inside = await attempt(() => make(again, go));
    if (inside) body.replaceChildren(...[inside].flat().filter(Boolean));
  };
  await again();
  return h("div.sheet", null, h("header", null, h("h1", null, title)), h("nav.tabs", { "aria-label": t("Settings") }, links), body);
}

// --- installs

async function installsTab(again, go) {
  const installs = await api.all("/v1/installs");
  const add = may("admin") ? h("button.primary", { type: "button", onclick: () => kindAsked(again) }, t("Connect a channel")) : null;
  const cards = installs.map((install) => card(install, again, go));
  return [h("menu", null, add), installs.length ? h("div.cards", null, cards) : empty(t("Nothing is connected yet."))];
}

function card(install, again, go) {
  const outcome = h("p.outcome", { role: "status" });
  const tried = doing("plain", {}, async () => {
    const told = await api.call("POST", `/v1/installs/${install.id}/try`);
    outcome.className = `outcome ${told.ok ? "good" : "bad"}`;
    outcome.replaceChildren(...[told.ok ? t("It works:") : t("Missing:"), " ", sentence(told.ok ? told.right : told.missing)]);
  }, t("Try it"));
  const on = install.state === "active";
  const switched = doing("plain", {}, async () => {
    await api.call("PATCH", `/v1/installs/${install.id}`, { state: on ? "disabled" : "active" });
    await again();
  }, on ? t("Disable") : t("Enable"));
  const secret = h("button.plain", { type: "button", onclick: () => ask(t("A new secret for “{name}”?", { name: install.name }), [h("p", null, t("It is shown once. What signs with the old one is to be given the new one."))], t("Make it"), async () => {
    const made = await api.call("POST", `/v1/installs/${install.id}/secrets`, {});
    shownOnce(made);
  }) }, t("New secret"));
  const gone = h("button.plain", { type: "button", onclick: () => ask(t("Remove “{name}”?", { name: install.name }), [h("p", null, t("What is still on its way to it is skipped."))], t("Remove"), async () => {
    await api.call("DELETE", `/v1/installs/${install.id}`);
    await again();
  }) }, t("Remove"));
  return h("article.card", { "aria-label": install.name },
    h("header", null, h("h2", null, install.name), h("span.tag", null, kindOf(install.kind).label), on ? null : h("span.tag.failed", null, install.disabled_because || t("off")), endsSoon(install) ? h("span.tag.failed", null, t("Its token ends on {day}", { day: date(install.credentials_end_at) })) : null),
    h("dl", null, h("dt", null, t("Address")), h("dd", null, h("code", null, install.url)), Object.entries(install.config).filter(([, value]) => value !== "" && value !== null).map(([name, value]) => [h("dt", null, name), h("dd", null, h("code", null, typeof value === "string" ? value : JSON.stringify(value)))])),
    h("details", null, h("summary", null, t("Steps")), h("ol", null, kindOf(install.kind).steps.map((step) => h("li", null, step)))),
    outcome,
    isTracker(install.kind) ? null : h("menu", null, doing("plain", {}, () => ignoredBy(install), t("What did not get in")), isTold(install) ? h("button.plain", { type: "button", onclick: () => go(`#/settings/sent/${install.id}`) }, t("What was sent")) : null),
    may("admin") ? h("menu", null, tried, h("button.plain", { type: "button", onclick: () => changed(install, again) }, t("Change")), more(install, outcome), secret, switched, gone) : null);
}

/** What a person may have said over an install and that did not get in, with the reason; an agent takes it in. */
async function ignoredBy(install) {
  const path = `/v1/installs/${install.id}/ignored`;
  const { items, next } = await api.get(`${path}?limit=50`);
  const taken = async (row, place) => {
    await api.call("POST", `${path}/${row.id}/take-in`);
    place.replaceChildren(h("span.tag", null, t("is being taken in")));
  };
  const done = (row) => (row.taken_at ? h("button.link", { type: "button", disabled: !row.room, onclick: () => { box.close(); location.hash = `#/inbox/open/${row.room}`; } }, t("It is in")) : h("span.tag", null, t("is being taken in")));
  const rows = items.map((row) => {
    const place = h("div");
    place.append(row.taken_at || row.asked_at ? done(row) : may("write") ? doing("plain", {}, () => taken(row, place), t("Take it in")) : "");
    return h("li", { "aria-label": row.line }, h("span", null, row.line, h("small", null, [row.sender, served(row.because), moment(row.at)].filter(Boolean).join(" · "))), place);
  });
  const box = ask(t("What did not get in: {name}", { name: install.name }), [
    h("p.dim", null, t("Of the last 30 days, what a person may have said. Echoes, joins and receipts are not listed.")),
    rows.length ? h("ul.plainly", null, rows) : h("p", null, t("Nothing.")),
    next ? h("p.dim", null, t("There are more: the API lists them.")) : null,
  ].filter(Boolean), "");
}

const endsSoon = (install) => install.credentials_end_at && Date.parse(install.credentials_end_at) - Date.now() < 14 * 86400e3;

const sentence = (said) => `${said.join("; ").replace(/\.$/, "")}.`;

/** What else can be done with an install of some kinds. */
function more(install, outcome) {
  const path = `/v1/installs/${install.id}`;
  if (kindOf(install.kind).invites)
    return doing("plain", {}, async () => {
      const made = await api.call("POST", `${path}/invitations`, {});
      ask(t("Another workspace installs it"), [h("p", null, t("Send this address to an admin of the customer’s workspace there:")), h("pre.asis", { tabindex: "0" }, made.url)], "");
    }, t("Invite a workspace"));
  if (!isTracker(install.kind)) return [];
  const hook = doing("plain", {}, async () => {
    await api.call("POST", `${path}/webhook`, {});
    outcome.className = "outcome good";
    outcome.textContent = t("The webhook is made.");
  }, t("Make its webhook"));
  return [hook, doing("plain", {}, () => statesOf(install), t("States")), doing("plain", {}, () => readersOf(install), t("Who reads it"))];
}

const READERS = { members: t("Only members read it, as the tracker says."), strangers: t("Strangers read it, as the tracker says."), unknown: t("The tracker did not tell who reads it."), unasked: t("This tracker cannot tell who reads it: you say so.") };
const SAYS = [["", t("what the tracker says counts")], ["public", t("it is public")], ["members", t("only members read it")], ["anyway", t("private words may go there although strangers read it")]];
const SAID = { public: { public: true }, members: { public: false }, anyway: { public: false, strangers_read: true } };

/** Who reads a tracker, what that means, and the tickets that hold private words where strangers read. */
async function readersOf(install) {
  const path = `/v1/installs/${install.id}`;
  const [tracking, { items }] = await Promise.all([api.get(`${path}/tracking`), api.get(`${path}/exposed`)]);
  const rows = items.map((ticket) => h("li", null, h("a", { href: ticket.url, target: "_blank", rel: "noopener noreferrer" }, ticket.key), h("span", null, ticket.holds.join(", "))));
  ask(t("Who reads {name}", { name: install.name }), [
    h("p", null, READERS[tracking.readers] ?? t("Nobody has looked yet.")),
    h("p", null, tracking.public ? t("What is public of an issue goes there, and no more: a ticket waits for its public title.") : t("An issue’s own words go there.")),
    rows.length ? h("section", { "aria-label": t("Exposed") }, h("p.bad", null, t("These tickets hold private words. Nothing is deleted by itself.")), h("ul.plainly", null, rows)) : null,
    field(t("An admin says"), choice("says", SAYS, "")),
  ].filter(Boolean), t("Save"), async (form) => {
    if (SAID[form.get("says")]) await api.call("PATCH", `${path}/tracking`, SAID[form.get("says")]);
    say(t("Saved."));
  });
}

const MEANS = [...Object.entries(ISSUE_STATES), ["unknown", t("unknown")]];

/** What a tracker's states are taken for, to be looked over. */
async function statesOf(install) {
  const path = `/v1/installs/${install.id}/words`;
  const { words } = await api.get(path);
  const fields = words.map((word) => field(word.name, choice(word.id, MEANS, word.means)));
  ask(t("States of {name}", { name: install.name }), [h("p", null, t("What each means for rooms and customers. “Unknown” changes nothing.")), ...fields], t("Save"), async (form) => {
    await api.call("PUT", path, { words: words.map((word) => ({ id: word.id, name: word.name, means: form.get(word.id) })) });
    say(t("Saved."));
  });
}

async function changed(install, again) {
  const { credentials: known, settings } = kindOf(install.kind);
  ask(t("Change {name}", { name: install.name }), [
    field(t("Name"), input("name", { required: true, maxlength: "200", value: install.name })),
    ...(settings.length ? settings.map(settingField(install.config)) : [configField(install.config)]),
    ...credentialFields(known, install.credentials),
  ], t("Save"), async (form) => {
    const config = settings.length ? settingsOf(form, settings) : configOf(form);
    if (!config) return false;
    await api.call("PATCH", `/v1/installs/${install.id}`, { name: form.get("name").trim(), config, credentials: credentialsOf(form) });
    await again();
    return true;
  });
}

const configField = (config) => field(t("Settings"), h("textarea", { name: "config", rows: "5", value: JSON.stringify(config, null, 2) }), t("JSON, as its page in the docs tells."));
const credentialFields = (known, there = {}) => Object.entries(known).map(([name, where]) => field(name, input(`credential:${name}`, { type: "password" }), there[name] ? t("{where} Leave it empty to keep the one that is there.", { where }) : where));
const credentialsOf = (form) => Object.fromEntries([...form].filter(([name, value]) => name.startsWith("credential:") && value).map(([name, value]) => [name.slice(11), value]));

function kindAsked(again) {
  const body = h("div.fields");
  const kind = choice("kind", [...here.kinds.values()].map((each) => [each.kind, each.label]));
  const draw = () => {
    const known = kindOf(kind.value);
    body.replaceChildren(
      h("ol.steps", null, known.steps.map((step) => h("li", null, step))),
      field(t("Name"), input("name", { required: true, maxlength: "200", value: "" })),
      ...(known.settings.length ? known.settings.map(settingField({})) : [configField(known.config)]),
      ...credentialFields(known.credentials));
  };
  kind.addEventListener("change", draw);
  draw();
  ask(t("Connect a channel"), [field(t("Kind"), kind), body], t("Connect"), async (form) => {
    const credentials = credentialsOf(form);
    const { settings } = kindOf(kind.value);
    const config = settings.length ? settingsOf(form, settings) : configOf(form);
    if (!config) return false;
    const made = await api.call("POST", "/v1/installs", { kind: kind.value, name: form.get("name").trim(), config, credentials });
    await again();
    shownOnce(made);
    return true;
  });
}

/** A sentence in which names of fields stand between backticks. */
const coded = (sentence) => sentence.split("`").map((part, i) => (i % 2 ? h("code", null, part) : part));

/** A setting that its kind asks for by itself, as it is where there is one already. */
const settingField = (config) => ({ name, label, type, example, choices }) => {
  if (type === "tick") return h("label.tick", null, h("input", { type: "checkbox", name: `setting:${name}`, checked: config[name] ?? true }), label);
  if (type === "url") return field(label, input(`setting:${name}`, { type, placeholder: example, value: config[name] ?? "" }));
  const chosen = new Set(config[name] ?? []);
  const groups = new Map();
  for (const value of Object.keys(choices)) groups.set(nounOf(value), [...(groups.get(nounOf(value)) ?? []), value]);
  return h("fieldset.choices", null, h("legend", null, label), [...groups].map(([noun, values]) =>
    h("details", { open: values.some((each) => chosen.has(each)) }, h("summary", null, h("code", null, `${noun}.*`)), values.map((value) =>
      h("label.tick", null, h("input", { type: "checkbox", name: `setting:${name}`, value, checked: chosen.has(value) }), h("span", null, coded(choices[value]), " ", h("code", null, value)))))));
};
const nounOf = (value) => value.split(".")[0];
const settingOf = (form, { name, type }) => [name, type === "tick" ? form.get(`setting:${name}`) === "on" : type === "choices" ? form.getAll(`setting:${name}`) : form.get(`setting:${name}`)];
const settingsOf = (form, settings) => Object.fromEntries(settings.map((each) => settingOf(form, each)).filter(([, value]) => value !== ""));

/** The settings as somebody wrote them; null, and a word about it, if they are no JSON. */
function configOf(form) {
  try {
    return JSON.parse(form.get("config") || "{}");
  } catch {
    say(t("The settings are no JSON object."), true);
    return null;
  }
}

/** The secret of an install: this is the one time that it is shown. */
function shownOnce(install) {
  const secret = install.secret ? [h("p", null, t("Keep this secret: it is shown this once.")), h("pre.asis", { tabindex: "0" }, install.secret)] : [];
  ask(install.name, [...secret, h("p", null, t("Its address:")), h("pre.asis", { tabindex: "0" }, install.url)], "");
}

// --- snippets

async function snippetsTab(again) {
  const found = await api.all("/v1/snippets");
  const edit = (snippet) => ask(snippet ? t("Change this snippet") : t("New snippet"), [
    field(t("Name"), input("name", { required: true, maxlength: "200", value: snippet?.name ?? "" })),
    field(t("Text"), h("textarea", { name: "text", rows: "8", required: true, maxlength: "8000", value: snippet?.text ?? "" }), t("{{customer.name}}, {{customer.attributes.plan | your plan}}, {{room.name}}, {{user.name | there}} and {{agent.name}} are filled in; \\{{ says {{.")),
  ], t("Save"), async (form) => {
    const body = { name: form.get("name").trim(), text: form.get("text") };
    await (snippet ? api.call("PATCH", `/v1/snippets/${snippet.id}`, body) : api.call("POST", "/v1/snippets", body));
    await again();
  });
  const rows = found.map((snippet) => h("article.card", { "aria-label": snippet.name }, h("header", null, h("h2", null, snippet.name)), h("pre.asis", { tabindex: "0" }, snippet.text),
    may("write") ? h("menu", null, h("button.plain", { type: "button", onclick: () => edit(snippet) }, t("Change")), h("button.plain", { type: "button", onclick: () => ask(t("Delete “{name}”?", { name: snippet.name }), [h("p", null, t("Nobody finds it any more."))], t("Delete"), async () => { await api.call("DELETE", `/v1/snippets/${snippet.id}`); await again(); }) }, t("Delete"))) : null));
  return [may("write") ? h("menu", null, h("button.primary", { type: "button", onclick: () => edit(null) }, t("New snippet"))) : null, rows.length ? h("div.cards", null, rows) : empty(t("What is said again and again, with variables: none yet."))];
}

// --- agents

const ROLES = { agent: t("agent"), reader: t("reader"), admin: t("admin"), owner: t("owner") };
const STANDINGS = { active: t("active"), blocked: t("blocked"), gone: t("gone") };

async function agentsTab(again) {
  const agents = await api.all("/v1/agents");
  const roles = Object.entries(ROLES).filter(([role]) => role !== "owner" || may("own"));
  const edit = (agent) => ask(agent ? agent.name : t("Let a colleague in"), [
    field(t("Name"), input("name", { required: true, maxlength: "200", value: agent?.name ?? "" })),
    field(t("E-mail"), input("email", { type: "email", value: agent?.email ?? "" }), t("Where links to sign in go.")),
    field(t("Role"), choice("role", roles, agent?.role ?? "agent")),
    agent ? field(t("Standing"), choice("state", [["active", STANDINGS.active], ["blocked", t("blocked: ends sessions and keys at once")], ["gone", STANDINGS.gone]], agent.state)) : null,
  ], t("Save"), async (form) => {
    const body = Object.fromEntries(form);
    const made = await (agent ? api.call("PATCH", `/v1/agents/${agent.id}`, body) : api.call("POST", "/v1/agents", body));
    here.agents.set(made.id, made);
    await again();
  });
  const rows = agents.map((agent) => h("li", null, face(agent.id, agent.name), h("span", null, agent.name, h("small", null, agent.email || t("no address: cannot sign in by mail"))), h("span.tag", null, ROLES[agent.role]), agent.state === "active" ? null : h("span.tag.failed", null, STANDINGS[agent.state]), may("admin") ? h("button.plain", { type: "button", "aria-label": t("Change {name}", { name: agent.name }), onclick: () => edit(agent) }, t("Change")) : null));
  const mine = h("button.plain", { type: "button", onclick: () => ask(t("How are you called?"), [field(t("Name"), input("name", { required: true, maxlength: "200", value: here.me.agent.name }))], t("Save"), async (form) => {
    here.me.agent = await api.call("PATCH", "/v1/me", { name: form.get("name").trim() });
    here.agents.set(here.me.agent.id, here.me.agent);
    await again();
  }) }, t("Change my name"));
  return [h("menu", null, may("admin") ? h("button.primary", { type: "button", onclick: () => edit(null) }, t("Let a colleague in")) : null, may("write") ? mine : null), h("ul.plainly.people", null, rows)];
}

// --- signing in

async function signInTab(again) {
  const told = await api.get("/v1/sign-in/provider").catch((problem) => {
    if (problem.status === 404) return null;
    throw problem;
  });
  const address = `${BASE}/console?workspace=${here.me.workspace.id}`;
  const form = h("form.fields", { "aria-label": t("Identity provider") },
    field(t("Name"), input("name", { required: true, value: told?.name ?? "", placeholder: "Okta" }), t("As the button says it.")),
    field(t("Issuer"), input("issuer", { type: "url", required: true, value: told?.issuer ?? "", placeholder: "https://login.example.com" })),
    field(t("Client id"), input("client_id", { required: true, value: told?.client_id ?? "" })),
    field(t("Client secret"), input("client_secret", { type: "password", required: !told }), told ? t("Leave it empty to keep the one that is there.") : null),
    field(t("E-mail domains"), input("domains", { required: true, value: told?.domains.join(", ") ?? "" }), t("Nobody with another address comes in.")),
    h("label.tick", null, h("input", { type: "checkbox", name: "trusted", checked: told?.trusted ?? false }), t("Its addresses are right even if it does not say “verified” (Microsoft)")),
    field(t("Claim with roles"), input("claim", { value: told?.claim ?? "", placeholder: "groups" })),
    field(t("Roles"), h("textarea", { name: "roles", rows: "3", value: Object.entries(told?.roles ?? {}).map(([value, role]) => `${value} = ${role}`).join("\n"), placeholder: "support-leads = admin" }), t("A value of the claim and its role, a line each.")),
    field(t("Everybody else"), choice("otherwise", [["", t("is not let in; without a claim, agents are by their address")], ["agent", t("is an agent")], ["reader", t("is a reader")], ["admin", t("is an admin")]], told?.otherwise ?? "")),
    h("menu", null, told ? h("button.plain", { type: "button", onclick: () => ask(t("Take the provider away?"), [h("p", null, t("Nobody signs in by it any more."))], t("Take it away"), async () => { await api.call("DELETE", "/v1/sign-in/provider"); await again(); }) }, t("Take it away")) : null, h("button.primary", { type: "submit" }, t("Save"))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = new FormData(form);
    const roles = Object.fromEntries(data.get("roles").split("\n").map((line) => line.split("=").map((part) => part.trim())).filter((pair) => pair.length === 2 && pair[0]));
    const body = { name: data.get("name"), issuer: data.get("issuer"), client_id: data.get("client_id"), domains: data.get("domains").split(/[\s,;]+/).filter(Boolean), trusted: data.get("trusted") === "on", claim: data.get("claim"), roles, otherwise: data.get("otherwise") };
    if (data.get("client_secret")) body.client_secret = data.get("client_secret");
    const saved = await attempt(() => api.call("PUT", "/v1/sign-in/provider", body));
    if (saved) {
      say(t("Saved: its configuration was found."));
      await again();
    }
  });
  return [h("p", null, t("Agents sign in with a link by mail, and with your own identity provider (OpenID Connect).")), h("dl", null, h("dt", null, t("Your colleagues’ address")), h("dd", null, h("code", null, address)), h("dt", null, t("Redirect address, for the provider")), h("dd", null, h("code", null, `${BASE}/v1/sign-in/callback`)), h("dt", null, t("Back-channel logout address, if it has one")), h("dd", null, h("code", null, `${BASE}/v1/sign-in/to/${here.me.workspace.id}/logout`))), form];
}

// --- what went wrong

async function failuresTab(again) {
  const [failed, dead] = await Promise.all([api.get("/v1/failed-deliveries?limit=50"), api.get("/v1/dead-letters?limit=50")]);
  const settled = async (method, letter, path, words) => {
    await api.call(method, `/v1/dead-letters/${letter.id}${path}`);
    say(words);
    await again();
  };
  const letters = dead.items.map((letter) => h("li", { "aria-label": t("Dead letter of {queue}", { queue: letter.queue }) },
    h("span.tag.failed", null, letter.queue),
    h("span", null, letter.reason, h("small", null, [letter.about, moment(letter.since)].join(" · "))),
    letter.replayed_at ? h("span.tag", null, t("on its way again")) : doing("plain", {}, () => settled("POST", letter, "/replay", t("It is worked off again.")), t("Replay")),
    h("button.plain", { type: "button", onclick: () => ask(t("Throw it away?"), [h("p", null, t("It is not worked off again, and nobody can get it back."))], t("Throw away"), () => settled("DELETE", letter, "", t("It is gone."))) }, t("Throw away"))));
  const replayed = async (row) => {
    await api.call("POST", `/v1/deliveries/${row.id}/replay`, {});
    say(t("It is sent again."));
    await again();
  };
  const rows = failed.items.map((row) => h("li", null, h("span.tag.failed", null, channelName(row.channel)), h("span", null, t("{what} of {message}", { what: served(row.what), message: row.message }), h("small", null, [row.reason ?? t("no reason"), plural(row.attempts, "one try", "{n} tries")].join(" · "))), h("button.link", { type: "button", onclick: () => { location.hash = `#/inbox/open/${row.room}`; } }, t("room")), doing("plain", {}, () => replayed(row), t("Send again"))));
  const section = (title, found, more) => h("section", null, h("h2", null, title), found.length ? h("ul.plainly", null, found) : h("p.dim", null, t("None.")),
    more ? h("p.dim", null, t("There are more: they come up as these are settled.")) : null);
  return [section(t("Deliveries that failed for good"), rows, failed.next), section(t("Dead letters: work that was given up"), letters, dead.next)];
}
