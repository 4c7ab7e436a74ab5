// What signals of usage found: their kinds in words, and their numbers as they are read; for their pages, and beside a room.

import { h } from "../shared/dom.js";
import { date, plural, t } from "./translate.js";

export const KINDS = { surge: t("More calls"), drop: t("Fewer calls"), silence: t("No calls"), error_storm: t("Many errors"), first_success: t("First success"), never_started: t("No success yet") };
const usual = (found) => ({ ...found, weekday: date(noon(found.day), { weekday: "long", timeZone: "UTC" }) });
const compared = (found) => plural(found.count, "One call; a {weekday} usually has {usual} ({low} to {high} in {weeks} weeks).", "{n} calls; a {weekday} usually has {usual} ({low} to {high} in {weeks} weeks).", usual(found));
const NUMBERS = {
  surge: compared,
  drop: compared,
  silence: (found) => t("No call in three days; such days usually have {usual} ({low} to {high} in {weeks} weeks).", found),
  error_storm: (found) => t("{count} of {calls} calls failed; {usual} of as many usually do.", found),
  first_success: ({ count }) => plural(count, "The first call that succeeded, one day after the start.", "The first call that succeeded, {n} days after the start."),
  never_started: ({ count }) => plural(count, "No call has succeeded in one day.", "No call has succeeded in {n} days."),
};

/** A day (`2026-11-30`, UTC) as a moment of it, wherever one reads it. */
export const noon = (day) => `${day}T12:00Z`;

/** The way to the room in which a signal stands; one that was explained beforehand has none. */
export const toRoom = (room) => (room ? h("button.link", { type: "button", onclick: () => { location.hash = `#/inbox/open/${room}`; } }, t("Its room")) : null);

/** A row of signals: `heads`, the day, the numbers, and what else is to be known. */
export const findingRow = (kind, found, heads, ...more) =>
  h("li", null, h("p", null, heads.map((each) => [each, " · "]), h("time", { datetime: found.day }, date(noon(found.day)))), h("p", null, NUMBERS[kind](found)), more);
