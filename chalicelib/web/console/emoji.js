// Emoji by their names (`:tada:`), as chats call them: gemoji's table, which is loaded when somebody asks for one.

import "./main.js"; // what they share is in its file: infra/pages.py
import { gemoji } from "gemoji";

// What is offered before a letter is typed.
const USUAL = ["+1", "tada", "eyes", "white_check_mark", "pray", "smile", "rocket", "bulb"];

const byName = new Map(gemoji.flatMap((each) => each.names.map((name) => [name, each])));

/** The best of them for some letters, {emoji, name}: what begins so comes first, then what has a tag or a word like it. */
export function found(letters, most = 8) {
  if (!letters) return USUAL.map((name) => ({ emoji: byName.get(name).emoji, name }));
  const good = (each) => {
    const names = each.names.map((name) => (name === letters ? 4 : name.startsWith(letters) ? 3 : name.includes(`_${letters}`) ? 2 : 0));
    return Math.max(...names, each.tags.some((tag) => tag.startsWith(letters)) ? 1 : 0);
  };
  return gemoji
    .map((each) => [good(each), each])
    .filter(([much]) => much)
    .sort(([a], [b]) => b - a)
    .slice(0, most)
    .map(([, each]) => ({ emoji: each.emoji, name: each.names.find((name) => name.startsWith(letters)) ?? each.names[0] }));
}
