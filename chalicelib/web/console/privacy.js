// Settings, of personal data: who is forgotten, held and exported; and an erasure's report, which goes on by itself and is filed.

import { h } from "../shared/dom.js";
import { copied } from "./code.js";
import { OF, agentName, exportRow, holdRow, renew } from "./forget.js";
import { channelName, kindOf } from "./kinds.js";
import { part } from "./machines.js";
import { attempt, doing, empty, redraw } from "./parts.js";
import { retentionPart } from "./retention.js";
import { api, here } from "./session.js";
import { date, moment, number, plural, served, t, when } from "./translate.js";

const AT_ONCE = 20;
const LOOKS = { queued: 2000, running: 2000, waiting: 15000, held: 15000 }; // ms until the next look

const STATES = { queued: t("is about to begin"), running: t("running"), waiting: t("waiting for the other side"), held: t("held"), done: t("done") };
const STATE_TAGS = { queued: ".sending", running: ".sending", waiting: ".us", held: ".us", done: ".done" };
const STAGES = [
  ["mark", t("They are known as forgotten: who comes from now on is somebody new")],
  ["walk", t("Records and messages go, here and where they were sent")],
  ["ids", t("Other sides’ ids of them go")],
  ["search", t("Search is written anew")],
  ["log", t("Their lines go out of the log of usage")],
];
const OF_CUSTOMERS = [
  ["rooms", t("Its rooms go, with all that was said there")],
  ["company", t("It goes itself")],
];
const FARED = { done: t("gone there"), waiting: t("waiting for the other side"), unsupported: t("not supported there"), failed: t("failed"), "by-hand": t("by hand") };
const FARED_TAGS = { done: ".done", waiting: ".sending", unsupported: ".us", failed: ".failed", "by-hand": ".us" };
const FARED_WORDS = {
  waiting: t("It is deleted there as soon as the other side takes it."),
  unsupported: t("Nobody takes back there what was sent: it stays with who got it, who can be asked."),
  failed: t("It is still there: it is to be removed there by hand."),
};
/** What each kind of record is called: desk/personal_data.py has what it is. */
const RECORDS = {
  Agent: t("Agents"),
  AgentAlerts: t("Alerts to come"),
  AgentKey: t("Keys of coding agents"),
  AlertChoices: t("Choices of alerts"),
  AlertToken: t("Links to choices of alerts"),
  Alerted: t("Marks of alerts"),
  ApiKey: t("API keys"),
  Attachment: t("Files"),
  Audit: t("Entries of the log of who did what"),
  Binding: t("Ways from conversations outside"),
  Bridge: t("Bridges"),
  Broadcast: t("Broadcasts"),
  Browser: t("Browsers that are told of alerts"),
  Change: t("Changes of rooms"),
  Claim: t("Answers kept for repeats"),
  Clock: t("Clocks"),
  Comment: t("Comments of tickets"),
  ConnectCode: t("Codes for conversations"),
  Connection: t("Open connections"),
  Correspondent: t("Who is written mails"),
  Counted: t("Users in counts"),
  Customer: t("Customers"),
  DayFigures: t("Figures of days"),
  DeadLetter: t("Dead letters"),
  Delivery: t("Deliveries"),
  Developer: t("Developers"),
  Erasure: t("Erasures"),
  Event: t("Events told to webhooks"),
  Export: t("Exports"),
  Flaw: t("Flaws of imports"),
  HeldBack: t("Work held back after a restore"),
  History: t("Histories of issues"),
  Hold: t("Holds"),
  Install: t("Installs"),
  Issue: t("Issues"),
  IssueTie: t("Rooms behind issues"),
  Job: t("Jobs"),
  Lane: t("Turns outside"),
  Mailbox: t("Addresses of users"),
  MailedLinks: t("Counts of mailed links"),
  Mapped: t("Ids of other sides"),
  Message: t("Messages"),
  Notice: t("Notices"),
  NoticeReceipt: t("Receipts of notices"),
  OutsideName: t("Names of accounts outside"),
  OutsidePerson: t("People of accounts outside"),
  Pains: t("Weekly lists of issues"),
  PainsPlan: t("Recipients of weekly lists"),
  PendingComment: t("Comments on their way"),
  Person: t("People"),
  PersonOf: t("Parts of people"),
  Piece: t("Parts of broadcasts"),
  Policies: t("Policies"),
  Proposal: t("Proposals"),
  Question: t("Questions about usage"),
  Rating: t("Ratings"),
  RatingAsked: t("Marks of who was asked"),
  Reason: t("Reasons why usage moved"),
  ReturnAddress: t("Addresses for answers by mail"),
  Room: t("Rooms"),
  RoomViews: t("Views of rooms"),
  Seen: t("Marks of what was read"),
  Segment: t("Segments"),
  Session: t("Sessions"),
  SetAside: t("Events of usage set aside"),
  SignInLink: t("Links to sign in"),
  Signal: t("Signals of usage"),
  Snippet: t("Snippets"),
  Subscription: t("Subscriptions"),
  Ticket: t("Tickets"),
  Tracking: t("Settings of trackers"),
  Tree: t("Search indexes"),
  Unheard: t("What did not get in"),
  Unindexed: t("What search has not taken yet"),
  Untied: t("Marks that two are not one"),
  UsageActor: t("Marks of who called"),
  User: t("Users"),
  ViewRow: t("Rows of views"),
  Visitor: t("Visitors"),
};

export async function privacyTab(again, go) {
  const [erasures, holds, exports, retention] = await Promise.all([
    pages("/v1/erasures", t("Erasures"), "pickable.erasures", (each) => erasureRow(each, go), t("Nobody was forgotten yet.")),
    pages("/v1/holds", t("Holds"), "plainly", (each) => holdRow(each, again), t("Nobody is held.")),
    pages("/v1/exports", t("Exports"), "plainly", exportRow, t("Nothing was collected yet.")),
    retentionPart(again),
  ]);
  return [
    h("p.dim", null, t("Forget, hold and export is with a person, who is shown from beside a room, and with a customer there.")),
    part(t("Erasures"), t("Who was forgotten is named by nothing in here: each has a report to file."), erasures),
    part(t("Holds"), t("Who is held is not forgotten, whoever asks."), holds),
    part(t("Exports"), t("All that there is of somebody, to be fetched once within seven days."), exports),
    retention,
  ];
}

/** A list of the API, page by page. */
async function pages(path, title, what, row, none) {
  const list = h(`ul.${what}`, { "aria-label": title });
  const more = h("div");
  const load = async (cursor = "") => {
    const { items, next } = await api.get(`${path}?limit=${AT_ONCE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    list.append(...items.map(row));
    more.replaceChildren(next ? doing("plain", {}, () => load(next), t("Show more")) : "");
  };
  await load();
  return list.children.length ? [list, more] : h("p.dim", null, none);
}

const tag = (erasure) => h(`span.tag${STATE_TAGS[erasure.state]}`, null, STATES[erasure.state]);

function erasureRow(erasure, go) {
  const words = [OF[erasure.of], t("asked for by {agent}", { agent: agentName(erasure.requested_by) })].join(", ");
  return h("li", null, h("button", { type: "button", onclick: () => go(`#/settings/privacy/${erasure.id}`) },
    tag(erasure), h("span", { dir: "auto" }, words), h("time", { datetime: erasure.created_at }, when(erasure.created_at))));
}

// --- the report

/** The page of one erasure. */
export async function report(id, go) {
  const first = await attempt(() => api.get(`/v1/erasures/${encodeURIComponent(id)}`));
  const installs = first && await attempt(() => api.all("/v1/installs"));
  if (!first) return empty(t("There is no such report."));
  const names = new Map((installs ?? []).map((each) => [each.id, each.name]));
  const status = h("p.line", { role: "status" });
  const paper = h("article.report", { "aria-label": t("Report of an erasure") });
  let shown = "";
  const show = (erasure) => {
    if (JSON.stringify(erasure) === shown) return;
    shown = JSON.stringify(erasure);
    redraw(status, () => [tag(erasure), h("span", null, standing(erasure))]);
    redraw(paper, () => written(erasure, names));
  };
  show(first);
  const page = h("div.sheet", null,
    h("header", null, h("h1", null, t("Report of an erasure")), h("button.plain", { type: "button", onclick: () => go("#/settings/privacy") }, t("Privacy"))),
    status,
    h("menu", null, h("button.plain", { type: "button", onclick: () => copied(paper.innerText) }, t("Copy")), h("button.plain", { type: "button", onclick: () => print() }, t("Print"))),
    paper);
  if (first.state !== "done") renew(page, async () => {
    const now = await api.get(`/v1/erasures/${first.id}`).catch(() => null);
    if (now) show(now);
    return now ? LOOKS[now.state] : LOOKS.waiting;
  });
  return page;
}

function standing({ state, ended_at }) {
  if (state === "done") return t("Done on {when}.", { when: moment(ended_at) });
  if (state === "held") return t("Somebody holds them: it goes on once nobody does. Settings, Privacy lists the holds.");
  if (state === "waiting") return t("What is still there is looked at again after some minutes, later once an hour.");
  return t("It goes on by itself, also while nobody looks.");
}

function written(erasure, names) {
  const facts = [
    [t("Workspace"), here.me.workspace.name],
    [t("Who"), OF[erasure.of]],
    [t("Asked for"), t("{when} by {agent}", { when: moment(erasure.created_at), agent: agentName(erasure.requested_by) })],
    [t("State"), STATES[erasure.state]],
    erasure.ended_at ? [t("Done"), moment(erasure.ended_at)] : null,
    [t("Report"), h("code", null, erasure.id)],
    [t("Their id from now on"), h("code", null, erasure.stand_in)],
  ];
  return [
    h("dl", null, facts.filter(Boolean).map(([name, value]) => [h("dt", null, name), h("dd", { dir: "auto" }, value)])),
    chapter(t("How far it is"), stages(erasure)),
    chapter(t("Records"), records(erasure)),
    chapter(t("What was sent elsewhere"), elsewhere(erasure, names)),
    chapter(t("Copies that nobody can change"), copies(erasure)),
    chapter(t("What came again from before"), h("p", null, erasure.dropped ? plural(erasure.dropped, "{n} thing came again, and was dropped.", "{n} things came again, and were dropped.") : t("Nothing yet. What comes again is dropped, and counted here."))),
  ];
}

const chapter = (title, ...inside) => h("section", { "aria-label": title }, h("h2", null, title), inside);

function stages({ stage, of, state }) {
  const all = of === "customer" ? [...STAGES, ...OF_CUSTOMERS] : STAGES;
  const at = state === "done" ? all.length : Math.max(0, all.findIndex(([name]) => name === stage));
  const now = stage === "done" ? all.length : at;
  return h("ol.stages", null, all.map(([, words], i) => h(`li.${i < now ? "past" : i === now ? "now" : "later"}`, { "aria-current": i === now ? "step" : null },
    words, h("span.unseen", null, i < now ? t(": done") : i === now ? t(": now") : t(": not yet")))));
}

/** How many of each kind, the most first. */
function records({ removed, anonymised }) {
  const kinds = [...new Set([...Object.keys(removed), ...Object.keys(anonymised)])];
  if (!kinds.length) return h("p.dim", null, t("None yet."));
  const all = (kind) => (removed[kind] ?? 0) + (anonymised[kind] ?? 0);
  const row = (kind) => h("tr", null, h("th", { scope: "row" }, RECORDS[kind] ?? kind), h("td", null, number(removed[kind] ?? 0)), h("td", null, number(anonymised[kind] ?? 0)));
  const head = [t("Kind"), t("removed"), t("kept without them")];
  return h("table.counted", null,
    h("thead", null, h("tr", null, head.map((each) => h("th", { scope: "col" }, each)))),
    h("tbody", null, kinds.sort((one, other) => all(other) - all(one)).map(row)));
}

/** What lies at each install, and who has to do something there. */
function elsewhere({ elsewhere: twins, state }, names) {
  if (!twins.length) return h("p.dim", null, state === "done" ? t("Nothing was sent anywhere.") : t("Nothing was found yet."));
  const installs = [...new Set(twins.map((each) => each.install))];
  return installs.map((install) => {
    const there = twins.filter((each) => each.install === install);
    const { channel } = there[0];
    return h("section.twins", { "aria-label": names.get(install) ?? install },
      h("h3", { dir: "auto" }, [names.get(install) ?? install, channelName(channel)].join(" · ")),
      h("ul", null, there.map((each) => twin(each, channel))));
  });
}

function twin({ state, reason, count }, channel) {
  const words = state === "by-hand" ? kindOf(channel).by_hand || t("They said it there themselves, and remove it there.") : FARED_WORDS[state];
  const twice = reason === "an answer was lost: it may stand there once more, where we cannot find it"; // our own message, a second time
  return h("li", null,
    h(`span.tag${FARED_TAGS[state]}`, null, FARED[state]), h("span", null, plural(count, "{n} message", "{n} messages"),
      twice ? h("small", null, t("An answer of the other side was lost: it may stand there once more, where we cannot find it.")) : null,
      words ? h("small", null, words) : null,
      reason && state !== "by-hand" ? h("small.reason", { lang: "en" }, reason) : null));
}

function copies({ copies: found }) {
  if (!found.length) return h("p.dim", null, t("Backups and logs end some weeks after it is done: the days will stand here."));
  return h("dl", null, found.map(({ where, ends_at }) => [h("dt", null, served(where)), h("dd", null, t("the last ends on {day}", { day: date(ends_at, { dateStyle: "long" }) }))]));
}
