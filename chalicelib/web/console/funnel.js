// The page of the developers' funnel: how far they came from a key on, by week or source, and where those are who stayed.

import "./main.js"; // what they share is in its file: infra/pages.py
import { h } from "../shared/dom.js";
import { attempt, choice, field, redraw } from "./parts.js";
import { api } from "./session.js";
import { date, number, plural, t, unit } from "./translate.js";

const BY = { cohort: t("Week of the beginning"), source: t("Source") };
const STAGES = [["keys", t("Have a key")], ["called", t("Called")], ["succeeded", t("Had a success")], ["active", t("Active this week")]];

export async function funnel(go) {
  const [sources, segments] = await Promise.all([attempt(() => api.all("/v1/usage/sources")), attempt(() => api.all("/v1/segments"))]);
  const names = new Map((sources ?? []).map((each) => [each.id, each.name]));
  const body = h("div.figures", { "aria-live": "polite" });
  const by = choice("by", Object.entries(BY), "cohort");
  const source = choice("source", [["", t("all")], ...names], "");
  const segment = choice("segment", [["", t("all")], ...(segments ?? []).map((each) => [each.id, each.name])], "");
  const load = () => attempt(async () => {
    const chosen = [by, source, segment].filter((each) => each.value).map((each) => [each.name, each.value]);
    const asked = new URLSearchParams(chosen).toString();
    const found = await api.get(`/v1/usage/funnel?${asked}`);
    if (found.by === by.value) redraw(body, () => drawn(found, names));
  });
  for (const each of [by, source, segment]) each.addEventListener("change", load);
  await load();
  return h("div.sheet.of-figures", null,
    h("header", null, h("h1", null, t("Developers’ funnel")), h("button.plain", { type: "button", onclick: () => go("#/figures") }, t("Figures"))),
    h("p.dim", null, t("Distinct developers with a live token who began in the last twelve weeks. Test keys and our own people are left out.")),
    h("div.figures-head", null, field(t("By"), by), names.size > 1 ? field(t("Source"), source) : null, segments?.length ? field(t("Segment"), segment) : null), body);
}

function drawn(found, names) {
  const { total, parts, reach, complete } = found;
  if (!total.keys) return [h("p.empty", null, t("No developer began in this time. Sources tell of keys and calls: Settings, Sources."))];
  const whole = (n) => (total.keys ? `${Math.round((100 * n) / total.keys)} %` : "–");
  const steps = h("ol.funnel", { "aria-label": t("Stages") }, STAGES.map(([name, words]) => h("li", null,
    h("span", null, words), h("progress", { max: total.keys, value: total[name], "aria-hidden": "true" }), h("strong", null, number(total[name])), h("small.dim", null, whole(total[name])))));
  const cells = (stages) => [...STAGES.map(([name]) => number(stages[name])), lasted(stages.median_ms), lasted(stages.p85_ms)];
  const heads = [BY[found.by], ...STAGES.map(([, words]) => words), t("To the first success: half"), t("85 in 100")];
  const named = (value) => (found.by === "cohort" ? date(`${value}T12:00Z`) : names.get(value) ?? (value || t("none")));
  return [
    complete ? null : h("p", { role: "note" }, t("There are more than are counted at once: these are the latest.")),
    steps,
    h("p", null, total.timed ? t("From the key to the first success: {half} at most for half of them, {most} for 85 in 100 ({n}).", { half: lasted(total.median_ms), most: lasted(total.p85_ms), n: total.timed }) : t("Of nobody are both known, when the key was made and when a call first succeeded.")),
    reach.customers ? h("p", { dir: "auto" }, [plural(reach.customers, "Those who are active are at {n} customer.", "Those who are active are at {n} customers."), plural(reach.median_developers, "Half of these have at most {n}.", "Half of these have at most {n} each."), reach.largest ? t("{customer} has most: {share} % of all.", { customer: reach.largest.external_id, share: Math.round(100 * reach.largest_share) }) : ""].join(" ")) : null,
    h("div.wide", { tabindex: "0", role: "region", "aria-label": t("Numbers") }, h("table", null,
      h("thead", null, h("tr", null, heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", null, [...parts].reverse().map((part) => h("tr", null, h("th", { scope: "row", dir: "auto" }, named(part.value)), cells(part.stages).map((cell) => h("td", null, cell))))))),
  ];
}

/** A length in its largest whole unit. */
function lasted(ms) {
  if (ms === null) return "–";
  const minutes = Math.round(ms / 60e3);
  if (minutes < 1) return t("< 1 min");
  if (minutes < 120) return unit(minutes, "minute");
  return minutes < 2880 ? unit(Math.round(minutes / 60), "hour") : unit(Math.round(minutes / 1440), "day");
}
