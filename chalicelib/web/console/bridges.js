// Where else a room is: the conversations it is bound to, binding another, by its id or by a code that is typed there.

import { h } from "../shared/dom.js";
import { channelName, isBound, kindOf } from "./kinds.js";
import { ask, attempt, choice, doing, field, input, say } from "./parts.js";
import { api, here, may } from "./session.js";
import { clock, t } from "./translate.js";

const WAYS = { both: t("both ways"), in: t("in only"), out: t("out only") };

/** The bridges of a room, for the side of it. */
export async function roomBridges(room, again) {
  if (room.kind === "internal") return null;
  const page = await api.get(`/v1/rooms/${room.id}/bridges?limit=50`);
  const path = (bridge) => `/v1/rooms/${room.id}/bridges/${encodeURIComponent(bridge.id)}`;
  const step = (method, where, words) => async () => {
    await api.call(method, where, method === "POST" ? {} : undefined);
    say(words);
    await again();
  };
  const rows = page.items.filter((bridge) => bridge.conversation).map((bridge) => {
    const name = bridge.name || bridge.conversation;
    return h("li", null,
      h("span", null, name, h("small", null, `${channelName(bridge.channel)}, ${WAYS[bridge.direction]}`), bridge.paused ? h("small.bad", null, t("Paused: {reason}", { reason: bridge.paused })) : null),
      bridge.paused && may("write") ? doing("plain", {}, step("POST", `${path(bridge)}/replay`, t("It goes on, with what it missed.")), t("Go on")) : null,
      may("write") ? doing("quiet", { "aria-label": t("Take the room off “{name}”", { name }), title: t("Take it away") }, step("DELETE", path(bridge), t("Nothing crosses it any more.")), "×") : null);
  });
  const bind = may("write") ? h("button.plain.wide", { type: "button", onclick: () => bindRoom(room, again) }, t("Bind a conversation")) : null;
  return h("section", null, h("h3", null, t("Bound to")), rows.length ? h("ul.plainly", null, rows) : h("p.dim", null, t("No channel or chat.")), bind);
}

async function bindRoom(room, again) {
  const installs = await attempt(() => api.all("/v1/installs"));
  if (!installs) return;
  const fitting = installs.filter((install) => isBound(install.kind) && install.state === "active");
  const code = doing("plain", {}, async () => {
    const made = await api.call("POST", `/v1/rooms/${room.id}/connect-codes`, {});
    const ways = [...here.kinds.values()].filter((each) => each.connect);
    told.replaceChildren(h("span", null, t("Until {time}, say in", { time: clock(made.expires_at) })),
      h("ul.plainly", null, ways.map((each) => h("li", null, `${each.short}:`, h("code", null, each.connect.replace("{code}", made.code))))));
  }, t("Make a code"));
  const told = h("div", { role: "status" }, t("A code that is typed in a conversation binds it to this room: whoever is there can do that."));
  if (!fitting.length) return void ask(t("Bind a conversation"), [told, code, h("p.dim", null, t("To name one by its id, connect a channel that has conversations under Settings first."))], "");
  const where = h("div");
  const over = choice("install", fitting.map((each) => [each.id, `${each.name} (${kindOf(each.kind).short})`]));
  const draw = () => {
    const kind = kindOf(fitting.find((each) => each.id === over.value).kind);
    where.replaceChildren(field(t("and the conversation’s id there"), input("conversation", { required: true, maxlength: "300", placeholder: kind.conversation }), kind.whereabouts));
  };
  over.addEventListener("change", draw);
  draw();
  ask(t("Bind a conversation"), [
    told, code, h("hr"),
    field(t("Or an install"), over),
    where,
    field(t("Its name here"), input("name", { maxlength: "200", placeholder: "#acme" })),
    field(t("What crosses"), choice("direction", Object.entries(WAYS), "both")),
    h("label.tick", null, h("input", { type: "checkbox", name: "rebind" }), t("Take it from the room that has it")),
  ], t("Bind it"), async (form) => {
    const body = { install: form.get("install"), conversation: form.get("conversation").trim(), name: form.get("name").trim(), direction: form.get("direction"), rebind: form.get("rebind") === "on" };
    await api.call("POST", `/v1/rooms/${room.id}/bridges`, body);
    say(t("Bound: what is said there from now on is said here."));
    attempt(again);
  });
}
