// Settings: policies in their order, the calendars that they count by, the segments that are measured.

import { h } from "../shared/dom.js";
import { ask, choice, doing, empty, face, field, input, say } from "./parts.js";
import { api, here, may } from "./session.js";

const CLOCKS = [["first_minutes", "First answer"], ["next_minutes", "Next answers"], ["update_minutes", "Progress"], ["outcome_minutes", "End"]];
const HASTE = ["urgent", "high", "normal", "low"];
const WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const UNITS = { "": 1, m: 1, min: 1, h: 60, d: 1440 };

export async function policiesTab(again) {
  const [policies, calendars, segments, measured] = await Promise.all([api.get("/v1/policies"), api.get("/v1/calendars"), api.all("/v1/segments"), api.get("/v1/measured-segments")]);
  const all = { policies: policies.items, calendars: calendars.items, segments, measured: measured.segments, again };
  const part = (title, word, add, found, none) => h("section.part", { "aria-label": title },
    h("header", null, h("h2", null, title), may("admin") ? h("button.plain", { type: "button", onclick: add }, word) : null),
    found.length ? h("div.cards", null, found) : empty(none));
  const known = all.measured.map((id) => h("span.tag", null, nameOf(segments, id, "a segment that is gone")));
  return [
    part("Policies", "New policy", () => policyAsked(all, null), all.policies.map((policy) => policyCard(all, policy)), "Nobody is owed anything by a time. The first policy that matches a customer holds."),
    part("Calendars", "New calendar", () => calendarAsked(all, null), all.calendars.map((calendar) => calendarCard(all, calendar)), "Without a calendar the clock goes round."),
    part("Measured segments", "Choose", () => measuredAsked(all), known.length ? [h("p.line", null, known)] : [], "No segment’s figures are kept apart."),
  ];
}

const nameOf = (these, id, otherwise) => these.find((each) => each.id === id)?.name ?? otherwise;

// --- policies

function policyCard(all, policy) {
  const differing = HASTE.filter((each) => policy.priorities[each]);
  const row = (name, targets) => h("tr", null, h("th", { scope: "row" }, name), CLOCKS.map(([clock]) => h("td", null, lasting(targets[clock]) || "–")));
  const table = h("table.targets", null,
    h("thead", null, h("tr", null, h("td"), CLOCKS.map(([, words]) => h("th", { scope: "col" }, words)))),
    h("tbody", null, row("all", policy.targets), differing.map((each) => row(each, { ...policy.targets, ...policy.priorities[each] }))));
  const moved = (by, word, off) => doing("plain", { disabled: off, "aria-label": `${word} ${policy.name}` }, async () => {
    await api.call("PATCH", `/v1/policies/${policy.id}`, { position: policy.position + by });
    await all.again();
  }, by < 0 ? "↑" : "↓");
  return h("article.card", { "aria-label": policy.name },
    h("header", null, h("h3.name", null, policy.name), h("span.tag", null, policy.segment ? nameOf(all.segments, policy.segment, "a segment that is gone") : "everybody"), h("span.tag", null, nameOf(all.calendars, policy.calendar, "around the clock"))),
    table,
    h("p.dim", null, [policy.warn_minutes ? `Agents are warned ${lasting(policy.warn_minutes)} before.` : "Nobody is warned.", policy.words ? ` Customers read: “${policy.words}”` : "", policy.escalate.length ? ` When something was missed, ${policy.escalate.map((id) => here.agents.get(id)?.name ?? "an agent who is gone").join(", ")} hears of it, too.` : "", policy.no_answer ? ` Who does not answer is reminded twice, each time after ${lasting(policy.no_answer.after_minutes)}; then the room is closed.` : ""]),
    may("admin") ? h("menu", null, moved(-1, "Up:", policy.position === 1), moved(1, "Down:", policy.position === all.policies.length), h("button.plain", { type: "button", onclick: () => policyAsked(all, policy) }, "Change"),
      h("button.plain", { type: "button", onclick: () => ask(`Remove “${policy.name}”?`, [h("p", null, "Nothing new is due by it. What has begun is worked off by the policy that matches then.")], "Remove", async () => { await api.call("DELETE", `/v1/policies/${policy.id}`); await all.again(); }) }, "Remove")) : null);
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
  const cell = (of, [clock, words], targets, hint) => h("td", null, input(`${of}:${clock}`, { size: "6", "aria-label": `${words}, ${of}`, placeholder: hint, value: targets?.[clock] === null && of !== "all" ? "–" : lasting(targets?.[clock]) }));
  const line = (of, targets, hint) => h("tr", null, h("th", { scope: "row" }, of), CLOCKS.map((clock) => cell(of, clock, targets, hint)));
  const grid = h("table.targets", null,
    h("thead", null, h("tr", null, h("td"), CLOCKS.map(([, words]) => h("th", { scope: "col" }, words)))),
    h("tbody", null, line("all", policy?.targets, "none"), HASTE.map((each) => line(each, policy?.priorities[each], "same"))));
  ask(policy ? `Change ${policy.name}` : "New policy", [
    field("Name", input("name", { required: true, maxlength: "200", value: policy?.name ?? "" })),
    h("div.pair", null,
      field("For", choice("segment", [["", "everybody"], ...all.segments.map((each) => [each.id, each.name])], policy?.segment ?? "")),
      field("Counts by", choice("calendar", [["", "around the clock"], ...all.calendars.map((each) => [each.id, each.name])], policy?.calendar ?? ""))),
    h("div.field", null, h("span", null, "Due within"), grid, h("small", null, "As 30m, 4h or 2d (48 hours) of business time. Of a priority: empty is the same as all, “–” is none.")),
    h("div.pair", null,
      field("Warn agents before", input("warn", { value: policy ? lasting(policy.warn_minutes) : "30 min" }), "Empty: never."),
      field("A new episode after", input("episode", { type: "number", min: "1", max: "365", required: true, value: policy?.episode_days ?? 7 }), "Days of silence.")),
    h("fieldset", null, h("legend", null, "Who hears of it, too, when something was missed"), h("div.ticks", null, called(policy))),
    field("What customers read of it", h("textarea", { name: "words", rows: "2", maxlength: "500", value: policy?.words ?? "" }), "Empty: nothing."),
    h("fieldset", null, h("legend", null, "Who does not answer"),
      field("Remind them after", input("quiet", { value: lasting(policy?.no_answer?.after_minutes), placeholder: "never" }), "Twice; after as long again the room is closed, unless something is promised or an issue is open."),
      ...["First", "Second"].map((which, i) => field(`${which} reminder`, h("textarea", { name: "reminder", rows: "2", maxlength: "2000", value: policy?.no_answer?.reminders[i] ?? "" })))),
  ], "Save", async (form) => {
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
    say(`“${strange[1]}” is no duration: 30m, 4h and 2d are.`, true);
    return null;
  }
  const quiet = minutesIn(form.get("quiet"));
  const reminders = form.getAll("reminder").map((text) => text.trim());
  if (quiet && !reminders.every(Boolean)) {
    say("Who does not answer is reminded twice: both reminders say something.", true);
    return null;
  }
  const no_answer = quiet ? { after_minutes: quiet, reminders } : null;
  const targets = (of) => Object.fromEntries(CLOCKS.map(([clock]) => [clock, form.get(`${of}:${clock}`).trim()]).filter(([, value]) => value).map(([clock, value]) => [clock, minutesIn(value)]));
  const priorities = Object.fromEntries(HASTE.map((each) => [each, targets(each)]).filter(([, each]) => Object.keys(each).length));
  return { name: form.get("name").trim(), segment: form.get("segment"), calendar: form.get("calendar"), targets: targets("all"), priorities, warn_minutes: minutesIn(form.get("warn")) ?? 0, episode_days: Number(form.get("episode")), words: form.get("words").trim(), no_answer, escalate: form.getAll("escalate") };
}

// --- calendars

function calendarCard(all, calendar) {
  const today = new Date().toISOString().slice(0, 10);
  const coming = calendar.holidays.filter((each) => each >= today).sort();
  const more = coming.length > 6 ? ` and ${coming.length - 6} more` : "";
  return h("article.card", { "aria-label": calendar.name },
    h("header", null, h("h3.name", null, calendar.name), h("span.tag", null, calendar.timezone)),
    h("dl", null,
      openHours(calendar.week).map(([days, hours]) => [h("dt", null, days), h("dd", null, hours)]),
      h("dt", null, "Next holidays"), h("dd", null, coming.length ? coming.slice(0, 6).map(dated).join(", ") + more : "none"),
      calendar.yearly.length ? [h("dt", null, "Each year"), h("dd", null, calendar.yearly.map(eachYear).join(", "))] : null),
    may("admin") ? h("menu", null, h("button.plain", { type: "button", onclick: () => calendarAsked(all, calendar) }, "Change"),
      h("button.plain", { type: "button", onclick: () => holidaysAsked(all, calendar) }, "Holidays from a file"),
      h("button.plain", { type: "button", onclick: () => ask(`Remove “${calendar.name}”?`, [h("p", null, "Customers that have it count by their policy’s again.")], "Remove", async () => { await api.call("DELETE", `/v1/calendars/${calendar.id}`); await all.again(); }) }, "Remove")) : null);
}

const dated = (day) => new Date(`${day}T12:00:00Z`).toLocaleDateString([], { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const NTH = { 1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", "-1": "last" };
const monthly = (day) => new Date(`2000-${day}T12:00:00Z`).toLocaleDateString([], { day: "numeric", month: "short", timeZone: "UTC" });

/** `25 Dec` of `12-25`, `fourth Thursday of November` of `11 4TH`. */
function eachYear(day) {
  const [, month, nth, weekday] = /^(\d\d) (-?\d)([A-Z]{2})$/.exec(day) ?? [];
  if (!month) return monthly(day);
  const named = WEEK.find((each) => each.slice(0, 2).toUpperCase() === weekday);
  const whole = new Date(`2000-${month}-01T12:00:00Z`).toLocaleDateString([], { month: "long", timeZone: "UTC" });
  return `${NTH[nth] ?? nth} ${named[0].toUpperCase()}${named.slice(1)} of ${whole}`;
}

const hoursOf = (spans) => spans.map((span) => `${span.from}–${span.to}`).join(", ");

/** [days, hours] of a week: days in a row that have the same hours stand together. */
function openHours(week) {
  const found = [];
  for (const day of WEEK) {
    const hours = hoursOf(week[day]) || "closed";
    const last = found.at(-1);
    if (last?.hours === hours) last.days.push(day);
    else found.push({ days: [day], hours });
  }
  const short = (day) => `${day[0].toUpperCase()}${day.slice(1, 3)}`;
  return found.map(({ days, hours }) => [days.length > 1 ? `${short(days[0])} – ${short(days.at(-1))}` : short(days[0]), hours]);
}

function calendarAsked(all, calendar) {
  const zones = h("datalist", { id: "zones" }, (Intl.supportedValuesOf?.("timeZone") ?? []).map((zone) => h("option", { value: zone })));
  const usual = (day) => (WEEK.indexOf(day) < 5 ? "09:00–17:00" : "");
  const days = WEEK.map((day) => h("label.hours", null, h("span", null, `${day[0].toUpperCase()}${day.slice(1)}`), input(day, { value: calendar ? hoursOf(calendar.week[day]) : usual(day), placeholder: "closed" })));
  ask(calendar ? `Change ${calendar.name}` : "New calendar", [
    field("Name", input("name", { required: true, maxlength: "200", value: calendar?.name ?? "" })),
    field("Time zone", input("timezone", { required: true, list: "zones", value: calendar?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone })), zones,
    h("div.field", null, h("span", null, "Hours"), days, h("small", null, "As 09:00–12:00, 13:00–17:00; a day ends at 24:00.")),
    field("Holidays", h("textarea", { name: "holidays", rows: "5", value: [...(calendar?.holidays ?? []), ...(calendar?.yearly ?? [])].join("\n") }), "A line each: 2026-12-25 is a day; 12-25 is one of each year, as is 11 4TH, November’s fourth Thursday."),
  ], "Save", async (form) => {
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
      say(`“${form.get(day)}” are no hours: 09:00–17:00 are.`, true);
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
  ask(`Holidays of ${calendar.name}`, [field("An iCalendar file", file, "Whole days, and days of each year. They are added to those that are there; look them over: many files have days on which one works.")], "Add", async (form) => {
    const after = await api.call("POST", `/v1/calendars/${calendar.id}/holidays`, { ics: await form.get("file").text() });
    const added = after.holidays.length + after.yearly.length - calendar.holidays.length - calendar.yearly.length;
    say(added === 1 ? "One day is added." : `${added} days are added.`);
    await all.again();
  });
}

// --- measured segments

function measuredAsked(all) {
  const ticks = all.segments.map((each) => h("label.tick", null, h("input", { type: "checkbox", name: "segment", value: each.id, checked: all.measured.includes(each.id) }), each.name));
  ask("Measured segments", [h("p", null, "Figures tell their customers apart, by who is in them when a clock ends: ten at most."), ticks.length ? ticks : empty("There are no segments.")], "Save", async (form) => {
    await api.call("PUT", "/v1/measured-segments", { segments: form.getAll("segment") });
    await all.again();
  });
}
