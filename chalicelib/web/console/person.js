// A person: who they are on each way, their rooms, who else they may be; tied and untied by a word.

import "./main.js"; // what they share is in its file: infra/pages.py
import { h } from "../shared/dom.js";
import { ask, attempt, doing } from "./parts.js";
import { api, may } from "./session.js";
import { t, when } from "./translate.js";

const WHY = {
  agent: () => t("An agent said so"),
  api: () => t("A server said so"),
  address: () => t("Two tokens name this address"),
  code: () => t("By a mailed code"),
  token: () => t("By a user’s token"),
};

/** In a dialog: the person of whom `member` is a part, by their address in the API. `open(id)` opens one of their rooms. */
export function showPerson(name, path, open) {
  const region = h("div.person");
  const box = ask(name, [region], "");
  const leave = () => region.closest("dialog")?.close();
  const show = (person) => region.replaceChildren(...parts(person, show, (id) => { leave(); open(id); }));
  attempt(async () => show(await api.get(path)));
  return box;
}

function parts(person, show, open) {
  const names = new Map(person.members.map((each) => [each.id, who(each)]));
  return [
    h("section", null, h("h3", null, t("Known as")), h("ul.plainly", null, person.members.map((each) => h("li", null, h("span", { dir: "auto" }, who(each), each.email ? h("small", null, each.email) : null))))),
    person.ties.length ? h("section", null, h("h3", null, t("Why they are one")), h("ul.plainly", null, person.ties.map((tie) => tied(person, tie, names, show)))) : "",
    person.suggestions.length ? h("section", null, h("h3", null, t("May be the same person")), h("ul.plainly", null, person.suggestions.map((each) => likely(person, each.member, show)))) : "",
    h("section", null, h("h3", null, t("Their rooms")), person.rooms.length ? h("ul.plainly", null, person.rooms.map((room) => h("li", null, h("button.link", { type: "button", dir: "auto", onclick: () => open(room.id) }, room.name), room.last_message_at ? h("time", null, when(room.last_message_at)) : null))) : h("p.dim", null, t("None."))),
    person.first_seen_at ? h("p.dim", null, t("First seen {when}.", { when: when(person.first_seen_at) })) : "",
  ].filter(Boolean);
}

const who = (member) => (member.kind === "visitor" ? t("{name}, a visitor", { name: member.name || member.email }) : `${member.name} · ${member.customer?.external_id ?? ""}${member.channel ? ` · ${member.channel}` : ""}`);

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
