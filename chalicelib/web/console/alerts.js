// Settings, of oneself: the language, and how one is told of what happens in rooms while one is elsewhere.

import { h } from "../shared/dom.js";
import { possible, subscribe, subscribed, unsubscribe } from "./browser.js";
import { choice, doing, empty, field, input, say } from "./parts.js";
import { api } from "./session.js";
import { chooseLanguage, chosenLanguage, languages, t } from "./translate.js";

const KINDS = [
  ["late", "A room is late", "A clock was missed, a promise is overdue: who is on it, and the team."],
  ["late_soon", "A room is late soon", "Before a clock is due: who is on it; where nobody is, the team."],
  ["undelivered", "An answer did not get through", "You wrote it, or are on its room."],
  ["mentioned", "You are named", "In a message or a note."],
  ["assigned", "You are put on a room", ""],
  ["answered", "The customer writes", "In a room that you are on or, where nobody is, answered last."],
  ["segment", "A new question in a segment", "That you follow, below."],
];
const WAYS = [["mail", "Mail"], ["chat", "Chat"], ["browser", "Browser"], ["digest", "Digest"]];

/** Each part is saved by itself, and draws itself alone anew: what is not saved yet in another one stays. */
export async function alertsTab() {
  const [told, segments, mine, browsers] = await Promise.all([api.get("/v1/me/alerts"), api.all("/v1/segments"), subscribed(), api.get("/v1/me/browsers")]);
  const save = (body, then) => async () => {
    Object.assign(told, await api.call("PATCH", "/v1/me/alerts", body()));
    say("Saved.");
    then?.();
  };
  return [languagePart(), waysPart(told, save), segmentsPart(told, segments, save), browserPart(mine, browsers.items), timesPart(told, save), awayPart(told, save)];
}

const part = (title, words, ...inside) => h("section.part", { "aria-label": title }, h("header", null, h("h2", null, title)), h("p.dim", null, words), inside);

function languagePart() {
  const chosen = choice("language", [["", t("As the browser says")], ...languages], chosenLanguage());
  chosen.addEventListener("change", () => chooseLanguage(chosen.value));
  return part(t("Language"), t("Of this page, in this browser. What customers read is not translated."), field(t("Language"), chosen));
}

function waysPart(told, save) {
  const tick = (kind, words, [way, name]) => h("td", null, h("input", { type: "checkbox", name: `${kind}:${way}`, "aria-label": `${words}: ${name}`, checked: told.ways[kind].includes(way) }));
  const rows = KINDS.map(([kind, words, more]) => h("tr", null, h("th", { scope: "row" }, words, more ? h("small", null, more) : null), WAYS.map((way) => tick(kind, words, way))));
  const table = h("table.targets.ways", null, h("thead", null, h("tr", null, h("td"), WAYS.map(([, name]) => h("th", { scope: "col" }, name)))), h("tbody", null, rows));
  const chosen = () => ({ ways: Object.fromEntries(KINDS.map(([kind]) => [kind, WAYS.map(([way]) => way).filter((way) => table.querySelector(`[name="${kind}:${way}"]`).checked)])) });
  return part("How", "One message for all that happened in two minutes, without what you have read or done by then. What no chat and no browser takes goes by mail.", table, h("menu", null, doing("primary", {}, save(chosen), "Save")));
}

function segmentsPart(told, segments, save) {
  if (!segments.length) return part("Segments", "There is no segment to follow yet.");
  const ticks = segments.map((each) => h("label.tick", null, h("input", { type: "checkbox", value: each.id, checked: told.segments.includes(each.id) }), each.name));
  const chosen = () => ({ segments: ticks.map((each) => each.querySelector("input")).filter((each) => each.checked).map((each) => each.value) });
  return part("Segments", "New questions of their customers are told to you.", h("div", null, ticks), h("menu", null, doing("plain", {}, save(chosen), "Follow these")));
}

function browserPart(mine, browsers) {
  const again = async () => {
    const [now, there] = await Promise.all([subscribed(), api.get("/v1/me/browsers")]);
    shown.replaceWith(browserPart(now, there.items));
  };
  const others = browsers.filter((each) => each.id !== mine);
  const gone = (each) => doing("link", { "aria-label": `Forget the browser at ${each.service}` }, async () => { await api.call("DELETE", `/v1/me/browsers/${each.id}`); await again(); }, "Forget");
  const here = !possible() ? empty("This browser takes no pushes.")
    : mine ? doing("plain", {}, async () => { await unsubscribe(); await again(); }, "Not in this browser any more")
    : doing("plain", {}, async () => { if (await subscribe()) await again(); else say("The browser was not allowed to show anything.", true); }, "Tell me in this browser");
  const list = others.length ? h("ul.plainly", null, others.map((each) => h("li", null, h("span", null, each.service, h("small", null, new Date(each.created_at).toLocaleString())), gone(each)))) : null;
  const shown = part("Browsers", mine ? "This browser shows what happens, also while the console is closed." : "A browser shows what happens, also while the console is closed.", h("menu", null, here), list);
  return shown;
}

function timesPart(told, save) {
  const from = input("from", { type: "time", value: told.quiet?.from ?? "" });
  const to = input("to", { type: "time", value: told.quiet?.to ?? "" });
  const digest = input("digest", { type: "time", required: true, value: told.digest_at });
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = [...new Set([told.timezone, own, "UTC", ...(Intl.supportedValuesOf?.("timeZone") ?? [])])].map((each) => [each, each]);
  const zone = choice("timezone", zones, told.timezone);
  const chosen = () => ({ quiet: from.value && to.value ? { from: from.value, to: to.value } : null, digest_at: digest.value || told.digest_at, timezone: zone.value });
  return part("When", "In quiet hours nothing is sent: it is told at their end. A digest is one mail a day.",
    h("div.pair", null, field("Quiet from", from, "Empty: never."), field("Until", to)),
    h("div.pair", null, field("Digest at", digest), field("By the clock of", zone)),
    h("menu", null, doing("plain", {}, save(chosen), "Save times")));
}

function awayPart(told, save) {
  const away = told.away_until && Date.parse(told.away_until) > Date.now();
  const until = input("until", { type: "datetime-local", required: true });
  const anew = () => shown.replaceWith(awayPart(told, save));
  const leave = doing("plain", {}, async () => {
    if (!until.value) return say("Until when?", true);
    return save(() => ({ away_until: new Date(until.value).toISOString() }), anew)();
  }, "I am away");
  const shown = away
    ? part("Away", `Until ${new Date(told.away_until).toLocaleString()} your team is told instead of you.`, h("menu", null, doing("plain", {}, save(() => ({ away_until: null }), anew), "I am back")))
    : part("Away", "While you are away your team is told instead of you.", field("Until", until), h("menu", null, leave));
  return shown;
}
