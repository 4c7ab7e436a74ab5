// Commands: what can be done, in one table. The keyboard (one letter each, wherever nobody is writing), the help of the
// keys and the palette (⌘K) are read from it.

import { h } from "../shared/dom.js";
import { ask, say, undoLast } from "./parts.js";
import { t } from "./translate.js";

export const NEW_VERSION = t("There is a new version of this page: reload it. What you have written stays.");

let table = [];

/** Commands: `words`, `step()`; `key`, if it has one, `named` as the help writes it; `when()`, if it is not always there;
 * `quiet`: by its key alone, not in the palette. A step that gives false leaves the key to the page. */
export function command(commands) {
  table = commands;
}

let rooms = () => [];

/** What the palette finds at once: `{words, hint, step}` of each room that is loaded. */
export function foundAtOnce(asked) {
  rooms = asked;
}

/** The commands that are there now. */
export const commands = () => table.filter((each) => each.when?.() ?? true);

const writing = (target) => Boolean(target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]"));

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey) return undefined;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return palette();
  }
  if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey) {
    if (writing(event.target) && event.target.value) return undefined; // it is the field's own
    return undoLast() !== false && event.preventDefault();
  }
  if (event.ctrlKey || event.metaKey) return undefined;
  if (document.querySelector("dialog[open], :popover-open")) return undefined;
  if (event.key === "Escape" && writing(event.target)) {
    event.preventDefault(); // a search field would forget what was looked for
    return event.target.blur();
  }
  if (writing(event.target)) return undefined;
  const found = commands().find((each) => each.key === event.key);
  if (found && found.step(event) !== false) event.preventDefault();
  return undefined;
});

/** The keys, as they are. */
export function help() {
  const keys = table.filter((each) => each.key);
  const rows = [{ named: t("⌘ or Ctrl + K"), words: t("Every command, room, customer, issue, person") }, { named: t("⌘ or Ctrl + Enter"), words: t("Send") }, { named: t("⌘ or Ctrl + Z"), words: t("Undo") }, ...keys]
    .flatMap(({ key, named, words }) => [h("dt", null, h("kbd", null, named ?? key)), h("dd", null, words)]);
  ask(t("Keys"), [h("dl.keys", { tabindex: "0" }, rows)], "");
}

/** Every command, and every room, customer, issue and person, by some letters of its name. */
export async function palette() {
  if (document.querySelector("dialog.palette")) return;
  const made = await import("./palette.js").catch(() => null);
  if (made) made.open(commands().filter((each) => !each.quiet), rooms());
  else say(NEW_VERSION, true);
}
