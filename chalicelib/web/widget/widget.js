// Parley's support button. One module, no dependencies; what the panel needs comes when it is opened:
//
//   <script type="module" src="https://…/widget.js"></script>
//   <parley-support token-url="/parley-token"></parley-support>
//
// or `import { Parley } from "https://…/widget.js"` and `Parley.open({token, renew})`.

import { h, icon } from "../shared/dom.js";
import "../shared/tab.js"; // what is written in it is this tab's, also while the panel is closed
import { Account } from "./account.js";
import { ICONS } from "./icons.js";
import { languageOf, speaker } from "./strings.js";
import { styles } from "./styles.js";

const HOME = new URL(".", import.meta.url).href.replace(/\/$/, "");
const VISITOR = "parley:visitor:";
const asked = (workspace) => `parley:ask:${workspace}:asked`; // what a visitor has filled in
const VIEW = "parley:view";
const SHORTCUTS = ["keydown", "keypress", "keyup"];

const account = new Account();

/** What this browser keeps; null where it may keep nothing. */
function recalled(store, name) {
  try {
    return globalThis[store].getItem(name);
  } catch {
    return null;
  }
}

function keep(store, name, value) {
  try {
    if (value === null) globalThis[store].removeItem(name);
    else globalThis[store].setItem(name, value);
  } catch {
    // Without a store it is there until the page is left.
  }
}

/** Whether something of theirs waits to be sent: the panel's script sends it, opened or not. */
function unsent({ id, workspace }) {
  try {
    return Object.keys(localStorage).some((key) => key.startsWith(`parley:outbox:${workspace.id}:${id}:`));
  } catch {
    return false;
  }
}

const askers = new Map();

/** The function that asks the host for a token: one for each address, so that the same address is the same source. */
function asker(url) {
  if (!askers.has(url)) askers.set(url, async () => {
    const answer = await fetch(url, { credentials: "same-origin", cache: "no-store", headers: { Accept: "application/json" } });
    const told = await answer.text();
    if (!answer.ok) throw Object.assign(new Error(`the token was not given: HTTP ${answer.status}`), { status: answer.status });
    return told.trim().startsWith("{") ? JSON.parse(told).token : told.trim();
  });
  return askers.get(url);
}

/** `<parley-support>`. Attributes: token, token-url, workspace (for visitors), base, lang, theme (light, dark), mode
 * (page: no button, all there is), open. Properties: token; renew, an async function that gives the next one. */
class ParleySupport extends HTMLElement {
  static observedAttributes = ["open", "theme", "token", "token-url", "workspace", "base"];
  #root = null;
  #given = null;
  #out = false;
  #off = null;
  #noticed = 0;
  #lived = false;
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #themed = () => this.#theme();
  #lifted = (event) => this.#follow(event);
  #home = null; // where it belongs, while it is within a dialog of the host's
  #sized = () => this.#size();
  panes = null;

  connectedCallback() {
    if (this.#root) return void this.#lift();
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [styles()];
    this.language = languageOf(this.getAttribute("lang"), document.documentElement.lang, navigator.language);
    this.say = speaker(this.language);
    this.inPage = this.getAttribute("mode") === "page";
    this.body = h("div.panes", { "data-view": "list" });
    this.bar = h("p.bar", { role: "status", hidden: true });
    this.notice = h("p.bar", { role: "alert", hidden: true });
    this.panel = h(`div.panel.${this.inPage ? "inpage" : "floating"}`, {
      role: this.inPage ? "region" : "dialog", "aria-label": this.say("support"), lang: this.language, hidden: !this.inPage, id: "parley-panel",
      onkeydown: (event) => this.#key(event),
    }, this.bar, this.notice, this.body);
    this.count = h("span.badge", { hidden: true, "aria-hidden": "true" });
    this.launcher = h("button.launcher", { "aria-label": this.say("show"), "aria-expanded": "false", "aria-controls": "parley-panel", onclick: () => this.toggle() }, icon(ICONS.chat), this.count);
    this.#root = h("div.root", null, this.panel, !this.inPage && this.launcher);
    for (const kind of SHORTCUTS) this.#root.addEventListener(kind, (event) => {
      if (event.altKey || !(event.ctrlKey || event.metaKey)) event.stopPropagation(); // what is typed here is no shortcut of the page's
    });
    shadow.replaceChildren(this.#root);
    this.#listen("addEventListener");
    this.#theme();
    this.#lift();
    this.#off = account.on((what) => this.#moved(what));
    const view = this.#view;
    if (this.#source) account.use(this.#source);
    if (this.inPage || this.hasAttribute("open") || view.open) this.open(!this.inPage && this.hasAttribute("open"));
    else if (account.source) account.start().catch(() => null);
    if (account.session?.me) this.#moved("rooms");
  }

  disconnectedCallback() {
    queueMicrotask(() => {
      if (this.isConnected) return;
      if (this.#home && !this.#home.isConnected && document.body.isConnected) this.#home = document.body;
      if (this.#home?.isConnected) return void this.#move(null);
      this.#listen("removeEventListener");
      this.#clear();
      this.#off();
      this.#root = null;
    });
  }

  #listen(hear) {
    this.#dark[hear]("change", this.#themed);
    document[hear]("toggle", this.#lifted, true);
    globalThis.visualViewport?.[hear]("resize", this.#sized);
    globalThis.visualViewport?.[hear]("scroll", this.#sized);
  }

  attributeChangedCallback(name, before, now) {
    if (!this.#root || before === now) return;
    if (name === "theme") this.#theme();
    else if (name !== "open") this.#vouched();
    else if (this.hasAttribute("open") !== this.visible) this.toggle();
  }

  get session() {
    return account.session;
  }

  get visible() {
    return this.isConnected && !this.panel.hidden;
  }

  get token() {
    return this.#given?.token ?? "";
  }

  set token(token) {
    this.vouch({ ...this.#given, token });
  }

  get renew() {
    return this.#given?.renew ?? null;
  }

  set renew(renew) {
    this.vouch({ ...this.#given, renew });
  }

  /** Who it is, by a script of the host's: {token?, renew?}; null: as the attributes say. */
  vouch(given) {
    this.#given = given && { token: given.token ?? "", renew: given.renew ?? null };
    this.#vouched();
  }

  #vouched() {
    if (!this.#root || this.#out) return;
    account.use(this.#source);
    if (account.source) account.start().catch(() => null);
    else if (this.visible) this.open(false);
  }

  /** Above all that the host shows, and where its page is, whatever becomes of that: in the browser's top layer. */
  #lift() {
    const root = this.#root;
    if (this.inPage || !root?.showPopover || !this.isConnected) return;
    root.popover = "manual";
    const focused = this.shadowRoot.activeElement;
    if (root.matches(":popover-open")) root.hidePopover();
    root.showPopover();
    focused?.focus();
  }

  /** The host has opened something, above which it is again. A modal dialog takes away the use of all that is not in it:
   * while that is open, so is it. */
  #follow({ target, newState }) {
    if (this.inPage || target === this) return;
    const modal = [...document.querySelectorAll("dialog:modal")].findLast((each) => each !== this);
    if ((modal ?? null) !== (this.#home ? this.parentElement : null)) this.#move(modal ?? null);
    else if (newState === "open") this.#lift();
  }

  #move(dialog) {
    const place = dialog ?? this.#home;
    this.#home = dialog ? (this.#home ?? this.parentElement) : null;
    if (place.moveBefore && this.isConnected) place.moveBefore(this, null);
    else place.append(this);
    this.#lift();
  }

  /** What a keyboard on the screen leaves of it. */
  #size() {
    const { height, offsetTop } = globalThis.visualViewport;
    this.panel.style.setProperty("--seen-height", `${height}px`);
    this.panel.style.setProperty("--seen-top", `${offsetTop}px`);
  }

  #theme() {
    const told = this.getAttribute("theme");
    this.toggleAttribute("data-dark", told ? told === "dark" : this.#dark.matches);
  }

  get base() {
    return (this.getAttribute("base") || HOME).replace(/\/$/, "");
  }

  /** Frameworks set what they find as a property. */
  set base(base) {
    this.setAttribute("base", base);
  }

  /** Where tokens come from; null: from nowhere. What a script gave goes before what is declared. */
  get #source() {
    const { base } = this;
    if (this.#given) return { base, ...this.#given };
    const url = this.getAttribute("token-url");
    const token = this.getAttribute("token") || (url ? "" : this.#visitor);
    return token || url ? { base, token, renew: url ? asker(url) : null } : null;
  }

  get #visitor() {
    const workspace = this.getAttribute("workspace");
    return (workspace && recalled("localStorage", VISITOR + workspace)) || "";
  }

  get #view() {
    try {
      return JSON.parse(recalled("sessionStorage", VIEW)) ?? {};
    } catch {
      return {};
    }
  }

  /** What is open, for the next page and a reload: {open?, room?, person?}. */
  remember(changes) {
    keep("sessionStorage", VIEW, JSON.stringify({ ...this.#view, ...changes }));
  }

  onunread(listener) {
    return counted(listener);
  }

  #clear() {
    this.panes?.close();
    this.panes = null;
    this.#lived = false;
    this.body?.replaceChildren();
    this.count.hidden = this.bar.hidden = this.notice.hidden = true;
  }

  #moved(what) {
    const { session } = account;
    this.body.hidden = what === "doubt" || (this.body.hidden && what !== "sure" && what !== "ended");
    if (what === "ended") return this.#clear();
    if (what === "began") return this.visible || unsent(session.me) ? void this.#enter() : this.#moved("rooms");
    if (what === "problem") return this.visible && this.#failed(account.problem);
    if (!session?.me) return undefined;
    this.panes?.update(what);
    const { failed, live, unread } = session;
    this.#lived ||= live?.state === "open";
    const silent = live && (this.#lived ? live.state !== "open" : live.state === "polling");
    this.bar.textContent = failed ? (failed.status === 401 ? this.say("expired") : failed.message) : silent ? this.say("offline") : "";
    this.bar.hidden = !this.bar.textContent;
    this.count.hidden = !unread;
    this.count.textContent = unread > 99 ? "99+" : String(unread);
    if (!this.visible) this.launcher.setAttribute("aria-label", unread ? this.say("openUnread", unread) : this.say("show"));
  }

  closer() {
    return !this.inPage && h("button.round.closer", { "aria-label": this.say("close"), onclick: () => this.close() }, icon(ICONS.close));
  }

  /** A word about what went wrong, for some seconds. */
  tell(words) {
    this.notice.textContent = words;
    this.notice.hidden = false;
    clearTimeout(this.#noticed);
    this.#noticed = setTimeout(() => (this.notice.hidden = true), 8000);
  }

  toggle() {
    if (this.visible) this.close();
    else this.open();
  }

  open(focus = true) {
    this.panel.hidden = false;
    this.launcher.setAttribute("aria-expanded", "true");
    this.launcher.setAttribute("aria-label", this.say("close"));
    this.launcher.classList.add("isopen");
    this.remember({ open: !this.inPage });
    this.focuses = focus;
    if (this.#out || !account.source) {
      this.#out = false;
      account.use(this.#source);
    }
    if (!account.source) return void (this.getAttribute("workspace") && this.#ask());
    if (account.session?.live) this.#enter();
    else account.start().catch(() => null);
  }

  close() {
    if (this.inPage || !this.visible) return;
    this.panel.hidden = true;
    this.remember({ open: false });
    this.removeAttribute("open");
    this.launcher.setAttribute("aria-expanded", "false");
    this.launcher.setAttribute("aria-label", this.say("show"));
    this.launcher.classList.remove("isopen");
    this.panes?.update("looked");
    this.launcher.focus();
  }

  /** Nobody is signed in until it is opened again. */
  signOut() {
    for (const name of [VISITOR + this.getAttribute("workspace"), asked(this.getAttribute("workspace"))]) keep("localStorage", name, null);
    this.#out = true;
    this.#given = null;
    this.close();
  }

  #failed(problem) {
    if (problem.status === 401 && this.#visitor && !this.#given && !this.getAttribute("token-url")) {
      keep("localStorage", VISITOR + this.getAttribute("workspace"), null);
      account.use(null);
      return this.#ask();
    }
    this.#apologise(problem.status === 401 ? this.say("expired") : `${this.say("failed")} ${problem.message}`, () => account.start().catch(() => null));
  }

  lacks() {
    this.#apologise(this.say("outdated"), () => this.open());
  }

  #apologise(words, again) {
    this.body.dataset.view = "room";
    this.body.replaceChildren(h("section.pane.main", null, h("header.top", null, h("div.grow", null, h("h2", null, this.say("support"))), this.closer()),
      h("div.form", null, h("p.problem", { role: "alert" }, words), h("button.primary", { onclick: again }, this.say("retry")))));
  }

  async #ask() {
    const further = await loaded(this, () => import("./further/panel.js"));
    if (!further || !this.visible) return;
    const { VisitorForm } = further;
    const workspace = this.getAttribute("workspace");
    const form = new VisitorForm(this, { base: this.base, workspace, ondone: ({ token }) => {
      keep("localStorage", VISITOR + workspace, token);
      if (this.#visitor) this.#vouched();
      else this.vouch({ token });
    } });
    this.body.dataset.view = "room";
    this.body.replaceChildren(form.element);
    form.focus();
  }

  async #enter() {
    const { session } = account;
    const further = await loaded(this, () => import("./further/panel.js"));
    if (!further || session !== account.session || !session?.live) return;
    const view = this.#view;
    if (this.panes?.session !== session) {
      this.panes?.close();
      this.panes = new further.Panes(this, session);
      if (view.person !== session.me.id) this.remember({ person: session.me.id, room: null });
      else if (view.room) this.panes.current = view.room;
    }
    if (this.visible) this.panes.enter(this.focuses);
    this.#moved("rooms");
  }

  /** The page of figures, for a panel that opens it. */
  figures() {
    return loaded(this, () => import("./further/figures.js"));
  }

  /** The page of the team's own usage, for a panel that opens it. */
  usage() {
    return loaded(this, () => import("./further/usage.js"));
  }

  /** `say` for the words that a further script brings. */
  speaking(strings) {
    return speaker(this.language, strings);
  }

  /** The page of one's own coding agents, for a panel that opens it. */
  agents() {
    return loaded(this, () => import("./further/agents.js"));
  }

  /** The form in which a visitor proves their address; null, and no word of it, where it does not come. */
  address() {
    return import("./further/address.js").catch(() => null);
  }

  /** Colours for code; null, and no word of it, where they do not come: the code is read without them. */
  colours() {
    return import("./further/colours.js").catch(() => null);
  }

  #key(event) {
    if (event.key === "Escape" && !this.panes?.escape()) this.close();
  }
}

/** What is loaded when it is opened; null where it cannot be: the page may be older than what is deployed. */
async function loaded(shown, script) {
  try {
    return await script();
  } catch {
    shown.lacks();
    return null;
  }
}

/** Call a listener with how many messages wait, now and whenever that changes. */
function counted(listener) {
  let last = null;
  const tell = () => {
    const { session } = account;
    const now = session?.me ? session.unread : last === null ? null : 0;
    if (now !== last) listener((last = now));
  };
  const off = account.on(tell);
  tell();
  return off;
}

function element({ token, renew, ...attributes } = {}) {
  const found = document.querySelector("parley-support") ?? Object.assign(document.createElement("parley-support"), { ours: true });
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) found.setAttribute(name, value);
  if (token || renew) found.vouch({ token, renew });
  else if (attributes["token-url"]) found.vouch(null);
  return found;
}

const own = {
  /** Show the button and open it. Options: token, renew, workspace, base, lang, theme. */
  open(options) {
    const made = element(options);
    if (!made.isConnected) document.body.append(made);
    made.open();
    return made;
  },

  /** Sign out: whoever was here is not any more, and nothing of theirs is left in the page. */
  close() {
    for (const each of document.querySelectorAll("parley-support")) {
      each.signOut();
      if (each.ours) each.remove();
    }
    account.use(null);
    keep("sessionStorage", VIEW, null);
  },

  /** Call `listener` with how many messages wait, now and whenever that changes; gives a function that ends it. With
   * options (token, renew, base) no element is needed. */
  unread(listener, options) {
    if (options) account.use({ base: (options.base ?? HOME).replace(/\/$/, ""), token: options.token ?? "", renew: options.renew ?? null });
    const off = counted(listener);
    if (account.source) account.start().catch(() => null);
    return off;
  },
};

if (!customElements.get("parley-support")) customElements.define("parley-support", Object.assign(ParleySupport, { own }));

/** One for a page, however many copies of this script it loads: the first one's. */
export const Parley = customElements.get("parley-support").own ?? own;

globalThis.Parley ??= Parley;
