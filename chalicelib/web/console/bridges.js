// Where else a room is: the conversations it is bound to, binding another, by its id or by a code that is typed there.

import { h } from "../shared/dom.js";
import { isBound, kindOf } from "./kinds.js";
import { ask, attempt, choice, doing, field, input, say } from "./parts.js";
import { api, here, may } from "./session.js";

const WAYS = { both: "both ways", in: "in only", out: "out only" };

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
      h("span", null, name, h("small", null, `${bridge.channel}, ${WAYS[bridge.direction]}`), bridge.paused ? h("small.bad", null, `Paused: ${bridge.paused}`) : null),
      bridge.paused && may("write") ? doing("plain", {}, step("POST", `${path(bridge)}/replay`, "It goes on, with what it missed."), "Go on") : null,
      may("write") ? doing("quiet", { "aria-label": `Take the room off “${name}”`, title: "Take it away" }, step("DELETE", path(bridge), "Nothing crosses it any more."), "×") : null);
  });
  const bind = may("write") ? h("button.plain.wide", { type: "button", onclick: () => bindRoom(room, again) }, "Bind a conversation") : null;
  return h("section", null, h("h3", null, "Bound to"), rows.length ? h("ul.plainly", null, rows) : h("p.dim", null, "No channel or chat."), bind);
}

async function bindRoom(room, again) {
  const installs = await attempt(() => api.all("/v1/installs"));
  if (!installs) return;
  const fitting = installs.filter((install) => isBound(install.kind) && install.state === "active");
  const code = doing("plain", {}, async () => {
    const made = await api.call("POST", `/v1/rooms/${room.id}/connect-codes`, {});
    const ways = [...here.kinds.values()].filter((each) => each.connect).flatMap((each, n) => [n ? ", or in " : "Said in ", each.short, " as ", h("code", null, each.connect.replace("{code}", made.code))]);
    told.replaceChildren(...ways, `, until ${new Date(made.expires_at).toLocaleTimeString()}.`);
  }, "Make a code");
  const told = h("p", { role: "status" }, "A code that is typed in a conversation binds it to this room: whoever is there can do that.");
  if (!fitting.length) return void ask("Bind a conversation", [told, code, h("p.dim", null, "To name one by its id, connect a channel that has conversations under Settings first.")], "");
  const where = h("div");
  const over = choice("install", fitting.map((each) => [each.id, `${each.name} (${kindOf(each.kind).short})`]));
  const draw = () => {
    const kind = kindOf(fitting.find((each) => each.id === over.value).kind);
    where.replaceChildren(field("and the conversation’s id there", input("conversation", { required: true, maxlength: "300", placeholder: kind.conversation }), kind.whereabouts));
  };
  over.addEventListener("change", draw);
  draw();
  ask("Bind a conversation", [
    told, code, h("hr"),
    field("Or an install", over),
    where,
    field("Its name here", input("name", { maxlength: "200", placeholder: "#acme" })),
    field("What crosses", choice("direction", Object.entries(WAYS), "both")),
    h("label.tick", null, h("input", { type: "checkbox", name: "rebind" }), "Take it from the room that has it"),
  ], "Bind it", async (form) => {
    const body = { install: form.get("install"), conversation: form.get("conversation").trim(), name: form.get("name").trim(), direction: form.get("direction"), rebind: form.get("rebind") === "on" };
    await api.call("POST", `/v1/rooms/${room.id}/bridges`, body);
    say("Bound: what is said there from now on is said here.");
    attempt(again);
  });
}
