// Broadcasts: written, looked at before they leave, and watched while they do.

import "./main.js"; // what they share is in its file: infra/pages.py
import { h } from "../shared/dom.js";
import { ask, attempt, choice, doing, drafted, empty, field, input, redraw, say } from "./parts.js";
import { local } from "./promise.js";
import { api, here, may, recall, remember } from "./session.js";
import { date, moment, plural, price, served, t } from "./translate.js";

const VERBS = { approve: t("Approve"), send: t("Send"), pause: t("Pause"), resume: t("Resume"), cancel: t("Cancel"), undo: t("Undo") };
const MOVING = new Set(["planning", "sending", "scheduled", "undoing"]);

/** The page: the list, a new one, or one of them. */
export async function broadcasts([id, from], go) {
  if (id === "new") return composed(go, null);
  if (from && id) return edited(id, go);
  if (id) return watched(id, go);
  return listedAll(go);
}

async function listedAll(go) {
  const page = (await attempt(() => api.get("/v1/broadcasts?limit=50"))) ?? { items: [] };
  const rows = page.items.map((each) =>
    h("li", null, h("button", { type: "button", onclick: () => go(`#/broadcasts/${each.id}`) },
      h(`span.tag.${each.state}`, null, served(each.state)), h("span.glimpse", null, each.text.slice(0, 140)), h("time", null, date(each.created_at)))));
  return h("div.sheet", null,
    h("header", null, h("h1", null, t("Broadcasts")), may("write") ? h("button.primary", { type: "button", onclick: () => go("#/broadcasts/new") }, t("New broadcast")) : null),
    rows.length ? h("ul.pickable", null, rows) : empty(t("One text to many customers’ rooms, each a conversation of its own. None was sent yet.")));
}

/** A draft is not changed but written anew, from what it says; once the new one is there, it is thrown away. */
async function edited(id, go) {
  const draft = await attempt(() => api.get(`/v1/broadcasts/${id}`));
  return draft?.state === "draft" ? composed(go, draft) : watched(id, go);
}

const named_ = (id) => `broadcast:${id}`;

async function composed(go, draft) {
  const [segments, raised] = (await attempt(() => Promise.all([api.all("/v1/segments"), api.get("/v1/issues?limit=100")]))) ?? [[], { items: [] }];
  const whole = [...segments.map((each) => [`segment:${each.id}`, t("Segment: {name}", { name: each.name })]), ...raised.items.map((each) => [`issue:${each.id}`, t("Who asked for: {title}", { title: each.title })])];
  const to = choice("to", [["", t("Customers that I name")], ...whole], draft ? (draft.segment ? `segment:${draft.segment}` : draft.issue ? `issue:${draft.issue}` : "") : segments.length ? whole[0][0] : "");
  const named = h("textarea", { name: "customers", rows: "3", placeholder: "acme, beta, …", value: draft ? recall(named_(draft.id), "") : "" });
  const whom = field(t("Customers, by your own ids"), named);
  const text = h("textarea", { name: "text", rows: "8", required: true, maxlength: "20000", placeholder: t("Hello {{customer.name}}, …"), dir: "auto", value: draft?.text ?? "" });
  const kind = input("kind", { value: draft?.kind ?? "news", required: true, pattern: "[a-z0-9_\\-]+", maxlength: "40" });
  const into = choice("into", [["", t("Their triage room, or where they asked")], ["topic", t("A room of its own for each")]], draft?.into === "topic" ? "topic" : "");
  const name = input("room_name", { maxlength: "200", value: draft?.room_name ?? "" });
  const called = field(t("What the rooms are called"), name);
  const [from, until] = ["from", "until"].map((each) => input(each, { type: "time", value: draft?.hours?.[each === "until" ? "to" : each] ?? "" }));
  const draw = () => {
    whom.hidden = Boolean(to.value);
    called.hidden = !into.value;
  };
  const next = h("button.primary", { type: "submit" }, t("Preview"));
  const form = h("form.sheet", { "aria-labelledby": "new-broadcast" },
    h("header", null, h("h1", { id: "new-broadcast" }, draft ? t("Edit the broadcast") : t("New broadcast"))),
    field(t("To"), to), whom, field(t("Into"), into), called,
    field(t("Text"), text, t("Markdown. {{customer.name}}, {{customer.attributes.plan | your plan}} and {{room.name}} are filled in; \\{{ says {{.")),
    field(t("Kind"), kind, t("Customers opt out by kind.")),
    h("div.pair", null, field(t("Not before"), from), field(t("Not after"), until, t("Of each customer's own day. Left empty: at any hour."))),
    h("menu", null, h("button.plain", { type: "button", onclick: () => { forget(); go(draft ? `#/broadcasts/${draft.id}` : "#/broadcasts"); } }, t("Cancel")), next));
  form.addEventListener("change", draw);
  const forget = drafted(`broadcast/${draft?.id ?? ""}`, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    next.disabled = true;
    const body = { text: text.value, kind: kind.value };
    const [whose, id] = to.value.split(":");
    if (id) body[whose] = id;
    else body.customers = named.value.split(/[\s,;]+/).filter(Boolean);
    if (into.value) Object.assign(body, { into: into.value, room_name: name.value.trim() });
    if (from.value || until.value) body.hours = { from: from.value, to: until.value };
    const made = await attempt(() => api.call("POST", "/v1/broadcasts", body));
    next.disabled = false;
    if (!made) return;
    forget();
    remember(named_(made.id), named.value);
    if (draft) {
      remember(named_(draft.id), null);
      await attempt(() => api.call("POST", `/v1/broadcasts/${draft.id}/cancel`, {}));
    }
    go(`#/broadcasts/${made.id}`);
  });
  return form;
}

async function watched(id, go) {
  const page = h("div.sheet");
  let timer = 0;
  let looks = 0;
  const look = async () => {
    clearTimeout(timer);
    const asked = ++looks;
    const told = await attempt(() => api.get(`/v1/broadcasts/${id}`));
    if (!told) {
      if (page.isConnected) timer = setTimeout(look, 3000);
      return;
    }
    const known = told.state === "draft" ? await attempt(() => api.get(`/v1/broadcasts/${id}/preview`)) : null;
    const results = known ? null : await attempt(() => api.get(`/v1/broadcasts/${id}/results`));
    if (asked !== looks) return; // a later look draws
    redraw(page, () => drawn(told, known, results?.items ?? [], look, go));
    if (page.isConnected && (MOVING.has(told.state) || told.sums?.waiting)) timer = setTimeout(look, 700);
  };
  const stop = here.live?.on("frame", (frame) => {
    if (frame.type !== "broadcast.changed" || frame.broadcast !== id) return;
    if (page.isConnected) look();
    else stop();
  });
  queueMicrotask(look);
  return page;
}

function drawn(told, preview, results, look, go) {
  const step = (verb, words, style = "plain", body = {}, props = {}) =>
    doing(style, props, async () => {
      await api.call("POST", `/v1/broadcasts/${told.id}/${verb}`, body);
      say(words);
      await look();
    }, VERBS[verb]);
  const open = (words, act) => h("button.plain", { type: "button", onclick: act }, words);
  const later = () => ask(t("Send it later"), [field(t("When"), input("at", { type: "datetime-local", required: true, value: local(Date.now() + 3600e3) }))], t("Schedule"), async (form) => {
    await api.call("POST", `/v1/broadcasts/${told.id}/send`, { at: new Date(form.get("at")).toISOString() });
    say(t("It leaves by itself."));
    await look();
  });
  const follow = () => ask(t("Follow up"), [field(t("To those who"), choice("to", [["unread", t("have not read it")], ["unanswered", t("have not answered")], ["unacknowledged", t("have not acknowledged it")]])), field(t("Text"), h("textarea", { name: "text", rows: "5", required: true, maxlength: "20000" }))], t("Draft"), async (form) => {
    const made = await api.call("POST", `/v1/broadcasts/${told.id}/follow-up`, { to: form.get("to"), text: form.get("text") });
    go(`#/broadcasts/${made.id}`);
  });
  const stopped = preview?.missing.length ? t("Nothing is sent while something is missing.") : preview?.rooms === 0 ? t("Nobody gets it.") : "";
  const verbs = {
    draft: () => [open(t("Edit"), () => go(`#/broadcasts/${told.id}/edit`)), told.author === here.me.agent.id ? null : step("approve", t("Approved.")), step("cancel", t("Cancelled.")), stopped ? null : open(t("Later"), later), step("send", t("It is on its way."), "primary", {}, { disabled: Boolean(stopped), title: stopped })],
    scheduled: () => [step("cancel", t("Cancelled."))],
    sending: () => [step("pause", t("Paused.")), step("cancel", t("What is not sent yet stays."))],
    paused: () => [step("resume", t("Resumed."), "primary"), step("cancel", t("Cancelled."))],
    done: () => [step("undo", t("It is taken back, room by room.")), open(t("Follow up"), follow)],
    cancelled: () => [step("undo", t("It is taken back, room by room."))],
  };
  const buttons = may("write") ? verbs[told.state]?.() ?? [] : [];
  return [
    h("header", null, h("button.plain", { type: "button", onclick: () => go("#/broadcasts") }, t("All broadcasts")), h(`span.tag.${told.state}`, { role: "status" }, served(told.state))),
    h("h1.unseen", null, t("Broadcast")),
    told.reason ? h("p.bad", null, told.reason) : "",
    told.state === "scheduled" && told.at ? h("p", null, t("It leaves at {time}.", { time: moment(told.at) })) : "",
    told.sums ? bars(told.sums) : "",
    h("section", null, h("h2", null, t("Text")), h("pre.asis", { tabindex: "0" }, told.text)),
    preview ? previewed(preview) : "",
    h("menu", null, buttons.filter(Boolean)),
    results.length ? h("section", null, h("h2", null, t("Rooms")), h("ul.plainly", null, results.map((each) => h("li", null, h(`span.tag.${each.state}`, null, served(each.state)), h("button.link", { type: "button", onclick: () => go(`#/inbox/open/${each.room}`) }, each.room), each.reason ? h("small", null, served(each.reason)) : null, each.replied_at ? h("span.tag", null, t("answered")) : each.read_at ? h("span.tag", null, t("read")) : null)))) : "",
  ];
}

/** The sums as bars: of the rooms that get it, how many have it, have read it, have answered. */
function bars(sums) {
  const all = Math.max(1, sums.planned - sums.skipped);
  const bar = (words, n) => h("label.bar", null, h("span", null, words), h("progress", { max: String(all), value: String(n) }), h("output", null, t("{n} of {all}", { n, all: sums.planned - sums.skipped })));
  const rest = [
    sums.skipped && t("{n} skipped", { n: sums.skipped }),
    sums.failed && t("{n} failed", { n: sums.failed }),
    sums.deleted && t("{n} taken back", { n: sums.deleted }),
  ].filter(Boolean);
  return h("section.bars", { "aria-label": t("Progress") }, bar(t("Stored"), sums.stored + sums.deleted), bar(t("Read"), sums.read), bar(t("Answered"), sums.replied), rest.length ? h("p.dim", null, rest.join(" · ")) : null);
}

function previewed(preview) {
  const skipped = Object.entries(preview.skipped);
  return h("section", null,
    h("h2", null, plural(preview.rooms, "Goes to {n} room", "Goes to {n} rooms")),
    h("p.dim", null, [plural(preview.messages, "{n} message", "{n} messages"), plural(preview.deliveries, "{n} delivery to feeds", "{n} deliveries to feeds"), t("about {price}", { price: price(preview.dollars) })].join(", ")),
    skipped.length ? h("p", null, t("Skipped: {rooms}", { rooms: skipped.map(([why, n]) => `${n} (${served(why)})`).join(", ") })) : null,
    preview.missing.length ? [h("p.bad", null, t("Nothing is sent while this is missing; edit the text, or give variables something to fall back on, as {{customer.attributes.plan | your plan}}.")), h("ul.plainly", null, preview.missing.map((each) => h("li.bad", null, each.reason)))] : null,
    preview.samples.slice(0, 3).map((each) => h("pre.asis", { tabindex: "0" }, each.text)));
}
