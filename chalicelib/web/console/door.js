// Signing in: by a mailed link, by the workspace's identity provider, or, on a laptop, as the demo's people.

import { h } from "../shared/dom.js";
import { attempt, doing, field, input } from "./parts.js";
import { BASE, api, lastWorkspace } from "./session.js";
import { t } from "./translate.js";

const WORKSPACE = /^wsp_[0-9a-z]{1,40}$/;

/** The page of who is not signed in; `enter` is called once somebody is. */
export async function door(app, enter) {
  const asked = new URLSearchParams(location.search).get("workspace") ?? lastWorkspace();
  const workspace = WORKSPACE.test(asked) ? asked : "";
  const link = new URLSearchParams(location.hash.slice(1)).get("sign-in");
  if (link) return followed(app, link, enter);
  const ways = await api.get(workspace ? `/v1/sign-in?workspace=${workspace}` : "/v1/sign-in");
  const told = new URLSearchParams(location.hash.slice(1));
  const error = told.get("refused");
  const then = told.get("then") ?? (error ? "" : location.hash);
  return shown(app, [
    error ? h("p.bad", { role: "alert" }, t("Not signed in: {reason}", { reason: error.slice(0, 200) })) : null,
    ways.provider ? provider(ways.provider, workspace, then) : null,
    ways.provider && ways.mail ? h("p.or", null, t("or")) : null,
    ways.mail ? byMail() : null,
    ways.demo.length ? demo(ways.demo, workspace, enter) : null,
  ]);
}

function shown(app, inside) {
  app.className = "door";
  app.replaceChildren(h("main", null, h("h1", null, h("span.mark", { "aria-hidden": "true" }, "P"), "Parley"), ...inside.filter(Boolean)));
  app.querySelector("input, button, a")?.focus();
}

/** Who goes through the provider comes back to the place `then` (`#…`) that they wanted. */
function provider(name, workspace, then) {
  const go = () => location.assign(`${BASE}/v1/sign-in/to/${workspace}?then=${encodeURIComponent(then)}`);
  return h("button.primary.wide", { type: "button", onclick: go }, t("Sign in with {name}", { name }));
}

function byMail() {
  const send = h("button.primary.wide", { type: "submit" }, t("Mail me a link"));
  const form = h("form", { "aria-label": t("Sign in by mail") }, field(t("Your e-mail address"), input("email", { type: "email", required: true, autocomplete: "email" })), send);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    const email = new FormData(form).get("email");
    const taken = await attempt(() => api.call("POST", "/v1/sign-in/links", { email }));
    send.disabled = false;
    if (taken) form.replaceChildren(h("p", { role: "status" }, t("If an agent has this address, a link is on its way. It works once, for 15 minutes.")));
  });
  return form;
}

function demo(emails, workspace, enter) {
  const buttons = emails.map((email) =>
    doing("plain.wide", {}, async () => {
      await api.call("POST", "/v1/sign-in/demo", { email, ...(workspace && { workspace }) });
      await enter();
    }, t("Continue as {email}", { email })));
  return h("section.demo", { "aria-label": t("Demo") }, h("p", null, t("This is a laptop's stack: no proof is needed.")), ...buttons);
}

/** A mailed link is used by a person's click alone: what looks into mails for them does not click. */
function followed(app, token, enter) {
  const open = doing("primary.wide", {}, async () => {
    try {
      await api.call("POST", "/v1/sign-in/links/use", { token });
    } finally {
      history.replaceState(null, "", location.pathname);
    }
    await enter();
  }, t("Sign in"));
  shown(app, [h("p", null, t("You have opened a link that signs you in.")), open, h("p.dim", null, h("a", { href: `${location.pathname}` }, t("Another way")))]);
}
