// How rooms end (outcome): asked of one or of many at once. How many people would hear of it is shown before.

import { h } from "../shared/dom.js";
import { ask, choice, field } from "./parts.js";
import { api } from "./session.js";
import { plural, t } from "./translate.js";

export const OUTCOMES = { solved: t("solved"), workaround: t("a way around it"), declined: t("declined"), duplicate: t("a duplicate"), no_answer: t("no answer from them") };

/** What a resolved room's mark says. */
export const ended = (room) => [t("Resolved"), [OUTCOMES[room.outcome], room.reason].filter(Boolean).join(", ")].filter(Boolean).join(": ");

/** Ask how rooms ended; `tell`, whether their customers hear of it unless one says otherwise. `accept({outcome, reason, tell})`. */
export function askEnd(rooms, tell, accept) {
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
  outcome.addEventListener("change", () => {
    reason.required = outcome.value === "declined";
    count();
  });
  count();
  ask(plural(rooms.length, "Resolve this room", "Resolve {n} rooms"), [
    field(one ? t("How did it end?") : t("How did they end?"), outcome),
    field(t("What else is there to say?"), reason, t("The customer reads it. Of what is declined, the reason.")),
    h("label.tick", null, tick, one ? t("Tell the customer how it ended") : t("Tell each customer how it ended")), heard,
  ], t("Resolve"), (form) => accept({ outcome: form.get("outcome"), reason: form.get("reason").trim(), tell: form.has("tell") }));
}
