// How rooms end (outcome): asked of one or of many at once. How many people would hear of it is shown before.

import { h } from "../shared/dom.js";
import { ask, choice, drafted, field } from "./parts.js";
import { api, here } from "./session.js";
import { plural, t } from "./translate.js";

export const OUTCOMES = { solved: t("solved"), workaround: t("a way around it"), declined: t("declined"), duplicate: t("a duplicate"), no_answer: t("no answer from them") };

/** What a resolved room's mark says. */
export const ended = (room) => [t("Resolved"), [OUTCOMES[room.outcome], room.reason].filter(Boolean).join(", ")].filter(Boolean).join(": ");

/** Ask how rooms ended, and resolve them, which can be undone for a while; `tell`, whether their customers hear of it unless
 * one says otherwise. `done()` is called before they leave the list. */
export function askEnd(rooms, tell, done) {
  const draft = `end:${rooms.join()}`; // what was written of an end that was undone, or refused

  const one = rooms.length === 1;
  const outcome = choice("outcome", Object.entries(OUTCOMES), "solved");
  const reason = h("textarea", { name: "reason", rows: "3", maxlength: "500" });
  const heard = h("small", { role: "status" });
  const tick = h("input", { type: "checkbox", name: "tell", checked: tell });
  let asked = 0;
  const count = async () => {
    const mine = ++asked;
    const found = await api.call("POST", "/v1/rooms/resolve/preview", { rooms, outcome: outcome.value, reason: reason.value.trim() || "…" }).catch(() => null);
    if (mine !== asked) return;
    heard.textContent = found ? (found.people ? t("{people} in {rooms} would hear of it.", { people: plural(found.people, "{n} person", "{n} people"), rooms: plural(found.rooms, "{n} room", "{n} rooms") }) : t("Nobody would hear of it.")) : "";
  };
  const box = ask(plural(rooms.length, "Resolve this room", "Resolve {n} rooms"), [
    field(one ? t("How did it end?") : t("How did they end?"), outcome),
    field(t("What else is there to say?"), reason, t("The customer reads it. Of what is declined, the reason.")),
    h("label.tick", null, tick, one ? t("Tell the customer how it ended") : t("Tell each customer how it ended")), heard,
  ], t("Resolve"), (form) => {
    here.drafts.on(draft, null);
    done?.();
    here.outbox.act(rooms, "/v1/rooms/resolve", { outcome: form.get("outcome"), reason: form.get("reason").trim(), tell: form.has("tell") }, { draft });
  });
  const form = box.querySelector("form");
  form.addEventListener("change", () => {
    reason.required = outcome.value === "declined";
    count();
  });
  const forget = drafted(draft, form);
  box.querySelector("menu .plain").addEventListener("click", forget);
}
