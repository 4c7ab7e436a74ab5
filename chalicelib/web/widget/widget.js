// Parley's support button. One module, no dependencies:
//
//   <script type="module" src="https://…/widget.js"></script>
//   <parley-support token-url="/parley-token"></parley-support>
//
// or `import { Parley } from "https://…/widget.js"` and `Parley.open({token, renew})`.

import { h, icon } from "../shared/dom.js";
import { ICONS } from "./icons.js";
import { NewTopic, VisitorForm } from "./forms.js";
import { RoomList } from "./list.js";
import { RoomView } from "./room.js";
import { Session } from "./session.js";
import { speaker } from "./strings.js";
import { styles } from "./styles.js";

const HOME = new URL(".", import.meta.url).href.replace(/\/$/, "");
const KEPT = "parley:visitor:";

/** `<parley-support>`. Attributes: token, token-url, workspace (for visitors), base, lang, theme (light, dark), mode
 * (page: no button, all there is), open. Property: renew, an async function that gives the next token. */
class ParleySupport extends HTMLElement {
  static observedAttributes = ["open", "theme"];
  #root = null;
  #heard = new Set();
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #themed = () => this.#theme();
  #started = null;
  current = null;
  renew = null;
  session = null;

  connectedCallback() {
    if (this.#root) return;
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [styles()];
    this.language = this.getAttribute("lang") || document.documentElement.lang || navigator.language || "en";
    this.say = speaker(this.language);
    this.inPage = this.getAttribute("mode") === "page";
    this.panes = h("div.panes", { "data-view": "list" });
    this.bar = h("p.bar", { role: "alert", hidden: true });
    this.panel = h(`div.panel.${this.inPage ? "inpage" : "floating"}`, {
      role: this.inPage ? "region" : "dialog", "aria-label": this.say("support"), lang: this.language, hidden: !this.inPage, id: "parley-panel",
      onkeydown: (event) => this.#key(event),
    }, this.bar, this.panes);
    this.count = h("span.badge", { hidden: true, "aria-hidden": "true" });
    this.launcher = h("button.launcher", { "aria-label": this.say("show"), "aria-expanded": "false", "aria-controls": "parley-panel", onclick: () => this.toggle() }, icon(ICONS.chat), this.count);
    this.#root = h("div.root", null, this.panel, !this.inPage && this.launcher);
    shadow.replaceChildren(this.#root);
    this.#dark.addEventListener("change", this.#themed);
    this.#theme();
    if (this.inPage || this.hasAttribute("open")) this.open();
    else if (this.#known()) this.start().catch(() => null);
  }

  disconnectedCallback() {
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#dark.removeEventListener("change", this.#themed);
      this.forget();
      this.#root = null;
    });
  }

  attributeChangedCallback(name) {
    if (!this.#root) return;
    if (name === "theme") this.#theme();
    else if (this.hasAttribute("open") !== this.visible) this.toggle();
  }

  get visible() {
    return this.isConnected && !this.panel.hidden;
  }

  #theme() {
    const told = this.getAttribute("theme");
    this.toggleAttribute("data-dark", told ? told === "dark" : this.#dark.matches);
  }

  get #base() {
    return this.getAttribute("base") || HOME;
  }

  #visitor() {
    try {
      return localStorage.getItem(KEPT + this.getAttribute("workspace")) ?? "";
    } catch {
      return "";
    }
  }

  #known() {
    return Boolean(this.getAttribute("token") || this.token || this.renew || this.getAttribute("token-url") || (this.getAttribute("workspace") && this.#visitor()));
  }

  async #fetched() {
    const answer = await fetch(this.getAttribute("token-url"), { credentials: "same-origin", cache: "no-store", headers: { Accept: "application/json" } });
    const told = await answer.text();
    if (!answer.ok) throw new Error(`the token was not given: HTTP ${answer.status}`);
    return told.trim().startsWith("{") ? JSON.parse(told).token : told.trim();
  }

  /** The session, begun by whoever asks first. */
  start() {
    this.#started ??= this.#begin().catch((problem) => {
      this.#started = null;
      throw problem;
    });
    return this.#started;
  }

  async #begin() {
    const renew = this.renew ?? (this.getAttribute("token-url") ? () => this.#fetched() : null);
    const token = this.token || this.getAttribute("token") || (renew ? "" : this.#visitor());
    const session = new Session({ base: this.#base, token, renew });
    this.session = session;
    session.on((what) => this.#moved(what));
    await session.start();
    this.list = new RoomList(this);
    this.room = new RoomView(this);
    this.topic = new NewTopic(this);
    if (this.visible) this.#enter();
    return session;
  }

  /** Log out: another token is another person. */
  forget() {
    this.room?.close();
    this.session?.stop();
    this.session = this.list = this.room = this.topic = this.#started = this.current = null;
    this.panes?.replaceChildren();
    if (this.count) this.count.hidden = true;
  }

  onunread(listener) {
    this.#heard.add(listener);
    if (this.session?.me) listener(this.session.unread);
    return () => this.#heard.delete(listener);
  }

  #moved(what) {
    const { session } = this;
    if (!session.me) return;
    if (what === "typing") this.room?.updateTyping();
    else {
      this.list?.update();
      this.room?.update();
    }
    this.bar.hidden = !session.failed;
    this.bar.textContent = session.failed ? (session.failed.status === 401 ? this.say("expired") : session.failed.message) : "";
    this.count.hidden = !session.unread;
    this.count.textContent = session.unread > 99 ? "99+" : String(session.unread);
    if (!this.visible) this.launcher.setAttribute("aria-label", session.unread ? this.say("openUnread", session.unread) : this.say("show"));
    if (what === "rooms") for (const listener of [...this.#heard]) listener(session.unread);
  }

  closer() {
    return !this.inPage && h("button.round.closer", { "aria-label": this.say("close"), onclick: () => this.close() }, icon(ICONS.close));
  }

  /** A word about what went wrong, for some seconds. */
  tell(words) {
    this.bar.textContent = words;
    this.bar.hidden = false;
    clearTimeout(this.told);
    this.told = setTimeout(() => (this.bar.hidden = !this.session?.failed), 6000);
  }

  toggle() {
    if (this.visible) this.close();
    else this.open();
  }

  open() {
    this.panel.hidden = false;
    this.launcher.setAttribute("aria-expanded", "true");
    this.launcher.setAttribute("aria-label", this.say("close"));
    this.launcher.classList.add("isopen");
    if (!this.#known() && this.getAttribute("workspace")) this.#ask();
    else if (this.#started && this.list) this.#enter();
    else this.start().catch((problem) => this.#failed(problem));
  }

  close() {
    if (this.inPage || !this.visible) return;
    this.panel.hidden = true;
    this.removeAttribute("open");
    this.launcher.setAttribute("aria-expanded", "false");
    this.launcher.setAttribute("aria-label", this.say("show"));
    this.launcher.classList.remove("isopen");
    this.launcher.focus();
  }

  #failed(problem) {
    const visitor = this.getAttribute("workspace");
    if (problem.status === 401 && visitor && this.#visitor()) {
      localStorage.removeItem(KEPT + visitor);
      this.#ask();
      return;
    }
    const retry = h("button.primary", { onclick: () => this.open() }, this.say("retry"));
    this.panes.dataset.view = "room";
    this.panes.replaceChildren(h("section.pane.main", null, h("header.top", null, h("div.grow", null, h("h2", null, this.say("support"))), this.closer()),
      h("div.form", null, h("p.problem", { role: "alert" }, problem.status === 401 ? this.say("expired") : `${this.say("failed")} ${problem.message}`), retry)));
  }

  #ask() {
    const workspace = this.getAttribute("workspace");
    const form = new VisitorForm(this, { base: this.#base, workspace, ondone: (made) => {
      this.token = made.token;
      try {
        localStorage.setItem(KEPT + workspace, made.token);
      } catch {
        // Without a store the room is there until the page is left.
      }
      this.start().catch((problem) => this.#failed(problem));
    } });
    this.panes.dataset.view = "room";
    this.panes.replaceChildren(form.element);
    form.focus();
  }

  #enter() {
    const { me } = this.session;
    this.list.update();
    if (me.room) this.openRoom(me.room);
    else this.show(this.current ? "room" : "list");
  }

  show(view) {
    const main = view === "new" ? this.topic : this.room;
    if (view === "list") this.current = null;
    if (view !== "room") this.room.close();
    this.panes.dataset.view = view === "list" ? "list" : "room";
    this.panes.replaceChildren(...(this.session.me.room ? [] : [this.list.element]), ...(view === "list" ? [] : [main.element]));
    this.list.update();
    (view === "list" ? this.list : main).focus();
  }

  /** A room, or its place at which a message is. */
  async openRoom(id, message) {
    this.current = id;
    const opened = this.room.id === id && this.room.feed.ready ? null : this.room.open(id);
    this.show("room");
    await opened?.catch((problem) => this.room.id === id && this.tell(problem.message));
    if (message && this.room.id === id) this.room.reach(message);
  }

  #key(event) {
    if (event.key !== "Escape" || this.room?.escape()) return;
    if (this.current && !this.session.me.room && !this.inPage) this.show("list");
    else this.close();
  }
}

customElements.define("parley-support", ParleySupport);

function element(options = {}) {
  const found = document.querySelector("parley-support") ?? document.createElement("parley-support");
  const { token, renew, ...attributes } = options;
  if (token && found.token && token !== found.token) found.forget();
  if (token) found.token = token;
  if (renew) found.renew = renew;
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) found.setAttribute(name, value);
  return found;
}

let headless = null;

export const Parley = {
  /** Show the button and open it. Options: token, renew, workspace, base, lang, theme. */
  open(options) {
    const made = element(options);
    if (!made.isConnected) document.body.append(made);
    made.open();
    return made;
  },

  close() {
    document.querySelector("parley-support")?.close();
  },

  /** Call `listener` with how many messages wait, now and whenever that changes; gives a function that ends it. With
   * options (token, renew, base) no element is needed. */
  unread(listener, options) {
    const shown = document.querySelector("parley-support");
    if (shown && !options) {
      shown.start().catch(() => null);
      return shown.onunread(listener);
    }
    headless ??= new Session({ base: options?.base ?? HOME, token: options?.token, renew: options?.renew });
    const tell = () => headless.me && listener(headless.unread);
    headless.begun ??= headless.start().catch(() => null);
    tell();
    return headless.on((what) => what === "rooms" && tell());
  },
};

globalThis.Parley ??= Parley;
