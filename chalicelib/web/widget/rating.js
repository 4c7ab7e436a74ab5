// How it was (rating): one question below the words of an end, to whoever was asked; silence is silence.

import { h } from "../shared/dom.js";

/** An element that stays empty for whoever was not asked. `change(promise)` says what was refused. */
export function rating({ api }, room, say, change) {
  const place = h("div.rating", { hidden: true });
  const path = `/v1/rooms/${room}/rating`;
  const rate = (happy, why) => change(api.call("PUT", path, { happy, why }).then(show));
  const show = (found) => {
    const choice = (happy, words) => h("button.plain", { "aria-pressed": String(found.happy === happy), onclick: () => rate(happy, found.why) }, words);
    const why = h("textarea", { rows: "2", maxlength: "2000", "aria-label": say("why"), placeholder: say("why") }, found.why);
    place.hidden = false;
    place.replaceChildren(
      h("p", null, say(found.happy === null ? "happy" : "rated")), choice(true, say("yes")), choice(false, say("no")),
      ...(found.happy === null ? [] : [h("form", { onsubmit: (event) => { event.preventDefault(); rate(found.happy, why.value.trim()); } }, why, h("button.plain", { type: "submit" }, say("send")))]));
  };
  api.get(path).then(show, () => {}); // nobody was asked
  return place;
}
