// The widget's looks, as a constructable stylesheet: no inline style, so a strict Content-Security-Policy is fine.

import CSS from "./widget.css"; // its text: infra/pages.py

let sheet = null;

/** The stylesheet, made once a page. */
export function styles() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
