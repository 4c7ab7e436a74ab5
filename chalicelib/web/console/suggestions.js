// What a field suggests while somebody types (autocomplete): a list under the keyboard and the pointer, while the field keeps
// the focus. A field of several lines is no combobox to ARIA: it owns a listbox, whose active option is told, and their number.

import { h } from "../shared/dom.js";
import { insert } from "../shared/paste.js";
import { plural, t } from "./translate.js";

const ID = "suggestions";

/** `kinds` are {typed: what is looked for before the cursor, whose first group are the letters; `find(letters)` gives options
 * (`words`, `hint`, `sign`, and the `text` that takes the place of what was typed, or a `step()`)}. */
export class Suggestions {
  #options = [];
  #at = 0;
  #from = 0;
  #asked = 0;

  constructor(field, kinds) {
    Object.assign(this, { field, kinds });
    this.list = h("ul", { role: "listbox", id: ID, "aria-label": t("Suggestions") });
    this.count = h("p.unseen", { role: "status" });
    this.element = h("div.suggestions", { hidden: true }, this.list);
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", ID);
    field.addEventListener("input", () => void this.look());
    field.addEventListener("click", () => void this.look());
    field.addEventListener("blur", () => this.close());
  }

  get open() {
    return this.#options.length > 0;
  }

  /** What fits what stands before the cursor. */
  async look() {
    const asked = ++this.#asked;
    const { field } = this;
    const before = field.value.slice(0, field.selectionStart);
    for (const { typed, find } of field.selectionStart === field.selectionEnd ? this.kinds : []) {
      const [whole, letters] = typed(before) ?? [];
      if (whole === undefined) continue;
      const options = await find(letters);
      if (asked === this.#asked) this.#show(options, before.length - whole.length);
      return;
    }
    this.close();
  }

  #show(options, from) {
    this.#options = options;
    this.#from = from;
    this.#at = 0;
    this.#draw();
    this.count.textContent = options.length ? plural(options.length, "{n} suggestion", "{n} suggestions") : "";
  }

  close() {
    this.#asked += 1;
    if (this.open) this.#show([], 0);
  }

  #draw() {
    this.element.hidden = !this.open;
    this.list.replaceChildren(...this.#options.map((each, i) =>
      h("li", { role: "option", id: `${ID}-${i}`, "aria-selected": String(i === this.#at), onpointerdown: (event) => event.preventDefault(), onclick: () => this.#take(each) },
        each.sign, h("span", { dir: "auto" }, each.words), each.hint ? h("small", { dir: "auto" }, each.hint) : null)));
    if (this.open) this.field.setAttribute("aria-activedescendant", `${ID}-${this.#at}`);
    else this.field.removeAttribute("aria-activedescendant");
    this.list.children[this.#at]?.scrollIntoView({ block: "nearest" });
  }

  #take(option) {
    const { field } = this;
    const from = this.#from;
    this.close();
    field.focus();
    field.setSelectionRange(from, field.selectionStart);
    insert(field, option.text ?? "");
    option.step?.();
  }

  /** A key that is the list's, while it is open; whether it was. */
  pressed(event) {
    if (!this.open) return false;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) this.#at = (this.#at + by + this.#options.length) % this.#options.length;
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") this.#take(this.#options[this.#at]);
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    if (this.open) this.#draw();
    return true;
  }
}
