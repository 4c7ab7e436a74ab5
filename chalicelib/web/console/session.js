// Who is signed in, and the way to the API: the session is in a cookie that no script can read.

import { Api, Problem, freshKey } from "../shared/api.js";
import { passing } from "../shared/outbox.js";
import { served, t } from "./translate.js";

const CHECK = { "X-Parley-Console": "1" }; // what no other site can make a browser send
export const BASE = new URL(".", location.href).href.replace(/\/$/, "");
const PASSING = new Set([0, 429, 502, 503, 504]);

const unanswered = new Map(); // what was asked for and may have been done → its Idempotency-Key

/** Reads that failed for a moment are tried again: whoever looks at a page need not hear of it. What is made is made once:
 * who asks for the same again, as no answer came, has what was made then. */
class PatientApi extends Api {
  async call(method, path, body, options = {}) {
    if (method !== "POST" || options.key || !here.me) return super.call(method, path, body, options);
    const asked = JSON.stringify([path, body]);
    const key = unanswered.get(asked) ?? freshKey();
    unanswered.delete(asked);
    try {
      return await super.call(method, path, body, { ...options, key });
    } catch (problem) {
      if (passing(problem)) unanswered.set(asked, key);
      throw problem;
    }
  }

  async get(path, tries = 4) {
    try {
      return await super.get(path);
    } catch (problem) {
      if (tries <= 1 || !PASSING.has(problem.status)) throw problem;
      await new Promise((done) => setTimeout(done, Math.min(5, problem.retryAfter || 1) * 1000));
      return this.get(path, tries - 1);
    }
  }
}

export const api = new PatientApi({ base: BASE, authorize, credentials: "same-origin" });

/** Asking again would not help: a session that is over is over, and whoever comes in again is at the same place. */
async function authorize(again) {
  if (!again) return CHECK;
  here.leave(location.hash);
  throw new Problem(401, { detail: t("You are signed out.") });
}

/** What every page of the console knows: me, the agents by id, what can be connected, the live line, what is being
 * written and what waits to be sent. */
export const here = { me: null, agents: new Map(), kinds: new Map(), live: null, drafts: null, outbox: null, leave: () => {} };

/** Whether somebody is signed in; then `here` knows who. */
export async function recognise() {
  try {
    here.me = await api.get("/v1/session");
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 401) return false;
    throw problem;
  }
  tabs.postMessage(here.me.agent.id);
  return true;
}

/** A kind, its words as we speak here. */
const inLanguage = (kind) => ({
  ...kind,
  label: served(kind.label),
  short: served(kind.short),
  steps: kind.steps.map(served),
  whereabouts: served(kind.whereabouts ?? ""),
  by_hand: served(kind.by_hand ?? ""),
  settings: kind.settings.map((each) => ({ ...each, label: served(each.label), choices: Object.fromEntries(Object.entries(each.choices).map(([value, words]) => [value, served(words)])) })),
  credentials: Object.fromEntries(Object.entries(kind.credentials).map(([name, where]) => [name, served(where)])),
});

let naming = null;

/** Once `here` knows the agents by their ids, and the kinds of installs. The rooms are listed before. */
export function colleagues() {
  naming ??= Promise.all([api.all("/v1/agents"), api.get("/v1/install-kinds")]).then(([agents, kinds]) => {
    for (const agent of agents) here.agents.set(agent.id, agent);
    for (const kind of kinds.items) here.kinds.set(kind.kind, inLanguage(kind));
  });
  naming.catch(() => (naming = null));
  return naming;
}

export const may = (need) => here.me.may.includes(need);

const tabs = new BroadcastChannel("parley:signed-in"); // who is: one session, in however many tabs

tabs.onmessage = ({ data }) => here.me && here.me.agent.id !== data && here.leave("");

const PATIENCE = 3000; // ms that signing out waits for what was just sent

export async function signOut() {
  await Promise.race([here.outbox.release(), new Promise((done) => setTimeout(done, PATIENCE))]);
  await api.call("DELETE", "/v1/session").catch(() => {});
  tabs.postMessage("");
  here.leave("");
}

const kept = (name) => `parley:${here.me?.workspace.id ?? ""}:${here.me?.agent.id ?? ""}:${name}`;

const LAST = "parley:workspace";

/** The workspace that this browser was in last, for who is not signed in; "" where it remembers nothing. */
export function lastWorkspace() {
  try {
    return localStorage.getItem(LAST) ?? "";
  } catch {
    return "";
  }
}

export function keepWorkspace() {
  try {
    localStorage.setItem(LAST, here.me.workspace.id);
  } catch {
    // As below.
  }
}

/** A small thing that this browser remembers for this agent. */
export function remember(name, value) {
  try {
    if (value === null || value === "") localStorage.removeItem(kept(name));
    else localStorage.setItem(kept(name), JSON.stringify(value));
  } catch {
    // A full or forbidden storage forgets.
  }
}

export function recall(name, otherwise = null) {
  try {
    return JSON.parse(localStorage.getItem(kept(name))) ?? otherwise;
  } catch {
    return otherwise;
  }
}
