// Whether what runs here is what is served: a tab may stay open over a deployment.

import { h } from "../shared/dom.js";
import { BASE } from "./session.js";
import { t } from "./translate.js";

const MINE = new URL(import.meta.url).pathname.split("/").at(-1); // its name has a hash of all that it says
const REST = 10 * 60e3; // ms between two lookings
let looked = Date.now();

/** Look, but not more than once in a while; if there is another version, ask for a reload, once. Drafts stay. */
export async function look(now = Date.now()) {
  if (now - looked < REST || document.querySelector(".renewed")) return;
  looked = now;
  const page = await fetch(`${BASE}/console`, { cache: "no-store", credentials: "omit" }).then((answer) => (answer.ok ? answer.text() : ""), () => "");
  if (!page || page.includes(MINE)) return;
  document.getElementById("said").append(h("p.renewed", null, t("There is a new version of this page."), " ", h("button", { type: "button", onclick: () => location.reload() }, t("Reload")), " ", t("What you have written stays.")));
}

addEventListener("focus", () => look());
