// What was sent and is not there yet: a row for each, until the server's answer or the feed says that it is (outbox, ADR 134).
//
// A row has an id of its own. It goes along as Idempotency-Key and as the message's client_id: however often it is sent,
// and by how many tabs, it is said once; and it is known again by that, never by its words. Rows outlive the page. One whose
// file was going up in a page that has gone cannot be sent any more: it is given back, by one page alone (ADR 122).
//
// Where `wait()` says so, a row waits in its page for so long, in which it can be undone: no other page sends it then. A page
// that goes lets go of what waits (ADR 152). What is done to rooms, not said in one, goes the same way: see `act`.

import { freshKey } from "./api.js";
import { backoff } from "./live.js";
import { Shelf } from "./shelf.js";
import { tab } from "./tab.js";
import { keepable } from "./uploads.js";

const AWHILE = 20e3; // ms after which it is asked again whether a page has gone
const CLAIMED = 20 * 3600e3; // ms for which the server surely knows the id again

/** Whether trying again may help: nobody answered, or nobody could, or who asks has to sign in anew. */
export const passing = ({ status }) => [0, 401, 408, 425, 429].includes(status) || status >= 500;

const ours = new Set(); // the keys of rows that this page has begun and goes on with

export class Outbox {
  #heard = new Set();
  #sending = new Map();
  #waiting = new Map(); // by key, what goes on with a row that waits
  #timer = 0;
  #tries = 0;
  rows = [];
  /** ms for which something sent can be undone. */
  wait = () => 0;
  /** What was done to rooms is done, and this is the answer; or it failed, and the row says why. */
  onacted = () => {};
  /** What becomes of a row that lacks files which nobody has any more; `lost` are their names. */
  onlost = () => {};

  /** `whose` they are, by workspace and person. Without it they last as long as the page. */
  constructor(api, whose = "") {
    this.api = api;
    this.off = tab.on(() => this.#settle());
    this.shelf = whose && new Shelf(`outbox:${whose}`, (id, row) => this.#told(id, row));
    this.#read();
    this.leave = () => void this.release();
    globalThis.addEventListener?.("pagehide", this.leave);
    globalThis.document?.addEventListener("freeze", this.leave);
  }

  /** What is kept: what this page has begun as it is, all else as it was left. */
  #read() {
    if (!this.shelf) return;
    const known = new Map(this.rows.map((row) => [row.key, row]));
    this.rows = this.shelf.names().map((key) => known.get(key) ?? woken(this.shelf.get(key) ?? {})).filter((row) => row.key);
    this.#sort();
  }

  /** `listener(room, message)`: something of a room's rows has changed; with the message that one has become. */
  on(listener) {
    this.#heard.add(listener);
    return () => this.#heard.delete(listener);
  }

  /** A room's messages that wait, in the order in which they were written. */
  posts(room) {
    return this.rows.filter((row) => row.room === room && !row.message && !row.rooms);
  }

  /** What this page has sent and can undo. */
  get held() {
    return this.rows.filter((row) => row.until && ours.has(row.key));
  }

  /** What is done to a room and is not there yet. */
  acting(room) {
    return this.rows.find((row) => row.rooms?.includes(room));
  }

  /** What an existing message is to become. */
  edit(message) {
    return this.rows.find((row) => row.message === message);
  }

  /** Say something: `body` as the API takes it, `uploads` that may still be on their way. Null: it waits. */
  post(room, body, uploads = [], shown = {}) {
    return this.#begin({ room, body, text: body.text, until: this.#until(), ...shown }, uploads);
  }

  /** Do something to several rooms by one POST, after what was said in them before. */
  act(rooms, path, body, shown = {}) {
    return this.#begin({ room: rooms[0], rooms, path, body, until: this.#until(), ...shown }, []);
  }

  #until() {
    const ms = this.wait();
    return ms ? Date.now() + ms : undefined;
  }

  /** Have a message's text be another. */
  amend(room, message, text) {
    this.#drop(this.edit(message));
    return this.#begin({ room, message, body: { text }, text }, []);
  }

  #begin(fields, uploads) {
    const row = { key: freshKey(), at: new Date().toISOString(), failed: null, tab: tab.id, ...fields, uploads };
    ours.add(row.key);
    this.rows.push(row);
    this.#keep(row);
    return this.send(row);
  }

  /** Send a row after those of its room that were written before; its message, or null. */
  send(row) {
    row.failed = null;
    const rooms = row.rooms ?? [row.room];
    const before = Promise.all(rooms.map((room) => this.#sending.get(room)));
    const sent = before.then(() => this.#send(row));
    for (const room of rooms) this.#sending.set(room, sent);
    row.sent = true;
    this.#moved(row.room);
    return sent;
  }

  /** Until it cannot be undone any more, or has been. */
  async #held(row) {
    const left = row.until - Date.now();
    if (left > 0) {
      await new Promise((done) => {
        this.#waiting.set(row.key, done);
        setTimeout(done, left);
      });
    }
    this.#waiting.delete(row.key);
    this.#letGo(row);
  }

  #letGo(row) {
    if (!row.until) return;
    delete row.until;
    this.#keep(row);
    this.#moved(row.room);
  }

  /** Nothing waits for its undoing any more: the page goes. Once all that it could send is there, or failed. */
  release() {
    for (const row of this.held) {
      row.lasting = true;
      this.#letGo(row);
      const goes = this.#waiting.get(row.key);
      if (goes) goes();
      else this.#send(row); // the answer to what was sent before it is no more waited for
    }
    return Promise.allSettled([...this.#sending.values()]);
  }

  async #send(row) {
    if (row.until) await this.#held(row);
    if (!this.rows.includes(row) || this.closed) return null;
    try {
      const files = await Promise.all(row.uploads.map((upload) => upload.up()));
      if (!this.rows.includes(row) || this.closed) return null;
      if (files.length) row.body.attachments = files.map((file) => file.id);
      this.#keep(row);
      const path = `/v1/rooms/${row.room}/messages`;
      const how = { key: row.key, lasting: row.lasting };
      const told = row.message
        ? await this.api.call("PATCH", `${path}/${row.message}`, row.body)
        : await this.api.call("POST", row.path ?? path, row.rooms ? { ...row.body, rooms: row.rooms } : { ...row.body, client_id: row.key }, how);
      this.#tries = 0;
      this.#drop(row, row.rooms ? undefined : told);
      if (row.rooms) this.onacted(row, told);
      return told;
    } catch (problem) {
      Object.assign(row, { failed: { status: problem.status ?? 0, message: problem.message }, sent: false });
      if (passing(row.failed)) this.#later(problem.retryAfter);
      this.#keep(row);
      this.#moved(row.room);
      if (row.rooms) this.onacted(row, null);
      return null;
    }
  }

  #later(seconds = 0) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.retry(), Math.max(backoff(Math.min(this.#tries++, 6)), seconds * 1e3));
  }

  /** All that waits for want of a network, or of somebody at the other end. */
  async retry() {
    clearTimeout(this.#timer);
    await this.#claim();
    const waiting = this.rows.filter((row) => !row.sent && !row.lost?.length && (!row.until || ours.has(row.key)) && (!row.failed || passing(row.failed)));
    await Promise.all(waiting.map((row) => this.send(row)));
  }

  /** The page holds its tab: its rows are of that. What its next page saw through is no more, where it comes back after it. */
  #settle() {
    const rooms = new Set(this.rows.map((row) => row.room));
    this.#read();
    for (const row of this.rows.filter(({ key }) => ours.has(key))) this.#keep(Object.assign(row, { tab: tab.id }));
    for (const room of rooms) this.#moved(room);
    this.retry();
  }

  /** What waits for a file, or for its undoing, in a page that has gone. */
  async #claim() {
    const elsewhere = (row) => (row.lost?.length || row.until) && !ours.has(row.key) && !(row.elsewhere && row.tab === tab.id);
    for (const row of this.rows.filter(elsewhere)) await tab.outlived(row.tab ?? "", () => this.#giveBack(row));
    if (this.rows.some(elsewhere) && !this.closed) this.#timer = setTimeout(() => this.retry(), AWHILE);
  }

  #giveBack(row) {
    const kept = this.shelf.get(row.key);
    if (kept && !kept.lost.length) { // all of it was up before its page went
      Object.assign(row, { until: undefined }, woken(kept), { tab: tab.id });
      ours.add(row.key);
      return void this.#keep(row);
    }
    this.#drop(row);
    if (kept) this.onlost(row);
  }

  /** The feed shows a message: whether it is one of these. */
  arrived(message) {
    const row = message.client_id && this.rows.find((each) => each.key === message.client_id);
    if (row) this.#drop(row);
    return Boolean(row);
  }

  discard(row) {
    this.#drop(row);
  }

  #drop(row, message) {
    if (!row) return;
    ours.delete(row.key);
    this.rows = this.rows.filter((each) => each !== row);
    this.#waiting.get(row.key)?.();
    this.shelf && this.shelf.set(row.key, null);
    this.#moved(row.room, message);
  }

  #keep(row) {
    if (!this.shelf || this.closed || !this.rows.includes(row) || (row.tab ?? "") !== tab.id) return; // another tab's is kept by that one
    const { uploads, sent, lasting, ...rest } = row;
    const files = uploads.map((upload) => upload.made && keepable(upload.made));
    this.shelf.set(row.key, { ...rest, files: files.filter(Boolean), lost: uploads.filter((each) => !each.made).map((each) => each.name) });
  }

  /** Another tab has put a row here, or has seen it through. */
  #told(id, told) {
    const known = this.rows.find((row) => row.key === id);
    if (known && !told) this.rows = this.rows.filter((row) => row !== known);
    else if (known?.elsewhere && told) Object.assign(known, { until: undefined }, woken(told), { failed: null });
    else if (!known && told) this.rows.push({ ...woken(told), failed: null, elsewhere: true });
    else return;
    this.#sort();
    this.#moved((known ?? told).room);
  }

  #sort() {
    this.rows.sort((a, b) => a.at.localeCompare(b.at));
  }

  #moved(room, message) {
    for (const listener of [...this.#heard]) listener(room, message);
  }

  /** Nobody is at this page any more: what could still be undone is sent by whoever comes in next, wherever that is. */
  close() {
    for (const row of this.held) {
      delete row.until;
      this.#keep(row);
    }
    this.closed = true;
    for (const { key } of this.rows) ours.delete(key);
    this.off();
    globalThis.removeEventListener?.("pagehide", this.leave);
    globalThis.document?.removeEventListener("freeze", this.leave);
    clearTimeout(this.#timer);
    this.#heard.clear();
    this.shelf && this.shelf.close();
  }
}

/** A row as a page finds it that did not send it. After a day the server does not know its id again. */
function woken({ files = [], lost = [], ...row }) {
  const uploads = files.map((made) => ({ made, name: made.name, size: made.size, up: async () => made }));
  const old = Date.now() - new Date(row.at) > CLAIMED;
  const failed = old && !lost.length ? { status: 410, message: "" } : row.failed;
  return { ...row, failed, uploads, sent: false, lost };
}
