// What somebody asked before anybody knew them: offered to whoever has the address that was given then.

import { h } from "../shared/dom.js";
import { when } from "../shared/words.js";

export class Earlier {
  #looked = null; // the session for which it was asked

  constructor(panes) {
    this.panes = panes;
    this.element = h("div.earlier", { role: "status" });
  }

  /** Look once for each session; visitors have no earlier ones. */
  async look() {
    const { session } = this.panes;
    if (this.#looked === session || !session.me?.customer) return;
    this.#looked = session;
    this.element.replaceChildren();
    const { items } = await session.api.get("/v1/me/earlier-rooms").catch(() => ({ items: [] }));
    if (this.panes.session === session) this.element.replaceChildren(...items.map((room) => this.#offer(room)));
  }

  #offer(room) {
    const { say, language } = this.panes;
    const button = h("button.plain", { onclick: () => this.#take(room, row, button) }, say("earlierMine"));
    const row = h("p", null, say("earlier"), " ", h("q", { dir: "auto" }, room.name), `, ${when(room.created_at, language)} `, button);
    return row;
  }

  async #take(room, row, button) {
    const { session } = this.panes;
    button.disabled = true;
    const taken = await session.api.call("POST", `/v1/me/earlier-rooms/${room.id}`).catch((problem) => this.panes.tell(problem.message));
    button.disabled = false;
    if (!taken) return;
    row.remove();
    await session.load().catch(() => null);
    this.panes.openRoom(room.id);
  }
}
