// What somebody is writing, per person and place: it outlives reloads, sign-ins and pages (drafts).
//
//   const drafts = new Drafts(`${workspace}:${person}`);
//   drafts.get(room)               {text, …}, or {} for nothing
//   drafts.put(room, {text, …})    values that JSON knows; one with nothing in it goes
//   drafts.add(room, {text, …})    another one, for when there is none
//   drafts.on(room, (draft) => …)  it has become another, by none who writes in the field
//   drafts.inherit(room)           where nothing is written, what was in a tab that has gone
//
// Each tab has drafts of its own, so that no two write the same one (ADR 122).

import { freshKey } from "./api.js";
import { Shelf } from "./shelf.js";
import { tab } from "./tab.js";

const written = (draft) => Object.values(draft ?? {}).some((each) => each?.length || each?.id);

export class Drafts {
  #heard = new Map();
  #early = new Map(); // by place, what was written before the tab was held

  constructor(whose) {
    this.shelf = new Shelf(`draft:${whose}`, (name, draft) => this.#told(name, draft));
    this.off = tab.on(() => this.#settle());
  }

  #name(place) {
    return tab.id ? `${place}:${tab.id}` : place;
  }

  get(place) {
    return this.#early.get(place) ?? this.shelf.get(this.#name(place)) ?? {};
  }

  put(place, draft) {
    if (tab.held) this.shelf.set(this.#name(place), written(draft) ? draft : null);
    else this.#early.set(place, draft);
  }

  add(place, draft) {
    this.shelf.set(`${place}:${freshKey()}`, draft); // as of a tab that has gone
    return this.inherit(place);
  }

  /** One listener a place: the field that shows it; null: none does any more. */
  on(place, listener) {
    if (listener) this.#heard.set(place, listener);
    else this.#heard.delete(place);
  }

  #show(place) {
    this.#heard.get(place)?.(this.get(place));
  }

  /** The next page of this tab has written on; or all tabs are one. */
  #told(name) {
    for (const place of this.#heard.keys()) if (name === this.#name(place) && !this.#early.has(place)) this.#show(place);
  }

  #settle() {
    const early = [...this.#early];
    this.#early.clear();
    for (const [place, draft] of early) this.put(place, draft);
    for (const place of this.#heard.keys()) {
      if (!early.some(([each]) => each === place)) this.#show(place);
      this.inherit(place);
    }
  }

  async inherit(place) {
    const left = this.shelf.names().filter((name) => name === place || name.startsWith(`${place}:`));
    for (const name of left) {
      if (written(this.get(place)) || name === this.#name(place)) continue;
      await tab.outlived(name.slice(place.length + 1), () => this.#take(place, name));
    }
  }

  #take(place, name) {
    const draft = this.shelf.get(name);
    if (!draft || written(this.get(place))) return;
    this.put(place, draft);
    this.shelf.set(name, null);
    this.#show(place);
  }

  close() {
    this.shelf.close();
    this.#heard.clear();
    if (tab.held) this.off();
  }
}
