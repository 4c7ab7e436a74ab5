// Beside a room: how its customer uses the API, and why that moved, as somebody said it once.

import "./main.js"; // what they share is in its file: infra/pages.py
import { h } from "../shared/dom.js";
import { everyDay, later, utcDay } from "../shared/usage_days.js";
import { KINDS, findingRow, noon, toRoom } from "./findings.js";
import { agentName } from "./forget.js";
import { ask, choice, doing, field, input, redraw } from "./parts.js";
import { api, may } from "./session.js";
import { date, moment, number, t } from "./translate.js";

const DAYS = 30;
const MOST_SDKS = 5;
const LATEST = 3; // signals
const EXPLAINABLE = ["surge", "drop", "silence", "error_storm"];
const CAUSES = { season: t("A season"), launch: t("A launch"), migration: t("A migration"), bug: t("A bug"), other_vendor: t("Another vendor’s change"), one_off: t("Once, and no more") };

const short = (day) => date(noon(day), { day: "numeric", month: "short", timeZone: "UTC" });

/** The section, if there is anything to say. */
export async function customerUsage(path) {
  const customer = path.split("/").at(-1);
  const [usage, reasons, signals] = await Promise.all([api.get(`${path}/usage`), api.all(`${path}/reasons`), api.get(`/v1/signals?customer=${customer}&limit=${LATEST}`)]);
  if (!usage.days.length && !usage.facts.last_call_at && !reasons.length && !signals.items.length) return null;
  const section = h("section.usage", { "aria-label": t("Usage") });
  await show(section, path, usage, { reasons, raised: raised(signals.items, customer) });
  return section;
}

/** The latest signals, and the way to all. */
function raised(signals, customer) {
  if (!signals.length) return [];
  const all = () => { location.hash = `#/figures/signals/${customer}`; };
  return [h("ul.findings", { "aria-label": t("Signals") }, signals.map((each) => findingRow(each.kind, each.found, [h("b", null, KINDS[each.kind])], toRoom(each.room)))), h("button.link", { type: "button", onclick: all }, t("All signals"))];
}

async function show(section, path, usage, { reasons, raised }) {
  const again = async () => show(section, path, usage, { reasons: await api.all(`${path}/reasons`), raised });
  const today = utcDay(Date.now());
  const days = everyDay(usage.days, later(today, 1 - DAYS), today);
  const curve = usage.days.length ? await drawn(days, reasons) : h("p.dim", null, t("No call in the last 30 days."));
  redraw(section, () => [
    h("h3", null, t("Usage")),
    curve,
    h("dl", null, facts(usage.facts).map(([name, value]) => [h("dt", null, name), h("dd", null, value)])),
    usage.days.length ? table(days) : null,
    sdks(usage.sdks),
    raised,
    h("ul.reasons", { "aria-label": t("Reasons") }, [...reasons].reverse().map((reason) => reasonRow(path, reason, again))),
    may("write") ? h("button.link", { type: "button", onclick: () => give(path, again) }, t("Say why it moved")) : null,
  ]);
}

/** The days for which a reason holds, up to a day: those of a season come again each year. */
function spansOf({ cause, from, until }, last) {
  const years = cause === "season" ? Math.max(0, last.slice(0, 4) - from.slice(0, 4)) : 0;
  return Array.from({ length: years + 1 }, (_, n) => [from, until].map((day) => `${Number(day.slice(0, 4)) + n}${day.slice(4)}`));
}

async function drawn(days, reasons) {
  const { usageCurve } = await import("../widget/further/figures.js"); // with the chart: infra/pages.py
  const last = days.at(-1).day;
  return usageCurve({ days, spans: reasons.flatMap((each) => spansOf(each, last)), shown: short, label: t("Calls a day, dashed: errors. Shaded: days with a reason.") });
}

function facts(known) {
  return [
    [t("Calls in 7 days"), number(known.calls_7d)],
    [t("Errors"), number(known.errors_7d)],
    [t("Developers"), number(known.developers_7d)],
    [t("Tokens"), number(known.tokens_7d)],
    [t("Against the week before"), known.trend === null ? "–" : `${Math.round(known.trend * 100)} %`],
    [t("Last call"), known.last_call_at ? moment(known.last_call_at) : "–"],
  ];
}

function table(days) {
  const heads = [t("Day"), t("Calls"), t("Errors"), t("Developers")];
  return h("details", null, h("summary", null, t("By day")), h("div.wide", { tabindex: "0", role: "region", "aria-label": t("By day") }, h("table.counted", null,
    h("thead", null, h("tr", null, heads.map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", null, [...days].reverse().map((day) => h("tr", null, h("th", { scope: "row" }, short(day.day)), [day.calls, day.failed, day.developers].map((n) => h("td", null, number(n)))))))));
}

function sdks(found) {
  const all = Object.entries(found);
  if (!all.length) return null;
  const row = ([name, calls]) => [h("dt", { dir: "auto" }, name), h("dd", null, number(calls))];
  return h("details", null, h("summary", null, t("SDKs")), h("dl", null, all.slice(0, MOST_SDKS).map(row)));
}

function reasonRow(path, reason, again) {
  const days = [reason.from, reason.until].map((each) => date(noon(each))).join(" – ");
  const back = async () => {
    await api.call("DELETE", `${path}/reasons/${reason.id}`);
    await again();
  };
  return h("li", { "aria-label": CAUSES[reason.cause] },
    h("p", null, h("b", null, CAUSES[reason.cause]), " · ", KINDS[reason.kind]), h("p", { dir: "auto" }, reason.text),
    h("small.dim", null, [days, reason.by.startsWith("usr_") ? t("One of their team") : agentName(reason.by)].join(" · ")),
    may("write") ? doing("link", { "aria-label": t("Take it back: {cause}", { cause: CAUSES[reason.cause] }) }, back, t("Take it back")) : null);
}

function give(path, again) {
  const today = utcDay(Date.now());
  ask(t("Why did their usage move?"), [
    field(t("What moved"), choice("kind", EXPLAINABLE.map((each) => [each, KINDS[each]]), "surge")),
    field(t("Cause"), choice("cause", Object.entries(CAUSES), "launch"), t("A season holds on the same days of each year. What happens once is left out of the trend.")),
    field(t("From"), input("from", { type: "date", required: true, value: today })),
    field(t("Until"), input("until", { type: "date", required: true, value: today }), t("Nobody is asked about it meanwhile.")),
    field(t("In words"), h("textarea", { name: "text", rows: "3", required: true, maxlength: "2000" })),
  ], t("Save"), async (form) => {
    await api.call("POST", `${path}/reasons`, Object.fromEntries(form));
    await again();
  });
}
