// What an admin does with all that there is of somebody: forget them, hold it (legal hold), have it collected (right of access).

import "./main.js"; // what they share is in its file: infra/pages.py
import { h } from "../shared/dom.js";
import { kindOf } from "./kinds.js";
import { ask, attempt, choice, doing, field, input, redraw, say } from "./parts.js";
import { api, here } from "./session.js";
import { date, listed, moment, plural, size, t, woven } from "./translate.js";

const DAY = 86400e3;
const COPIES = { backups: 35, logs: 30 }; // days: COPIES of chalicelib/desk/erasures.py
const TOLD = ["erasure.begun", "erasure.done"];
const AT_ONCE = 50;
const SOON = 2000; // ms between two looks at what goes on, and at what does not answer
const LATER = 15000;

export const OF = { user: t("A user"), visitor: t("A visitor"), person: t("A person"), customer: t("A customer") };
export const agentName = (id) => here.agents.get(id)?.name ?? id;
const idOf = (body) => body.user ?? body.visitor ?? body.person ?? body.customer;
const holdsOf = ({ body }) => api.all(`/v1/holds?${new URLSearchParams(body)}`);

/** Look again while a region is shown: `look()` gives after how many ms, 0 for no more. */
export function renew(region, look, after = SOON) {
  setTimeout(async () => {
    if (!region.isConnected) return;
    const next = document.visibilityState === "visible" ? await look() : SOON;
    if (next) renew(region, look, next);
  }, after);
}

/** In a dialog: of a customer with all of its people. */
export function showPrivacy(customer, go) {
  const whom = { words: customer.name, name: customer.name, body: { customer: customer.id } };
  ask(customer.name, [privacyOf([whom], go)], "");
}

/** The acts, and how far they are. `whoms` are those of whom they can be: {words, name, body, channels}; without channels
 * it is whoever uses those of the workspace. */
export function privacyOf(whoms, go) {
  const pick = choice("whom", whoms.map((each, i) => [String(i), each.words]), "0");
  const state = h("div.acts-on", null, h("p.dim", null, "…"));
  const show = () => attempt(async () => {
    const whom = whoms[Number(pick.value)];
    const [holds, exports] = await Promise.all([holdsOf(whom), api.get(`/v1/exports?limit=${AT_ONCE}`)]);
    if (whom === whoms[Number(pick.value)]) redraw(state, () => acts(whom, holds, exports.items, show, go));
  });
  pick.addEventListener("change", show);
  show();
  return h("div.privacy", null, whoms.length > 1 ? field(t("Whom"), pick) : null, state);
}

function acts(whom, holds, exports, show, go) {
  const id = idOf(whom.body);
  const collected = exports.filter((each) => each.target === id && each.state !== "ended");
  const export_ = async () => {
    await api.call("POST", "/v1/exports", whom.body);
    say(t("It is being collected."));
    await show();
  };
  return [
    holds.length ? h("ul.plainly", { "aria-label": t("Holds") }, holds.map((each) => holdRow(each, show))) : null,
    collected.length ? h("ul.plainly", { "aria-label": t("Exports") }, collected.map((each) => exportRow(each))) : null,
    h("menu", null,
      doing("plain", {}, export_, t("Export")),
      holds.some((each) => each.target === id) ? null : h("button.plain", { type: "button", onclick: () => hold(whom, show) }, t("Hold…")),
      doing("plain.grave", {}, () => forget(whom, go), t("Forget…"))),
  ];
}

// --- forgetting

const plain = (words) => words.normalize("NFC").toLowerCase().replace(/\s+/g, " ").trim();

/** Say what will be, have the name typed, and lead to the report. */
async function forget(whom, go) {
  const [holds, installs] = await Promise.all([holdsOf(whom), api.all("/v1/installs")]);
  const typed = input("name", { spellcheck: "false", "aria-describedby": "forgetting-is-final" });
  const fits = () => typed.setCustomValidity(plain(typed.value) === plain(whom.name) ? "" : t("That is not the name."));
  typed.addEventListener("input", fits);
  fits();
  const box = ask(t("Forget {name}?", { name: whom.name }), [
    holds.length ? h("div.hindrance", { role: "note" }, h("p", null, t("They are held. Nothing is removed while that lasts; it begins once nobody holds them.")), h("ul", null, holds.map((each) => h("li", { dir: "auto" }, heldWords(each))))) : null,
    consequences(whom, installs),
    h("p", { id: "forgetting-is-final" }, h("b", null, t("Nobody can undo this."))),
    field(woven("Type {name} to go on.", { name: h("b", { dir: "auto" }, whom.name) }), typed),
  ].filter(Boolean), holds.length ? t("Forget once released") : t("Forget"), async () => {
    const made = await api.call("POST", "/v1/erasures", whom.body);
    go(`#/settings/privacy/${made.id}`);
  });
  const title = box.querySelector("h2"); // the field is the last of it: whoever came to that would have read nothing
  title.tabIndex = -1;
  title.focus();
}

/** In plain words: what goes, what stays, what is left. */
function consequences(whom, installs) {
  const ends = (days) => date(Date.now() + days * DAY, { dateStyle: "long" });
  return [
    effects(t("What is removed"), [
      whom.channels ? t("All that they wrote and put up, here and wherever we sent it.") : t("All that its people wrote and put up, here and wherever we sent it."),
      t("Names, addresses, accounts, keys, originals of mails, what search knows."),
    ]),
    effects(t("What stays without the name"), [
      t("What others said; where they are named stands “somebody who was forgotten”."),
      t("Rooms, issues, figures and the log of who did what."),
      whom.channels ? "" : t("The customer itself, with its name and its rooms."),
      t("A first name alone, or a picture that shows somebody, is not recognised."),
    ]),
    effects(t("What is left to do by hand"), byHand(whom.channels ?? installs.map((each) => each.kind))),
    effects(t("Who is told"), [receivers(installs)]),
    effects(t("Copies that nobody can change"), [t("Done today, backups end on {backups}, logs on {logs}.", { backups: ends(COPIES.backups), logs: ends(COPIES.logs) })]),
  ];
}

const effects = (title, lines) => h("section.effects", null, h("h3", null, title), h("ul", null, lines.filter(Boolean).map((each) => h("li", null, each))));

/** Of channels in which people said something themselves: who removes it there. */
function byHand(channels) {
  const found = [...new Set(channels.map((each) => kindOf(each).by_hand).filter(Boolean))];
  return found.length ? found : [t("Nothing: they wrote to us alone.")];
}

function receivers(installs) {
  const asked = installs.filter(({ state, config }) => state === "active" && TOLD.some((each) => config.events?.includes(each)));
  if (!asked.length) return woven("No receiver of webhooks: none has chosen {events}. What they have is theirs to forget.", { events: h("code", null, "erasure.*") });
  return t("Receivers of webhooks, by an id alone: {names}. What they have is theirs to forget.", { names: listed(asked.map((each) => each.name)) });
}

// --- holds

const heldWords = ({ name, created_at, placed_by, reason }) => [name, t("since {when} by {agent}", { when: moment(created_at), agent: agentName(placed_by) }), reason].filter(Boolean).join(" · ");

function hold(whom, show) {
  ask(t("Hold {name}?", { name: whom.name }), [
    h("p", null, t("Whoever asks to forget them: nothing is removed until an admin releases the hold.")),
    field(t("Why"), input("reason", { required: true, maxlength: "500" }), t("Admins read it here; the log of who did what does not have it.")),
  ], t("Hold"), async (form) => {
    await api.call("POST", "/v1/holds", { ...whom.body, reason: form.get("reason").trim() });
    say(t("Held."));
    await show();
  });
}

/** A hold, and its end; `again()` once there is none. */
export function holdRow(hold, again) {
  const name = hold.name ?? hold.target;
  const release = () => ask(t("Release {name}?", { name }), [h("p", null, t("Who was to be forgotten meanwhile is forgotten now, unless another hold is in the way."))], t("Release"), async () => {
    await api.call("DELETE", `/v1/holds/${hold.id}`);
    say(t("Released."));
    await again();
  });
  return h("li", { "aria-label": name },
    h("span", { dir: "auto" }, h("span.tag.us", null, t("Held")), " ", name, h("small", { dir: "auto" }, [OF[hold.of], heldWords({ ...hold, name: "" })].join(" · "))),
    h("button.plain", { type: "button", "aria-label": t("Release {name}", { name }), onclick: release }, t("Release")));
}

// --- exports

const going = ({ state }) => state === "queued" || state === "running";
const EXPORTED = { queued: t("is being collected"), running: t("is being collected"), ready: t("ready"), fetched: t("fetched"), ended: t("gone") };

/** An export, which is looked at while it is collected, and its archive, for once. */
export function exportRow(first) {
  const name = first.name ?? first.target;
  const row = h("li", { "aria-label": name });
  const show = (now, links = []) => redraw(row, () => exported(now, name, links, show));
  show(first);
  if (going(first)) renew(row, async () => {
    const now = await api.get(`/v1/exports/${first.id}`).catch(() => null);
    if (now) show(now);
    return now ? going(now) && SOON : LATER;
  });
  return row;
}

function exported(now, name, links, show) {
  const counted = Object.values(now.records).reduce((all, each) => all + each, 0);
  const words = [
    OF[now.of], t("asked for by {agent}", { agent: agentName(now.requested_by) }), moment(now.created_at),
    counted ? plural(counted, "{n} record", "{n} records") : "",
    now.files ? plural(now.files, "{n} file", "{n} files") : "",
    now.size ? size(now.size) : "",
    now.state === "ready" ? t("until {when}", { when: moment(now.ends_at) }) : "",
  ];
  const fetch_ = () => ask(t("Fetch what there is of {name}?", { name }), [
    h("p", null, t("It is there for this once: the links are good for 15 minutes, then the archive is gone.")),
    h("p", null, t("Notes of agents and others’ messages that name them are in it: look through it before you hand it on.")),
  ], t("Fetch"), async () => {
    const archive = await api.call("POST", `/v1/exports/${now.id}/fetch`, {});
    show({ ...now, state: "fetched" }, archive.links);
  });
  return [
    h("span", { dir: "auto" }, h(`span.tag${now.state === "ready" ? ".done" : going(now) ? ".sending" : ""}`, { role: "status" }, EXPORTED[now.state]), " ", name, h("small", null, words.filter(Boolean).join(" · ")),
      links.length ? h("small.archive", null, t("For 15 minutes:"), " ", links.map((link, i) => [i ? ", " : "", h("a", { href: link, download: true }, links.length > 1 ? t("part {n}", { n: i + 1 }) : t("the archive"))])) : null),
    now.state === "ready" ? h("button.plain", { type: "button", "aria-label": t("Fetch what there is of {name}", { name }), onclick: fetch_ }, t("Fetch once…")) : null,
  ];
}
