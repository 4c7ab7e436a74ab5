// What a room has led to: the issues that it is behind, raising one out of what was said, tying it to one that is there.

import { h } from "../shared/dom.js";
import { isTracker } from "./kinds.js";
import { ask, attempt, busy, choice, doing, field, input, say } from "./parts.js";
import { api, may } from "./session.js";
import { t } from "./translate.js";

export const ISSUE_STATES = { open: t("open"), in_progress: t("in progress"), done: t("done"), declined: t("declined") };
export const ISSUE_KINDS = [["bug", t("bug")], ["feature", t("feature")], ["question", t("question")]];

/** How an issue stands, as a mark. */
export const stateTag = (issue) => h(`span.tag.${issue.state}`, null, ISSUE_STATES[issue.state]);

/** The issues of a room, for the side of it; null where there is nothing to show or do. */
export async function roomIssues(room, again) {
  if (!room.customer) return null;
  const page = await api.get(`/v1/rooms/${room.id}/issues?limit=20`);
  const rows = page.items.map(({ issue }) => {
    const tickets = issue.tickets.filter((ticket) => ticket.url);
    return h("li", null, h("span", null, h("button.link", { type: "button", onclick: () => { location.hash = `#/issues/${issue.id}`; } }, issue.title), tickets.map((ticket) => h("small", null, h("a", { href: ticket.url, target: "_blank", rel: "noopener noreferrer" }, ticket.key ?? t("ticket"))))),
      stateTag(issue),
      may("write") ? doing("quiet", { "aria-label": t("Take the room off “{title}”", { title: issue.title }), title: t("Take the room off it") }, async () => {
        await api.call("DELETE", `/v1/issues/${issue.id}/rooms/${room.id}`);
        await again();
      }, "×") : null);
  });
  const raise = may("write") ? h("button.plain.wide", { type: "button", onclick: () => raiseIssue(room, again) }, t("Raise or tie an issue")) : null;
  return h("section", null, h("h3", null, t("Issues")), rows.length ? h("ul.plainly", null, rows) : h("p.dim", null, t("None.")), raise);
}

/** Raise an issue out of a room, or tie the room to an open one, or to a ticket that is there. */
export async function raiseIssue(room, again, range = {}) {
  const place = location.hash;
  const found = await attempt(() => Promise.all([api.get("/v1/issues?state=open&limit=100"), api.all("/v1/installs")]));
  if (!found || busy(place)) return;
  const [issues, installs] = found;
  const trackers = installs.filter((install) => isTracker(install.kind) && install.state === "active");
  const how = choice("how", [["new", t("A new issue")], ...(issues.items.length ? [["tie", t("One that is open")]] : []), ...(trackers.length ? [["ticket", t("A ticket that is there")]] : [])], "new");
  const body = h("div.fields");
  const forms = {
    new: () => [
      field(t("Title"), input("title", { required: true, maxlength: "200", value: room.kind === "triage" ? "" : room.name }), t("For us.")),
      field(t("Kind"), choice("kind", ISSUE_KINDS, "bug")),
      field(t("Public title"), input("public_title", { maxlength: "200" }), t("What customers see of it. Nothing crosses that is not told here.")),
      trackers.length ? h("fieldset", null, h("legend", null, t("Make a ticket in")), trackers.map((each) => h("label.tick", null, h("input", { type: "checkbox", name: "tickets", value: each.id }), each.name))) : null,
    ],
    tie: () => [field(t("Issue"), choice("issue", issues.items.map((each) => [each.id, each.title])))],
    ticket: () => [field(t("Tracker"), choice("install", trackers.map((each) => [each.id, each.name]))), field(t("Its address or key"), input("reference", { required: true, maxlength: "500" }))],
  };
  const draw = () => body.replaceChildren(...forms[how.value]().filter(Boolean));
  how.addEventListener("change", draw);
  draw();
  ask(t("Raise or tie an issue"), [field(t("What"), how), body], t("Do it"), async (form) => {
    const told = { ...range };
    if (how.value === "new") Object.assign(told, { title: form.get("title").trim(), kind: form.get("kind"), public_title: form.get("public_title").trim(), tickets: form.getAll("tickets") });
    else if (how.value === "tie") told.issue = form.get("issue");
    else Object.assign(told, { install: form.get("install"), reference: form.get("reference").trim() });
    const made = await api.call("POST", `/v1/rooms/${room.id}/issues`, told);
    say(t("The room is behind “{title}”.", { title: made.title }));
    attempt(again); // the dialog need not wait for what is drawn behind it
  });
}
