// Broadcasts: written, looked at before they leave, and watched while they do.

import { h } from "../shared/dom.js";
import { ask, attempt, choice, doing, drafted, empty, field, input, redraw, say } from "./parts.js";
import { local } from "./promise.js";
import { api, here, may, recall, remember } from "./session.js";

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
      h(`span.tag.${each.state}`, null, each.state), h("span.glimpse", null, each.text.slice(0, 140)), h("time", null, new Date(each.created_at).toLocaleDateString()))));
  return h("div.sheet", null,
    h("header", null, h("h1", null, "Broadcasts"), may("write") ? h("button.primary", { type: "button", onclick: () => go("#/broadcasts/new") }, "New broadcast") : null),
    rows.length ? h("ul.pickable", null, rows) : empty("One text to many customers’ rooms, each a conversation of its own. None was sent yet."));
}

/** A draft is not changed but written anew, from what it says; once the new one is there, it is thrown away. */
async function edited(id, go) {
  const draft = await attempt(() => api.get(`/v1/broadcasts/${id}`));
  return draft?.state === "draft" ? composed(go, draft) : watched(id, go);
}

const named_ = (id) => `broadcast:${id}`;

async function composed(go, draft) {
  const [segments, raised] = (await attempt(() => Promise.all([api.all("/v1/segments"), api.get("/v1/issues?limit=100")]))) ?? [[], { items: [] }];
  const whole = [...segments.map((each) => [`segment:${each.id}`, `Segment: ${each.name}`]), ...raised.items.map((each) => [`issue:${each.id}`, `Who asked for: ${each.title}`])];
  const to = choice("to", [["", "Customers that I name"], ...whole], draft ? (draft.segment ? `segment:${draft.segment}` : draft.issue ? `issue:${draft.issue}` : "") : segments.length ? whole[0][0] : "");
  const named = h("textarea", { name: "customers", rows: "3", placeholder: "acme, beta, …", value: draft ? recall(named_(draft.id), "") : "" });
  const whom = field("Customers, by your own ids", named);
  const text = h("textarea", { name: "text", rows: "8", required: true, maxlength: "20000", placeholder: "Hello {{customer.name}}, …", dir: "auto", value: draft?.text ?? "" });
  const kind = input("kind", { value: draft?.kind ?? "news", required: true, pattern: "[a-z0-9_\\-]+", maxlength: "40" });
  const into = choice("into", [["", "Their triage room, or where they asked"], ["topic", "A room of its own for each"]], draft?.into === "topic" ? "topic" : "");
  const name = input("room_name", { maxlength: "200", value: draft?.room_name ?? "" });
  const called = field("What the rooms are called", name);
  const [from, until] = [["from", "from"], ["until", "to"]].map(([each, told]) => input(each, { type: "time", value: draft?.hours?.[told] ?? "" }));
  const draw = () => {
    whom.hidden = Boolean(to.value);
    called.hidden = !into.value;
  };
  const next = h("button.primary", { type: "submit" }, "Preview");
  const form = h("form.sheet", { "aria-labelledby": "new-broadcast" },
    h("header", null, h("h1", { id: "new-broadcast" }, draft ? "Edit the broadcast" : "New broadcast")),
    field("To", to), whom, field("Into", into), called,
    field("Text", text, "Markdown. {{customer.name}}, {{customer.attributes.plan | your plan}} and {{room.name}} are filled in; \\{{ says {{."),
    field("Kind", kind, "Customers opt out by kind."),
    h("div.pair", null, field("Not before", from), field("Not after", until, "Of each customer's own day. Left empty: at any hour.")),
    h("menu", null, h("button.plain", { type: "button", onclick: () => { forget(); go(draft ? `#/broadcasts/${draft.id}` : "#/broadcasts"); } }, "Cancel"), next));
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
    }, verb[0].toUpperCase() + verb.slice(1));
  const open = (words, act) => h("button.plain", { type: "button", onclick: act }, words);
  const later = () => ask("Send it later", [field("When", input("at", { type: "datetime-local", required: true, value: local(Date.now() + 3600e3) }))], "Schedule", async (form) => {
    await api.call("POST", `/v1/broadcasts/${told.id}/send`, { at: new Date(form.get("at")).toISOString() });
    say("It leaves by itself.");
    await look();
  });
  const follow = () => ask("Follow up", [field("To those who", choice("to", [["unread", "have not read it"], ["unanswered", "have not answered"], ["unacknowledged", "have not acknowledged it"]])), field("Text", h("textarea", { name: "text", rows: "5", required: true, maxlength: "20000" }))], "Draft", async (form) => {
    const made = await api.call("POST", `/v1/broadcasts/${told.id}/follow-up`, { to: form.get("to"), text: form.get("text") });
    go(`#/broadcasts/${made.id}`);
  });
  const stopped = preview?.missing.length ? "Nothing is sent while something is missing." : preview?.rooms === 0 ? "Nobody gets it." : "";
  const verbs = {
    draft: () => [open("Edit", () => go(`#/broadcasts/${told.id}/edit`)), told.author === here.me.agent.id ? null : step("approve", "Approved."), step("cancel", "Cancelled."), stopped ? null : open("Later", later), step("send", "It is on its way.", "primary", {}, { disabled: Boolean(stopped), title: stopped })],
    scheduled: () => [step("cancel", "Cancelled.")],
    sending: () => [step("pause", "Paused."), step("cancel", "What is not sent yet stays.")],
    paused: () => [step("resume", "Resumed.", "primary"), step("cancel", "Cancelled.")],
    done: () => [step("undo", "It is taken back, room by room."), open("Follow up", follow)],
    cancelled: () => [step("undo", "It is taken back, room by room.")],
  };
  const buttons = may("write") ? verbs[told.state]?.() ?? [] : [];
  return [
    h("header", null, h("button.plain", { type: "button", onclick: () => go("#/broadcasts") }, "All broadcasts"), h(`span.tag.${told.state}`, { role: "status" }, told.state)),
    h("h1.unseen", null, "Broadcast"),
    told.reason ? h("p.bad", null, told.reason) : "",
    told.state === "scheduled" && told.at ? h("p", null, `It leaves at ${new Date(told.at).toLocaleString()}.`) : "",
    told.sums ? bars(told.sums) : "",
    h("section", null, h("h2", null, "Text"), h("pre.asis", { tabindex: "0" }, told.text)),
    preview ? previewed(preview) : "",
    h("menu", null, buttons.filter(Boolean)),
    results.length ? h("section", null, h("h2", null, "Rooms"), h("ul.plainly", null, results.map((each) => h("li", null, h(`span.tag.${each.state}`, null, each.state), h("button.link", { type: "button", onclick: () => go(`#/inbox/open/${each.room}`) }, each.room), each.reason ? h("small", null, each.reason) : null, each.replied_at ? h("span.tag", null, "answered") : each.read_at ? h("span.tag", null, "read") : null)))) : "",
  ];
}

/** The sums as bars: of the rooms that get it, how many have it, have read it, have answered. */
function bars(sums) {
  const all = Math.max(1, sums.planned - sums.skipped);
  const bar = (words, n) => h("label.bar", null, h("span", null, words), h("progress", { max: String(all), value: String(n) }), h("output", null, `${n} of ${sums.planned - sums.skipped}`));
  const rest = [["skipped", sums.skipped], ["failed", sums.failed], ["taken back", sums.deleted]].filter(([, n]) => n);
  return h("section.bars", { "aria-label": "Progress" }, bar("Stored", sums.stored + sums.deleted), bar("Read", sums.read), bar("Answered", sums.replied), rest.length ? h("p.dim", null, rest.map(([words, n]) => `${n} ${words}`).join(" · ")) : null);
}

function previewed(preview) {
  const skipped = Object.entries(preview.skipped);
  return h("section", null,
    h("h2", null, `Goes to ${preview.rooms} ${preview.rooms === 1 ? "room" : "rooms"}`),
    h("p.dim", null, `${preview.messages} messages, ${preview.deliveries} deliveries to feeds, about $${preview.dollars.toFixed(4)}`),
    skipped.length ? h("p", null, "Skipped: ", skipped.map(([why, n]) => `${n} (${why})`).join(", ")) : null,
    preview.missing.length ? [h("p.bad", null, "Nothing is sent while this is missing; edit the text, or give variables something to fall back on, as {{customer.attributes.plan | your plan}}."), h("ul.plainly", null, preview.missing.map((each) => h("li.bad", null, each.reason)))] : null,
    preview.samples.slice(0, 3).map((each) => h("pre.asis", { tabindex: "0" }, each.text)));
}
