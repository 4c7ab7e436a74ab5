// Undo: what was sent, and how rooms were resolved, waits in the page for some seconds, and a line says so with the way back
// (ADR 152). What has left can be taken back by nobody: of a room that was resolved, there is a reopening.

import { passing } from "../shared/outbox.js";
import { say } from "./parts.js";
import { here, recall, remember } from "./session.js";
import { plural, t } from "./translate.js";

export const WAITS = [0, 5, 10]; // s; what an agent may choose, in each browser
const USUAL = 5;

export const waits = () => recall("undo", USUAL);
export const waitFor = (seconds) => remember("undo", seconds);

const resolving = (n) => (n > 1 ? plural(n, "Resolving {n} room…", "Resolving {n} rooms…") : t("Resolving…"));
const words = (row) => (row.rooms ? resolving(row.rooms.length) : row.internal ? t("Adding the note…") : t("Sending…"));

/** What became of rooms that were resolved, by the answer, or by the row that has none: its words, and whether they are bad. */
function outcome({ rooms, failed }, told) {
  const refused = told?.rooms.filter((each) => each.refused) ?? [];
  const why = failed?.message ?? refused[0]?.refused;
  if (!why) return [rooms.length > 1 ? plural(rooms.length, "{n} room resolved.", "{n} rooms resolved.") : t("Resolved."), false];
  return [refused.length && rooms.length > 1 ? t("{n} of {all} were refused: {why}", { n: refused.length, all: rooms.length, why }) : t("Not resolved: {why}", { why }), true];
}

/** Have an outbox wait, and say so. `undo(row)` is somebody's wish; `moved(rooms)`: what was done to them is done. */
export function undoing(outbox, undo, moved) {
  const lines = new Map(); // by row's key, what takes its line away
  const look = () => {
    const held = new Map(outbox.held.map((row) => [row.key, row]));
    for (const [key, end] of lines) {
      if (held.has(key)) continue;
      lines.delete(key);
      end();
    }
    for (const [key, row] of held) if (!lines.has(key)) lines.set(key, say(words(row), false, () => undo(row), true));
  };
  outbox.wait = () => waits() * 1000;
  outbox.onacted = (row, told) => {
    if (!told && passing(row.failed)) return void (row.awaited ??= say(t("Not resolved yet: it is tried again."), true));
    if (!told) outbox.discard(row);
    const [line, bad] = outcome(told ? { rooms: row.rooms } : row, told);
    say(line, bad);
    if (!bad) here.drafts.put(row.draft, {});
    return moved(row.rooms);
  };
  outbox.on(look);
}

/** What was sent is a draft again, where it was written. */
export function draftAgain({ room, internal, text, uploads, reply, drafted }, place) {
  const there = here.drafts.get(place);
  remember(`mode:${room}`, internal ? "note" : null);
  here.drafts.put(place, {
    text: [text, there.text].filter(Boolean).join("\n\n"),
    files: [...uploads.filter((each) => each.made).map((each) => each.made), ...(there.files ?? [])],
    going: uploads.filter((each) => !each.made).map((each) => each.name),
    reply: reply ?? there.reply,
    drafted: drafted ?? there.drafted,
  });
}
