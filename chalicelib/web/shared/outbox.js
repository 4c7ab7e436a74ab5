// What was sent and is not there yet: a row for each, until the server's answer or the feed says that it is (outbox, ADR 134).
//
// A row has an id of its own. It goes along as Idempotency-Key and as the message's client_id: however often it is sent,
// and by how many tabs, it is said once; and it is known again by that, never by its words. Rows outlive the page. One whose
// file was going up in a page that has gone cannot be sent any more: it is given back, by one page alone (ADR 122).

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
  #timer = 0;
  #tries = 0;
  rows = [];
  /** What becomes of a row that lacks files which nobody has any more; `lost` are their names. */
  onlost = () => {};

  /** `whose` they are, by workspace and person. Without it they last as long as the page. */
  constructor(api, whose = "") {
    this.api = api;
    this.off = tab.on(() => this.#settle());
    this.shelf = whose && new Shelf(`outbox:${whose}`, (id, row) => this.#told(id, row));
    this.#read();
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
    return this.rows.filter((row) => row.room === room && !row.message);
  }

  /** What an existing message is to become. */
  edit(message) {
    return this.rows.find((row) => row.message === message);
  }

  /** Say something: `body` as the API takes it, `uploads` that may still be on their way. Null: it waits. */
  post(room, body, uploads = [], shown = {}) {
    return this.#begin({ room, body, text: body.text, ...shown }, uploads);
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
    const before = this.#sending.get(row.room) ?? Promise.resolve();
    const sent = before.then(() => this.#send(row));
    this.#sending.set(row.room, sent);
    row.sent = true;
    this.#moved(row.room);
    return sent;
  }

  async #send(row) {
    if (!this.rows.includes(row) || this.closed) return null;
    try {
      const files = await Promise.all(row.uploads.map((upload) => upload.up()));
      if (!this.rows.includes(row) || this.closed) return null;
      if (files.length) row.body.attachments = files.map((file) => file.id);
      this.#keep(row);
      const path = `/v1/rooms/${row.room}/messages`;
      const message = row.message
        ? await this.api.call("PATCH", `${path}/${row.message}`, row.body)
        : await this.api.call("POST", path, { ...row.body, client_id: row.key }, { key: row.key });
      this.#tries = 0;
      this.#drop(row, message);
      return message;
    } catch (problem) {
      Object.assign(row, { failed: { status: problem.status ?? 0, message: problem.message }, sent: false });
      if (passing(row.failed)) this.#later(problem.retryAfter);
      this.#keep(row);
      this.#moved(row.room);
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
    const waiting = this.rows.filter((row) => !row.sent && !row.lost?.length && (!row.failed || passing(row.failed)));
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

  /** What waits for a file in a page that has gone. */
  async #claim() {
    const elsewhere = (row) => row.lost?.length && !ours.has(row.key) && !(row.elsewhere && row.tab === tab.id);
    for (const row of this.rows.filter(elsewhere)) await tab.outlived(row.tab ?? "", () => this.#giveBack(row));
    if (this.rows.some(elsewhere) && !this.closed) this.#timer = setTimeout(() => this.retry(), AWHILE);
  }

  #giveBack(row) {
    const kept = this.shelf.get(row.key);
    if (kept && !kept.lost.length) return void Object.assign(row, woken(kept)); // it was up before its page went
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
    this.shelf && this.shelf.set(row.key, null);
    this.#moved(row.room, message);
  }

  #keep(row) {
    if (!this.shelf || !this.rows.includes(row) || (row.tab ?? "") !== tab.id) return; // another tab's is kept by that one
    const { uploads, sent, ...rest } = row;
    const files = uploads.map((upload) => upload.made && keepable(upload.made));
    this.shelf.set(row.key, { ...rest, files: files.filter(Boolean), lost: uploads.filter((each) => !each.made).map((each) => each.name) });
  }

  /** Another tab has put a row here, or has seen it through. */
  #told(id, told) {
    const known = this.rows.find((row) => row.key === id);
    if (known && !told) this.rows = this.rows.filter((row) => row !== known);
    else if (known?.elsewhere && told) Object.assign(known, woken(told), { failed: null });
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

  close() {
    this.closed = true;
    for (const { key } of this.rows) ours.delete(key);
    this.off();
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
