// The keyboard: one letter each, wherever nobody is writing.

import { h } from "../shared/dom.js";
import { ask } from "./parts.js";

const HELP = [
  ["j / k", "next, previous room"],
  ["Enter", "open it"],
  ["r", "answer"],
  ["n", "write a note"],
  ["⌘ or Ctrl + Enter", "send"],
  ["a", "take it, or hand it back"],
  ["e", "resolve, or reopen"],
  ["f", "fork a part of it"],
  ["i", "raise an issue, or tie it to one"],
  ["s", "snippets"],
  ["c", "about the customer"],
  ["/", "search everything"],
  ["l", "filter the list by name"],
  ["1 – 6", "mine, unassigned, waiting for us, for them, open, resolved"],
  ["Esc", "back to the list"],
  ["?", "this"],
];
const pressed = new Map();

/** What a key does while a page is shown; the page before had its own. */
export function onKeys(table) {
  for (const [key, step] of Object.entries(table)) pressed.set(key, step);
}

const writing = (target) => Boolean(target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]"));

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && writing(event.target)) {
    event.preventDefault(); // a search field would forget what was looked for
    return event.target.blur();
  }
  if (writing(event.target)) return undefined;
  if (event.key === "?") return help();
  const step = pressed.get(event.key);
  if (step && step(event) !== false) event.preventDefault();
  return undefined;
});

export function help() {
  const rows = HELP.flatMap(([key, words]) => [h("dt", null, h("kbd", null, key)), h("dd", null, words)]);
  ask("Keys", [h("dl.keys", null, rows)], "");
}
