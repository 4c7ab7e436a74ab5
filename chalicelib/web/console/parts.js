// Pieces that every page of the console is made of.

import { Problem } from "../shared/api.js";
import { h, icon } from "../shared/dom.js";
import { hue, initials } from "../shared/words.js";
import { here } from "./session.js";
import { t, unit } from "./translate.js";

export const ICONS = {
  inbox: "M4 13h4l1.5 3h5L16 13h4M4 13 6.5 5h11L20 13v6H4z",
  mine: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-4 4.5-5 8-5s7 1 8 5",
  unassigned: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-4 4.5-5 8-5M16 18h5",
  us: "M4 12h14M12 6l6 6-6 6",
  them: "M20 12H6M12 6l-6 6 6 6",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20 20l-4-4",
  done: "M5 12.5 10 17 19 7",
  broadcast: "M4 10v4h3l6 4V6L7 10zM17 9a4 4 0 0 1 0 6M19.5 6.5a8 8 0 0 1 0 11",
  settings: "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.2 2.2M16.2 16.2l2.2 2.2M5.6 18.4l2.2-2.2M16.2 7.8l2.2-2.2",
  back: "M15 5l-7 7 7 7",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z",
  clip: "M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 4.8 4.8L9.6 17a1.7 1.7 0 0 1-2.4-2.4L15 7",
  snippet: "M8 4H6a2 2 0 0 0-2 2v3l-1 3 1 3v3a2 2 0 0 0 2 2h2M16 4h2a2 2 0 0 1 2 2v3l1 3-1 3v3a2 2 0 0 1-2 2h-2",
  fork: "M7 4v16M7 14c0-4 10-2 10-8M14 8l3-3 3 3",
  leave: "M10 5H5v14h5M14 8l4 4-4 4M18 12H9",
  reply: "M9 7 4 12l5 5M4 12h9a6 6 0 0 1 6 6",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2",
  due: "M7 4h10M7 20h10M8 4v3l8 10v3M16 4v3L8 17v3",
  snoozed: "M19 14.500A8 8 0 1 1 9.500 5a6.500 6.500 0 0 0 9.500 9.500z",
  failed: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 8v5M12 16h.01",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.7-3.6 3.4-5 6.5-5s5.800 1.400 6.500 5M16 4.500a3.500 3.500 0 0 1 0 6M18 15c2 .6 3.200 2.200 3.600 5",
  globe: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
  edit: "M4 20h4L19 9l-4-4L4 16z",
  bin: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  format: "M5 19 11 5h2l6 14M7.500 14h9",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 21h4",
  rows: "M4 6h16M4 18h16M4 12h9",
  menu: "M4 7h16M4 12h16M4 17h16",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  down: "M12 5v14M6 13l6 6 6-6",
  figures: "M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6",
  issue: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 12h.01",
};

export const sign = (name) => icon(ICONS[name]);

/** A face: initials on a steady colour. */
export function face(id, name, big = false) {
  return h(`span.face.hue-${Math.floor(hue(id) / 30)}${big ? ".big" : ""}`, { "aria-hidden": "true" }, initials(name));
}

const ways = []; // back, of the lines that are there, the latest last

/** What the latest line undoes is undone; false where none does. */
export const undoLast = () => (ways.length ? ways.at(-1)() : false);
export const undoable = () => ways.length > 0;

/** A line that is said and goes away; with `undo()`, with a way back while it is there. What it gives takes it away, as
 * nothing else does where it `stays`. */
export function say(words, bad = false, undo = null, stays = false) {
  const gone = () => {
    line.remove();
    if (ways.includes(back)) ways.splice(ways.indexOf(back), 1);
  };
  const back = () => {
    gone();
    undo();
  };
  const line = h(`p${bad ? ".bad" : ""}`, null, words, undo && h("button", { type: "button", title: t("⌘ or Ctrl + Z"), onclick: back }, t("Undo")));
  if (undo) ways.push(back);
  document.getElementById("said").append(line);
  if (!stays) setTimeout(gone, bad || undo ? 9000 : 4000);
  return gone;
}

/** Do something that may be refused: the refusal is said, beside the field of `form` that it names, if there is one. What it
 * gave, or undefined. */
export async function attempt(step, form = null) {
  try {
    return await step();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status === 0) say(t("The network does not answer."), true);
    else if (problem.status !== 401 && !beside(form, problem)) say(problem.field ? `${problem.message} (${problem.field})` : problem.message, true);
    return undefined;
  }
}

/** Whether what was refused is in a form: then it stands there until that is changed, and its reader is led there. */
function beside(form, { field, message }) {
  const name = field.split(".").at(-1).replace(/\[.*/, "");
  const control = name && [...(form?.elements ?? [])].find((each) => each.name === name && each.offsetParent);
  if (!control) return false;
  const around = control.closest(".field, fieldset") ?? control.parentElement;
  around.querySelector("[role=alert]")?.remove();
  const words = h("small.bad", { role: "alert" }, message);
  around.append(words);
  control.setAttribute("aria-invalid", "true");
  control.addEventListener("input", () => { words.remove(); control.removeAttribute("aria-invalid"); }, { once: true });
  control.focus();
  return true;
}

/** A button that cannot be pressed twice while it works. */
export function doing(what, props, step, ...inside) {
  const button = h(`button.${what}`, { type: "button", ...props }, ...inside);
  button.addEventListener("click", async () => {
    button.disabled = true;
    await attempt(step);
    button.disabled = false;
  });
  return button;
}

/** A button that opens a menu: `items()` gives, when it is opened, [words, step, sign's name] or null for each. */
export function menu(what, props, items, ...inside) {
  const list = h("div.menu", { role: "menu", popover: "auto" });
  const steps = () => [...list.querySelectorAll("button")];
  const button = h(`button.${what}`, { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", ...props, onclick: () => list.togglePopover() }, ...inside);
  list.addEventListener("beforetoggle", (event) => {
    if (event.newState !== "open") return;
    list.replaceChildren(...items().filter(Boolean).map(([words, step, ico]) =>
      h("button", { type: "button", role: "menuitem", tabindex: "-1", onclick: () => { list.hidePopover(); step(); } }, ico ? sign(ico) : h("span.no-sign"), words)));
  });
  list.addEventListener("toggle", (event) => {
    const open = event.newState === "open";
    button.setAttribute("aria-expanded", String(open));
    if (!open) return;
    const place = button.getBoundingClientRect();
    const { offsetWidth: wide, offsetHeight: high } = list;
    list.style.left = `${Math.max(8, Math.min(place.right - wide, innerWidth - wide - 8))}px`;
    list.style.top = `${place.bottom + high + 8 > innerHeight && place.top > high + 8 ? place.top - high - 4 : Math.max(8, Math.min(place.bottom + 4, innerHeight - high - 8))}px`;
    steps()[0]?.focus();
  });
  list.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = steps();
    if (event.key === "Tab") list.hidePopover();
    if (!by) return;
    event.preventDefault();
    all[(all.indexOf(document.activeElement) + by + all.length) % all.length].focus();
  });
  return h("span.with-menu", null, button, list);
}

const later = new WeakMap(); // a region in which a menu is open → what draws it when that has closed

/** What a control is called, to find it again among new ones. */
const named = (control) => control.getAttribute("aria-label") ?? control.querySelector("span:not(.number)")?.textContent ?? control.textContent;

/** Draw a region anew, as `make()` gives it then: the keyboard stays at its control, and an open menu is waited for. */
export function redraw(region, make) {
  const open = region.querySelector(":popover-open");
  if (open) {
    if (!later.has(region)) open.addEventListener("toggle", () => later.has(region) && redraw(region, later.get(region)), { once: true });
    return void later.set(region, make);
  }
  later.delete(region);
  const focused = region.contains(document.activeElement) ? named(document.activeElement) : null;
  region.replaceChildren(...[make()].flat(Infinity).filter(Boolean));
  if (focused !== null) [...region.querySelectorAll("a, button, input, select, textarea")].find((control) => named(control) === focused)?.focus({ preventScroll: true });
}

/** Whether what was asked for at an address comes too late: another page is shown, or a dialog is open. */
export const busy = (place) => location.hash !== place || Boolean(document.querySelector("dialog[open]"));

let asked = 0; // dialogs: one may lie over another

/** A dialog. `fields` are put into a form; `accept(form)` runs when it is sent, and keeps it open by returning false. */
export function ask(title, fields, word, accept) {
  const named = h("h2", { id: `asked-${++asked}` }, title);
  const send = h("button.primary", { type: "submit" }, word);
  const leave = h("button.plain", { type: "button", onclick: () => box.close() }, word ? t("Cancel") : t("Close"));
  const form = h("form", { method: "dialog" }, named, h("div.fields", null, fields), h("menu", null, leave, word ? send : null));
  const box = h("dialog", { "aria-labelledby": named.id }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    const done = await attempt(async () => (await accept?.(new FormData(form))) ?? true, form);
    send.disabled = false;
    if (done) box.close();
  });
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
  return box;
}

/** What is filled into a form is a draft, until the function is called that this gives. */
export function drafted(place, form) {
  const { drafts } = here;
  const controls = [...form.elements].filter((control) => control.name);
  const fill = (kept) => {
    for (const control of controls) if (control.name in kept) control.value = kept[control.name];
    form.dispatchEvent(new Event("change"));
  };
  fill(drafts.get(place));
  drafts.on(place, fill);
  drafts.inherit(place);
  form.addEventListener("input", () => drafts.put(place, Object.fromEntries(controls.map((control) => [control.name, control.value]))));
  return () => {
    drafts.on(place, null);
    drafts.put(place, {});
  };
}

/** A labelled field of a form. */
export function field(label, control, hint = null) {
  return h("label.field", null, h("span", null, label), control, hint ? h("small", null, hint) : null);
}

export const input = (name, props = {}) => h("input", { name, autocomplete: "off", ...props });

export function choice(name, options, chosen, props = {}) {
  const made = h("select", { name, ...props }, options.map(([value, words]) => h("option", { value }, words)));
  if (chosen !== undefined) made.value = chosen;
  return made;
}

/** What is shown while nothing is there. */
export const empty = (words, more = null) => h("div.empty", null, h("p", null, words), more);

/** How long ago, in one word: `5m`, `3h`, `2d`. */
export function ago(told, now = Date.now()) {
  const minutes = Math.max(0, Math.floor((now - new Date(told)) / 60e3));
  if (minutes < 1) return t("now");
  if (minutes < 60) return unit(minutes, "minute");
  return minutes < 1440 ? unit(Math.floor(minutes / 60), "hour") : unit(Math.floor(minutes / 1440), "day");
}
