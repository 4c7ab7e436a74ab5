// What a webhook was told (event log): a range of time, by type, how each delivery went; one of them again, or all.

import { h } from "../shared/dom.js";
import { ask, attempt, choice, doing, empty, field, input, say } from "./parts.js";
import { kindOf } from "./kinds.js";
import { api, may } from "./session.js";
import { moment, plural, t } from "./translate.js";

const DAY = 86400e3;
const AT_ONCE = 50;
const LOOKS = 5; // pages that may be empty, before somebody is asked whether to look on
const STATES = { queued: t("on its way"), sent: t("delivered"), failed: t("failed"), skipped: t("skipped") };
const MESSAGES = ["message.posted", "message.edited", "message.deleted", "message.reaction"];

/** The events that an install of a kind can choose, each with what it means; none where it chooses none. */
const choosable = (kind) => kindOf(kind).settings.find(({ name }) => name === "events")?.choices ?? {};
export const isTold = (install) => Object.keys(choosable(install.kind)).length > 0;

/** The page of one install. */
export async function sent(id, go) {
  const install = (await attempt(() => api.all("/v1/installs")))?.find((each) => each.id === id);
  if (!install) return empty(t("There is no such install."));
  const from = input("from", { type: "datetime-local", required: true, value: local(Date.now() - DAY) });
  const to = input("to", { type: "datetime-local" });
  const types = [...new Set([...MESSAGES, ...Object.keys(choosable(install.kind))])];
  const type = choice("type", [["", t("all")], ...types.map((each) => [each, each])], "");
  const list = h("ul.plainly.told", { "aria-label": t("What was sent") });
  const more = h("div");
  let asked = 0;

  const range = () => ({ from: new Date(from.value || Date.now() - DAY).toISOString(), to: new Date(to.value || Date.now()).toISOString(), ...(type.value ? { type: type.value } : {}) });

  async function load(of, cursor = "") {
    const turn = cursor ? asked : ++asked;
    const rows = [];
    let next = cursor;
    for (let look = 0; look < LOOKS && !rows.length && next !== null; look += 1) {
      const page = await api.get(`/v1/installs/${id}/events?${new URLSearchParams({ ...of, limit: AT_ONCE, ...(next ? { cursor: next } : {}) })}`);
      rows.push(...page.items);
      next = page.next ?? null;
    }
    if (turn !== asked) return; // another range was chosen meanwhile
    if (!cursor) list.replaceChildren();
    list.append(...rows.map((each) => row(each, go)));
    const on = next === null ? null : doing("plain", {}, () => load(of, next), t("Show more"));
    more.replaceChildren(on ?? (list.children.length ? "" : empty(t("Nothing was sent in this time."))));
  }

  const show = () => attempt(() => load(range()));
  for (const each of [from, to, type]) each.addEventListener("change", show);
  const again = may("write") && install.state === "active" ? h("button.plain", { type: "button", onclick: () => resent(install, range()) }, t("Send all of it again…")) : null;
  const page = h("div.sheet", null,
    h("header", null, h("h1", { dir: "auto" }, t("Sent to {name}", { name: install.name })), h("button.plain", { type: "button", onclick: () => go("#/settings/installs") }, t("Installs"))),
    h("p.dim", null, t("Of the last 30 days, the oldest first. It is logged while the install names events.")),
    h("div.range", null, field(t("From"), from), field(t("Until"), to, t("Empty: now.")), field(t("Event"), type)),
    h("menu", null, again),
    list, more);
  await show();
  return page;
}

function row({ type, at, delivery }, go) {
  const said = [moment(at), delivery.attempts ? plural(delivery.attempts, "one try", "{n} tries") : t("not tried yet"), delivery.reason];
  const place = h("div");
  if (delivery.state !== "queued" && may("write"))
    place.append(doing("plain", { "aria-label": t("Send {type} again", { type }) }, async () => {
      await api.call("POST", `/v1/deliveries/${delivery.id}/replay`, {});
      place.replaceChildren(h("span.tag", null, t("on its way again")));
    }, t("Send again")));
  const room = delivery.room.startsWith("room_") ? h("button.link", { type: "button", onclick: () => go(`#/inbox/open/${delivery.room}`) }, t("room")) : null;
  return h("li", null,
    h(`span.tag.${delivery.state === "sent" ? "done" : delivery.state}`, null, STATES[delivery.state]),
    h("span", null, h("code", null, type), h("small", null, said.filter(Boolean).join(" · "))),
    room, place);
}

/** Ask once more, then send the range anew. */
function resent(install, { type, ...range }) {
  const between = { from: moment(range.from), to: moment(range.to) };
  const which = type ? t("Each {type} from {from} until {to}.", { type, ...between }) : t("Everything from {from} until {to}.", between);
  ask(t("Send it to {name} again?", { name: install.name }), [
    h("p", null, which),
    h("p.dim", null, t("Some five a second, each under the id that it had; what is new goes first. Messages and promises are as they are now.")),
  ], t("Send again"), async () => {
    await api.call("POST", `/v1/installs/${install.id}/resend`, { ...range, types: type ? [type] : [] });
    say(t("It is sent again."));
  });
}

/** A moment as a field for date and time has it, by the clock of this browser. */
function local(at) {
  const there = new Date(at);
  return new Date(at - there.getTimezoneOffset() * 60e3).toISOString().slice(0, 16);
}
