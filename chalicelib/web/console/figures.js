// The page of figures (metrics): how things stand now, how soon whom was answered, and the rooms behind a point.

import "./main.js"; // what they share is in its file: infra/pages.py
import { h } from "../shared/dom.js";
import { channelName, isBound } from "./kinds.js";
import { ask, attempt, choice, empty, face, field, input } from "./parts.js";
import { api, here, may } from "./session.js";
import { language, number, plural, served, t, when } from "./translate.js";

const { FiguresPage } = await import("../widget/further/figures.js"); // the support button has it, too: infra/pages.py
const AGES = { "1h": t("an hour at most"), "4h": t("4 hours at most"), "1d": t("a day at most"), "3d": t("3 days at most"), "7d": t("7 days at most"), older: t("longer") };
const MONTH = 30 * 86400e3;
const AT_ONCE = 20; // rooms of a point

/** The page; `filter`, whose figures: `customer:<external id>`, or of all. */
export async function figures([filter = "", whose = ""], go) {
  if (filter === "funnel") return (await import("./funnel.js")).funnel(go);
  if (filter === "signals") return (await import("./signals.js")).raised(whose, go);
  const customer = filter.startsWith("customer:") ? filter.slice(9) : "";
  const whole = (step) => (customer ? null : step());
  const [segments, now, rated, hurting, drafts] = await Promise.all([attempt(() => api.all("/v1/segments")), whole(() => attempt(() => api.get("/v1/metrics/now"))), whole(() => ratings(go)), whole(() => pains(go)), whole(drafted)]);
  const names = new Map((segments ?? []).map((segment) => [segment.id, segment.name]));
  const named = (by, value) => ({ agent: here.agents.get(value)?.name, segment: names.get(value), channel: channelName(value) })[by] ?? value;
  const page = new FiguresPage({
    api, named, language,
    filter: customer ? { customer } : {},
    by: ["channel", "priority", "agent", "segment", ...(customer ? [] : ["customer"])],
    behind: (part, by, kind, words) => rooms(part, by, kind, words, customer, go),
  });
  const to = (place, words) => h("button.plain", { type: "button", onclick: () => go(place) }, words);
  const others = customer ? [to("#/figures", t("All customers"))] : [to("#/figures/signals", t("Signals")), to("#/figures/funnel", t("Developers’ funnel"))];
  const sheet = h("div.sheet.of-figures", null, h("header", null, h("h1", { dir: "auto" }, customer ? t("Figures of {customer}", { customer }) : t("Figures")), h("menu", null, others)), now ? standing(now, go) : null, page.element, rated, drafts, hurting);
  await attempt(() => page.load());
  return sheet;
}

/** How things stand: who waits how long, where it has grown silent, what did not arrive, who is on how much. */
function standing(now, go) {
  const waiting = Object.entries(now.waiting).filter(([, rooms]) => rooms);
  const line = (words, n) => h("li", null, h("span", null, words), h("strong", null, String(n)));
  const card = (title, lines, none, place) => h("section.stands", null, h("h2", null, place ? h("button.link", { type: "button", onclick: () => go(place) }, title) : title), lines.length ? h("ul", null, lines) : h("p.dim", null, none));
  return h("div.standing", { role: "group", "aria-label": t("How things stand") },
    card(t("Wait for us, for"), waiting.map(([age, rooms]) => line(AGES[age] ?? age, rooms)), t("Nobody waits."), "#/inbox/us"),
    card(t("Silent for"), Object.entries(now.silent_days).map(([days, rooms]) => line(plural(Number(days), "{n} day", "{n} days"), rooms)), t("No room.")),
    card(t("Did not arrive"), now.undelivered ? [line(t("answers"), now.undelivered)] : [], t("Everything arrived.")),
    card(t("Open rooms by agent"), now.load.filter((each) => each.rooms).sort((one, other) => other.rooms - one.rooms).slice(0, 6).map((each) => h("li", null, face(each.agent, each.name), h("span", { dir: "auto", title: each.name }, each.name), h("strong", null, String(each.rooms)))), t("Nobody is on any.")));
}

/** How it was: what those who asked said in the last thirty days. Who has said nothing was not happy by that. */
async function ratings(go) {
  const found = await attempt(() => api.all(`/v1/ratings?after=${encodeURIComponent(new Date(Date.now() - MONTH).toISOString())}`, 200));
  if (!found?.length) return null;
  const said = found.filter((each) => each.happy !== null);
  const of = (happy) => said.filter((each) => each.happy === happy).length;
  return h("section.ratings", { "aria-label": t("How it was") }, h("h2", null, t("How it was, in 30 days")),
    h("p", null, t("{happy} happy, {unhappy} unhappy, {silent} without a word.", { happy: of(true), unhappy: of(false), silent: found.length - said.length })),
    h("ul.plainly", null, said.slice(0, AT_ONCE).map((each) => h("li", null,
      h(`span.tag.${each.happy ? "done" : "failed"}`, null, each.happy ? t("happy") : t("unhappy")),
      h("button.link", { type: "button", dir: "auto", onclick: () => go(`#/inbox/resolved/${each.room}`) }, each.person.name),
      h("span", { dir: "auto" }, each.why), h("time", { datetime: each.at }, when(each.at))))));
}

/** What became of what machines drafted, in the last thirty days; how far agents' answers were from what nobody sent. */
async function drafted() {
  const found = await attempt(() => api.get("/v1/metrics/proposals"));
  if (!found?.total.made) return null;
  const apart = (each) => (each === null ? "–" : t("{n} %", { n: number(each) }));
  const row = (name, { made, sent, edited, discarded, nearness }) => h("tr", null, h("th", { scope: "row", dir: "auto" }, name), [made, sent, edited, discarded, nearness.count].map((n) => h("td", null, number(n))), h("td", null, apart(nearness.p50)), h("td", null, apart(nearness.p85)));
  const heads = [t("By"), t("drafted"), t("sent"), t("of these edited"), t("discarded"), t("answered without it"), t("half differ by at most"), t("85 in 100 by at most")];
  const keys = found.keys.length > 1 ? found.keys.map((each) => row(each.key.name, each)) : [];
  return h("section.drafted", { "aria-label": t("Drafted answers") }, h("h2", null, t("Drafted answers, in 30 days")),
    h("div.wide", { tabindex: "0", role: "region", "aria-label": t("Drafted answers") }, h("table", null, h("thead", null, h("tr", null, heads.map((each) => h("th", { scope: "col" }, each)))),
      h("tbody", null, row(found.keys.length === 1 ? found.keys[0].key.name : t("All"), found.total), keys))),
    h("p.dim", null, t("How much of an answer differs from what was drafted before it: 0 % are the same words.")));
}

/** What hurts customers most now, what was told last, and who is told on Mondays. */
async function pains(go) {
  const [now, told, plan] = await Promise.all([attempt(() => api.get("/v1/pains/now")), attempt(() => api.get("/v1/pains?limit=1")), attempt(() => api.get("/v1/pains-plan"))]);
  if (!now || !told || !plan) return null;
  const [last] = told.items;
  const place = h("section.pains", { "aria-label": t("Pains") });
  const draw = (kept) => {
    const owns = new Map((kept?.top ?? []).map((each) => [each.issue, each.agent]));
    place.replaceChildren(...[
      h("h2", null, t("What hurts customers most")),
      now.top.length ? h("ol.plainly", null, now.top.map((each) => painRow(each, owns, go, draw))) : h("p.dim", null, t("No open issue has a room behind it.")),
      ...became(kept, go),
      h("p.dim", null, plan.due ? t("Told on Mondays: {names}.", { names: [...plan.mails, ...plan.chats.map((each) => each.conversation)].join(", ") }) : t("Nobody is told on Mondays."),
        may("admin") ? [" ", h("button.link", { type: "button", onclick: () => planned(plan, () => draw(kept)) }, t("Change"))] : null)]);
  };
  draw(last);
  return place;
}

function painRow(pain, owns, go, draw) {
  const said = [plural(pain.rooms, "{n} room", "{n} rooms"), pain.only ? t("only {name}’s", { name: pain.only }) : plural(pain.customers, "{n} customer", "{n} customers"), pain.arr ? `ARR ${number(pain.arr)}` : "", t("since {time}", { time: when(pain.since) }), pain.missed ? t("{n} missed this week", { n: pain.missed }) : ""];
  const people = [["", t("Nobody answers for it")], ...[...here.agents.values()].filter((agent) => agent.state === "active").map((agent) => [agent.id, agent.name])];
  const whose = choice("agent", people, owns.get(pain.issue) ?? pain.agent ?? "");
  whose.setAttribute("aria-label", t("Who answers for {title}", { title: pain.title }));
  whose.disabled = !owns.has(pain.issue) || !may("write");
  whose.title = owns.has(pain.issue) ? "" : t("Who answers for it is named once it was told on a Monday");
  whose.addEventListener("change", () => attempt(async () => draw(await api.call("PUT", `/v1/pains/${pain.issue}`, { agent: whose.value }))));
  return h("li", null, h("button.link", { type: "button", dir: "auto", onclick: () => go(`#/issues/${pain.issue}`) }, pain.title), h("span.dim", { dir: "auto" }, said.filter(Boolean).join(", ")), whose);
}

/** What became of the three before the last told ones. */
function became(kept, go) {
  if (!kept?.before.length) return [];
  return [h("h3", null, t("Told on {week}: what became of those before", { week: kept.week })),
    h("ul.plainly", null, kept.before.map((each) => h("li", null, h("button.link", { type: "button", dir: "auto", onclick: () => go(`#/issues/${each.issue}`) }, each.title),
      h("span", null, [served(each.state), plural(each.rooms, "{n} room ({before} then)", "{n} rooms ({before} then)", { before: each.rooms_before })].join(", ")), each.still ? h("span.tag.us", null, t("still one of the three")) : null)))];
}

async function planned(plan, then) {
  const installs = await attempt(() => api.all("/v1/installs"));
  if (!installs) return;
  const [chat] = plan.chats;
  const talking = installs.filter((each) => isBound(each.kind));
  ask(t("Who is told each Monday"), [
    field(t("Addresses"), h("textarea", { name: "mails", rows: "4", value: plan.mails.join("\n") }), t("One a line.")),
    ...(talking.length ? [
      field(t("And a channel of"), choice("install", [["", t("no chat")], ...talking.map((each) => [each.id, each.name])], chat?.install ?? "")),
      field(t("by its id there"), input("conversation", { maxlength: "300", value: chat?.conversation ?? "" }), t("As C0123456789, of the vendor’s own workspace."))] : []),
  ], t("Save"), async (form) => {
    const conversation = form.get("conversation")?.trim();
    const chats = form.get("install") && conversation ? [{ install: form.get("install"), conversation }] : [];
    Object.assign(plan, await api.call("PUT", "/v1/pains-plan", { mails: form.get("mails").split(/[\s,;]+/).filter(Boolean), chats }));
    then();
  });
}

/** The rooms behind a point: those whose clock ended within its days, the slowest first. */
async function rooms(part, by, kind, words, customer, go) {
  const whose = by === "customer" ? part.value : customer;
  const of = whose ? `&customer=${encodeURIComponent(whose)}` : "";
  const ended = await api.all(`/v1/clocks?first_day=${part.first_day}&last_day=${part.last_day}&kind=${kind}${of}`);
  const counts = (clock) => !["withdrawn", "moved", "none needed"].includes(clock.how);
  const within = (clock) => part.value === null || by === "customer" || [clock[by], ...(by === "segment" ? clock.segments : [])].includes(part.value);
  const clocks = ended.filter((clock) => counts(clock) && within(clock));
  clocks.sort((one, other) => (other.took_ms ?? 0) - (one.took_ms ?? 0));
  const list = h("ul.plainly", null);
  const more = h("button.plain", { type: "button", onclick: () => attempt(next) }, t("More"));
  const next = async () => {
    const some = clocks.splice(0, AT_ONCE);
    const found = await Promise.all(some.map((clock) => api.get(`/v1/rooms/${clock.room}`).catch(() => null)));
    list.append(...some.map((clock, i) => h("li", null,
      found[i] ? h("button.link", { type: "button", dir: "auto", onclick: () => go(`#/inbox/${found[i].state === "open" ? "open" : "resolved"}/${clock.room}`) }, found[i].kind === "triage" ? t("Triage") : found[i].name) : h("span.dim", null, t("A room that is gone")),
      found[i]?.customer_name ? h("span.dim", { dir: "auto" }, found[i].customer_name) : null,
      h("span", null, clock.took_ms === null ? served(clock.how) : words(clock.took_ms)),
      clock.missed_at ? h("span.tag.failed", null, t("late")) : null,
      h("time", { datetime: clock.ended_at }, when(clock.ended_at)))));
    more.hidden = !clocks.length;
  };
  if (!clocks.length) return empty(t("None."));
  await next();
  return h("div", null, list, more);
}
