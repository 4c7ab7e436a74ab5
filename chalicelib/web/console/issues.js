// Issues: what waits for an agent's word, what many rooms stand behind, and one of them with all that belongs to it.

import { h } from "../shared/dom.js";
import { ask, attempt, choice, doing, empty, field, input, say } from "./parts.js";
import { isTracker } from "./kinds.js";
import { ISSUE_KINDS, ISSUE_STATES, stateTag } from "./raise.js";
import { api, here, may } from "./session.js";
import { date, listed, moment, number, plural, served, t } from "./translate.js";

const SORTS = [["age", t("Newest first")], ["rooms", t("Most rooms first")], ["arr", t("Highest ARR first")]];
const PRIORITIES = ["none", "low", "medium", "high", "urgent"].map((name) => [name, served(name)]);
const POLICIES = [["draft", t("after a look at the draft")], ["tell", t("at once")], ["quiet", t("not at all")]];
const ABOUT = { comment: t("A comment in the tracker"), words: t("An agent's words") };

const states = () => Object.entries(ISSUE_STATES);
const behind = (issue) => [plural(issue.rooms, "{n} room", "{n} rooms"), plural(issue.customers, "{n} customer", "{n} customers"), issue.arr ? `ARR ${number(issue.arr)}` : ""].filter(Boolean).join(" · ");

/** The page: the drafts and the list, or one issue. */
export async function issues([id, ...rest], go) {
  return id?.startsWith("iss_") ? oneIssue(id, go) : several([id, ...rest], go);
}

async function several([state = "open", sort = "age"], go) {
  const rows = h("ul.pickable");
  const list = h("div", null, rows);
  const more = h("button.plain.wide", { type: "button", hidden: true, onclick: () => attempt(() => look(next)) }, t("More"));
  let next = null;
  const look = async (cursor) => {
    const page = await api.get(`/v1/issues?${new URLSearchParams({ state, sort, limit: "50", ...(cursor && { cursor }) })}`);
    next = page.next;
    more.hidden = !next;
    rows.append(...page.items.map((issue) => h("li", null, h("button", { type: "button", onclick: () => go(`#/issues/${issue.id}`) },
      h("span.tag", null, served(issue.kind)), h("span.glimpse", null, h("strong", null, issue.title), ` ${behind(issue)}`), h("time", null, date(issue.created_at))))));
    if (!rows.children.length) list.replaceChildren(empty(state === "open" ? t("Nothing is open. Raise an issue out of a room: its customer hears of it when it moves.") : t("None.")));
  };
  const drafts = h("div.drafts");
  await Promise.all([attempt(() => look(null)), attempt(() => fillDrafts(drafts, go))]);
  const order = choice("sort", SORTS, sort, { "aria-label": t("Order"), onchange: () => go(`#/issues/${state}/${order.value}`) });
  const tabs = states().map(([name, words]) => h("button.tab", { type: "button", "aria-current": name === state ? "page" : null, onclick: () => go(`#/issues/${name}/${sort}`) }, words));
  return h("div.sheet", null, h("header", null, h("h1", null, t("Issues")), order), drafts, h("nav.tabs", { "aria-label": t("State") }, tabs), list, more);
}

async function fillDrafts(place, go) {
  const page = await api.get("/v1/notices?limit=20");
  const named = async (id) => [id, (await api.get(`/v1/issues/${id}`)).title];
  const titles = new Map(await Promise.all([...new Set(page.items.map((notice) => notice.issue))].map(named)));
  const again = () => fillDrafts(place, go);
  const cards = page.items.map((notice) => noticeCard(notice, again, h("button.link", { type: "button", onclick: () => go(`#/issues/${notice.issue}`) }, titles.get(notice.issue))));
  place.replaceChildren(...(cards.length ? [h("section", { "aria-label": t("Drafts") }, h("h2", null, t("Customers wait for your word")), cards)] : []));
}

const noticeWords = (notice) => (notice.withdraws ? t("Takes back what was told") : notice.word ? t("Closed there, meaning unknown") : ABOUT[notice.about] ?? (notice.becomes ? t("It is {state}", { state: ISSUE_STATES[notice.becomes] }) : t("It is changed")));

/** What rooms are to be told, or were: a draft can be changed, approved and thrown away. */
function noticeCard(notice, again, title = null) {
  const open = notice.state === "draft" && may("write");
  const text = h("textarea", { rows: "4", value: notice.text, maxlength: "20000", "aria-label": t("What the rooms are told") });
  const resolve = h("input", { type: "checkbox", checked: notice.resolve });
  const step = (verb, words) => async () => {
    if (verb === "approve" && (text.value !== notice.text || resolve.checked !== notice.resolve) && !notice.withdraws) await api.call("PATCH", `/v1/notices/${notice.id}`, { text: text.value, resolve: resolve.checked });
    await api.call("POST", `/v1/notices/${notice.id}/${verb}`, {});
    say(words);
    await again();
  };
  const settle = (means) => async () => {
    if (text.value !== notice.text || resolve.checked !== notice.resolve) await api.call("PATCH", `/v1/notices/${notice.id}`, { text: text.value, resolve: resolve.checked });
    await api.call("POST", `/v1/notices/${notice.id}/means`, { means });
    say(t("The word means that from now on, and each room is told, once."));
    await again();
  };
  return h("article.card", { "aria-label": t("Notice") },
    h("header", null, title, h(`span.tag.${notice.state}`, null, served(notice.state)), h("span.dim", null, noticeWords(notice)), notice.told ? h("span.dim", null, plural(notice.told, "told {n} room", "told {n} rooms")) : null),
    notice.names.length ? h("p.bad", null, t("It names {names}, and others would read it.", { names: listed(notice.names) })) : null,
    notice.speaker ? h("p.dim", null, t("{speaker} wrote it in the tracker.", { speaker: notice.speaker })) : null,
    notice.held_because ? h("p.dim", null, notice.held_because) : null,
    open && !notice.withdraws ? text : h("pre.asis", { tabindex: "0" }, notice.text),
    open ? h("menu", null,
      notice.withdraws || notice.amends ? null : h("label.tick", null, resolve, t("Resolve the rooms")),
      doing("plain", {}, step("discard", t("Nobody is told.")), t("Discard")),
      ...notice.word ? ["declined", "done"].map((means) => doing(means === notice.becomes || (means === "done" && !notice.becomes) ? "primary" : "plain", {}, settle(means), t("“{word}” means {means}: tell", { word: notice.word, means: ISSUE_STATES[means] }))) : [doing("primary", {}, step("approve", t("Each room is told, once.")), notice.withdraws ? t("Take it back") : t("Tell the rooms"))]) : null);
}

async function oneIssue(id, go) {
  const page = h("div.sheet");
  const again = async () => {
    const path = `/v1/issues/${id}`;
    const [issue, rooms, tickets, notices, history, installs] = await Promise.all([
      api.get(path), api.get(`${path}/rooms?limit=100`), api.get(`${path}/tickets`), api.get(`${path}/notices?limit=20`), api.get(`${path}/history?limit=50`), api.all("/v1/installs")]);
    const names = new Map(installs.map((install) => [install.id, install.name]));
    const section = (title, found, none) => h("section", { "aria-label": title }, h("h2", null, title), found.length ? h("ul.plainly", null, found) : h("p.dim", null, none));
    page.replaceChildren(...[
      h("header", null, h("button.plain", { type: "button", onclick: () => go("#/issues") }, t("All issues")), stateTag(issue)),
      h("h1", null, issue.title),
      h("p.dim", null, [served(issue.kind), issue.priority === "none" ? "" : t("priority {priority}", { priority: served(issue.priority) }), issue.labels.join(", "), behind(issue), issue.reason].filter(Boolean).join(" · ")),
      issue.text ? h("pre.asis", { tabindex: "0" }, issue.text) : null,
      h("p", null, h("strong", null, t("Customers see:")), " ", issue.public_title || t("its state alone"), issue.public_text ? h("span.dim", null, ` ${issue.public_text}`) : null),
      may("write") ? h("menu", null, acts(issue, installs, again, go)) : null,
      ...notices.items.map((notice) => noticeCard(notice, again)),
      section(t("Rooms"), rooms.items.map((tie) => h("li", null, h("button.link", { type: "button", onclick: () => go(`#/inbox/open/${tie.room}`) }, tie.name ?? tie.room), h("span", null, tie.customer_name), h("time", null, date(tie.tied_at)))), t("No room is behind it.")),
      section(t("Tickets"), tickets.items.map((ticket) => ticketRow(ticket, names)), t("No tracker has it.")),
      section(t("History"), history.items.map((each) => entry(each, names, path, again)), t("Nothing yet.")),
    ].filter(Boolean));
  };
  await attempt(again);
  return page;
}

function ticketRow(ticket, names) {
  const told = ticket.key ?? ticket.ticket ?? served(ticket.standing);
  return h("li", null, ticket.url ? h("a", { href: ticket.url, target: "_blank", rel: "noopener noreferrer" }, told) : told,
    h("span", null, [names.get(ticket.install), ticket.word, ticket.assignee].filter(Boolean).join(" · ")), ticket.trouble ? h("span.tag.failed", null, ticket.trouble) : null);
}

function entry(each, names, path, again) {
  const who = here.agents.get(each.by)?.name ?? names.get(each.install) ?? "";
  const detail = Object.values(each.detail).join(" · ");
  const drafted = each.what === "stranger" && may("write") ? doing("plain", {}, async () => {
    await api.call("POST", `${path}/tickets/${each.install}/comments/${encodeURIComponent(each.detail.comment)}/notice`, {});
    say(t("A draft is there."));
    await again();
  }, t("Draft it all the same")) : null;
  return h("li", null, h("span", null, h("strong", null, served(each.what)), who ? [" ", t("by {who}", { who })] : "", detail ? h("small", null, detail) : null), drafted, h("time", null, moment(each.at)));
}

function acts(issue, installs, again, go) {
  const path = `/v1/issues/${issue.id}`;
  const button = (words, open) => h("button.plain", { type: "button", onclick: open }, words);
  const area = (name, value = "", props = {}) => h("textarea", { name, rows: "4", maxlength: "20000", value, ...props });
  const done = async (words) => {
    say(words);
    await again();
  };
  const edit = () => ask(t("Change the issue"), [
    field(t("Title"), input("title", { required: true, maxlength: "200", value: issue.title }), t("For us.")), field(t("Text"), area("text", issue.text)),
    field(t("Public title"), input("public_title", { maxlength: "200", value: issue.public_title }), t("What customers see of it.")), field(t("Public text"), area("public_text", issue.public_text)),
    field(t("Kind"), choice("kind", ISSUE_KINDS, issue.kind)), field(t("Priority"), choice("priority", PRIORITIES, issue.priority)),
  ], t("Save"), async (form) => {
    await api.call("PATCH", path, Object.fromEntries(form));
    await done(t("Saved."));
  });
  const turn = () => ask(t("Change its state"), [
    field(t("State"), choice("state", states(), issue.state)), field(t("Why"), input("reason", { maxlength: "500", value: issue.reason ?? "" }), t("If it is done or declined.")),
    field(t("Its rooms are told"), choice("tell", POLICIES, "draft")), field(t("Your words to them"), area("words", "", { rows: "3", maxlength: "2000" })), h("label.tick", null, h("input", { type: "checkbox", name: "resolve" }), t("Resolve the rooms")),
  ], t("Change"), async (form) => {
    const state = form.get("state");
    const told = { state, tell: form.get("tell"), words: form.get("words").trim(), resolve: form.has("resolve") };
    if (["done", "declined"].includes(state)) told.reason = form.get("reason").trim();
    await api.call("PATCH", path, told);
    await done(t("It is {state}.", { state: ISSUE_STATES[state] }));
  });
  const tell = () => ask(t("Tell its rooms"), [field(t("Text"), area("text", "", { required: true }), t("{{customer.name}} and {{issue.title}} are filled in. It is a draft until you approve it."))], t("Draft"), async (form) => {
    await api.call("POST", `${path}/notices`, { text: form.get("text") });
    await done(t("A draft is there."));
  });
  const free = installs.filter((install) => isTracker(install.kind) && install.state === "active" && !issue.tickets.some((ticket) => ticket.install === install.id));
  const link = () => ask(t("Link a ticket"), [field(t("Tracker"), choice("install", free.map((each) => [each.id, each.name]))), field(t("Its address or key"), input("reference", { maxlength: "500" }), t("Left empty: a new ticket is made."))], t("Link"), async (form) => {
    const reference = form.get("reference").trim();
    await api.call("POST", `${path}/tickets`, { install: form.get("install"), ...(reference ? { reference } : {}) });
    await done(t("Linked."));
  });
  const merge = async () => {
    const others = await attempt(() => api.get("/v1/issues?state=open&limit=100"));
    const into = others?.items.filter((each) => each.id !== issue.id) ?? [];
    if (!into.length) return say(t("There is no other open issue."), true);
    return ask(t("Merge it into another"), [field(t("Issue"), choice("into", into.map((each) => [each.id, each.title])), t("Its rooms, tickets and history move there."))], t("Merge"), async (form) => {
      await api.call("POST", `${path}/merge`, { into: form.get("into") });
      go(`#/issues/${form.get("into")}`);
    });
  };
  return [button(t("Edit"), edit), button(t("Change state"), turn), button(t("Tell its rooms"), tell), free.length ? button(t("Link a ticket"), link) : null, button(t("Merge"), merge)].filter(Boolean);
}
