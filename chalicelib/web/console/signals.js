// Signals of usage: what a segment's customers are watched for, tried on 90 days before it is switched on, and what was raised.

import "./main.js"; // what they share is in its file: infra/pages.py
import { h } from "../shared/dom.js";
import { KINDS, findingRow, noon, toRoom } from "./findings.js";
import { agentName } from "./forget.js";
import { part } from "./machines.js";
import { ask, attempt, choice, doing, empty, field, input, redraw, say } from "./parts.js";
import { api, here, may } from "./session.js";
import { date, number, plural, t } from "./translate.js";

const PLACE = "#/settings/signals";
const RAISED = "#/figures/signals";
const AT_ONCE = 100; // rows
const MEANS = {
  surge: t("A day has many times the calls of its weekday. It is said while the day lasts."),
  drop: t("A day had a fraction of the calls of its weekday. It is said once the day is over."),
  silence: t("Three days without a call, which usually have some."),
  error_storm: t("At least a twentieth of a day’s calls fail, and many times as many as usual."),
  first_success: t("Their first call that succeeded. It is said once."),
  never_started: t("None of their calls has succeeded, so many days after the customer was made."),
};
const LABELS = { floor: t("Floor"), factor: t("Factor"), period_days: t("Days") };
const LIMITS = { floor: { min: "1", max: "1000000000000", step: "1" }, factor: { min: "1.01", max: "1000", step: "any" }, period_days: { min: "1", max: "366", step: "1" } };
const ONCE_IN = t("It is said at most once a customer in so many days.");
/** Which numbers a kind has, and what they are of it. */
const HINTS = {
  surge: { floor: t("Calls: a day with fewer is none."), factor: t("So many times the usual calls."), period_days: ONCE_IN },
  drop: { floor: t("Calls: where fewer are usual, nothing is said."), factor: t("So many times what the day had is usual."), period_days: ONCE_IN },
  silence: { floor: t("Calls: where fewer are usual in three days, nothing is said."), period_days: ONCE_IN },
  error_storm: { floor: t("Errors: a day with fewer is none."), factor: t("So many times the usual share of errors."), period_days: ONCE_IN },
  first_success: {},
  never_started: { period_days: t("So long they have had since they were made.") },
};
const NEW = { kind: "surge", sentence: "", floor: 100, factor: 1.5, period_days: 7, on: false }; // as the API has it: chalicelib/desk/usage_signals.py

const link = (words, step, props = {}) => h("button.plain", { type: "button", onclick: step, ...props }, words);

// --- what is watched

/** The tab: every segment, and what its customers are watched for. */
export async function signalsTab(again, go) {
  const segments = await api.all("/v1/segments");
  const others = segments.filter((each) => !each.signal).map((each) => h("li", null, h("span", { dir: "auto" }, each.name), may("write") ? link(t("Watch"), () => go(`${PLACE}/${each.id}`), { "aria-label": t("Watch {name}", { name: each.name }) }) : null));
  const watched = segments.filter((each) => each.signal).map((each) => card(each, again, go));
  return [
    part(t("Signals of usage"), t("When a customer of a segment calls much more, or no more, its owner is told in a room, with the numbers."),
      h("menu", null, link(t("What was raised"), () => go(RAISED))),
      watched.length ? h("div.cards", null, watched) : empty(t("No segment is watched."))),
    part(t("Segments that are not watched"), segments.length ? "" : t("There are no segments: the API makes them."), h("ul.plainly", null, others)),
  ];
}

function card(segment, again, go) {
  const { id, name, signal } = segment;
  const off = async () => {
    await changed(id, { ...signal, on: false });
    await again();
  };
  const facts = [[t("Owner"), agentName(signal.owner)], [t("Sentence"), signal.sentence], ...Object.keys(HINTS[signal.kind]).map((each) => [LABELS[each], number(signal[each])])];
  return h("article.card", { "aria-label": name },
    h("header", null, h("h2", { dir: "auto" }, name), h("span.tag", null, KINDS[signal.kind]), h(`span.tag${signal.on ? ".done" : ""}`, null, signal.on ? t("switched on") : t("switched off"))),
    h("dl", null, facts.map(([fact, value]) => [h("dt", null, fact), h("dd", { dir: "auto" }, value)])),
    h("menu", null, may("write") && signal.on ? doing("plain", {}, off, t("Switch off")) : null, link(may("write") ? t("Change") : t("Preview"), () => go(`${PLACE}/${id}`))));
}

const changed = (id, signal) => api.call("PATCH", `/v1/segments/${id}`, { signal });

/** The page of one segment: what it is watched for is filled in, tried, and switched on. */
export async function watching(id, go) {
  const segment = await attempt(() => api.get(`/v1/segments/${id}`));
  if (!segment) return null;
  const { name, signal } = segment;
  const known = { ...NEW, owner: here.me.agent.id, ...signal };
  const hints = () => HINTS[form.elements.kind.value];
  const rule = () => ({ ...known, ...filled(form, Object.keys(hints())) });
  const numbers = Object.fromEntries(Object.keys(LABELS).map((each) => [each, input(each, { type: "number", required: true, value: known[each], ...LIMITS[each] })]));
  const counts = h("div.range");
  const form = h("form.fields", { "aria-label": t("What they are watched for") },
    h("fieldset.choices", null, h("legend", null, t("Kind")), Object.entries(KINDS).map(([kind, words]) =>
      h("label.tick", null, h("input", { type: "radio", name: "kind", value: kind, checked: kind === known.kind }), h("span", null, h("b", null, words), h("br"), h("small", null, MEANS[kind]))))),
    field(t("Owner"), choice("owner", owners(known.owner), known.owner), t("Each signal opens a room of ours with them on it.")),
    field(t("Sentence"), h("textarea", { name: "sentence", rows: "2", required: true, maxlength: "500", dir: "auto", value: known.sentence }), t("What they are to do: the room begins with it.")),
    counts);
  const draw = () => counts.replaceChildren(...Object.entries(hints()).map(([each, hint]) => field(LABELS[each], numbers[each], hint)));
  const trial = new Trial(segment, form);
  const save = (changes, words) => attempt(async () => {
    if (changes && !form.reportValidity()) return;
    await changed(id, changes && { ...rule(), ...changes });
    say(words);
    go(PLACE);
  }, form);
  const gone = () => ask(t("Watch {name} no more?", { name }), [h("p", null, t("What was raised stays, with its rooms."))], t("Watch no more"), () => save(null, t("It is watched no more.")));
  trial.onward = () => (may("write") && !known.on ? doing("primary", {}, () => save({ on: true }, t("It is switched on.")), t("Switch on")) : null);
  form.append(h("menu", null,
    signal && may("write") ? link(t("Watch no more"), gone) : null,
    known.on && may("write") ? doing("plain", {}, () => save({ on: false }, t("It is switched off.")), t("Switch off")) : null,
    may("write") ? doing("plain", {}, () => save({}, t("Saved.")), t("Save")) : null,
    h("button.primary", { type: "submit" }, t("Preview"))));
  form.addEventListener("input", () => {
    draw();
    trial.stop();
    trial.element.replaceChildren(); // it was of another rule
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    trial.begin(rule());
  });
  draw();
  return h("div.sheet", null,
    h("header", null, h("h1", { dir: "auto" }, t("What {name} is watched for", { name })), link(t("All signals"), () => go(PLACE))),
    h("p.dim", null, plural(segment.members, "One customer is in it.", "{n} customers are in it."), segment.ready ? "" : ` ${t("Who else is, is being worked out.")}`),
    form, trial.element);
}

/** Who may answer, and whose it is. */
const owners = (whose) => [...here.agents.values()].filter((each) => each.id === whose || (each.state === "active" && each.role !== "reader")).map((each) => [each.id, each.name]);

function filled(form, numbers) {
  const fields = new FormData(form);
  return { kind: fields.get("kind"), owner: fields.get("owner"), sentence: fields.get("sentence").trim(), ...Object.fromEntries(numbers.map((each) => [each, Number(fields.get(each))])) };
}

// --- the preview

/** A rule on the last 90 days, some customers a call: how far it is, and what it would have said. */
class Trial {
  #run = 0;

  constructor(segment, form) {
    Object.assign(this, { segment, form, element: h("section.trial", { "aria-label": t("Preview") }), onward: () => null });
  }

  stop() {
    this.#run += 1;
    this.goes = false;
  }

  begin(rule) {
    Object.assign(this, { rule, looked: 0, raised: [], next: null, shown: AT_ONCE });
    return this.goOn();
  }

  /** Until all are looked at, somebody stops it, or the page is left. */
  async goOn() {
    const run = ++this.#run;
    this.goes = true;
    do {
      const seen = await attempt(() => api.call("POST", `/v1/segments/${this.segment.id}/signal-preview`, { ...this.rule, cursor: this.next }), this.form);
      if (run !== this.#run) return;
      this.goes = Boolean(seen?.next && this.element.isConnected);
      if (seen) this.#take(seen);
      if (this.looked) this.#draw();
    } while (this.goes);
  }

  #take({ first, last, looked_at, raised, next }) {
    Object.assign(this, { first, last, next, looked: this.looked + looked_at });
    this.raised.push(...raised);
  }

  #draw() {
    redraw(this.element, () => this.#drawn());
  }

  #drawn() {
    const { raised, looked, shown } = this;
    const all = Math.max(this.segment.members, looked);
    const days = { first: date(noon(this.first)), last: date(noon(this.last)) };
    const more = () => {
      this.shown += AT_ONCE;
      this.#draw();
    };
    const halt = () => {
      this.stop();
      this.#draw();
      this.element.querySelector("menu button")?.focus();
    };
    return [
      h("h2", null, t("What it would have said from {first} to {last}", days)),
      h("label.bar", null, h("span", null, t("Customers")), h("progress", { max: String(all), value: String(looked) }), h("span.dim", null, t("{n} of {all}", { n: looked, all }))),
      h("p", { role: "status" }, this.goes ? "" : raised.length ? plural(raised.length, "One signal.", "{n} signals.") : t("Nothing.")),
      h("ul.findings", { "aria-label": t("Would have been raised") }, raised.slice(0, shown).map((each) =>
        findingRow(this.rule.kind, each.found, [h("b", { dir: "auto" }, each.name || each.customer.external_id)], each.reason ? h("small", null, t("A reason explains it: nobody would have been told.")) : null))),
      raised.length > shown ? link(t("More"), more) : null,
      h("p.dim", null, t("Usage is worked out anew from the meters of these days. Who is in the segment, and which reasons are known, is as it is today.")),
      h("menu", null, this.goes ? link(t("Stop"), halt) : this.next ? doing("plain", {}, () => this.goOn(), t("Go on")) : null, this.goes ? null : this.onward()),
    ];
  }
}

// --- what was raised

/** The page: of all customers, or of one (an external id), the newest first. */
export async function raised(customer, go) {
  const list = h("ul.findings", { "aria-label": t("Signals") });
  const more = doing("plain", {}, () => load(), t("More"));
  const place = h("div.behind", null, list, more);
  const whose = customer ? `&customer=${encodeURIComponent(customer)}` : "";
  let cursor = "";
  const load = async () => {
    const { items, next } = await api.get(`/v1/signals?limit=${AT_ONCE}${whose}${cursor}`);
    list.append(...items.map((each) => raisedRow(each, go)));
    cursor = next ? `&cursor=${encodeURIComponent(next)}` : "";
    more.hidden = !next;
  };
  await attempt(load);
  return h("div.sheet", null,
    h("header", null, h("h1", { dir: "auto" }, customer ? t("Signals of {customer}", { customer }) : t("Signals")),
      h("menu", null, customer ? link(t("All customers"), () => go(RAISED)) : link(t("Figures"), () => go("#/figures")), link(t("What is watched"), () => go(PLACE)))),
    list.childElementCount ? place : empty(t("Nothing was raised.")));
}

function raisedRow({ kind, found, customer, name, owner, room, reason, asked }, go) {
  const who = h("button.link", { type: "button", dir: "auto", onclick: () => go(`#/inbox/${encodeURIComponent(`customer:${customer.external_id}`)}`) }, name || customer.external_id);
  return findingRow(kind, found, [who, KINDS[kind]],
    h("p.line", null, toRoom(room), reason ? h("span.tag.done", null, t("explained by a reason")) : null, asked ? h("span.tag", null, t("they were asked")) : null, h("small", { dir: "auto" }, agentName(owner))));
}
