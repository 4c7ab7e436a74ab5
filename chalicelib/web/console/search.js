// Search: what was said, by whom, in which room; and who knows about something.

import { arrange, h } from "../shared/dom.js";
import { channels } from "./kinds.js";
import { ask, attempt, choice, empty, face, field, input, sign } from "./parts.js";
import { ISSUE_STATES } from "./raise.js";
import { api, here } from "./session.js";
import { t, when } from "./translate.js";

const THINGS = [["", t("Everything")], ["message", t("Messages")], ["room", t("Rooms")], ["issue", t("Issues")], ["customer", t("Customers")], ["person", t("People")]];
const STANDING = [["", t("Open or resolved")], ["open", t("Open")], ["resolved", t("Resolved")]];
const SIGNS = { message: "reply", room: "inbox", issue: "issue", customer: "people", person: "mine" };
const FILTERS = ["kind", "state", "author", "channel", "customer", "from", "to", "order"];
const PAUSE = 180; // ms after a key before it is looked for
const WHY = {
  resolved: (name) => t("answered in “{name}”, resolved", { name }),
  answered: (name) => t("answered in “{name}”", { name }),
  asked: (name) => t("asked in “{name}”", { name }),
  said: (name) => t("said in “{name}”", { name }),
  raised: () => t("raised an issue"),
  tied: () => t("tied a room to an issue"),
};

const named = (room) => (room.kind === "triage" ? t("Triage") : room.name);
export const placeOf = (room, message) => ["#/inbox/open", room.id, message].filter(Boolean).join("/");
export const address = (asked) => `#/search/${encodeURIComponent(new URLSearchParams(asked))}`;

/** The page. What is looked for is in its address, so that going back finds it again. */
export function search(rest, go) {
  const asked = new URLSearchParams(rest[0] ?? "");
  const agents = [...here.agents.values()].filter((agent) => agent.state === "active");
  const author = asked.get("author") ?? "";
  const someone = author && !agents.some((agent) => agent.id === author) ? [[author, t("Said by this person")]] : [];
  const box = h("input.what", { type: "search", name: "q", value: asked.get("q") ?? "", placeholder: t("Search everything that was said"), "aria-label": t("Search"), autocomplete: "off", maxlength: "500" });
  const offered = h("datalist", { id: "customers-found" });
  let offering = 0;
  /** Customers of that name, to choose from: nobody knows their ids by heart. */
  const offer = async (words) => {
    const mine = ++offering;
    if (words.trim().length < 2) return;
    const page = await api.get(`/v1/search?${new URLSearchParams({ q: words, kind: "customer", limit: "10" })}`).catch(() => ({ items: [] }));
    if (mine === offering) offered.replaceChildren(...page.items.filter((each) => each.customer).map((each) => h("option", { value: each.customer.external_id }, each.customer.name)));
  };
  const form = h("form.search", { role: "search" }, box,
    h("div.filters", null,
      choice("kind", THINGS, asked.get("kind") ?? "", { "aria-label": t("What") }),
      choice("state", STANDING, asked.get("state") ?? "", { "aria-label": t("State of the room") }),
      choice("author", [["", t("Said by anybody")], ...someone, ...agents.map((agent) => [agent.id, agent.name])], author, { "aria-label": t("Said by") }),
      choice("channel", [["", t("Over any channel")], ...channels()], asked.get("channel") ?? "", { "aria-label": t("Channel") }),
      input("customer", { value: asked.get("customer") ?? "", placeholder: t("Any customer"), "aria-label": t("Customer"), list: "customers-found", oninput: (event) => offer(event.target.value) }), offered,
      field(t("From"), input("from", { type: "date", value: asked.get("from") ?? "" })),
      field(t("Before"), input("to", { type: "date", value: asked.get("to") ?? "" })),
      choice("order", [["", t("Best first")], ["newest", t("Newest first")]], asked.get("order") ?? "", { "aria-label": t("Order") })));
  const told = h("p.dim", { role: "status" });
  const list = h("ul.hits", { "aria-label": t("What was found") });
  const more = h("button.plain.wide", { type: "button", hidden: true, onclick: () => attempt(() => look(next)) }, t("More"));
  const knowers = h("aside.knowers", { "aria-label": t("Who knows") });
  const page = h("section.searching", { "aria-label": t("Search") }, h("h1", null, t("Search")), form, told, h("div.found", null, h("div", null, list, more), knowers));
  let next = null;
  let looking = 0;
  let timer = 0;

  const question = () => {
    const data = new FormData(form);
    return Object.fromEntries(["q", ...FILTERS].map((name) => [name, String(data.get(name) ?? "")]).filter(([, value]) => value.trim()));
  };

  async function look(cursor = null) {
    const wanted = question();
    const mine = ++looking;
    history.replaceState(null, "", address(wanted));
    if (!wanted.q) {
      arrange(list, []);
      knowers.replaceChildren();
      more.hidden = true;
      told.textContent = t("All words have to be there, “these ones” in this order.");
      return;
    }
    const query = new URLSearchParams({ ...wanted, limit: "30", ...(cursor ? { cursor } : {}) });
    const found = await api.get(`/v1/search?${query}`);
    if (mine !== looking) return;
    next = found.next;
    const rows = found.items.map((hit) => hitRow(hit, go));
    arrange(list, cursor ? [...list.children, ...rows] : rows);
    more.hidden = !next;
    const count = list.children.length;
    told.textContent = count ? (next ? t("{count} and more found", { count }) : t("{count} found", { count })) : next ? t("Nothing yet: look further") : t("Nothing that fits.");
    if (!cursor && (!wanted.kind || wanted.kind === "message")) await know(wanted.q, mine);
  }

  async function know(q, mine) {
    const found = await api.get(`/v1/experts?${new URLSearchParams({ q })}`);
    if (mine === looking) knowers.replaceChildren(...(found.items.length ? [h("h2", null, t("Who knows")), experts(found.items, go)] : []));
  }

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => page.isConnected && attempt(() => look()), PAUSE);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    list.querySelector("button")?.focus();
  });
  page.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || event.target.closest("select, .filters input")) return;
    const rows = [...list.querySelectorAll("button")];
    const at = rows.indexOf(document.activeElement) + by;
    event.preventDefault();
    (at < 0 ? box : rows[Math.min(at, rows.length - 1)])?.focus();
  });
  attempt(() => look());
  queueMicrotask(() => setTimeout(() => page.isConnected && box.focus()));
  return page;
}

function hitRow(hit, go) {
  const told = hit.snippet.map((piece) => (piece.hit ? h("mark", null, piece.text) : piece.text));
  const where = [hit.customer?.name, hit.room && hit.kind !== "room" ? named(hit.room) : null].filter(Boolean).join(" · ");
  const tag = hit.internal ? h("span.tag.lock", null, sign("lock"), t("Internal note")) : hit.state === "resolved" ? h("span.tag.done", null, t("Resolved")) : null;
  return h("li", null, h(`button.hit${hit.internal ? ".note" : ""}`, { type: "button", onclick: () => opened(hit, go) },
    hit.author ? face(hit.author.id, hit.author.name) : sign(SIGNS[hit.kind]),
    h("span.who", null, h("strong", null, hit.kind === "room" ? named(hit.room) : hit.title || t("Untitled")), where ? h("span.name", null, where) : null, tag),
    h("time", { datetime: hit.at }, when(hit.at)),
    h("span.glimpse", null, told)));
}

/** Where a hit leads: a message to its place in its room. */
function opened(hit, go) {
  if (hit.kind === "message") return go(placeOf(hit.room, hit.id));
  if (hit.kind === "room") return go(placeOf(hit.room));
  if (hit.kind === "issue") return attempt(() => rooms(hit, go));
  if (hit.customer) return go("#/inbox/" + encodeURIComponent(`customer:${hit.customer.external_id}`));
  return go(address({ q: hit.title, kind: "message", author: hit.id }));
}

/** An issue is met in the rooms behind it. */
async function rooms(hit, go) {
  const ties = await api.all(`/v1/issues/${hit.id}/rooms`, 100);
  const links = ties.map((tie) => h("li", null, h("button.link", { type: "button", onclick: () => leave(tie.room) }, tie.customer ?? t("Internal"), h("small", null, " ", t("tied {time}", { time: when(tie.tied_at) })))));
  const box = ask(hit.title, [h("p.dim", null, t("State: {state}", { state: ISSUE_STATES[hit.state] ?? hit.state })), links.length ? h("ul.plainly", { "aria-label": t("Rooms behind it") }, links) : empty(t("No room is behind it."))], "");
  const leave = (id) => {
    box.close();
    go(placeOf({ id }));
  };
}

/** People who know, with the best of their reasons. */
export function experts(items, go) {
  return h("ul.experts", null, items.slice(0, 6).map((each) => {
    const side = each.side === "vendor" ? t("our team") : each.customer?.name ?? "";
    const reasons = h("ul", null, each.reasons.slice(0, 2).map((reason) => h("li", null, because(reason, go))));
    return h("li", null, face(each.person.id, each.person.name), h("div", null, h("strong", null, each.person.name), h("small", null, side), reasons));
  }));
}

function because(reason, go) {
  const words = WHY[reason.why](reason.room ? named(reason.room) : "");
  if (!reason.room) return words;
  return h("button.link", { type: "button", title: reason.text, onclick: () => go(placeOf(reason.room, reason.message)) }, words);
}

/** Who knows about what a room is about: a part of the room's side. */
export async function knowing(room, go) {
  const found = await api.get(`/v1/experts?room=${room.id}`);
  return found.items.length ? h("section", null, h("h3", null, t("Who knows about this")), experts(found.items, go)) : null;
}
