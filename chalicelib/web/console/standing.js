// Where a room stands: whose turn it is, who is aware of it, its priority, until when it is hidden; and how that is set.

import { h } from "../shared/dom.js";
import { ask, attempt, choice, doing, field, input, say } from "./parts.js";
import { local } from "./promise.js";
import { api, may } from "./session.js";
import { moment, t, when } from "./translate.js";

export const ROOM_PRIORITIES = [["urgent", t("Urgent")], ["high", t("High")], ["normal", t("Normal")], ["low", t("Low")]];
const PRIORITY_NAMES = Object.fromEntries(ROOM_PRIORITIES);
const HOUR = 3600e3;

/** Marks of a room's row and of its head. */
export function standingTags(room) {
  return [
    room.priority && room.priority !== "normal" ? h(`span.tag.priority-${room.priority}`, { title: t("Priority") }, PRIORITY_NAMES[room.priority]) : null,
    room.state === "open" && room.acknowledged_at ? h("span.tag", { title: t("They know that somebody is aware of it") }, t("Acknowledged")) : null,
    room.snoozed_until ? h("span.tag", null, t("Snoozed until {time}", { time: when(room.snoozed_until) })) : null,
  ];
}

const OWED = { first: t("First answer"), next: t("Answer"), update: t("Update") };

/** The clock that is due first, if by what the room tells it still runs; null without one. */
export function clockOf(room) {
  const waits = room.turn === "vendor" && !room.acknowledged_at;
  const runs = (each) => each.kind === "update" || (waits && each.since === room.waiting_since);
  return (room.state === "open" && room.clocks?.find((each) => each.due && runs(each))) || null;
}

/** By when the room is to hear from us. What was promised has a mark of its own. */
export function clockTag(room, short = false) {
  const clock = clockOf(room);
  if (!clock || (clock.kind === "update" && room.promise?.state === "open")) return null;
  const late = new Date(clock.due) <= Date.now();
  const time = when(clock.due);
  const words = late ? t("was due {time}", { time }) : t("due {time}", { time });
  const title = t("{what} by {time}", { what: OWED[clock.kind], time: moment(clock.due) });
  return h(`span.tag.${late ? "failed" : "us"}`, { title }, short ? words : `${OWED[clock.kind]} ${words}`);
}

/** Labels, as the list shows them. */
export const labelTags = (room) => h("span.labels", null, (room.labels ?? []).slice(0, 3).map((label) => h("span.tag.label", { title: label }, label)));

/** Ask for labels, by commas: `accept(labels)`. */
export function askLabels(there, title, hint, accept) {
  const labels = input("labels", { value: there.join(", "), maxlength: "900" });
  const split = (text) => [...new Set(text.split(",").map((each) => each.trim()).filter(Boolean))];
  ask(title, [field(t("Labels"), labels, hint)], t("Save"), (form) => accept(split(form.get("labels"))));
}

/** What else can be done to where a room stands, for its menu. */
export function standingMenu(room, conversation) {
  if (room.kind === "internal" || room.state !== "open") return [];
  return [
    room.turn === "vendor" ? [t("Needs no answer"), () => conversation.change({ turn: null }, t("It needs no answer.")), "done"] : [t("Waits for us"), () => conversation.change({ turn: "vendor" }, t("It waits for us.")), "us"],
    [t("Priority and snooze"), () => arrangeRoom(room, conversation), "snoozed"],
  ];
}

/** What is done to where a room stands by one click. */
export function standingActs(room, conversation) {
  if (room.kind === "internal" || room.state !== "open") return [];
  const waits = room.turn === "vendor";
  const disabled = !may("write");
  const acknowledge = async () => {
    const known = await api.call("POST", `/v1/rooms/${room.id}/acknowledge`, undefined);
    conversation.feed.know(known);
    conversation.moved(known);
    say(t("They know that somebody is aware of it."));
  };
  return [
    waits && !room.acknowledged_at ? doing("plain.aware", { disabled, title: t("Tell them that somebody is aware of it") }, acknowledge, t("Acknowledge")) : null,
  ];
}

/** Ask for a room's priority, and until when it is hidden. */
export function arrangeRoom(room, conversation) {
  const snoozed = Boolean(room.snoozed_until);
  const hide = input("hide", { type: "checkbox", checked: snoozed });
  const until = input("until", { type: "datetime-local", value: local(room.snoozed_until ?? Date.now() + 24 * HOUR) });
  const parts = [
    field(t("Priority"), choice("priority", ROOM_PRIORITIES, room.priority ?? "normal")),
    field(t("Hide it for a while"), hide, t("What they say brings it back at once.")),
    field(t("Until"), until),
  ];
  ask(t("Priority and snooze"), parts, t("Save"), (form) => {
    const fields = { priority: form.get("priority") };
    if (form.get("hide")) fields.snoozed_until = new Date(form.get("until")).toISOString();
    else if (snoozed) fields.snoozed_until = null;
    return conversation.change(fields, t("Saved."));
  });
}

/** Whether a room waits for us in spite of an answer, since that did not arrive; `failed` are its deliveries that did not. */
export const waitsInSpite = (message, failed, room) =>
  failed.length > 0 && message.author.kind === "agent" && !message.internal && !message.deleted && room.turn === "vendor" && message.created_at >= room.waiting_since;

/** What a message was taken as, where that is worth a word, with the click that undoes it. */
export function takenAs(message, conversation) {
  const { author } = message;
  const take = (as, words) => attempt(async () => {
    const now = await api.call("PUT", `/v1/rooms/${message.room}/messages/${message.id}/taken-as`, { as });
    conversation.feed.take({ change: now.changed, message: now });
    say(words);
  });
  const undo = (as, title, words) => (may("write") ? h("button.quiet", { type: "button", title, onclick: () => take(as, words) }, title) : null);
  if (message.taken_as === "thanks") return h("span.tag", null, t("Taken as thanks"), " ", undo("ask", t("Waits for us"), t("It waits for us.")));
  const told = (author.kind === "machine" && !author.agent_of) || message.source.channel === "issue";
  if (told && !message.internal && !message.taken_as && !message.deleted) return undo("answer", t("Counts as an answer"), t("It counts as an answer."));
  return told && message.taken_as ? h("span.tag", null, message.taken_as === "ask" ? t("Asks") : t("Answers")) : null;
}
