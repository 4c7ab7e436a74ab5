// The team's own usage, loaded when it is opened, where the vendor shares it: the curve, why it moved, and what they are asked.

import PLOT from "uplot/dist/uPlot.min.css"; // its text: infra/pages.py
import { freshKey } from "../../shared/api.js";
import { arrange, h, icon } from "../../shared/dom.js";
import { everyDay, later, utcDay } from "../../shared/usage_days.js";
import { ICONS } from "../icons.js";
import { STRINGS } from "../usage_strings.js";
import CSS from "./usage.css";

const CAUSES = ["season", "launch", "migration", "bug", "other_vendor", "one_off"];
const DAYS = 30;
const MONTHS = 12; // before this one that can be looked at

/** The last day of a month (`2026-11`), or today in this one. */
const lastOf = (month, today) => (today.startsWith(month) ? today : later(utcDay(Date.UTC(...month.split("-"), 1)), -1));

export class UsagePane {
  #asked = 0;
  #forms = new Map(); // by the question: what is written in one stays while others come and go

  constructor(panes) {
    this.panes = panes;
    this.say = panes.widget.speaking(STRINGS);
    const { say } = this;
    this.back = h("button.round.back", { "aria-label": panes.say("back"), onclick: () => panes.show("list") }, icon(ICONS.back));
    this.problem = h("p.problem", { role: "alert", hidden: true });
    this.done = h("div", { role: "status" });
    this.questions = h("div.asked");
    this.period = h("select.field", { "aria-label": say("period"), onchange: () => this.#load() }, this.#periods().map(([value, words]) => h("option", { value }, words)));
    this.body = h("div.usage", { "aria-busy": "true" });
    this.element = h("section.pane.main", { "aria-label": say("usage") },
      h("header.top", null, this.back, h("div.grow", null, h("h2", null, say("usage")), h("p", null, panes.session.me.customer?.name)), panes.closer()),
      h("div.of-usage", null, this.problem, this.done, this.questions, this.period, this.body));
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(PLOT + CSS);
    panes.body.getRootNode().adoptedStyleSheets.push(sheet);
  }

  focus() {
    this.back.focus();
    this.#load();
  }

  #date(day, options) {
    return new Date(`${day}T12:00Z`).toLocaleDateString(this.panes.language, { timeZone: "UTC", ...options });
  }

  #short = (day) => this.#date(day, { day: "numeric", month: "short" });
  #long = (day) => this.#date(day, { day: "numeric", month: "long", year: "numeric" });
  #number = (n) => n.toLocaleString(this.panes.language);

  #periods() {
    const now = new Date();
    const months = Array.from({ length: MONTHS + 1 }, (_, n) => utcDay(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - n)).slice(0, 7));
    return [["", this.say("last30")], ...months.map((month) => [month, this.#date(`${month}-01`, { month: "long", year: "numeric" })])];
  }

  #span() {
    const today = utcDay(Date.now());
    const month = this.period.value;
    return month ? [`${month}-01`, lastOf(month, today)] : [later(today, 1 - DAYS), today];
  }

  async #load() {
    const asked = ++this.#asked;
    const [first, last] = this.#span();
    this.body.setAttribute("aria-busy", "true");
    const further = this.panes.widget.figures(); // with the chart
    try {
      const usage = await this.panes.session.api.get(`/v1/me/usage?first_day=${first}&last_day=${last}`);
      const { usageCurve } = (await further) ?? {};
      if (asked === this.#asked && usageCurve) this.#show(usage, { first, last, usageCurve });
    } catch (problem) {
      if (asked === this.#asked) this.#refused(problem.message);
    }
  }

  #refused(words) {
    this.problem.textContent = words;
    this.problem.hidden = !words;
    this.body.removeAttribute("aria-busy");
  }

  #show(usage, { first, last, usageCurve }) {
    const { say } = this;
    const days = everyDay(usage.days, first, last);
    const spans = usage.reasons.flatMap((reason) => reason.spans.map((span) => [span.from < first ? first : span.from, span.until > last ? last : span.until]));
    this.#refused("");
    for (const question of usage.questions) if (!this.#forms.has(question.message)) this.#forms.set(question.message, this.#question(question));
    arrange(this.questions, usage.questions.map((question) => this.#forms.get(question.message)));
    this.body.replaceChildren(...[
      usage.days.length ? usageCurve({ days, spans, shown: this.#short, label: say("curve"), language: this.panes.language }) : h("p.dim", null, say("noCalls")),
      usage.days.length && this.#sums(usage.days),
      usage.reasons.length && h("section.reasons", null, h("h3", null, say("reasons")), h("ul", { "aria-label": say("reasons") }, [...usage.reasons].reverse().map((reason) => this.#reason(reason)))),
      usage.days.length && this.#table(days, usage.reasons),
      Object.keys(usage.sdks).length && this.#sdks(usage.sdks),
    ].filter(Boolean));
  }

  #sums(days) {
    const sum = (numbers) => numbers.reduce((all, each) => all + each, 0);
    const classes = {};
    for (const { errors } of days) for (const [name, n] of Object.entries(errors)) classes[name] = (classes[name] ?? 0) + n;
    const failed = sum(Object.values(classes));
    const parts = Object.entries(classes).sort((a, b) => b[1] - a[1]).map(([name, n]) => `${name}: ${this.#number(n)}`).join(", ");
    return h("dl", null,
      h("dt", null, this.say("calls")), h("dd", null, this.#number(sum(days.map((day) => day.calls)))),
      h("dt", null, this.say("errors")), h("dd", null, this.#number(failed), parts && h("small", { dir: "auto" }, parts)));
  }

  #reason({ cause, kind, from, until, said }) {
    const { say, panes } = this;
    const days = from === until ? this.#long(from) : `${this.#long(from)} – ${this.#long(until)}`;
    return h("li", null,
      h("p", null, h("b", null, say(cause)), ` · ${say(kind)}`), h("small", null, days),
      said && [h("blockquote.text", { dir: "auto" }, panes.markdown.render(said.text)), h("small", null, say("said", said.by, this.#long(said.at.slice(0, 10)))),
        h("button.plain", { type: "button", onclick: () => panes.openRoom(said.room, said.message) }, say("showSaid"))]);
  }

  #table(days, reasons) {
    const { say } = this;
    const why = (day) => reasons.filter(({ spans }) => spans.some(({ from, until }) => from <= day && day <= until)).map(({ cause }) => say(cause));
    const heads = ["day", "calls", "errors", "developers", "tokens"];
    const row = (each) => h("tr", null,
      h("th", { scope: "row" }, this.#short(each.day), [...new Set(why(each.day))].map((cause) => h("small", null, cause))),
      [each.calls, each.failed, each.developers, each.tokens].map((n) => h("td", null, this.#number(n))));
    return h("details", null, h("summary", null, say("byDay")), h("div.wide", { tabindex: "0", role: "region", "aria-label": say("byDay") }, h("table", null,
      h("thead", null, h("tr", null, heads.map((head) => h("th", { scope: "col" }, say(head))))), h("tbody", null, [...days].reverse().map(row)))));
  }

  #sdks(found) {
    return h("details", null, h("summary", null, this.say("sdks")), h("dl", null, Object.entries(found).map(([name, calls]) => [h("dt", { dir: "auto" }, name), h("dd", null, this.#number(calls))])));
  }

  /** What they are asked, with a form that answers it: it says what it will say. */
  #question(question) {
    const { say, panes } = this;
    const room = this.#roomName(question.room);
    const causes = CAUSES.map((cause) => h("input", { type: "radio", name: "cause", value: cause, required: true }));
    const until = h("input.field", { type: "date", name: "until", required: true, min: question.day, max: later(question.day, 366), value: question.day });
    const words = h("textarea.field", { name: "words", rows: "2", maxlength: "1500" });
    const preview = h("blockquote.text", { dir: "auto" });
    const key = freshKey(); // sent again without an answer it is said once
    const text = (form) => [say("answer", say(form.get("cause")), this.#long(form.get("until"))), form.get("words").trim()].filter(Boolean).join("\n\n");
    const told = h("div", { hidden: true }, h("p.dim", null, say("willSay", room)), preview);
    let chosen = false; // the day, by hand
    const made = h("form", {
      oninput: ({ target }) => {
        chosen ||= target === until;
        if (!chosen) until.value = made.elements.cause.value === "one_off" ? question.day : utcDay(Date.now());
        const form = new FormData(made);
        told.hidden = !form.get("cause") || !form.get("until");
        if (!told.hidden) preview.replaceChildren(panes.markdown.render(text(form)));
      },
      onsubmit: (event) => {
        event.preventDefault();
        const form = new FormData(made);
        this.#answer(question, { cause: form.get("cause"), until: form.get("until"), text: text(form) }, { key, room });
      },
    },
      h("fieldset", null, h("legend", null, say("cause")), causes.map((radio) => h("label.choice", null, radio, h("span", null, say(radio.value))))),
      h("label", null, say("until"), until, h("small", null, say("untilHint"))),
      h("label", null, say("words"), words), told,
      h("button.primary", { type: "submit" }, say("send")));
    return h("details", null,
      h("summary", null, h("b", null, say("asks", panes.session.me.workspace.name)), h("span", { dir: "auto" }, panes.markdown.unmarked(question.text)), h("small", null, say("about", say(question.kind), this.#long(question.day))), h("span.link", null, say("reply"))), made);
  }

  #roomName(id) {
    const room = this.panes.session.rooms.get(id) ?? this.panes.session.resolved.get(id);
    return !room || (room.kind === "triage" && room.name === "Triage") ? this.panes.say("triage") : room.name;
  }

  /** One at a time; who comes second hears that it has been said. */
  async #answer(question, body, { key, room }) {
    if (this.busy) return;
    this.busy = true;
    const { say, panes } = this;
    try {
      const said = await panes.session.api.call("POST", `/v1/me/usage/questions/${question.message}/answer`, body, { key });
      const show = h("button.plain", { type: "button", onclick: () => panes.openRoom(said.room, said.id) }, say("showSaid"));
      this.done.replaceChildren(h("p", null, say("sent", room)), show);
      await this.#load();
      show.focus();
    } catch (problem) {
      const late = problem.status === 409;
      if (late) await this.#load();
      this.#refused(late ? say("already") : problem.message);
    } finally {
      this.busy = false;
    }
  }
}
