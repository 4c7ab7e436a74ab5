// Whose the page is: of one person at a time, and with one session for all that it shows of theirs (identity, ADR 133).

import { backoff } from "../shared/live.js";
import { personOf, Session } from "./session.js";

export class Account {
  #heard = new Set();
  #starting = null;
  #again = 0;
  #tries = 0;
  source = null;
  session = null;
  problem = null;

  /** `listener(what)`: "began"; "ended": nothing that was shown is theirs who come; "doubt" and "sure": whether it still is
   * them is being asked; "problem"; and whatever the session tells of. */
  on(listener) {
    this.#heard.add(listener);
    return () => {
      this.#heard.delete(listener);
      queueMicrotask(() => {
        if (this.#heard.size) return;
        this.end();
        this.source = null;
      });
    };
  }

  #tell(what) {
    for (const listener of [...this.#heard]) listener(what);
  }

  /** Where tokens come from now: {base, token?, renew?}; null: from nowhere. Who is somebody else ends the session. */
  use(source) {
    const { session } = this;
    const before = this.source;
    this.source = source;
    if (!session || ["base", "token", "renew"].every((name) => source?.[name] === before?.[name])) return;
    const same = source && source.base === before.base;
    if (same && source.token && personOf(source.token) === session.person) Object.assign(session, { token: source.token, renew: source.renew });
    else if (same && !source.token && source.renew && session.person) this.#doubt(session, source.renew);
    else this.#anew();
  }

  /** The next token tells whether it is them. Until then nothing is shown. */
  async #doubt(session, renew) {
    session.renew = renew;
    this.#tell("doubt");
    await session.credential(true).catch(() => session === this.session && this.#anew());
    if (session === this.session) this.#tell("sure");
  }

  #anew() {
    this.end();
    if (this.source && this.#heard.size) this.start().catch(() => null);
  }

  /** The session, begun by whoever asks first; where nobody answers it is tried again. */
  start() {
    clearTimeout(this.#again);
    this.#starting ??= this.#begin();
    return this.#starting;
  }

  async #begin() {
    const session = new Session(this.source);
    this.session = session;
    this.problem = null;
    session.on((what) => this.#tell(what));
    session.onother = (token) => {
      this.end();
      this.source = { ...this.source, token };
      if (this.#heard.size) this.start().catch(() => null);
    };
    try {
      await session.start();
      this.#tries = 0;
      this.#tell("began");
      return session;
    } catch (problem) {
      if (session === this.session) this.#failed(problem);
      throw problem;
    }
  }

  #failed(problem) {
    this.end();
    this.problem = problem;
    if (!(problem.status >= 400 && problem.status < 500)) this.#again = setTimeout(() => this.start().catch(() => null), backoff(Math.min(this.#tries++, 6)));
    this.#tell("problem");
  }

  /** Nothing of theirs is left: no line, no timer, nothing that is shown. */
  end() {
    clearTimeout(this.#again);
    const { session } = this;
    this.session = this.#starting = this.problem = null;
    session?.stop();
    if (session) this.#tell("ended");
  }
}
