// The team's own figures, loaded when they are opened, where the vendor shares them; and the page of them, for the console.

import PLOT from "uplot/dist/uPlot.min.css"; // its text: infra/pages.py
import { h, icon } from "../../shared/dom.js";
import { FiguresPage } from "../../shared/figures.js";
import { usageCurve } from "../../shared/usage_curve.js";
import { ICONS } from "../icons.js";
import CSS from "./figures.css";

export { FiguresPage, usageCurve };

/** How a channel or a priority is called: as the API does. */
const named = (by, value) => value;

export class FiguresPane {
  constructor(panes) {
    const { say, session, language } = panes;
    this.page = new FiguresPage({ api: session.api, by: ["channel", "priority"], named, language });
    this.back = h("button.round.back", { "aria-label": say("back"), onclick: () => panes.show("list") }, icon(ICONS.back));
    this.problem = h("p.problem", { role: "alert", hidden: true });
    this.element = h("section.pane.main", null,
      h("header.top", null, this.back, h("div.grow", null, h("h2", null, say("figures"))), panes.closer()),
      h("div.of-figures", null, this.problem, this.page.element));
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(PLOT + CSS);
    panes.body.getRootNode().adoptedStyleSheets.push(sheet);
  }

  focus() {
    this.back.focus();
    this.page.load().then(() => (this.problem.hidden = true), (problem) => {
      this.problem.textContent = problem.message;
      this.problem.hidden = false;
    });
  }
}
