// Settings, of oneself: the language, and how one is told of what happens in rooms while one is elsewhere.

import { h } from "../shared/dom.js";
import { possible, subscribe, subscribed, unsubscribe } from "./browser.js";
import { choice, doing, empty, field, input, say } from "./parts.js";
import { api } from "./session.js";
import { chooseLanguage, chosenLanguage, languages, moment, plural, t } from "./translate.js";
import { WAITS, waitFor, waits } from "./undoing.js";

const KINDS = [
  ["late", t("A room is late"), t("A clock was missed, a promise is overdue: who is on it, and the team.")],
  ["late_soon", t("A room is late soon"), t("Before a clock is due: who is on it; where nobody is, the team.")],
  ["undelivered", t("An answer did not get through"), t("You wrote it, or are on its room.")],
  ["mentioned", t("You are named"), t("In a message or a note.")],
  ["assigned", t("You are put on a room"), ""],
  ["answered", t("The customer writes"), t("In a room that you are on or, where nobody is, answered last.")],
  ["segment", t("A new question in a segment"), t("That you follow, below.")],
];
const WAYS = [["mail", t("Mail")], ["chat", t("Chat")], ["browser", t("Browser")], ["digest", t("Digest")]];

/** Each part is saved by itself, and draws itself alone anew: what is not saved yet in another one stays. */
export async function alertsTab() {
  const [told, segments, mine, browsers] = await Promise.all([api.get("/v1/me/alerts"), api.all("/v1/segments"), subscribed(), api.get("/v1/me/browsers")]);
  const save = (body, then) => async () => {
    Object.assign(told, await api.call("PATCH", "/v1/me/alerts", body()));
    say(t("Saved."));
    then?.();
  };
  return [languagePart(), undoPart(), waysPart(told, save), segmentsPart(told, segments, save), browserPart(mine, browsers.items), timesPart(told, save), awayPart(told, save)];
}

const part = (title, words, ...inside) => h("section.part", { "aria-label": title }, h("header", null, h("h2", null, title)), h("p.dim", null, words), inside);

function undoPart() {
  const chosen = choice("undo", WAITS.map((each) => [String(each), each ? plural(each, "{n} second", "{n} seconds") : t("Send at once")]), String(waits()));
  chosen.addEventListener("change", () => {
    waitFor(Number(chosen.value));
    say(t("Saved."));
  });
  return part(t("Undo"), t("What you send, and rooms that you resolve, wait for so long in this browser, and can be undone. Whoever closes the page sends at once."), field(t("Undo for"), chosen));
}

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
  return part(t("How"), t("One message for all that happened in two minutes, without what you have read or done by then. What no chat and no browser takes goes by mail."), table, h("menu", null, doing("primary", {}, save(chosen), t("Save"))));
}

function segmentsPart(told, segments, save) {
  if (!segments.length) return part(t("Segments"), t("There is no segment to follow yet."));
  const ticks = segments.map((each) => h("label.tick", null, h("input", { type: "checkbox", value: each.id, checked: told.segments.includes(each.id) }), each.name));
  const chosen = () => ({ segments: ticks.map((each) => each.querySelector("input")).filter((each) => each.checked).map((each) => each.value) });
  return part(t("Segments"), t("New questions of their customers are told to you."), h("div", null, ticks), h("menu", null, doing("plain", {}, save(chosen), t("Follow these"))));
}

function browserPart(mine, browsers) {
  const again = async () => {
    const [now, there] = await Promise.all([subscribed(), api.get("/v1/me/browsers")]);
    shown.replaceWith(browserPart(now, there.items));
  };
  const others = browsers.filter((each) => each.id !== mine);
  const gone = (each) => doing("link", { "aria-label": t("Forget the browser at {service}", { service: each.service }) }, async () => { await api.call("DELETE", `/v1/me/browsers/${each.id}`); await again(); }, t("Forget"));
  const here = !possible() ? empty(t("This browser takes no pushes."))
    : mine ? doing("plain", {}, async () => { await unsubscribe(); await again(); }, t("Not in this browser any more"))
    : doing("plain", {}, async () => { if (await subscribe()) await again(); else say(t("The browser was not allowed to show anything."), true); }, t("Tell me in this browser"));
  const list = others.length ? h("ul.plainly", null, others.map((each) => h("li", null, h("span", null, each.service, h("small", null, moment(each.created_at))), gone(each)))) : null;
  const shown = part(t("Browsers"), mine ? t("This browser shows what happens, also while the console is closed.") : t("A browser shows what happens, also while the console is closed."), h("menu", null, here), list);
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
  return part(t("When"), t("In quiet hours nothing is sent: it is told at their end. A digest is one mail a day."),
    h("div.pair", null, field(t("Quiet from"), from, t("Empty: never.")), field(t("Until"), to)),
    h("div.pair", null, field(t("Digest at"), digest), field(t("By the clock of"), zone)),
    h("menu", null, doing("plain", {}, save(chosen), t("Save times"))));
}

function awayPart(told, save) {
  const away = told.away_until && Date.parse(told.away_until) > Date.now();
  const until = input("until", { type: "datetime-local", required: true });
  const anew = () => shown.replaceWith(awayPart(told, save));
  const leave = doing("plain", {}, async () => {
    if (!until.value) return say(t("Until when?"), true);
    return save(() => ({ away_until: new Date(until.value).toISOString() }), anew)();
  }, t("I am away"));
  const shown = away
    ? part(t("Away"), t("Until {time} your team is told instead of you.", { time: moment(told.away_until) }), h("menu", null, doing("plain", {}, save(() => ({ away_until: null }), anew), t("I am back"))))
    : part(t("Away"), t("While you are away your team is told instead of you."), field(t("Until"), until), h("menu", null, leave));
  return shown;
}
