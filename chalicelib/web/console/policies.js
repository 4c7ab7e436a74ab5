// Settings: policies in their order, the calendars that they count by, the segments that are measured.

import { h } from "../shared/dom.js";
import { ask, choice, doing, empty, face, field, input, say } from "./parts.js";
import { api, here, may } from "./session.js";
import { date, listed, plural, t } from "./translate.js";

const CLOCKS = [["first_minutes", t("First answer")], ["next_minutes", t("Next answers")], ["update_minutes", t("Progress")], ["outcome_minutes", t("End")]];
const HASTE = { urgent: t("urgent"), high: t("high"), normal: t("normal"), low: t("low") };
const WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/** What a day of WEEK is called: "Monday", or "Mon". */
const weekday = (day, length = "long") => date(Date.UTC(2024, 0, 1 + WEEK.indexOf(day)), { weekday: length, timeZone: "UTC" });
const UNITS = { "": 1, m: 1, min: 1, h: 60, d: 1440 };

export async function policiesTab(again) {
  const [policies, calendars, segments, measured] = await Promise.all([api.get("/v1/policies"), api.get("/v1/calendars"), api.all("/v1/segments"), api.get("/v1/measured-segments")]);
  const all = { policies: policies.items, calendars: calendars.items, segments, measured: measured.segments, again };
  const part = (title, word, add, found, none) => h("section.part", { "aria-label": title },
    h("header", null, h("h2", null, title), may("admin") ? h("button.plain", { type: "button", onclick: add }, word) : null),
    found.length ? h("div.cards", null, found) : empty(none));
  const known = all.measured.map((id) => h("span.tag", null, nameOf(segments, id, t("a segment that is gone"))));
  return [
    part(t("Policies"), t("New policy"), () => policyAsked(all, null), all.policies.map((policy) => policyCard(all, policy)), t("Nobody is owed anything by a time. The first policy that matches a customer holds.")),
    part(t("Calendars"), t("New calendar"), () => calendarAsked(all, null), all.calendars.map((calendar) => calendarCard(all, calendar)), t("Without a calendar the clock goes round.")),
    part(t("Measured segments"), t("Choose"), () => measuredAsked(all), known.length ? [h("p.line", null, known)] : [], t("No segment’s figures are kept apart.")),
  ];
}

const nameOf = (these, id, otherwise) => these.find((each) => each.id === id)?.name ?? otherwise;

// --- policies

function policyCard(all, policy) {
  const differing = Object.keys(HASTE).filter((each) => policy.priorities[each]);
  const row = (name, targets) => h("tr", null, h("th", { scope: "row" }, name), CLOCKS.map(([clock]) => h("td", null, lasting(targets[clock]) || "–")));
  const table = h("table.targets", null,
    h("thead", null, h("tr", null, h("td"), CLOCKS.map(([, words]) => h("th", { scope: "col" }, words)))),
    h("tbody", null, row(t("all"), policy.targets), differing.map((each) => row(HASTE[each], { ...policy.targets, ...policy.priorities[each] }))));
  const moved = (by, words, off) => doing("plain", { disabled: off, "aria-label": words }, async () => {
    await api.call("PATCH", `/v1/policies/${policy.id}`, { position: policy.position + by });
    await all.again();
  }, by < 0 ? "↑" : "↓");
  return h("article.card", { "aria-label": policy.name },
    h("header", null, h("h3.name", null, policy.name), h("span.tag", null, policy.segment ? nameOf(all.segments, policy.segment, t("a segment that is gone")) : t("everybody")), h("span.tag", null, nameOf(all.calendars, policy.calendar, t("around the clock")))),
    table,
    h("p.dim", null, told(policy).join(" ")),
    may("admin") ? h("menu", null, moved(-1, t("Up: {name}", { name: policy.name }), policy.position === 1), moved(1, t("Down: {name}", { name: policy.name }), policy.position === all.policies.length), h("button.plain", { type: "button", onclick: () => policyAsked(all, policy) }, t("Change")),
      h("button.plain", { type: "button", onclick: () => ask(t("Remove “{name}”?", { name: policy.name }), [h("p", null, t("Nothing new is due by it. What has begun is worked off by the policy that matches then."))], t("Remove"), async () => { await api.call("DELETE", `/v1/policies/${policy.id}`); await all.again(); }) }, t("Remove"))) : null);
}

/** What else a policy says, a sentence each. */
function told(policy) {
  const names = policy.escalate.map((id) => here.agents.get(id)?.name ?? t("an agent who is gone"));
  return [
    policy.warn_minutes ? t("Agents are warned {duration} before.", { duration: lasting(policy.warn_minutes) }) : t("Nobody is warned."),
    policy.words ? t("Customers read: “{words}”", { words: policy.words }) : "",
    names.length ? plural(names.length, "When something was missed, {names} hears of it, too.", "When something was missed, {names} hear of it, too.", { names: listed(names) }) : "",
    policy.no_answer ? t("Who does not answer is reminded twice, each time after {duration}; then the room is closed.", { duration: lasting(policy.no_answer.after_minutes) }) : "",
  ].filter(Boolean);
}

/** Agents to tick: those who are called beside whoever is on the room, and the team. */
function called(policy) {
  const chosen = new Set(policy?.escalate);
  return [...here.agents.values()].filter((agent) => agent.state === "active" || chosen.has(agent.id)).map((agent) =>
    h("label.tick", null, h("input", { type: "checkbox", name: "escalate", value: agent.id, checked: chosen.has(agent.id) }), face(agent.id, agent.name), agent.name));
}

/** `90 min`, `4 h`, `2 d`; empty for none. */
function lasting(minutes) {
  if (!minutes) return "";
  if (minutes % 1440 === 0) return `${minutes / 1440} d`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}

/** Minutes of `90`, `4h`, `2 d`; null for none. */
function minutesIn(words) {
  const [, number, unit] = /^(\d{1,6})\s*(m|min|h|d)?$/.exec(words.trim().toLowerCase()) ?? [];
  return number ? Number(number) * UNITS[unit ?? ""] : null;
}

function policyAsked(all, policy) {
  const cell = (of, [clock, words], called, targets, hint) => h("td", null, input(`${of}:${clock}`, { size: "6", "aria-label": `${words}, ${called}`, placeholder: hint, value: targets?.[clock] === null && of !== "all" ? "–" : lasting(targets?.[clock]) }));
  const line = (of, called, targets, hint) => h("tr", null, h("th", { scope: "row" }, called), CLOCKS.map((clock) => cell(of, clock, called, targets, hint)));
  const grid = h("table.targets", null,
    h("thead", null, h("tr", null, h("td"), CLOCKS.map(([, words]) => h("th", { scope: "col" }, words)))),
    h("tbody", null, line("all", t("all"), policy?.targets, t("none")), Object.entries(HASTE).map(([each, called]) => line(each, called, policy?.priorities[each], t("same")))));
  ask(policy ? t("Change {name}", { name: policy.name }) : t("New policy"), [
    field(t("Name"), input("name", { required: true, maxlength: "200", value: policy?.name ?? "" })),
    h("div.pair", null,
      field(t("For"), choice("segment", [["", t("everybody")], ...all.segments.map((each) => [each.id, each.name])], policy?.segment ?? "")),
      field(t("Counts by"), choice("calendar", [["", t("around the clock")], ...all.calendars.map((each) => [each.id, each.name])], policy?.calendar ?? ""))),
    h("div.field", null, h("span", null, t("Due within")), grid, h("small", null, t("As 30m, 4h or 2d (48 hours) of business time. Of a priority: empty is the same as all, “–” is none."))),
    h("div.pair", null,
      field(t("Warn agents before"), input("warn", { value: policy ? lasting(policy.warn_minutes) : "30 min" }), t("Empty: never.")),
      field(t("A new episode after"), input("episode", { type: "number", min: "1", max: "365", required: true, value: policy?.episode_days ?? 7 }), t("Days of silence."))),
    h("fieldset", null, h("legend", null, t("Who hears of it, too, when something was missed")), h("div.ticks", null, called(policy))),
    field(t("What customers read of it"), h("textarea", { name: "words", rows: "2", maxlength: "500", value: policy?.words ?? "" }), t("Empty: nothing.")),
    h("fieldset", null, h("legend", null, t("Who does not answer")),
      field(t("Remind them after"), input("quiet", { value: lasting(policy?.no_answer?.after_minutes), placeholder: t("never") }), t("Twice; after as long again the room is closed, unless something is promised or an issue is open.")),
      ...[t("First reminder"), t("Second reminder")].map((words, i) => field(words, h("textarea", { name: "reminder", rows: "2", maxlength: "2000", value: policy?.no_answer?.reminders[i] ?? "" })))),
  ], t("Save"), async (form) => {
    const body = policyIn(form);
    if (!body) return false;
    await (policy ? api.call("PATCH", `/v1/policies/${policy.id}`, body) : api.call("POST", "/v1/policies", body));
    await all.again();
    return true;
  });
}

/** The policy that a form tells; null, and a word about it, where a duration is none. */
function policyIn(form) {
  const strange = [...form].find(([name, value]) => (name.includes(":") || name === "warn" || name === "quiet") && value.trim() && value.trim() !== "–" && value.trim() !== "-" && minutesIn(value) === null);
  if (strange) {
    say(t("“{duration}” is no duration: 30m, 4h and 2d are.", { duration: strange[1] }), true);
    return null;
  }
  const quiet = minutesIn(form.get("quiet"));
  const reminders = form.getAll("reminder").map((text) => text.trim());
  if (quiet && !reminders.every(Boolean)) {
    say(t("Who does not answer is reminded twice: both reminders say something."), true);
    return null;
  }
  const no_answer = quiet ? { after_minutes: quiet, reminders } : null;
  const targets = (of) => Object.fromEntries(CLOCKS.map(([clock]) => [clock, form.get(`${of}:${clock}`).trim()]).filter(([, value]) => value).map(([clock, value]) => [clock, minutesIn(value)]));
  const priorities = Object.fromEntries(Object.keys(HASTE).map((each) => [each, targets(each)]).filter(([, each]) => Object.keys(each).length));
  return { name: form.get("name").trim(), segment: form.get("segment"), calendar: form.get("calendar"), targets: targets("all"), priorities, warn_minutes: minutesIn(form.get("warn")) ?? 0, episode_days: Number(form.get("episode")), words: form.get("words").trim(), no_answer, escalate: form.getAll("escalate") };
}

// --- calendars

function calendarCard(all, calendar) {
  const today = new Date().toISOString().slice(0, 10);
  const coming = calendar.holidays.filter((each) => each >= today).sort();
  const some = listed(coming.slice(0, 6).map(dated));
  return h("article.card", { "aria-label": calendar.name },
    h("header", null, h("h3.name", null, calendar.name), h("span.tag", null, calendar.timezone)),
    h("dl", null,
      openHours(calendar.week).map(([days, hours]) => [h("dt", null, days), h("dd", null, hours)]),
      h("dt", null, t("Next holidays")), h("dd", null, coming.length > 6 ? t("{days} and {n} more", { days: some, n: coming.length - 6 }) : some || t("none")),
      calendar.yearly.length ? [h("dt", null, t("Each year")), h("dd", null, calendar.yearly.map(eachYear).join(", "))] : null),
    may("admin") ? h("menu", null, h("button.plain", { type: "button", onclick: () => calendarAsked(all, calendar) }, t("Change")),
      h("button.plain", { type: "button", onclick: () => holidaysAsked(all, calendar) }, t("Holidays from a file")),
      h("button.plain", { type: "button", onclick: () => ask(t("Remove “{name}”?", { name: calendar.name }), [h("p", null, t("Customers that have it count by their policy’s again."))], t("Remove"), async () => { await api.call("DELETE", `/v1/calendars/${calendar.id}`); await all.again(); }) }, t("Remove"))) : null);
}

const dated = (day) => date(`${day}T12:00:00Z`, { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const NTH = { 1: t("first"), 2: t("second"), 3: t("third"), 4: t("fourth"), 5: t("fifth"), "-1": t("last") };
const monthly = (day) => date(`2000-${day}T12:00:00Z`, { day: "numeric", month: "short", timeZone: "UTC" });

/** `25 Dec` of `12-25`, `fourth Thursday of November` of `11 4TH`. */
function eachYear(day) {
  const [, month, nth, letters] = /^(\d\d) (-?\d)([A-Z]{2})$/.exec(day) ?? [];
  if (!month) return monthly(day);
  const named = WEEK.find((each) => each.slice(0, 2).toUpperCase() === letters);
  const whole = date(`2000-${month}-01T12:00:00Z`, { month: "long", timeZone: "UTC" });
  return t("{nth} {weekday} of {month}", { nth: NTH[nth] ?? nth, weekday: weekday(named), month: whole });
}

const hoursOf = (spans) => spans.map((span) => `${span.from}–${span.to}`).join(", ");

/** [days, hours] of a week: days in a row that have the same hours stand together. */
function openHours(week) {
  const found = [];
  for (const day of WEEK) {
    const hours = hoursOf(week[day]) || t("closed");
    const last = found.at(-1);
    if (last?.hours === hours) last.days.push(day);
    else found.push({ days: [day], hours });
  }
  const short = (day) => weekday(day, "short");
  return found.map(({ days, hours }) => [days.length > 1 ? `${short(days[0])} – ${short(days.at(-1))}` : short(days[0]), hours]);
}

function calendarAsked(all, calendar) {
  const zones = h("datalist", { id: "zones" }, (Intl.supportedValuesOf?.("timeZone") ?? []).map((zone) => h("option", { value: zone })));
  const usual = (day) => (WEEK.indexOf(day) < 5 ? "09:00–17:00" : "");
  const days = WEEK.map((day) => h("label.hours", null, h("span", null, weekday(day)), input(day, { value: calendar ? hoursOf(calendar.week[day]) : usual(day), placeholder: t("closed") })));
  ask(calendar ? t("Change {name}", { name: calendar.name }) : t("New calendar"), [
    field(t("Name"), input("name", { required: true, maxlength: "200", value: calendar?.name ?? "" })),
    field(t("Time zone"), input("timezone", { required: true, list: "zones", value: calendar?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone })), zones,
    h("div.field", null, h("span", null, t("Hours")), days, h("small", null, t("As 09:00–12:00, 13:00–17:00; a day ends at 24:00."))),
    field(t("Holidays"), h("textarea", { name: "holidays", rows: "5", value: [...(calendar?.holidays ?? []), ...(calendar?.yearly ?? [])].join("\n") }), t("A line each: 2026-12-25 is a day; 12-25 is one of each year, as is 11 4TH, November’s fourth Thursday.")),
  ], t("Save"), async (form) => {
    const body = calendarIn(form);
    if (!body) return false;
    await (calendar ? api.call("PATCH", `/v1/calendars/${calendar.id}`, body) : api.call("POST", "/v1/calendars", body));
    await all.again();
    return true;
  });
}

/** The calendar that a form tells; null, and a word about it, where hours are none. */
function calendarIn(form) {
  const week = {};
  for (const day of WEEK) {
    const spans = form.get(day).split(",").map((each) => each.trim()).filter(Boolean);
    const found = spans.map((each) => /^(\d\d:\d\d)\s*[–-]\s*(\d\d:\d\d)$/.exec(each));
    if (found.includes(null)) {
      say(t("“{hours}” are no hours: 09:00–17:00 are.", { hours: form.get(day) }), true);
      return null;
    }
    week[day] = found.map(([, from, to]) => ({ from, to }));
  }
  const lines = form.get("holidays").split(/[\n,;]+/).map((each) => each.trim().toUpperCase()).filter(Boolean);
  const single = (day) => /^\d{4}-/.test(day);
  return { name: form.get("name").trim(), timezone: form.get("timezone").trim(), week, holidays: lines.filter(single), yearly: lines.filter((day) => !single(day)) };
}

function holidaysAsked(all, calendar) {
  const file = h("input", { type: "file", name: "file", accept: ".ics,text/calendar", required: true });
  ask(t("Holidays of {name}", { name: calendar.name }), [field(t("An iCalendar file"), file, t("Whole days, and days of each year. They are added to those that are there; look them over: many files have days on which one works."))], t("Add"), async (form) => {
    const after = await api.call("POST", `/v1/calendars/${calendar.id}/holidays`, { ics: await form.get("file").text() });
    const added = after.holidays.length + after.yearly.length - calendar.holidays.length - calendar.yearly.length;
    say(plural(added, "One day is added.", "{n} days are added."));
    await all.again();
  });
}

// --- measured segments

function measuredAsked(all) {
  const ticks = all.segments.map((each) => h("label.tick", null, h("input", { type: "checkbox", name: "segment", value: each.id, checked: all.measured.includes(each.id) }), each.name));
  ask(t("Measured segments"), [h("p", null, t("Figures tell their customers apart, by who is in them when a clock ends: ten at most.")), ticks.length ? ticks : empty(t("There are no segments."))], t("Save"), async (form) => {
    await api.call("PUT", "/v1/measured-segments", { segments: form.getAll("segment") });
    await all.again();
  });
}
