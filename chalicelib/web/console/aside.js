// Who a room's customer is: what is known of them, their people, their other rooms.

import { h } from "../shared/dom.js";
import { roomBridges } from "./bridges.js";
import { roomIssues } from "./raise.js";
import { attempt, busy, choice, face, field, redraw, say } from "./parts.js";
import { knowing } from "./search.js";
import { api, may } from "./session.js";
import { served, t, when } from "./translate.js";

export class Aside {
  #asked = 0;

  /** `open(id)` another of the customer's rooms, `go(address)` anything; `leave()` where this lies over the room. */
  constructor(open, go, leave) {
    Object.assign(this, { open, go });
    this.away = h("button.quiet.about-them", { type: "button", "aria-label": t("Back to the room"), onclick: leave }, "×");
    this.element = h("aside.about", { "aria-label": t("About the customer") });
  }

  /** Another room is opened: nothing of the last one stays. */
  begin(id) {
    this.room = id;
    this.#asked += 1;
    this.element.replaceChildren(this.away);
  }

  /** What is known now, unless another room is shown by then. */
  async show(room) {
    if (room.id !== this.room) return undefined;
    const asked = ++this.#asked;
    if (!room.customer) return this.#visitor(room);
    const path = `/v1/customers/${encodeURIComponent(room.customer.external_id)}`;
    const [customer, users, rooms, issues, bridges, mail, calendars, rating, adopted, agentKeys] = await Promise.all([
      attempt(() => api.get(path)),
      attempt(() => api.get(`${path}/users?limit=20`)),
      attempt(() => api.get(`/v1/rooms?customer=${encodeURIComponent(room.customer.external_id)}&limit=20`)),
      attempt(() => roomIssues(room, () => this.show(room))),
      attempt(() => roomBridges(room, () => this.show(room))),
      attempt(() => mailAddresses(room)),
      attempt(() => api.get("/v1/calendars")),
      room.state === "resolved" ? api.get(`/v1/rooms/${room.id}/rating`).catch(() => null) : null, // nobody was asked
      room.adoption ? import("./adopt.js").catch(() => null) : null,
      attempt(() => api.get(`${path}/agent-keys?limit=20`)),
    ]);
    const coding = customer && (agentKeys?.items.length || !customer.agents_speak) ? await import("./coding_agents.js").catch(() => null) : null;
    if (asked !== this.#asked || !customer) return undefined;
    const others = (rooms?.items ?? []).filter((each) => each.id !== room.id);
    const known = Object.entries(customer.attributes);
    redraw(this.element, () => [this.away,
      h("header", null, face(customer.id, customer.name, true), h("div", null, h("h2", null, customer.name), h("p", null, customer.external_id, customer.state !== "active" ? h("span.tag.bad", null, served(customer.state)) : null))),
      rating ? h("section", null, h("h3", null, t("How it was")), h("p", { dir: "auto" }, judged(rating))) : "",
      h("button.link", { type: "button", onclick: () => this.go(`#/figures/${encodeURIComponent(`customer:${customer.external_id}`)}`) }, t("Their figures")),
      may("admin") ? h("button.link", { type: "button", onclick: () => this.#privacy(customer) }, t("Forget, hold or export")) : "",
      known.length ? h("section", null, h("h3", null, t("Known of them")), h("dl", null, known.map(([name, value]) => [h("dt", null, name), h("dd", { title: given(customer.attribute_sources[name]) }, shownValue(value))]))) : "",
      customer.domains.length ? h("section", null, h("h3", null, t("Domains")), h("p", null, customer.claims.map((each) => (each.proven_by ? each.domain : t("{domain} (not proven: strangers who write from it come to you alone)", { domain: each.domain }))).join(", "))) : "",
      adopted ? adopted.wasVisitors(room, this.went) : "",
      calendars?.items.length ? hours(customer, path, calendars.items) : "",
      issues ?? "",
      bridges ?? "",
      mail ?? "",
      h("section", null, h("h3", null, t("People")), (users?.items ?? []).length ? h("ul.plainly", null, onceEach(users.items).map((user) => h("li", null, face(user.id, user.name), h("span", null, h("button.link", { type: "button", onclick: () => this.#person(user.name, `${user.id}?customer=${encodeURIComponent(customer.external_id)}`) }, user.name), user.email ? h("small", null, user.email) : null)))) : h("p.dim", null, t("Nobody has come yet."))),
      coding ? coding.codingAgents(customer, agentKeys?.items ?? [], path, () => this.show(room)) : "",
      h("section", null, h("h3", null, t("Other open rooms")), h("button.link", { type: "button", onclick: () => { location.hash = `#/inbox/${encodeURIComponent("customer:" + customer.external_id)}`; } }, t("In the list")), others.length ? h("ul.plainly", null, others.map((each) => h("li", null, h("button.link", { type: "button", onclick: () => this.open(each.id) }, each.kind === "triage" ? t("Triage") : each.name), h("time", null, when(each.last_message_at ?? each.created_at))))) : h("p.dim", null, t("None.")))]);
    const experts = await attempt(() => knowing(room, this.go));
    if (experts && asked === this.#asked) this.element.append(experts);
    const usage = await attempt(async () => (await import("./usage.js").catch(() => null))?.customerUsage(path)); // as in #person
    if (usage && asked === this.#asked) this.element.append(usage);
    return undefined;
  }

  #person(name, id) {
    const place = location.hash;
    import("./person.js").then(({ showPerson }) => busy(place) || showPerson(name, `/v1/people/${id}`, this.open, this.go), () => undefined); // of another version by now
  }

  #privacy(customer) {
    const place = location.hash;
    import("./forget.js").then(({ showPrivacy }) => busy(place) || showPrivacy(customer, this.go), () => undefined); // as above
  }

  async #visitor(room) {
    const words = room.kind === "visitor" ? t("Somebody who is not tied to a customer yet. Only agents see this room.") : t("A room of ours alone.");
    const whole = room.visitor ? h("button.link", { type: "button", onclick: () => this.#person(t("A visitor"), room.visitor) }, t("Who they are")) : "";
    this.element.replaceChildren(this.away, h("header", null, h("h2", null, room.kind === "visitor" ? t("A visitor") : t("Internal"))), h("section", null, h("p", null, words), whole));
    if (room.kind !== "visitor") return;
    const asked = this.#asked;
    const offers = await attempt(async () => (await import("./adopt.js")).whoItMayBe(room, this.went));
    if (offers && asked === this.#asked) this.element.append(offers);
  }
}

/** Of users who are one person the one whom the vendor's own id names; each person once. */
function onceEach(users) {
  const found = new Map();
  for (const user of users) {
    const whole = user.person ?? user.id;
    if (!found.has(whole) || found.get(whole).external_id.includes(":")) found.set(whole, user);
  }
  return [...found.values()];
}

/** What somebody said of how it was. */
function judged({ happy, why, person: { name } }) {
  if (happy === null) return t("{name} was asked, and has not said.", { name });
  if (!why) return happy ? t("{name} was happy.", { name }) : t("{name} was unhappy.", { name });
  return happy ? t("{name} was happy: {why}", { name, why }) : t("{name} was unhappy: {why}", { name, why });
}

/** By whose hours it is due what the customer is owed. */
function hours(customer, path, calendars) {
  const options = [["", t("its policy’s hours")], ...calendars.map((each) => [each.id, each.name])];
  const there = options.some(([id]) => id === customer.calendar) ? customer.calendar : "";
  const chosen = choice("calendar", options, there, { disabled: !may("write") });
  chosen.addEventListener("change", async () => {
    const now = await attempt(() => api.call("PUT", path, { calendar: chosen.value }));
    if (now) say(t("{name} counts by {calendar}.", { name: now.name, calendar: chosen.selectedOptions[0].text }));
    else chosen.value = there;
  });
  return h("section", null, h("h3", null, t("Hours")), field(t("Counts by"), chosen));
}

/** Where a mail of the customer's people, or of ours, reaches this very room. */
async function mailAddresses(room) {
  const { items } = await api.get(`/v1/rooms/${room.id}/mail-addresses`);
  return items.length ? h("section", null, h("h3", null, t("By e-mail")), items.map((each) => h("p", null, h("code.address", null, each.address)))) : "";
}

const GIVERS = { agent: t("By an agent"), key: t("By a key"), job: t("By an import") };

/** By whom a value is, and since when. */
function given(source) {
  if (!source) return "";
  return [GIVERS[source.kind], when(source.at)].join(", ");
}

function shownValue(value) {
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
