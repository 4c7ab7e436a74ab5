// One live connection: a WebSocket that comes back by itself, and polling where there can be none.
//
//   const live = new Live({url, credential, person});
//   live.on("frame", frame => …);   what the server pushes
//   live.on("caught-up", () => …);  subscribed again, or time to poll: read what was missed
//   live.on("state", state => …);   connecting, open, polling, closed
//   live.watch({room}) / live.unwatch({room}); also {customer}, {inbox: true}

const PASSING = ["contended", "throttled", "busy", "away"]; // problems of the moment
const IDLE = 50e3; // nobody tells of a line that died: it is asked, and API Gateway ends one that is silent
const PLANNED = 110 * 60e3; // and any after 2 hours: the next one is there before
const ANSWER = 8e3;
const POLL = 4e3;
const POLL_HIDDEN = 30e3;
const RETRY_WHILE_POLLING = 60e3;
const LONGEST = 30e3;
const REST = 10e3; // between two askings for a credential

/** The pause before the n-th try: doubled each time, with jitter, so that a thousand pages do not come back at once. */
export const backoff = (n, chance = Math.random()) => Math.min(LONGEST, 500 * 2 ** n) * (0.5 + chance / 2);

export class Live {
  #heard = new Map();
  #topics = new Map();
  #timers = new Map();
  #socket = null;
  #tries = 0;
  #renew = false;
  state = "closed";

  /** `credential(again)` gives what the first frame authenticates with. */
  constructor({ url, credential, Socket = globalThis.WebSocket }) {
    Object.assign(this, { url, credential, Socket });
    this.wake = () => this.#woken();
  }

  on(kind, listener) {
    const listeners = this.#heard.get(kind) ?? new Set();
    this.#heard.set(kind, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  #emit(kind, told) {
    for (const listener of [...(this.#heard.get(kind) ?? [])]) listener(told);
  }

  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.#emit("state", state);
  }

  open() {
    if (this.state !== "closed") return;
    this.#wakes("addEventListener");
    this.#become("connecting");
    this.#connect();
  }

  close() {
    this.#wakes("removeEventListener");
    for (const name of [...this.#timers.keys()]) this.#stop(name);
    this.#become("closed");
    for (const socket of [this.#socket, this.#next]) this.#drop(socket);
    this.#socket = this.#next = null;
  }

  #wakes(hear) {
    for (const kind of ["online", "offline", "focus"]) globalThis[hear](kind, this.wake);
    document[hear]("visibilitychange", this.wake);
    navigator.connection?.[hear]?.("change", this.wake);
  }

  watch(topic) {
    this.#topics.set(JSON.stringify(topic), topic);
    this.send({ type: "subscribe", ...topic });
  }

  unwatch(topic) {
    if (this.#topics.delete(JSON.stringify(topic))) this.send({ type: "unsubscribe", ...topic });
  }

  /** Whether the frame went out; nothing is kept for later. */
  send(frame) {
    if (this.state !== "open" || this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #after(name, ms, step) {
    this.#stop(name);
    this.#timers.set(name, setTimeout(step, ms));
  }

  #stop(name) {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  /** Join the line; the one before, if there is one, ends when this one is ready. */
  async #connect() {
    this.#stop("retry");
    const again = this.#renew;
    this.#renew = false;
    let socket;
    try {
      const token = await this.credential(again);
      if (this.state === "closed") return;
      socket = new this.Socket(this.url);
      socket.onopen = () => socket.send(JSON.stringify({ type: "authenticate", token }));
    } catch {
      this.#lost(null);
      return;
    }
    socket.onmessage = (event) => this.#told(socket, JSON.parse(event.data));
    socket.onclose = socket.onerror = () => this.#lost(socket);
    this.#next = socket;
    this.#after("answer", ANSWER, () => this.#lost(socket));
  }

  #next = null;

  #told(socket, frame) {
    if (frame.type === "authenticated") this.#ready(socket, frame);
    else if (frame.type === "problem" && frame.status === 401) this.#renew = true;
    else if (socket !== this.#socket) return;
    else if (frame.type === "pong") this.#stop("pong");
    else if (frame.type === "problem" && PASSING.includes(frame.code)) this.#after("again", 1000, () => this.#subscribe());
    else this.#emit("frame", frame);
  }

  #ready(socket, frame) {
    this.#lasts(frame.expires_in);
    if (socket === this.#socket) return; // authenticated anew: nothing was missed
    this.#stop("answer");
    this.#stop("poll");
    const before = this.#socket;
    this.#socket = socket;
    this.#next = null;
    if (before && before !== socket) this.#drop(before);
    this.#tries = 0;
    this.#become("open");
    this.#subscribe();
    this.#beat();
    this.#after("planned", PLANNED * (0.9 + Math.random() / 10), () => this.#connect());
  }

  /** A credential holds for so many seconds from now. The next is asked for at half of that; without one the line ends. */
  #lasts(seconds) {
    if (!seconds) return;
    this.#renewIn(seconds / 2);
    this.#after("ended", seconds * 1e3, () => {
      this.#renew = true;
      this.#lost(this.#socket);
    });
  }

  /** All topics anew: what was missed meanwhile is read by whoever hears `caught-up`. */
  #subscribe() {
    for (const topic of this.#topics.values()) this.send({ type: "subscribe", ...topic });
    this.#emit("caught-up");
  }

  #renewIn(seconds) {
    this.#after("renew", Math.max(REST, seconds * 1e3) * (0.8 + Math.random() / 5), async () => {
      const token = await this.credential(true).catch(() => null);
      if (!token || !this.send({ type: "authenticate", token })) this.#renewIn(0);
    });
  }

  #beat() {
    this.#after("beat", IDLE * (0.5 + Math.random() / 2), () => {
      this.#ping();
      this.#beat();
    });
  }

  #ping() {
    const socket = this.#socket;
    if (this.send({ type: "ping" })) this.#after("pong", ANSWER, () => this.#lost(socket));
  }

  #drop(socket) {
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    try {
      socket.close();
    } catch {
      // It never was open.
    }
  }

  #lost(socket) {
    if (socket && socket !== this.#socket && socket !== this.#next) return;
    this.#drop(socket);
    for (const name of ["answer", "pong"]) this.#stop(name);
    if (this.state === "closed") return;
    const planned = socket && socket === this.#next && this.#socket;
    if (socket === this.#socket) this.#socket = null;
    this.#next = null;
    this.#tries += 1;
    if (!planned) {
      for (const name of ["beat", "planned", "renew", "ended"]) this.#stop(name);
      const polls = this.#tries > 2 || !this.Socket;
      this.#become(polls ? "polling" : "connecting");
      if (polls && !this.#timers.has("poll")) this.#poll(0);
    }
    const pause = backoff(Math.min(this.#tries, 8));
    this.#after("retry", this.state === "polling" && navigator.onLine ? Math.min(RETRY_WHILE_POLLING, pause * 2) : pause, () => this.#connect());
  }

  #poll(pause) {
    this.#after("poll", pause, () => {
      this.#emit("caught-up");
      this.#poll(document.visibilityState === "hidden" ? POLL_HIDDEN : POLL);
    });
  }

  /** The network is back, or somebody looks at the page: find out at once whether the line still is one. */
  #woken() {
    if (this.state === "closed") return;
    if (!navigator.onLine) {
      if (this.#socket) this.#lost(this.#socket);
    } else if (this.state === "open") this.#ping();
    else if (!this.#next) {
      this.#tries = 0;
      this.#connect();
    }
  }
}
