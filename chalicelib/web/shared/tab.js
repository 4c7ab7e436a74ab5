// Which of a browser's tabs a page is in (sessionStorage), and that it is there (Web Locks): what a tab keeps no other one
// writes, and what a tab kept that has gone another one takes over (ADR 122).

import { freshKey } from "./api.js";

const NAME = "parley:tab";
const PATIENCE = 1000; // ms in which the tab's last page lets go of it
const SETTLED = 50; // ms in which what a page wrote last is there for all others

/** `id` is there at once, and may be another until it is `held`: a tab that was copied begins with the id of the first. Where
 * there are no locks, all tabs are one. */
class Tab {
  #heard = new Set();
  #leave = () => {};

  constructor(locks) {
    this.locks = locks;
    this.id = locks ? (recalled() ?? freshKey()) : "";
    this.held = !locks;
    if (!locks) return;
    this.#hold();
    globalThis.addEventListener("pagehide", () => {
      this.held = false;
      this.#leave();
    });
    globalThis.addEventListener("pageshow", ({ persisted }) => persisted && this.#hold());
  }

  /** `listener()`: the page holds its tab, for the first time or again. */
  on(listener) {
    this.#heard.add(listener);
    return () => this.#heard.delete(listener);
  }

  #hold() {
    const waits = new AbortController();
    const patience = setTimeout(() => waits.abort(), PATIENCE);
    remember(this.id);
    this.locks.request(`${NAME}:${this.id}`, { signal: waits.signal }, () => this.#begin(patience)).catch(({ name }) => {
      clearTimeout(patience);
      if (name === "AbortError") {
        this.id = freshKey(); // another page has it, and goes on
        return this.#hold();
      }
      Object.assign(this, { locks: null, id: "" }); // an origin that may lock nothing
      return this.#begin();
    });
  }

  #begin(patience) {
    clearTimeout(patience);
    this.held = true;
    for (const listener of [...this.#heard]) listener();
    return new Promise((leave) => (this.#leave = leave));
  }

  /** Do something about what a tab kept, if it has gone, or was this one's last page; no other tab does meanwhile. */
  async outlived(id, step) {
    if (!this.held) return;
    if (id === this.id || !this.locks) return void step();
    await this.locks.request(`${NAME}:${id}`, { ifAvailable: true }, async (lock) => {
      if (!lock) return;
      await new Promise((done) => setTimeout(done, SETTLED));
      step();
    });
  }
}

function recalled() {
  try {
    return sessionStorage.getItem(NAME);
  } catch {
    return null;
  }
}

function remember(id) {
  try {
    sessionStorage.setItem(NAME, id);
  } catch {
    // Without a store each page is a tab of its own.
  }
}

/** One for all scripts of a page, which may be several copies. */
export const tab = (globalThis[Symbol.for(NAME)] ??= new Tab(globalThis.navigator?.locks));
