// The palette: commands at once, and what is found as somebody types.

import "./main.js"; // what they share is in its file: infra/pages.py
import { h } from "../shared/dom.js";
import { attempt, face, sign } from "./parts.js";
import { api, here } from "./session.js";
import { t } from "./translate.js";

const PAUSE = 150; // ms after a key before it is looked for
const SIGNS = { room: "inbox", customer: "people", issue: "issue", person: "mine" };
const KINDS = { room: t("Room"), customer: t("Customer"), issue: t("Issue"), person: t("Person") };

const place = (hit) => {
  if (hit.kind === "room") return `#/inbox/open/${hit.room.id}`;
  if (hit.kind === "issue") return `#/issues/${hit.id}`;
  if (hit.kind === "customer" && hit.customer) return `#/inbox/${encodeURIComponent(`customer:${hit.customer.external_id}`)}`;
  return `#/search/${encodeURIComponent(new URLSearchParams({ q: hit.title, kind: "message", author: hit.id }))}`;
};

/** How well letters fit words: 0 not at all; the more, the better. */
export function fit(letters, words) {
  const [wanted, there] = [letters.toLowerCase().trim(), words.toLowerCase()];
  if (!wanted) return 1;
  if (there.startsWith(wanted)) return 4;
  if (there.includes(` ${wanted}`)) return 3;
  if (there.includes(wanted)) return 2;
  return wanted.split(/\s+/).every((each) => there.includes(each)) ? 1 : 0;
}

/** `commands` and `rooms` are there at once, the rest is looked for. */
export function open(commands, rooms) {
  let rows = [];
  let at = 0;
  let timer = 0;
  let asked = 0;
  let looking = false;
  const list = h("ul", { role: "listbox", id: "palette-list", "aria-label": t("Found") });
  const box = h("input", { type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-label": t("Command, room, customer, issue or person"), placeholder: t("Command, room, customer, issue or person"), autocomplete: "off", spellcheck: "false", maxlength: "200" });
  const dialog = h("dialog.palette", { "aria-label": t("Commands") }, box, list);

  const draw = () => {
    at = Math.max(0, Math.min(at, rows.length - 1));
    list.replaceChildren(...(rows.length ? rows.map((row, i) => h("li", { role: "option", id: `palette-${i}`, "aria-selected": String(i === at), onclick: () => chosen(row) }, row.sign, h("span", { dir: "auto" }, row.words), row.hint ? h("small", null, row.hint) : null, row.key ? h("kbd", null, row.key) : null)) : [h("li.dim", { role: "option", "aria-selected": "false", "aria-disabled": "true" }, looking ? t("Looking…") : t("Nothing of that name."))]));
    box.setAttribute("aria-activedescendant", rows.length ? `palette-${at}` : "");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const known = () => commands.map((each) => [fit(box.value, each.words), each]).filter(([good]) => good).sort((a, b) => b[0] - a[0])
    .map(([, each]) => ({ words: each.words, key: each.named ?? each.key, sign: sign("us"), step: each.step }));
  const loaded = () => (box.value.trim() ? rooms.filter((each) => fit(box.value, `${each.words} ${each.hint}`)).slice(0, 5).map((each) => ({ ...each, sign: sign("inbox") })) : []);
  const look = async () => {
    const mine = ++asked;
    const q = box.value.trim();
    if (q.length < 2) return;
    const kinds = await Promise.all(["room", "customer", "issue", "person"].map((kind) => attempt(() => api.get(`/v1/search?${new URLSearchParams({ q, kind, limit: "5" })}`))));
    if (mine !== asked) return;
    looking = false;
    const there = loaded();
    const agents = [...here.agents.values()].filter((agent) => agent.state === "active" && fit(q, agent.name));
    const hits = kinds.flatMap((page) => page?.items ?? []).filter((hit) => !(hit.kind === "room" && there.some((each) => each.id === hit.room.id))).map((hit) => ({ words: (hit.kind === "room" ? hit.room.name : hit.title) || t("Untitled"), hint: [KINDS[hit.kind], hit.kind === "customer" ? "" : hit.customer?.name].filter(Boolean).join(" · "), sign: sign(SIGNS[hit.kind] ?? "search"), step: () => { location.hash = place(hit); } }));
    const ours = agents.map((agent) => ({ words: agent.name, hint: t("Colleague"), sign: face(agent.id, agent.name), step: () => { location.hash = `#/search/${encodeURIComponent(new URLSearchParams({ q: agent.name, kind: "message", author: agent.id }))}`; } }));
    rows = [...known(), ...there, ...hits, ...ours];
    draw();
  };
  const chosen = (row) => {
    dialog.close();
    row?.step(new Event("palette"));
  };
  box.addEventListener("input", () => {
    at = 0;
    looking = box.value.trim().length > 1;
    asked += 1;
    rows = [...known(), ...loaded()];
    draw();
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
  box.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && rows.length) {
      event.preventDefault();
      at = (at + by + rows.length) % rows.length;
      draw();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (rows.length) chosen(rows[at]);
    }
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    clearTimeout(timer);
    asked += 1;
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  rows = known();
  draw();
  box.focus();
}
