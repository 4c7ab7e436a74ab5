// A room's conversation as a page holds it: messages by their place, kept up to date by change number.
//
// Every change of a room has a number, without gaps. A frame with the very next one is applied; a later one means that
// something is missing, and `changes` after our number is read; an earlier one is known already. So nothing is missed,
// and nothing is there twice, whatever becomes of the line.

const WAIT = 250; // ms that a frame which came too early waits for the one before it
const AGAIN = 3000; // ms until changes that could not be read are asked for again

export class Feed {
  #heard = new Set();
  #reading = null;
  #again = false;
  #early = 0;
  #loading = null;
  #told = 0;
  messages = new Map();
  have = 0;
  before = null;
  room = null;
  ready = false;

  /** `me` is who reads, by id; the `outbox` is theirs, for all rooms. */
  constructor(api, id, me, outbox) {
    Object.assign(this, { api, id, me, outbox, path: `/v1/rooms/${id}` });
    this.close = outbox.on((room, message) => this.#done(room, message));
  }

  on(listener) {
    this.#heard.add(listener);
    return () => this.#heard.delete(listener);
  }

  #moved() {
    for (const listener of [...this.#heard]) listener(this);
  }

  /** What was said here and is not there yet. */
  get pending() {
    return this.outbox.posts(this.id);
  }

  /** Oldest first. */
  get list() {
    return [...this.messages.values()].sort((a, b) => a.change - b.change);
  }

  /** The room and its last page. Who asks meanwhile waits for the same answers. */
  load() {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #load() {
    const room = await this.api.get(this.path);
    const page = await this.api.get(`${this.path}/messages?limit=50`);
    this.room = room;
    this.have = room.change;
    this.before = page.next;
    for (const message of page.items) this.#hold(message);
    this.ready = true;
    this.#moved();
    this.reached(this.#told);
    return this;
  }

  /** Somebody says that the room has come to this change. */
  reached(change) {
    this.#told = Math.max(this.#told, change ?? 0);
    if (this.ready && this.#told > this.have) this.#soon(0);
  }

  /** Read what is missing; if that fails, again while somebody looks. */
  #soon(pause) {
    clearTimeout(this.#early);
    this.#early = setTimeout(() => {
      if (this.#told > this.have) this.catchUp().catch(() => this.#heard.size && this.#soon(AGAIN));
    }, pause);
  }

  /** The room as an answer tells it, if no later one was there first. */
  know(room) {
    if (room.change >= (this.room?.change ?? 0)) this.room = room;
    this.#moved();
  }

  /** The page before what is there; whether there are more. */
  async older() {
    if (!this.before) return false;
    const page = await this.api.get(`${this.path}/messages?limit=50&cursor=${encodeURIComponent(this.before)}`);
    this.before = page.next;
    for (const message of page.items) if (!this.messages.has(message.id)) this.#hold(message);
    this.#moved();
    return Boolean(this.before);
  }

  /** A frame of the live line. */
  take(frame) {
    this.#told = Math.max(this.#told, frame.change);
    if (!this.ready) return;
    const later = frame.summary && frame.summary.change >= this.room.change;
    if (later) this.room = { ...this.room, ...frame.summary }; // also of a change that an answer to us has brought already
    if (frame.change <= this.have) {
      if (later) this.#moved();
      return;
    }
    if (frame.change === this.have + 1 && (frame.message || frame.what === "room") && !this.#reading) {
      this.have = frame.change;
      this.#put(frame.message);
      this.#moved();
      return;
    }
    this.#soon(frame.change === this.have + 1 ? 0 : WAIT);
  }

  /** Read every change after ours. One at a time: who asks meanwhile has it read once more. */
  catchUp() {
    if (!this.ready) return Promise.resolve();
    if (this.#reading) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = this.#read().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /** Have a message there, page by page; whether it is. */
  async reach(id, pages = 60) {
    for (let left = pages; left && !this.messages.has(id) && (await this.older()); ) left -= 1;
    return this.messages.has(id);
  }

  async #read() {
    do {
      this.#again = false;
      for (let more = true; more; ) {
        const page = await this.api.get(`${this.path}/changes?after=${this.have}&limit=100`);
        for (const change of page.items) {
          this.have = Math.max(this.have, change.change);
          this.#put(change.message);
        }
        more = Boolean(page.next);
      }
      if (this.room.change < this.have) this.know(await this.api.get(this.path));
      else this.#moved();
    } while (this.#again);
  }

  #put(message) {
    if (!message) return;
    const oldest = this.before && Math.min(...this.list.map((each) => each.change));
    if (oldest && message.change < oldest) return; // its page comes when somebody scrolls there
    if (this.messages.get(message.id)?.changed > message.changed) return; // an answer that was overtaken
    this.#hold(message);
  }

  #hold(message) {
    this.messages.set(message.id, message);
    if (message.author.id === this.me) this.outbox.arrived(message);
  }

  /** Say something. It is shown at once, and sent until it is taken, once: see the outbox. */
  say(body, shown = {}, uploads = []) {
    return this.outbox.post(this.id, body, uploads, shown);
  }

  #done(room, message) {
    if (room !== this.id) return;
    if (message) this.#put(message);
    if (message?.change === this.have + 1) this.have = message.change;
    this.#moved();
  }

  /** Have a message's text be another, as soon as it can be. */
  amend(message, text) {
    return this.outbox.amend(this.id, message.id, text);
  }

  async #changed(method, message, rest, body) {
    const told = await this.api.call(method, `${this.path}/messages/${message.id}${rest}`, body);
    this.#put(told);
    this.#moved();
    return told;
  }

  /** What the mail that it came by said besides. */
  async rest(message) {
    return (await this.api.get(`${this.path}/messages/${message.id}/rest`)).text;
  }

  remove(message) {
    return this.#changed("DELETE", message, "");
  }

  react(message, emoji, on) {
    return this.#changed(on ? "PUT" : "DELETE", message, `/reactions/${encodeURIComponent(emoji)}`);
  }
}
