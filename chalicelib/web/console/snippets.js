// Texts that are said again and again, with variables that are filled in here: what leaves is seen before it leaves.

import { api, here } from "./session.js";

const VARIABLE = /\\\{\{|\{\{\s*([^{}|]+?)\s*(?:\|\s*([^{}]*?)\s*)?\}\}/g;

/** What a snippet may name, of a room that is loaded: by variable. */
export async function known(talk) {
  const { room } = talk;
  const customer = room.customer ? await api.get(`/v1/customers/${encodeURIComponent(room.customer.external_id)}`).catch(() => null) : null;
  const person = talk.feed.list.findLast((message) => message.author.kind === "user" || message.author.kind === "visitor");
  return {
    "room.name": room.name,
    "agent.name": here.me.agent.name,
    "user.name": person?.author.name,
    "customer.name": customer?.name ?? room.customer_name,
    "customer.external_id": room.customer?.external_id,
    ...Object.fromEntries(Object.entries(customer?.attributes ?? {}).map(([name, value]) => [`customer.attributes.${name}`, value])),
  };
}

// What Markdown would read in a name: it is to be seen. At a line's beginning, some signs more.
const SIGNS = /[\\`*[\]<~|]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|&(?=#?\w+;)|^[#>+=-]|(?<=^\d{1,9})[.)](?=\s|$)/gu;

/** Plain words as Markdown that shows the same characters. */
export const escaped = (words) => words.replace(SIGNS, "\\$&");

/** The text with its variables filled in; what is not known stays as its fallback, or as a gap to be seen. */
export function filled(text, facts) {
  return text.replace(VARIABLE, (whole, name, fallback, place) => {
    if (name === undefined) return "{{"; // escaped: \{{
    const value = facts[name];
    const told = Array.isArray(value) ? value.join(", ") : value;
    if (told === undefined || told === null || told === "") return fallback ?? `[${name}]`;
    const code = (text.slice(0, place).match(/`/g)?.length ?? 0) % 2; // in code each sign is seen as it is
    return code ? String(told) : escaped(String(told));
  });
}
