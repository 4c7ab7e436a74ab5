// Figures (metrics) as a page, for agents and for a customer's own team (ADR 147): time charts of how soon and how well, every
// number with what it means, and what is behind a point. Loaded when it is opened.

import uPlot from "uplot";
import { h } from "./dom.js";
import { WORDS } from "./figure_words.js";

const KINDS = ["first", "next", "update", "outcome", "promise"];
const PERIODS = ["day", "week", "month"];
const SPANS = [7, 30, 90, 365]; // days
const MOST_OF_ALL = 30; // days of which every customer's figures are read, and one that has begun elsewhere
const DAY = 86400e3;
const HIGH = 190; // px of a chart

/** `3 min`, `2 h 10 min`, `3 d 4 h`; a dash where there is none. */
export function duration(ms, say) {
  if (!ms) return ms === null ? "–" : "0";
  const minutes = Math.round(ms / 60e3);
  if (minutes < 1) return `< 1 ${say("min")}`;
  const [large, small, unit, less] = minutes < 60 ? [0, minutes, "", say("min")] : minutes < 1440 ? [Math.floor(minutes / 60), minutes % 60, say("h"), say("min")] : [Math.floor(minutes / 1440), Math.round((minutes % 1440) / 60), say("d"), say("h")];
  return [large ? `${large} ${unit}` : "", small ? `${small} ${less}` : ""].filter(Boolean).join(" ");
}

/** What was kept, of what had a time. */
const timed = (figure) => figure.kept + figure.late + figure.missed;

const share = (figure) => (timed(figure) ? `${Math.round((100 * figure.kept) / timed(figure))} %` : "–");

/** The page of what GET /v1/metrics gives with `filter`. `by`: what it can be parted by beside time; `named(by, value)`: how
 * a part is called; `behind(part, by, kind, words)`, if there is such a
 * thing: an element of what lies behind a part. */
export class FiguresPage {
  #charts = [];
  #asked = 0;
  #shape = { days: 30, by: "day", time: "business", kind: "first" };

  constructor({ api, filter = {}, by, named, behind, language }) {
    Object.assign(this, { api, filter, named, behind, language });
    const words = WORDS[language?.startsWith("de") ? "de" : "en"];
    this.say = (key) => words[key] ?? key;
    this.body = h("div.figures-body", { "aria-busy": "true" });
    this.rest = h("section.behind", { "aria-live": "polite" });
    const select = (name, options) => h("select", { "aria-label": this.say(name), onchange: (event) => this.#choose(name, event.target.value) }, options.map(([value, label]) => h("option", { value, selected: String(this.#shape[name]) === String(value) }, label)));
    this.element = h("div.figures", null,
      h("div.figures-head", null,
        select("days", SPANS.map((days) => [days, this.say(`days${days}`)])),
        select("by", [...PERIODS, ...by].map((name) => [name, this.say(`by_${name}`)])),
        select("time", ["business", "calendar"].map((name) => [name, this.say(name)])),
        h("button.plain", { type: "button", onclick: () => this.#save() }, "CSV")),
      this.body, this.rest);
    new ResizeObserver(() => (this.#charts.length ? this.#size() : this.#draw())).observe(this.body); // first, once it is in the page
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.body.isConnected && this.#draw());
  }

  /** Ask for them, and draw. Rejects with what the reading says. */
  async load() {
    const asked = ++this.#asked;
    this.body.setAttribute("aria-busy", "true");
    const found = await this.api.get(this.#path());
    if (asked !== this.#asked) return;
    this.found = found;
    this.body.setAttribute("aria-busy", "false");
    this.#draw();
  }

  #path(more = {}) {
    const { by } = this.#shape;
    const days = by === "customer" ? Math.min(this.#shape.days, MOST_OF_ALL) : this.#shape.days;
    const first = new Date(Date.now() - (days - 1) * DAY);
    const first_day = [first.getFullYear(), first.getMonth() + 1, first.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
    return `/v1/metrics?${new URLSearchParams({ by, first_day, ...this.filter, ...more })}`;
  }

  #choose(name, value) {
    this.#shape[name] = name === "days" ? Number(value) : value;
    this.rest.replaceChildren();
    if (name === "time") this.#draw();
    else this.load().catch((problem) => this.#fail(problem));
  }

  #fail(problem) {
    this.body.setAttribute("aria-busy", "false");
    this.body.replaceChildren(h("p", { role: "alert" }, problem.message));
  }

  async #save() {
    const { api } = this;
    const answer = await fetch(api.base + this.#path({ format: "csv" }), { headers: await api.authorize(false), credentials: api.credentials }).catch(() => ({ ok: false }));
    if (!answer.ok) return this.#fail(new Error(this.say("no_file")));
    const link = h("a", { href: URL.createObjectURL(await answer.blob()), download: `figures-by-${this.#shape.by}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href));
    return undefined;
  }

  #draw() {
    const { say, found } = this;
    if (!found || !this.body.isConnected) return;
    this.#leave();
    const there = KINDS.filter((kind) => found.total[kind]);
    if (!there.length) return void this.body.replaceChildren(h("p.empty", null, say("none")));
    if (!there.includes(this.#shape.kind)) this.#shape.kind = there[0];
    const { kind } = this.#shape;
    const charts = PERIODS.includes(this.#shape.by) && found.parts.length > 1 ? h("div.charts", null) : null;
    this.body.replaceChildren(
      h("div.tiles", { role: "group", "aria-label": say("kinds") }, there.map((each) => this.#tile(each))),
      ...[charts].filter(Boolean), this.#table(kind),
      h("details", null, h("summary", null, say("meaning")), h("dl", null, Object.entries(found.definitions).map(([name, text]) => [h("dt", null, say(name)), h("dd", null, this.say(`is_${name}`) === `is_${name}` ? text : this.say(`is_${name}`))]))),
      h("p.dim", null, `${say("zone")} ${found.timezone}`));
    if (charts) this.#chart(charts, kind);
  }

  #tile(kind) {
    const figure = this.found.total[kind];
    const times = figure[this.#shape.time];
    return h("button.tile", { type: "button", "aria-pressed": String(kind === this.#shape.kind), onclick: () => { this.#shape.kind = kind; this.rest.replaceChildren(); this.#draw(); } },
      h("span", null, this.say(kind)), h("strong", null, duration(times.median_ms, this.say)),
      h("small", null, `${this.say("median_of")} ${times.count}`),
      h("small", null, timed(figure) ? `${share(figure)} ${this.say("in_time")} (${figure.kept}/${timed(figure)})` : this.say("no_target")));
  }

  /** A table of a part a row: what the charts show, and for who cannot see them. */
  #table(kind) {
    const { say } = this;
    const { by, time } = this.#shape;
    const rows = this.found.parts.filter((part) => part.figures[kind]);
    if (!PERIODS.includes(by)) rows.sort((one, other) => other.figures[kind][time].count - one.figures[kind][time].count);
    else rows.reverse();
    const cells = (figure) => [figure[time].count, duration(figure[time].p15_ms, say), duration(figure[time].median_ms, say), duration(figure[time].p85_ms, say), share(figure), figure.late, figure.missed, figure.reopened];
    const heads = ["answers", "p15_ms", "median_ms", "p85_ms", "kept", "late", "missed", "reopened"];
    const name = (part) => (this.behind ? h("button.link", { type: "button", onclick: () => this.#behind(part) }, this.#label(part)) : this.#label(part));
    return h("div.wide", { tabindex: "0", role: "region", "aria-label": `${say("table")}: ${say(kind)}` }, h("table", null,
      h("thead", null, h("tr", null, h("th", { scope: "col" }, say(`by_${by}`)), heads.map((head) => h("th", { scope: "col" }, say(head))))),
      h("tbody", null, rows.map((part) => h("tr", null, h("th", { scope: "row", dir: "auto" }, name(part)), cells(part.figures[kind]).map((cell) => h("td", null, String(cell)))))),
      h("tfoot", null, h("tr", null, h("th", { scope: "row" }, say("all")), cells(this.found.total[kind]).map((cell) => h("td", null, String(cell)))))));
  }

  #label(part) {
    if (part.value !== null) return this.named(this.#shape.by, part.value);
    const shown = (day, options) => new Date(`${day}T12:00Z`).toLocaleDateString(this.language, { timeZone: "UTC", ...options });
    if (this.#shape.by === "month") return shown(part.first_day, { month: "long", year: "numeric" });
    const first = shown(part.first_day, { weekday: "short", day: "numeric", month: "short" });
    return this.#shape.by === "day" ? first : `${first} – ${shown(part.last_day, { day: "numeric", month: "short" })}`;
  }

  /** Two charts over one time: how soon (median, and between p15 and p85), and how many were kept, late or missed. */
  #chart(place, kind) {
    const { say } = this;
    const { parts } = this.found;
    const { time } = this.#shape;
    const colours = getComputedStyle(this.element);
    const [ink, line, mark, soft, good, bad] = ["--ink", "--line", "--mark", "--mark-soft", "--good", "--bad"].map((name) => colours.getPropertyValue(name).trim() || "gray");
    const at = parts.map((part) => Date.parse(`${part.first_day}T12:00Z`) / 1e3);
    const of = (pick) => parts.map((part) => (part.figures[kind] ? pick(part.figures[kind]) : null));
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: "12px system-ui, sans-serif" };
    const days = { ...axis, values: (_, found) => found.map((second) => new Date(second * 1e3).toLocaleDateString(this.language, { timeZone: "UTC", day: "numeric", month: "short" })), space: 70 };
    const common = (title, scale) => ({
      width: this.#wide(), height: HIGH, legend: { show: false },
      tzDate: (second) => uPlot.tzDate(new Date(second * 1e3), "Etc/UTC"),
      cursor: { sync: { key: "figures" }, drag: { x: false, y: false } },
      axes: [days, { ...axis, size: 74, ...scale }],
      hooks: { setCursor: [({ cursor }) => this.#pointed(cursor.idx, kind)], ready: [(plot) => this.behind && plot.over.addEventListener("click", () => plot.cursor.idx != null && this.#behind(parts[plot.cursor.idx]))] },
    });
    const soon = h("figure", null, h("figcaption", null, `${say(kind)}: ${say("how_soon")}`));
    const well = h("figure", null, h("figcaption", null, `${say(kind)}: ${say("how_well")}`));
    this.pointed = h("p.pointed", { "aria-hidden": "true" }, " ");
    place.append(soon, well, this.pointed);
    const band = { stroke: "transparent", points: { show: false } };
    this.#charts = [
      new uPlot({
        ...common(0, { values: (_, found) => found.map((hours) => duration(hours * 3600e3, say)) }),
        scales: { y: { range: (_, low, high) => [0, Math.max(high ?? 0, 0.1) * 1.1] } },
        series: [{}, band, { stroke: mark, width: 2, points: { show: true, size: 6, fill: mark } }, band],
        bands: [{ series: [3, 1], fill: soft }],
      }, [at, ...["p85_ms", "median_ms", "p15_ms"].map((name) => of((figure) => (figure[time][name] === null ? null : figure[time][name] / 3600e3)))], soon),
      new uPlot({
        ...common(0, { values: (_, found) => found.map((n) => (Number.isInteger(n) ? String(n) : "")) }),
        scales: { y: { range: (_, low, high) => [0, Math.max(high ?? 0, 1) * 1.1] } },
        series: [{}, ...[good, bad].map((colour) => ({ stroke: colour, fill: colour, paths: uPlot.paths.bars({ size: [0.6, 40] }), points: { show: false } }))],
      }, [at, of(timed), of((figure) => figure.late + figure.missed)], well),
    ];
    for (const figure of [soon, well]) figure.querySelector("canvas").setAttribute("aria-hidden", "true"); // the table says it
  }

  #pointed(index, kind) {
    const part = index == null ? null : this.found.parts[index];
    if (!part) return;
    const figure = part.figures[kind];
    const times = figure?.[this.#shape.time];
    this.pointed.textContent = `${this.#label(part)}: ${figure ? `${duration(times.median_ms, this.say)} (${duration(times.p15_ms, this.say)} – ${duration(times.p85_ms, this.say)}), ${times.count}; ${figure.kept} ${this.say("kept")}, ${figure.late} ${this.say("late")}, ${figure.missed} ${this.say("missed")}` : "–"}`;
  }

  async #behind(part) {
    this.rest.replaceChildren(h("h2", null, `${this.say(this.#shape.kind)}: ${this.#label(part)}`), h("p", null, "…"));
    const asked = this.#asked;
    const found = await this.behind(part, this.#shape.by, this.#shape.kind, (ms) => duration(ms, this.say)).catch((problem) => h("p", { role: "alert" }, problem.message));
    if (asked !== this.#asked) return;
    this.rest.lastChild.replaceWith(found);
    this.rest.scrollIntoView({ block: "nearest" });
  }

  #wide() {
    return Math.max(220, this.body.clientWidth);
  }

  #size() {
    for (const chart of this.#charts) chart.setSize({ width: this.#wide(), height: HIGH });
  }

  #leave() {
    for (const chart of this.#charts) chart.destroy();
    this.#charts = [];
  }
}
