// Colours for code, loaded when a language is seen: by the support button's panel, and by the console.

import CSS from "../../shared/colours.css"; // its text: infra/pages.py
import { colour } from "../../shared/colours.js";

const sheet = new CSSStyleSheet();
sheet.replaceSync(`.text pre { color-scheme: dark; }${CSS}`);

/** Give code the colours of its language; within a `root` (a shadow root) with their styles. */
export function coloured(code, language, root = null) {
  if (root && !root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
  colour(code, language);
}
