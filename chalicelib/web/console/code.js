// Code within a message: a button that copies it, and its colours, which are loaded when a language is seen.

import { h } from "../shared/dom.js";
import { say, sign } from "./parts.js";
import { t } from "./translate.js";

let colours = null;

/** The nodes of a text, with what belongs to code. */
export function dressed(nodes) {
  for (const code of nodes.querySelectorAll("pre")) {
    const box = h("div.code");
    code.replaceWith(box);
    box.append(code, h("button.quiet.copy", { type: "button", title: t("Copy the code"), "aria-label": t("Copy the code"), onclick: () => copied(code.textContent) }, sign("copy")));
    const { language } = code.dataset;
    if (language) coloured(code.querySelector("code"), language);
  }
  return nodes;
}

function coloured(code, language) {
  colours ??= import("../widget/further/colours.js").catch(() => (colours = null)); // of another version by now: it stays as it is
  colours?.then((made) => made?.coloured(code, language));
}

/** Put a text where it can be pasted from. */
export async function copied(text) {
  await navigator.clipboard.writeText(text).then(() => say(t("Copied.")), () => say(t("This browser does not let the page copy."), true));
}
