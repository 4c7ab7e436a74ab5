// Where each change of a room went: a mark where it did not arrive, and on demand every bridge, with what can be done.

import { h } from "../shared/dom.js";
import { ask, doing, say, sign } from "./parts.js";
import { api, may } from "./session.js";
import { clock, moment, plural, served, t } from "./translate.js";

const STATES = { queued: t("on its way"), sent: t("delivered"), failed: t("failed"), skipped: t("skipped") };
const LOOK = 1500; // ms between two lookings at what is on its way
const PAUSES = [400, 700, 1200, 2500, 5000, 10000, 20000];

const changeOf = (row) => Number(row.message.split("_").at(-1));

export class Ledger {
  #rows = new Map();
  #installs = new Map();
  #timer = 0;
  #from = 0;
  #closed = false;

  constructor(room, moved) {
    Object.assign(this, { room, moved });
  }

  /** The deliveries of what was said from change `from` on, and before `until`. */
  async load(from, until = Infinity) {
    this.#from ||= from;
    await this.#named();
    for (let cursor = "", more = true; more; ) {
      const page = await api.get(`/v1/rooms/${this.room}/deliveries?after=${Math.max(0, from - 1)}&limit=100${cursor}`);
      for (const row of page.items) this.#rows.set(row.id, row);
      more = Boolean(page.next) && page.items.every((row) => changeOf(row) < until);
      cursor = `&cursor=${encodeURIComponent(page.next)}`;
    }
    this.moved();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #named() {
    if (!this.#installs.size) for (const install of await api.all("/v1/installs")) this.#installs.set(install.id, install.name);
  }

  /** Every delivery of one message, for as long as somebody looks and something is on its way. */
  async show(message) {
    await this.#named();
    const inside = h("div.fields");
    const box = ask(t("Where it went"), [inside], "");
    const look = async () => {
      const rows = await api.all(`/v1/rooms/${this.room}/deliveries?message=${encodeURIComponent(message.id)}`);
      inside.replaceChildren(...(rows.length ? rows.map((row) => this.#line(row, () => box.close(), true)) : [h("p", null, t("No bridge carries it: it is in the room alone."))]));
      if (box.open && rows.some((row) => row.state === "queued")) setTimeout(() => look().catch(() => {}), LOOK);
    };
    await look();
  }

  /** Something was said: look again until nothing is on its way, ever less often; at what is new or on its way. */
  watch(tries = 0) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      const rows = [...this.#rows.values()];
      const queued = rows.filter((row) => row.state === "queued").map(changeOf);
      await this.load(queued.length ? Math.min(...queued) : Math.max(this.#from, ...rows.map(changeOf))).catch(() => {});
      const waits = tries < 2 || [...this.#rows.values()].some((row) => row.state === "queued");
      if (waits && !this.#closed && tries + 1 < PAUSES.length) this.watch(tries + 1);
    }, PAUSES[tries]);
  }

  /** What of a message did not arrive: of its post, its edits, its end. */
  of(change) {
    return [...this.#rows.values()].filter((row) => (row.state === "failed" || row.bounced) && changeOf(row) === change);
  }

  name(row) {
    return this.#installs.get(row.install) ?? t("an install that is gone");
  }

  /** A mark for each bridge over which something did not arrive; null where all did. */
  ticks(rows) {
    if (!rows.length) return null;
    const bridges = new Map();
    for (const row of rows) bridges.set(row.install, [...(bridges.get(row.install) ?? []), row]);
    const made = [...bridges.values()].map((of) => {
      const words = `${this.name(of[0])}: failed`;
      return h("button.tickmark.failed", { type: "button", title: words, "aria-label": words, onclick: () => this.#open(of) }, sign("failed"), h("span", null, words));
    });
    return h("span.ticks-of", { role: "group", "aria-label": t("Deliveries") }, made);
  }

  #open(of) {
    const box = ask(t("To {name}", { name: this.name(of[0]) }), of.map((row) => this.#line(row, () => box.close())), "");
  }

  #line(row, close, named = false) {
    const tried = row.attempts ? plural(row.attempts, "one try", "{n} tries") : t("not tried yet");
    const again = row.state !== "queued" && may("write")
      ? doing("plain", {}, async () => {
          await api.call("POST", `/v1/deliveries/${row.id}/replay`, {});
          say(t("It is sent again."));
          this.watch();
          close();
        }, t("Send again"))
      : null;
    return h("section.delivery", null,
      h("p", null, named ? h("strong", null, this.name(row), " ") : null, row.bounced ? h("span.tag.failed", null, t("came back")) : h(`span.tag.${row.state}`, null, STATES[row.state]), " ", [served(row.what), tried, row.last_attempt_at && t("last at {time}", { time: moment(row.last_attempt_at) })].filter(Boolean).join(", ")),
      row.reason ? h("p.reason", null, row.reason) : null,
      row.next_attempt_at ? h("p.dim", null, t("Next try at {time}", { time: clock(row.next_attempt_at) })) : null,
      again);
  }
}
