// Who has read a room up to where (read receipts): small faces beneath the message that they saw last.

import { h } from "../shared/dom.js";
import { face } from "./parts.js";
import { api, here } from "./session.js";
import { listed, t } from "./translate.js";

const SHOWN = 5; // faces beneath one message
const PAUSE = 1500; // ms until somebody who is not known yet is asked for

export class Readers {
  #marks = new Map();
  #asking = 0;

  /** `moved()` is called when somebody has read on. */
  constructor(room, moved) {
    Object.assign(this, { room, moved });
  }

  async load() {
    const { items } = await api.get(`/v1/rooms/${this.room}/read-marks`);
    this.#marks = new Map(items.flatMap((mark) => mark.members.map((id) => [id, mark])));
    this.moved();
  }

  /** A frame of the live line: somebody has read up to a change, or has less behind them than they had. */
  take({ person, change }) {
    const known = this.#marks.get(person);
    clearTimeout(this.#asking);
    if (known?.members.length === 1) this.#marks.set(person, { ...known, change });
    else this.#asking = setTimeout(() => this.load().catch(() => {}), PAUSE);
    this.moved();
  }

  close() {
    clearTimeout(this.#asking);
    this.moved = () => {};
  }

  /** Of messages, oldest first: by the id of the last one that somebody has read who reads here, all of them. */
  beneath(messages) {
    const found = new Map();
    for (const mark of new Set(this.#marks.values())) {
      if (mark.person === here.me.agent.id) continue;
      const last = messages.findLast((message) => message.change <= mark.change && (mark.kind === "agent" || !message.internal));
      if (last && !mark.members.includes(last.author.id)) found.set(last.id, [...(found.get(last.id) ?? []), mark]); // they know what they said
    }
    return found;
  }
}

/** The line beneath a message; null where it is nobody's last one. */
export function readLine(marks) {
  if (!marks?.length) return null;
  const words = t("Read up to here: {people}", { people: listed(marks.map((mark) => mark.name)) });
  return h("p.read-by", { title: words }, h("span.unseen", null, words), marks.slice(0, SHOWN).map((mark) => face(mark.person, mark.name)), marks.length > SHOWN ? h("small", { "aria-hidden": "true" }, `+${marks.length - SHOWN}`) : null);
}
