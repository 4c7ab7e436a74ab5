// A person: who they are on each way, what they said and know about, their rooms, who else they may be; tied and untied by a word.

import "./main.js"; // what they share is in its file: infra/pages.py
import { h } from "../shared/dom.js";
import { channelName } from "./kinds.js";
import { ask, attempt, doing } from "./parts.js";
import { privacyOf } from "./forget.js";
import { address, placeOf } from "./search.js";
import { api, may } from "./session.js";
import { listed, plural, t, when } from "./translate.js";

const WHY = {
  agent: () => t("An agent said so"),
  api: () => t("A server said so"),
  address: () => t("Two tokens name this address"),
  code: () => t("By a mailed code"),
  token: () => t("By a user’s token"),
};

/** In a dialog: the person at an address of the API. `open(id)` opens one of their rooms, `go(place)` anything. */
export function showPerson(name, path, open, go) {
  const region = h("div.person");
  const box = ask(name, [region], "");
  const left = (then) => (to) => { region.closest("dialog")?.close(); then(to); };
  const show = (person) => region.replaceChildren(...parts(person, show, left(open), left(go)));
  attempt(async () => show(await api.get(path)));
  return box;
}

function parts(person, show, open, go) {
  const names = new Map(person.members.map((each) => [each.id, who(each)]));
  const rooms = new Map(person.rooms.map((room) => [room.id, room]));
  return [
    h("section", null, h("h3", null, t("Known as")), h("ul.plainly", null, person.members.map((each) => h("li", null, h("span", { dir: "auto" }, who(each), each.email ? h("small", null, each.email) : null))))),
    said(person, rooms, go),
    person.knows.length ? h("section", null, h("h3", null, t("What they know about")), h("p.knows", null, person.knows.map((each) => topic(each, person, go)))) : "",
    person.ties.length ? h("section", null, h("h3", null, t("Why they are one")), h("ul.plainly", null, person.ties.map((tie) => tied(person, tie, names, show)))) : "",
    person.suggestions.length ? h("section", null, h("h3", null, t("May be the same person")), h("ul.plainly", null, person.suggestions.map((each) => likely(person, each.member, show)))) : "",
    h("section", null, h("h3", null, t("Their rooms")), person.rooms.length ? h("ul.plainly", null, person.rooms.map((room) => place(room, open))) : h("p.dim", null, t("None."))),
    may("admin") ? h("section", null, h("h3", null, t("Privacy")), privacyOf(whoms(person), go)) : "",
    person.first_seen_at ? h("p.dim", null, t("First seen {when}.", { when: when(person.first_seen_at) })) : "",
  ].filter(Boolean);
}

/** The first and the last that they said, each a way to where that is, and over what they speak. */
function said({ first_word: first, last_word: last, channels }, rooms, go) {
  if (!first) return h("section", null, h("h3", null, t("What they said")), h("p.dim", null, t("Nothing yet.")));
  const words = first.message === last.message ? [[t("First and last"), first]] : [[t("First"), first], [t("Last"), last]];
  return h("section", null, h("h3", null, t("What they said")),
    h("ul.plainly", null, words.map(([label, word]) => h("li", null, h("span", { dir: "auto" },
      h("button.link", { type: "button", dir: "auto", onclick: () => go(placeOf({ id: word.room }, word.message)) }, word.text || t("A file")),
      h("small", null, [label, channelName(word.channel), nameOf(rooms.get(word.room))].filter(Boolean).join(" · "))), h("time", { datetime: word.at }, when(word.at))))),
    h("p.dim", null, t("Speaks over: {channels}", { channels: listed(channels.map(channelName)) })));
}

/** What they know about leads to all that they said of it. */
const topic = ({ word, messages }, person, go) =>
  h("button.tag", { type: "button", dir: "auto", title: plural(messages, "In {n} message", "In {n} messages"), onclick: () => go(address({ q: word, kind: "message", author: person.members[0].id })) }, word, h("small", null, String(messages)));

const nameOf = (room) => room && (room.kind === "triage" ? t("Triage") : room.name);

const place = (room, open) =>
  h("li", null, h("span", null, h("button.link", { type: "button", dir: "auto", onclick: () => open(room.id) }, nameOf(room)), room.customer ? h("small", { dir: "auto" }, room.customer.external_id) : null), room.spoke_at || room.last_message_at ? h("time", { datetime: room.spoke_at ?? room.last_message_at }, when(room.spoke_at ?? room.last_message_at)) : null);

const who = (member) => (member.kind === "visitor" ? t("{name}, a visitor", { name: member.name || member.email }) : `${member.name} · ${member.customer?.external_id ?? ""}${member.channel ? ` · ${member.channel}` : ""}`);

/** Of whom an erasure, a hold or an export can be: all whom they are, or one of these. */
function whoms(person) {
  const { channels, members } = person;
  const apart = members.map((each) => ({ words: who(each), name: each.name || each.email || each.id, body: each.kind === "visitor" ? { visitor: each.id } : { user: each.id, customer: each.customer.id }, channels }));
  const all = { words: t("All {n} of these", { n: members.length }), name: person.name || apart[0].name, body: { person: person.id }, channels };
  return members.length > 1 ? [all, ...apart] : apart;
}

function tied(person, tie, names, show) {
  const reason = WHY[tie.reason]();
  const undo = async () => {
    await api.call("DELETE", `/v1/people/${person.id}/ties/${tie.id}`);
    show(await api.get(pathOf(person.members[0])));
  };
  return h("li", null, h("span", { dir: "auto" }, tie.members.map((id) => names.get(id) ?? id).join(" = "), h("small", null, `${reason}, ${when(tie.at)}`)),
    doing("quiet", { disabled: !may("write") }, undo, t("Undo")));
}

function likely(person, member, show) {
  const named = member.kind === "visitor" ? { visitor: member.id } : { customer: member.customer.external_id, user: member.external_id };
  const [base, query = ""] = pathOf(person.members[0]).split("?");
  const tie = async () => show(await api.call("POST", `${base}/ties${query && `?${query}`}`, { member: named }));
  return h("li", null, h("span", { dir: "auto" }, who(member), h("small", null, member.email)), doing("quiet", { disabled: !may("write") }, tie, t("The same person")));
}

/** Where the API has the person of whom somebody is a part. */
const pathOf = (member) => `/v1/people/${member.id}${member.customer ? `?customer=${encodeURIComponent(member.customer.external_id)}` : ""}`;
