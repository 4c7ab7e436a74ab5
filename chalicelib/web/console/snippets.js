// Texts that are said again and again, with variables that are filled in here: what leaves is seen before it leaves.

import { api, here } from "./session.js";

const VARIABLE = /\{\{\s*([^{}|]+?)\s*(?:\|\s*([^{}]*?)\s*)?\}\}/g;

/** The text with its variables filled in; what is not known stays as its fallback, or as a gap to be seen. */
export async function filled(text, talk) {
  const room = talk.room;
  const customer = room.customer && /customer\./.test(text) ? await api.get(`/v1/customers/${encodeURIComponent(room.customer.external_id)}`).catch(() => null) : null;
  const person = talk.feed.list.findLast((message) => message.author.kind === "user" || message.author.kind === "visitor");
  const known = {
    "room.name": room.name,
    "agent.name": here.me.agent.name,
    "user.name": person?.author.name,
    "customer.name": customer?.name,
    "customer.external_id": customer?.external_id,
  };
  return text.replace(VARIABLE, (whole, name, fallback) => {
    const value = name.startsWith("customer.attributes.") ? customer?.attributes[name.slice(20)] : known[name];
    const told = Array.isArray(value) ? value.join(", ") : value;
    return told === undefined || told === null || told === "" ? fallback ?? `[${name}]` : String(told);
  });
}
