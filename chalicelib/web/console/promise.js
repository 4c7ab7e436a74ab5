// What a room was promised: shown in its head, said, put off, settled.

import { h } from "../shared/dom.js";
import { ask, choice, field, input } from "./parts.js";
import { t, when } from "./translate.js";

const ENDED = { kept: t("Promise kept"), broken: t("Promise broken") };

/** A mark for the head of a room or its row in the list; null where nothing was promised. */
export function promiseTag(room, open = false) {
  const { promise } = room;
  if (!promise || (open && promise.state !== "open")) return null;
  const words = ENDED[promise.state] ?? (promise.overdue ? t("Overdue since {time}", { time: when(promise.due) }) : t("Promised by {time}", { time: when(promise.due) }));
  const look = promise.state === "kept" ? "done" : promise.state === "broken" || promise.overdue ? "failed" : "us";
  return h(`span.tag.${look}`, { title: promise.text }, words);
}

/** `2026-01-31T12:00`, of here, as a field of a form takes it. */
export function local(at) {
  const date = new Date(at);
  return new Date(date - date.getTimezoneOffset() * 60e3).toISOString().slice(0, 16);
}

/** Ask what is promised; `change(fields, words)` changes the room. */
export function askPromise(room, change) {
  const { promise: known } = room;
  const owed = known?.state === "open";
  const what = input("text", { required: true, maxlength: "300", value: owed ? known.text : "", placeholder: t("the next update") });
  const due = input("due", { type: "datetime-local", required: true, value: local(owed ? known.due : Date.now() + 86400e3) });
  const ends = [["open", t("It is owed")], ["kept", t("It was kept")], ["broken", t("It was not kept")], ["", t("Nothing was promised")]];
  const state = owed ? field(t("How it stands"), choice("state", ends, "open")) : null;
  ask(t("What is promised?"), [field(t("What we owe"), what, t("The customer sees it.")), field(t("By when"), due), state], owed ? t("Save") : t("Promise"), (form) => {
    const told = form.get("state") ?? "open";
    if (!told) return change({ promise: null }, t("Nothing is promised."));
    if (told !== "open") return change({ promise: { state: told } }, t("The promise is settled."));
    const fields = { text: form.get("text").trim() };
    if (!owed || form.get("due") !== local(known.due)) fields.due = new Date(form.get("due")).toISOString();
    return change({ promise: fields }, t("Promised."));
  });
}
