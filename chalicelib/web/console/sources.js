// Settings, of sources of usage: what sends, with which keys, when it was heard of last, and what of it was set aside.

import { h } from "../shared/dom.js";
import { part } from "./machines.js";
import { ask, choice, doing, empty, field, input, redraw, say } from "./parts.js";
import { api } from "./session.js";
import { date, listed, moment, plural, t } from "./translate.js";

const PATH = "/v1/usage/sources";
const KINDS = { server: t("A server"), browser: t("Pages in browsers: its keys are public") };
const MODES = { live: t("Live"), test: t("Test: it counts for nobody") };
const OURS = ["API Key Created", "API Key Revoked", "API Called"];
const AT_ONCE = 20;
const WHY = {
  no_object: t("It is no JSON object."),
  too_large: t("It is too large."),
  too_deep: t("It is nested too deep."),
  no_kind: t("Its type is none that is known."),
  no_cloudevent: t("It is no CloudEvent 1.0 with id, source and type."),
  no_data: t("Its data are no JSON object."),
  public_key: t("A public key says nothing of who somebody is: a server does."),
  nobody: t("It names neither a user nor a group."),
  no_group: t("It has no groupId."),
  no_alias: t("It has not both a userId and a previousId."),
  no_name: t("It has no name."),
  bad_id: t("An id of it is no short text."),
  bad_call: t("Its calls, errors or status are no whole numbers that fit."),
};

export async function sourcesTab(again) {
  const [sources, workspace] = await Promise.all([api.all(PATH), api.get("/v1/workspace")]);
  const add = h("button.plain", { type: "button", onclick: () => written({ traits: [], names: {} }, again) }, t("Add a source"));
  const all = part(t("Sources of usage"), t("What sends how your customers use your API: a backend, a gateway, or pages in browsers. Write keys of their own let them in."),
    sources.length ? h("div.cards", null, sources.map((source) => card(source, again))) : empty(t("Nothing sends usage yet.")), h("menu", null, add));
  return [all, sharedPart(workspace)];
}

/** Whether customers see their own. */
function sharedPart(workspace) {
  const share = h("label.tick", null, h("input", { type: "checkbox", name: "share", checked: workspace.share_usage }), t("Customers see their own usage"));
  const form = h("form.fields", { onsubmit: (event) => event.preventDefault() }, share);
  const save = async () => {
    await api.call("PATCH", "/v1/workspace", { share_usage: new FormData(form).has("share") });
    say(t("Saved."));
  };
  return part(t("Shared with customers"), t("In the support button each customer’s team sees its own curve and the causes and days of its reasons, and may answer the question of a signal. What agents wrote down stays yours."), form, h("menu", null, doing("primary", {}, save, t("Save"))));
}

const told = (at) => (at ? h("time", { datetime: at }, moment(at)) : t("never"));

function card(source, again) {
  const facts = [
    [t("Last event"), told(source.last_event_at)],
    [t("Last refused"), told(source.last_refused_at)],
    [t("Traits that are kept"), traitsOf(source)],
    [t("Creates customers and users"), source.creates ? t("yes") : t("no")],
    ...Object.entries(source.names).map(([theirs, ours]) => [ours, h("code", null, theirs)]),
  ];
  return h("article.card.source", { "aria-label": source.name },
    h("header", null, h("h2", { dir: "auto" }, source.name), h("span.tag", null, source.kind === "browser" ? t("Browser") : t("Server"))),
    h("dl", null, facts.map(([name, value]) => [h("dt", null, name), h("dd", { dir: "auto" }, value)])),
    source.keys.length ? h("ul.plainly", { "aria-label": t("Write keys") }, source.keys.map((key) => keyRow(source, key, again))) : h("p.dim", null, t("It has no key yet: nothing can come in.")),
    h("menu", null,
      h("button.plain", { type: "button", onclick: () => newKey(source, again) }, t("New write key")),
      h("button.plain", { type: "button", onclick: () => written(source, again) }, t("Change")),
      doing("plain", {}, () => setAside(source, again), t("What was set aside")),
      h("button.plain", { type: "button", onclick: () => removed(source, again) }, t("Remove"))));
}

function traitsOf({ kind, traits }) {
  if (kind === "browser" || traits?.length === 0) return t("none");
  return traits === null ? t("all") : listed(traits);
}

function removed(source, again) {
  ask(t("Remove “{name}”?", { name: source.name }), [h("p", null, t("Its keys are dead at once. What it has sent stays in the log for as long as that is kept."))], t("Remove"), async () => {
    await api.call("DELETE", `${PATH}/${source.id}`);
    await again();
  });
}

// --- keys

function keyRow(source, key, again) {
  const name = key.mode === "live" ? t("Live key") : t("Test key");
  const since = t("since {day}", { day: date(key.created_at) });
  const revoke = () => ask(t("Revoke this key of “{name}”?", { name: source.name }), [h("p", null, t("Whatever sends with it is refused within half a minute, for good."))], t("Revoke"), async () => {
    await api.call("DELETE", `${PATH}/${source.id}/keys/${key.id}`);
    await again();
  });
  return h("li", { "aria-label": `${name}, ${since}` }, h("span", null, name, h("small", null, since)), h("button.plain", { type: "button", onclick: revoke }, t("Revoke")));
}

function newKey(source, again) {
  ask(t("A write key for “{name}”", { name: source.name }), [field(t("What it is for"), choice("mode", Object.entries(MODES), "live"), t("At most two live and two test keys are good at once: make the second, move over, revoke the first."))], t("Make it"), async (form) => {
    const made = await api.call("POST", `${PATH}/${source.id}/keys`, { mode: form.get("mode") });
    await again();
    ask(source.name, [h("p", null, t("Keep this key: it is shown this once.")), h("pre.asis", { tabindex: "0" }, made.key)], "");
  });
}

// --- making and changing

/** The form of a source; a new one has no id. */
function written(source, again) {
  const kind = source.id ? null : field(t("Kind"), choice("kind", Object.entries(KINDS), "server"));
  const creates = h("label.tick", null, h("input", { type: "checkbox", name: "creates", checked: source.creates }), t("It may create customers and users: each customer gets a room"));
  const all = h("label.tick", null, h("input", { type: "checkbox", name: "all", checked: source.traits === null }), t("Keep all traits"));
  const traits = h("textarea", { name: "traits", rows: "3", value: (source.traits ?? []).join("\n") });
  const names = OURS.map((ours) => field(t("Your names of “{event}”", { event: ours }), input(`names:${ours}`, { value: theirs(source.names, ours) })));
  ask(source.id ? t("Change {name}", { name: source.name }) : t("Add a source"), [
    field(t("Name"), input("name", { required: true, maxlength: "200", value: source.name ?? "" })),
    kind,
    source.kind === "browser" ? null : creates,
    all, field(t("Else these alone, one a line"), traits, t("What else is told of people is dropped before it is kept. Of browsers nothing is kept.")),
    h("p.dim", null, t("Names of events, if they are not these; several with commas between")), ...names,
  ].filter(Boolean), t("Save"), async (form) => {
    const body = { name: form.get("name").trim(), creates: form.has("creates"), traits: form.has("all") ? null : parted(form.get("traits"), "\n"), names: namesOf(form) };
    if (source.id) await api.call("PATCH", `${PATH}/${source.id}`, body);
    else await api.call("POST", PATH, { ...body, kind: form.get("kind") });
    await again();
  });
}

const theirs = (names, ours) => Object.entries(names).filter(([, each]) => each === ours).map(([each]) => each).join(", ");
const parted = (text, by) => [...new Set(text.split(by).map((each) => each.trim()).filter(Boolean))];
const namesOf = (form) => Object.fromEntries(OURS.flatMap((ours) => parted(form.get(`names:${ours}`), ",").map((each) => [each, ours])));

// --- what was set aside

/** Of which request how many events could not be read, and why; they can be looked at, and read again. */
async function setAside(source, again) {
  const path = `${PATH}/${source.id}/set-aside`;
  const place = h("div", { "aria-live": "polite" });
  const replay = async (ids) => {
    const done = await api.call("POST", `${path}/replay`, { ids });
    say(t("{taken} taken, {left} still set aside.", { taken: done.taken, left: done.set_aside }));
    await load();
  };
  const load = async () => {
    const { items, next } = await api.get(`${path}?limit=${AT_ONCE}`);
    redraw(place, () => [
      items.length ? h("ul.aside-rows", { "aria-label": t("Set aside") }, items.map((row) => asideRow(path, row, replay))) : h("p", null, t("Nothing.")),
      next ? h("p.dim", null, t("There are more: the API lists them.")) : null,
      items.length ? h("menu", null, doing("plain", {}, () => replay([]), t("Read the oldest hundred again"))) : null,
    ]);
  };
  await load();
  const box = ask(t("Set aside: {name}", { name: source.name }), [h("p.dim", null, t("Of the last 30 days, what could not be read. All else of the same request was taken.")), place], "");
  box.addEventListener("close", () => again());
}

function asideRow(path, row, replay) {
  const events = h("div");
  const look = async () => {
    const { events: found } = await api.get(`${path}/${row.id}`);
    events.replaceChildren(...found.map((each) => h("pre.asis", { tabindex: "0", "aria-label": WHY[each.reason] ?? each.detail }, JSON.stringify(each.event, null, 1))));
  };
  const name = [moment(row.at), plural(row.events, "{n} event", "{n} events")].join(" · ");
  return h("li", { "aria-label": name },
    h("p", null, h("b", null, name), row.mode === "test" ? [" ", h("span.tag", null, t("Test"))] : null),
    row.reasons.map((each) => h("p", null, h("span", null, WHY[each.reason] ?? each.detail), " ", h("small.dim", null, plural(each.events, "{n} event", "{n} events")))),
    events,
    h("menu", null, doing("plain", {}, look, t("Look at them")), doing("plain", {}, () => replay([row.id]), t("Read them again"))));
}
