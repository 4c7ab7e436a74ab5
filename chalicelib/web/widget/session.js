// What the widget knows: who is asking, their team's rooms, the people of both teams, the live line. No page in here.

import { Api, Problem } from "../shared/api.js";
import { Live } from "../shared/live.js";

/** Whom a token names, as far as a page can read it: two of one person give the same. */
export function personOf(token) {
  try {
    const { aud, workspace, customer_id, user_id, visitor_id } = JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
    return JSON.stringify([aud, workspace, customer_id, user_id, visitor_id]);
  } catch {
    return token;
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
  person = "";
  stopped = false;
  onother = () => {};

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

  /** The token; the host page gives the next one, where the line asks for it in time or the last one was refused. No
   * clock but the server's says when. */
  async credential(again = false) {
    if (this.renew && (again || !this.token)) {
      const { renew } = this;
      if (this.#renewing?.renew !== renew) this.#renewing = { renew, token: (async () => renew())() };
      const renewing = this.#renewing;
      const token = await renewing.token.finally(() => (this.#renewing = this.#renewing === renewing ? null : this.#renewing));
      this.#known(token || this.token);
    }
    this.#known(this.token);
    return this.token;
  }

  /** A session is of one person: a token of another's ends it. */
  #known(token) {
    const person = token && personOf(token);
    if (!this.stopped && this.person && person && person !== this.person) this.onother(token);
    if (this.stopped) throw new Problem(401, { detail: "the session is over" });
    this.person ||= person;
    this.token = token;
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
    if (this.stopped) throw new Problem(401, { detail: "the session is over" });
    this.live = new Live({ url: this.me.live, credential: (again) => this.credential(again) });
    this.live.on("frame", (frame) => this.#take(frame));
    this.live.on("caught-up", () => this.#caughtUp());
    this.live.on("state", () => this.moved("state"));
    this.live.watch(this.me.room ? { room: this.me.room } : { customer: this.me.customer.external_id });
    this.live.open();
    return this;
  }

  stop() {
    this.stopped = true;
    this.live?.close();
    clearTimeout(this.#reload);
    for (const typing of this.typing.values()) for (const { timer } of typing.values()) clearTimeout(timer);
    this.#heard.clear();
    this.onstop?.();
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

  put(room) {
    this.#puts += 1;
    (room.state === "open" ? this.resolved : this.rooms).delete(room.id);
    (room.state === "open" ? this.rooms : this.resolved).set(room.id, room);
    const feed = this.feeds.get(room.id);
    if (feed?.room) feed.room = { ...feed.room, ...room };
    this.moved();
  }

  async change(room, fields) {
    this.put(await this.api.call("PATCH", `/v1/rooms/${room.id}`, fields));
  }

  /** A room is read up to a message. */
  async read(id, message) {
    const told = await this.api.call("PUT", `/v1/rooms/${id}/read`, { message: message.id });
    const room = this.rooms.get(id) ?? this.resolved.get(id);
    if (room) this.put({ ...room, unread: told.unread, mentioned: room.mentioned && told.unread > 0 });
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
    const posted = frame.what === "posted" && frame.by === this.me.id;
    const mine = posted && frame.summary.change === frame.change; // who speaks has read what was said before, not after
    if (posted && !mine) this.#reloadSoon();
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
      this.failed = null;
      for (const feed of this.feeds.values()) {
        if (!feed.ready) await feed.load();
        else if ((this.rooms.get(feed.id)?.change ?? Infinity) > feed.have) await feed.catchUp();
      }
    } catch (problem) {
      if (problem.status === 401) {
        this.failed = problem;
        this.moved("state");
      }
    }
  }
}
