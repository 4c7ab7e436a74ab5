// Settings, of how long what is kept (retention): the days, what would go by them, and only then are they saved.

import { h } from "../shared/dom.js";
import { part } from "./machines.js";
import { attempt, doing, field, input, say } from "./parts.js";
import { api } from "./session.js";
import { date, listed, moment, number, t } from "./translate.js";

/** [name, words, what starts its time, for how long without a rule, fewest and most days]: LEAST and MOST of chalicelib/desk/retention.py. */
const KEEPS = [
  ["resolved_rooms", t("Resolved rooms"), t("Since the last thing happened in them: with all that was said."), t("without end"), 30, 3650],
  ["originals", t("Originals"), t("Mails and files as they came: what was said stays."), t("without end"), 7, 3650],
  ["visitors", t("Visitors"), t("Since their last word."), t("without end"), 30, 3650],
  ["dead_letters", t("Dead letters"), t("Their queue keeps them for 14 days at most."), "14", 1, 13],
];
const WORDS = Object.fromEntries(KEEPS.map(([name, words]) => [name, words]));
const counted = (counts) => Object.entries(counts).filter(([, n]) => n).map(([name, n]) => `${WORDS[name] ?? name}: ${number(n)}`);

export async function retentionPart(again) {
  return part(t("Retention"), t("What is older goes by itself, once a day; who is held keeps theirs."), ...form(await api.get("/v1/retention"), again));
}

function form(there, again) {
  const inputs = KEEPS.map(([name, words, since, usual, least, most]) =>
    field(t("{what}: for how many days", { what: words }), input(`${name}_days`, { type: "number", min: String(least), max: String(most), value: there[`${name}_days`] ?? "", placeholder: usual }), since));
  const would = h("div.would", { role: "status" });
  const made = h("form.fields", { "aria-label": t("Retention") }, h("div.range.keeping", null, inputs), h("menu", null, h("button.primary", { type: "submit" }, t("See what would go"))), would);
  const body = () => Object.fromEntries(KEEPS.map(([name]) => [`${name}_days`, Number(new FormData(made).get(`${name}_days`)) || null]));
  made.addEventListener("input", () => would.replaceChildren()); // it was of other days
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    const asked = body();
    const seen = await attempt(() => api.call("POST", "/v1/retention/preview", asked));
    if (seen && JSON.stringify(asked) === JSON.stringify(body())) would.replaceChildren(...foreseen(seen, there, asked, again));
  });
  return [...standing(there), made];
}

/** What acts by now, and what came of it last. */
function standing({ acts_at, acting, next_run_at, last_run }) {
  const until = acts_at && KEEPS.map(([name, words, , usual]) => `${words}: ${acting[`${name}_days`] ?? usual}`).join(", ");
  const removed = last_run && counted(last_run.removed);
  const held = last_run && counted(last_run.held);
  return [
    acts_at ? h("p.hindrance", null, t("What is shorter acts from {when} on. Until then, in days: {days}.", { when: moment(acts_at), days: until })) : null,
    last_run ? h("p.dim", null, last_run.ended_at ? t("Last run: {when}.", { when: moment(last_run.ended_at) }) : t("It is running now."), " ",
      removed.length ? t("Gone: {kinds}.", { kinds: listed(removed) }) : t("Nothing had to go."), " ",
      held.length ? t("Kept since held: {kinds}.", { kinds: listed(held) }) : "") : null,
    next_run_at ? h("p.dim", null, t("Next run: {when}.", { when: moment(next_run_at) })) : null,
  ].filter(Boolean);
}

/** What would go, with the way to save it. */
function foreseen({ acts_at, kinds }, there, asked, again) {
  const save = async () => {
    await api.call("PUT", "/v1/retention", asked);
    say(t("Saved."));
    await again();
  };
  const shorter = KEEPS.some(([name]) => asked[`${name}_days`] && (!there[`${name}_days`] || asked[`${name}_days`] < there[`${name}_days`]));
  return [
    h("table.counted", null,
      h("thead", null, h("tr", null, [t("Kind"), t("would go"), t("oldest"), t("held")].map((each) => h("th", { scope: "col" }, each)))),
      h("tbody", null, kinds.map((each) => h("tr", null,
        h("th", { scope: "row" }, WORDS[each.kind] ?? each.kind),
        h("td", null, each.at_least ? t("at least {n}", { n: each.count }) : number(each.count)),
        h("td", null, each.oldest_day ? date(`${each.oldest_day}T12:00:00Z`, { dateStyle: "medium", timeZone: "UTC" }) : "–"), h("td", null, number(each.held)))))),
    h("p", null, shorter ? t("It begins on {when}: until then other days can be saved.", { when: moment(acts_at) }) : t("Nothing is kept for less than before.")),
    h("menu", null, doing("primary", {}, save, t("Save"))),
  ];
}
