// Who is signed in, and the way to the API: the session is in a cookie that no script can read.

import { Api, Problem } from "../shared/api.js";

const CHECK = { "X-Parley-Console": "1" }; // what no other site can make a browser send
export const BASE = new URL(".", location.href).href.replace(/\/$/, "");
const PASSING = new Set([0, 429, 502, 503, 504]);

/** Reads that failed for a moment are tried again: whoever looks at a page need not hear of it. */
class PatientApi extends Api {
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

/** Asking again would not help: a session that is over is over. */
async function authorize(again) {
  if (again) throw new Problem(401, { detail: "You are signed out." });
  return CHECK;
}

/** What every page of the console knows: me, the agents by id, the live line. */
export const here = { me: null, agents: new Map(), live: null, leave: () => {} };

/** Whether somebody is signed in; then `here` knows who. */
export async function recognise() {
  try {
    here.me = await api.get("/v1/session");
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 401) return false;
    throw problem;
  }
  for (const agent of await api.all("/v1/agents")) here.agents.set(agent.id, agent);
  return true;
}

export const may = (need) => here.me.may.includes(need);

export async function signOut() {
  await api.call("DELETE", "/v1/session").catch(() => {});
  here.leave();
}

const kept = (name) => `parley:${here.me?.workspace.id ?? ""}:${here.me?.agent.id ?? ""}:${name}`;

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
