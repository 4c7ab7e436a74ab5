// The HTTP API from a page: problems as errors, a credential that is renewed once when it is refused.

const LASTING = 60_000; // bytes that a browser sends for a page that has gone (64 KiB of all its requests)

/** What the API refused: `status`, `code`, `field`, and the detail as the message. Status 0: nobody answered. */
export class Problem extends Error {
  constructor(status, told = {}) {
    super(told.detail || told.title || (status ? `HTTP ${status}` : "offline"));
    Object.assign(this, { status, code: told.code ?? "", field: told.field ?? "", retryAfter: 0 });
  }
}

/** An Idempotency-Key that nobody else has. (randomUUID is not there on pages without TLS.) */
export function freshKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Api {
  /** `authorize(again)` gives the headers of a request; `again` says that the last ones were refused. */
  constructor({ base, authorize, credentials = "omit" }) {
    Object.assign(this, { base: base.replace(/\/$/, ""), authorize, credentials });
  }

  get(path) {
    return this.call("GET", path);
  }

  /** JSON in, JSON out. `key` is the Idempotency-Key of a POST, which makes it safe to send again; `lasting`: it outlives the page. */
  async call(method, path, body, { key, again = false, lasting = false } = {}) {
    const headers = { ...(await this.authorize(again)) };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (key) headers["Idempotency-Key"] = key;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await this.#sent(path, { method, headers, body: text, keepalive: lasting && new Blob([text]).size < LASTING });
    if (answer.status === 401 && !again) return this.call(method, path, body, { key, again: true });
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return told;
    throw Object.assign(new Problem(answer.status, told), { retryAfter: Number(answer.headers.get("Retry-After")) || 0 });
  }

  async #sent(path, options) {
    try {
      return await fetch(this.base + path, { ...options, credentials: this.credentials, cache: "no-store" });
    } catch {
      throw new Problem(0);
    }
  }

  /** Every item of a list, page by page, `most` at most. */
  async all(path, most = 500) {
    const items = [];
    for (let cursor = ""; items.length < most; ) {
      const page = await this.get(`${path}${path.includes("?") ? "&" : "?"}limit=100${cursor}`);
      items.push(...page.items);
      if (!page.next) break;
      cursor = `&cursor=${encodeURIComponent(page.next)}`;
    }
    return items;
  }

  /** Put a file up; its attachment, to be named in a message. `told(part)` hears how far it is, of 1; `signal` stops it. */
  async upload(file, told = null, signal = null) {
    const type = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(file.type) ? file.type : "application/octet-stream";
    const made = await this.call("POST", "/v1/attachments", { name: file.name || "file", size: file.size, type });
    const form = new FormData();
    for (const [name, value] of Object.entries(made.upload.fields)) form.append(name, value);
    form.append("file", file);
    const status = await posted(made.upload.url, form, told, signal);
    if (status < 200 || status > 299) throw new Problem(status, { detail: "the upload was not taken" });
    return made;
  }
}

/** Post a form elsewhere; the status, 0 for none. (By what tells how far it is: `fetch` does not.) */
function posted(url, form, told, signal) {
  return new Promise((done) => {
    const asked = new XMLHttpRequest();
    asked.open("POST", url);
    if (told) asked.upload.onprogress = ({ loaded, total }) => told(total ? loaded / total : 0);
    asked.onloadend = () => done(asked.status);
    signal?.addEventListener("abort", () => asked.abort());
    if (signal?.aborted) done(0);
    else asked.send(form);
  });
}
