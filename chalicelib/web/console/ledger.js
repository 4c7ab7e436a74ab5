// Where each change of a room went: a tick for every bridge, and what can be done where one failed.

import { h } from "../shared/dom.js";
import { ask, doing, say, sign } from "./parts.js";
import { api, may } from "./session.js";

const STATES = { queued: "on its way", sent: "delivered", failed: "failed", skipped: "skipped" };
const WORST = ["failed", "queued", "skipped", "sent"];
const PAUSES = [400, 700, 1200, 2500, 5000, 10000, 20000];

export class Ledger {
  #rows = new Map();
  #installs = new Map();
  #timer = 0;
  #from = 0;
  #asked = 0;
  #closed = false;

  constructor(room, moved) {
    Object.assign(this, { room, moved });
  }

  /** The deliveries of what was said from change `from` on. */
  async load(from) {
    this.#from = from;
    const asked = ++this.#asked;
    if (!this.#installs.size) for (const install of await api.all("/v1/installs")) this.#installs.set(install.id, install.name);
    const rows = await api.all(`/v1/rooms/${this.room}/deliveries?after=${Math.max(0, from - 1)}`);
    if (asked !== this.#asked) return; // a later answer is on its way
    this.#rows = new Map(rows.map((row) => [row.id, row]));
    this.moved();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** Something was said: look again until nothing is on its way, ever less often. */
  watch(tries = 0) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      await this.load(this.#from).catch(() => {});
      const waits = tries < 2 || [...this.#rows.values()].some((row) => row.state === "queued");
      if (waits && !this.#closed && tries + 1 < PAUSES.length) this.watch(tries + 1);
    }, PAUSES[tries]);
  }

  /** A message's deliveries: of its post, its edits, its end. */
  of(change) {
    return [...this.#rows.values()].filter((row) => Number(row.message.split("_").at(-1)) === change);
  }

  name(row) {
    return this.#installs.get(row.install) ?? "an install that is gone";
  }

  /** One tick a bridge, the worst of its deliveries. */
  ticks(rows) {
    const bridges = new Map();
    for (const row of rows) bridges.set(row.install, [...(bridges.get(row.install) ?? []), row]);
    const made = [...bridges.values()].map((of) => {
      const state = WORST.find((each) => of.some((row) => row.state === each));
      const words = `${this.name(of[0])}: ${STATES[state]}`;
      return h(`button.tickmark.${state}`, { type: "button", title: words, "aria-label": words, onclick: () => this.#open(of) }, sign({ sent: "done", queued: "clock", failed: "failed", skipped: "more" }[state]), h("span", null, this.name(of[0])));
    });
    return h("span.ticks-of", { role: "group", "aria-label": "Deliveries" }, made);
  }

  #open(of) {
    const box = ask(`To ${this.name(of[0])}`, of.map((row) => this.#line(row, () => box.close())), "");
  }

  #line(row, close) {
    const tried = row.attempts ? `${row.attempts} ${row.attempts === 1 ? "try" : "tries"}` : "not tried yet";
    const again = row.state !== "queued" && may("write")
      ? doing("plain", {}, async () => {
          await api.call("POST", `/v1/deliveries/${row.id}/replay`, {});
          say("It is sent again.");
          this.watch();
          close();
        }, "Send again")
      : null;
    return h("section.delivery", null,
      h("p", null, h(`span.tag.${row.state}`, null, STATES[row.state]), " ", row.what, ", ", tried, row.last_attempt_at ? `, last at ${new Date(row.last_attempt_at).toLocaleString()}` : ""),
      row.reason ? h("p.reason", null, row.reason) : null,
      row.next_attempt_at ? h("p.dim", null, `Next try at ${new Date(row.next_attempt_at).toLocaleTimeString()}`) : null,
      again);
  }
}
