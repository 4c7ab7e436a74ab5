// Colours for code in the support button's panel, loaded when a language is seen.

import CSS from "../../shared/colours.css"; // its text: infra/pages.py
import { colour } from "../../shared/colours.js";

const sheet = new CSSStyleSheet();
sheet.replaceSync(`.text pre { color-scheme: dark; }${CSS}`);

/** Give code within `root` (a shadow root) the colours of its language. */
export function coloured(code, language, root) {
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
  colour(code, language);
}
