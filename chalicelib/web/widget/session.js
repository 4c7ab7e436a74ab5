// What the widget knows: who is asking, their team's rooms, the people of both teams, the live line. No page in here.

import { Api } from "../shared/api.js";
import { Feed } from "../shared/feed.js";
import { Live } from "../shared/live.js";

const SOON = 30; // seconds before its end at which a token is renewed

/** When a token ends, in seconds since the epoch; never, if it does not say. */
function ends(token) {
  try {
    return JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).exp ?? Infinity;
  } catch {
    return Infinity;
  }
}

export class Session {
  #heard = new Set();
  #renewing = null;
  #reload = 0;
  #puts = 0;
  rooms = new Map();
  resolved = new Map();
  people = new Map();
  feeds = new Map();
  typing = new Map();
  here = new Map();
  me = null;
  failed = null;

  /** `token` is what the vendor's server signed; `renew` gives the next one. */
  constructor({ base, token = "", renew = null }) {
    Object.assign(this, { base: base.replace(/\/$/, ""), token, renew });
    this.api = new Api({ base: this.base, authorize: async (again) => ({ Authorization: `Bearer ${await this.credential(again)}` }) });
  }

  on(listener) {
    this.#heard.add(listener);
    return () => this.#heard.delete(listener);
  }

  moved(what = "rooms") {
    for (const listener of [...this.#heard]) listener(what, this);
  }

  /** The token, renewed by the host page if it has ended or was refused. */
  async credential(again = false) {
    if (this.renew && (again || !this.token || ends(this.token) - Date.now() / 1000 < SOON)) {
      this.#renewing ??= Promise.resolve(this.renew()).finally(() => (this.#renewing = null));
      this.token = (await this.#renewing) || this.token;
    }
    return this.token;
  }

  async start() {
    this.failed = null;
    try {
      this.me = await this.api.get("/v1/me");
      await this.load();
    } catch (problem) {
      this.failed = problem;
      this.moved();
      throw problem;
    }
    this.live = new Live({ url: this.me.live, credential: (again) => this.credential(again) });
    this.live.on("frame", (frame) => this.#take(frame));
    this.live.on("caught-up", () => this.#caughtUp());
    this.live.on("state", () => this.moved("state"));
    this.live.watch(this.me.room ? { room: this.me.room } : { customer: this.me.customer.external_id });
    this.live.open();
    return this;
  }

  stop() {
    this.live?.close();
    clearTimeout(this.#reload);
    this.#heard.clear();
  }

  async load() {
    const puts = this.#puts;
    const found = await this.api.all("/v1/rooms?state=open");
    if (puts !== this.#puts) return this.#reloadSoon(); // what we have heard meanwhile is later than the answer
    this.rooms = new Map(found.map((room) => [room.id, room]));
    this.moved();
    const home = this.me.room || found.find((room) => room.kind === "triage")?.id;
    if (home && !this.people.size) await this.loadPeople(home);
  }

  async loadResolved() {
    const found = await this.api.all("/v1/rooms?state=resolved");
    this.resolved = new Map(found.map((room) => [room.id, room]));
    this.moved();
  }

  async loadPeople(room) {
    for (const person of await this.api.all(`/v1/rooms/${room}/roster`)) this.people.set(person.id, person);
    this.moved();
  }

  /** How many messages wait, over all open rooms. */
  get unread() {
    return [...this.rooms.values()].reduce((sum, room) => sum + room.unread, 0);
  }

  nameOf(id) {
    return this.people.get(id)?.name ?? "";
  }

  feed(id) {
    if (!this.feeds.has(id)) this.feeds.set(id, new Feed(this.api, id, this.me.id));
    return this.feeds.get(id);
  }

  async openRoom(id) {
    const feed = this.feed(id);
    await (feed.ready ? feed.catchUp() : feed.load());
    if (feed.room && !this.rooms.has(id) && feed.room.state === "open") this.put(feed.room);
    return feed;
  }

  put(room) {
    this.#puts += 1;
    (room.state === "open" ? this.resolved : this.rooms).delete(room.id);
    (room.state === "open" ? this.rooms : this.resolved).set(room.id, room);
    const feed = this.feeds.get(room.id);
    if (feed?.room) feed.room = { ...feed.room, ...room };
    this.moved();
  }

  async newTopic(name, text, attachments, key) {
    const room = await this.api.call("POST", "/v1/rooms", { name }, { key });
    this.put(room);
    await this.api.call("POST", `/v1/rooms/${room.id}/messages`, { text, attachments }, { key: `${key}-1` });
    return room;
  }

  async change(room, fields) {
    this.put(await this.api.call("PATCH", `/v1/rooms/${room.id}`, fields));
  }

  /** Everything in the room is read. */
  async read(id) {
    const room = this.rooms.get(id) ?? this.resolved.get(id);
    if (room && !room.unread && !room.mentioned) return;
    await this.api.call("PUT", `/v1/rooms/${id}/read`, {}).catch(() => null);
    if (room) this.put({ ...room, unread: 0, mentioned: false });
  }

  #take(frame) {
    const take = { "room.changed": this.#changed, "room.read": this.#read, "room.typing": this.#typing };
    (take[frame.type] ?? this.#presence).call(this, frame);
  }

  #changed(frame) {
    this.feeds.get(frame.room)?.take(frame);
    if (frame.by) this.#stopped(frame.room, frame.by);
    const room = this.rooms.get(frame.room) ?? this.resolved.get(frame.room);
    if (!room || !frame.summary) return this.#reloadSoon();
    if (frame.summary.change < room.change) return undefined;
    const seen = room.messages - room.unread;
    const mine = frame.what === "posted" && frame.by === this.me.id;
    return this.put({
      ...room,
      ...frame.summary,
      unread: mine ? 0 : Math.max(0, frame.summary.messages - seen),
      mentioned: !mine && (room.mentioned || Boolean(frame.message?.mentions.includes(this.me.id))),
    });
  }

  #read(frame) {
    const room = this.rooms.get(frame.room);
    if (room && frame.person === this.me.id && frame.change >= room.change && room.unread)
      this.put({ ...room, unread: 0, mentioned: false });
  }

  #typing(frame) {
    if (frame.person === this.me.id) return;
    const typing = this.typing.get(frame.room) ?? new Map();
    clearTimeout(typing.get(frame.person)?.timer);
    const timer = setTimeout(() => this.#stopped(frame.room, frame.person), 6000);
    this.typing.set(frame.room, typing.set(frame.person, { name: frame.name, timer }));
    this.moved("typing");
  }

  #stopped(room, person) {
    const typing = this.typing.get(room);
    if (!typing?.has(person)) return;
    clearTimeout(typing.get(person).timer);
    typing.delete(person);
    this.moved("typing");
  }

  #presence(frame) {
    if (frame.type === "subscribed" && frame.room) {
      this.here.set(frame.room, new Map((frame.here ?? []).map((each) => [each.id, each])));
      this.feeds.get(frame.room)?.reached(frame.change);
    } else if (frame.type === "room.presence") {
      const here = this.here.get(frame.room) ?? new Map();
      if (frame.here) here.set(frame.person, { id: frame.person, name: frame.name, kind: frame.kind });
      else here.delete(frame.person);
      this.here.set(frame.room, here);
    } else return;
    this.moved("typing");
  }

  /** A room that we do not know, or a hint without words. */
  #reloadSoon() {
    clearTimeout(this.#reload);
    this.#reload = setTimeout(() => this.load().catch(() => null), 200 + Math.random() * 300);
  }

  async #caughtUp() {
    try {
      await this.load();
      for (const feed of this.feeds.values()) {
        if (!feed.ready) await feed.load();
        else if ((this.rooms.get(feed.id)?.change ?? Infinity) > feed.have) await feed.catchUp();
        await feed.retry();
      }
    } catch (problem) {
      if (problem.status === 401) {
        this.failed = problem;
        this.moved("state");
      }
    }
  }
}

/** Ask as a visitor: the answer's token opens the one room that is made. */
export async function ask(base, workspace, told) {
  const api = new Api({ base, authorize: async () => ({}) });
  return api.call("POST", "/v1/visitors", { workspace, ...told });
}

