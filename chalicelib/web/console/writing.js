// What helps whoever writes: the marks of Markdown, a preview, and what is suggested for `@`, `:`, `/` and code. It is loaded
// with the first room; without it a text is written and sent all the same.

import "./main.js"; // what they share is in its file: infra/pages.py
import { h, icon } from "../shared/dom.js";
import { mentioned, render } from "../shared/markdown.js";
import { insert } from "../shared/paste.js";
import { commands } from "./keys.js";
import { ask, attempt, busy, empty, face, input, say, sign } from "./parts.js";
import { api, here } from "./session.js";
import { filled, known } from "./snippets.js";
import { Suggestions } from "./suggestions.js";
import { t } from "./translate.js";

const MOST = 8; // suggestions at a time
// A mark's name, its sign, what comes before and behind (null: before each line), its key.
const MARKS = [
  [t("Bold"), "M7 5h6a3.5 3.5 0 0 1 0 7H7zM7 12h7a3.500 3.500 0 0 1 0 7H7z", ["**", "**"], "b"],
  [t("Italic"), "M10 5h8M6 19h8M14 5l-4 14", ["*", "*"], "i"],
  [t("Code"), "M8 7l-5 5 5 5M16 7l5 5-5 5", ["`", "`"], "e"],
  [t("Link"), "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1", ["[", "](https://)"], null],
  [t("Code block"), "M4 5h16v14H4zM9 10l-2 2 2 2M15 10l2 2-2 2", ["```\n", "\n```"], null],
  [t("List"), "M9 6h11M9 12h11M9 18h11M4 6h.01M4 12h.01M4 18h.01", ["- ", null], null],
  [t("Quote"), "M5 6v12M9 8h10M9 12h10M9 16h6", ["> ", null], null],
];
const EMOJI = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.500 14a4.200 4.200 0 0 0 7 0M9 9.500h.01M15 9.500h.01";
const LOOK = "M2.500 12C5 7.500 8.300 5.500 12 5.500s7 2 9.500 6.500c-2.500 4.500-5.800 6.500-9.500 6.500S5 16.500 2.500 12zM12 14.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z";
const LANGUAGES = ["bash", "c", "cpp", "csharp", "css", "diff", "go", "graphql", "html", "http", "java", "javascript", "json", "kotlin", "php", "python", "ruby", "rust", "sql", "swift", "typescript", "xml", "yaml"];

const inCode = (before) => (before.match(/```/g)?.length ?? 0) % 2 === 1 || (before.slice(before.lastIndexOf("\n") + 1).match(/`/g)?.length ?? 0) % 2 === 1;
/** What a pattern takes before the cursor, but in code: [what is replaced, the letters]. */
const outside = (pattern) => (before) => {
  const [, whole, letters] = (!inCode(before) && pattern.exec(before)) || [];
  return whole === undefined ? null : [whole, letters];
};
const begins = (words, letters) => words.toLowerCase().split(/[\s:]+/).some((word, i, all) => all.slice(i).join(" ").startsWith(letters.toLowerCase()));

export class Writing {
  #facts = null;
  #any = false; // whether what a button has asked for is listed before a letter is typed

  constructor(composer) {
    Object.assign(this, { composer, text: composer.text, talk: composer.talk });
    this.suggestions = new Suggestions(this.text, [
      { typed: outside(/(?:^|[\s(])(@([^\s@]{0,40}(?: [^\s@]{1,40})?))$/u), find: (letters) => this.#people(letters) },
      { typed: (before) => this.#emojiAt(before), find: (letters) => this.#emoji(letters) },
      { typed: outside(/^(\/([^\n]{0,40}))$/), find: (letters) => this.#commands(letters) },
      { typed: (before) => this.#languageAt(before), find: (letters) => this.#languages(letters) },
    ]);
    this.preview = h("div.text.preview", { hidden: true, dir: "auto", tabindex: "0", role: "region", "aria-label": t("Preview") });
    this.text.after(this.preview, this.suggestions.count);
    composer.element.append(this.suggestions.element);
    composer.sized.observe(this.suggestions.element);
    this.seen = h("button.quiet", { type: "button", title: t("Preview"), "aria-label": t("Preview"), "aria-pressed": "false", onclick: () => this.look(this.preview.hidden) }, icon(LOOK));
    composer.tools.replaceChildren(
      ...MARKS.map(([words, drawn, around, key]) => h("button.quiet", { type: "button", title: key ? t("{name} (⌘/Ctrl + {key})", { name: words, key: key.toUpperCase() }) : words, "aria-label": words, onclick: () => this.#marked(around) }, icon(drawn))),
      h("button.quiet", { type: "button", title: t("Emoji"), "aria-label": t("Emoji"), onclick: () => this.#anyOne() }, icon(EMOJI)),
      h("button.quiet", { type: "button", title: t("Snippets (s)"), "aria-label": t("Snippets"), onclick: () => this.snippets() }, sign("snippet")),
      this.seen);
    composer.tools.addEventListener("keydown", (event) => this.#along(event));
    for (const [i, button] of [...composer.tools.children].entries()) button.tabIndex = i ? -1 : 0;
  }

  /** Left and right go along the toolbar, which is one stop of the Tab key. */
  #along(event) {
    const all = [...this.composer.tools.children];
    const at = all.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = all[(to + all.length) % all.length];
    for (const button of all) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  }

  /** A key in the field; whether it is done with. */
  pressed(event) {
    if (this.suggestions.pressed(event)) return true;
    const [, , around] = MARKS.find(([, , , key]) => key && key === event.key && (event.ctrlKey || event.metaKey)) ?? [];
    if (!around) return false;
    event.preventDefault();
    this.#marked(around);
    return true;
  }

  /** What is chosen, with its marks of Markdown: around it, or before each of its lines. It can be undone as what is typed. */
  #marked([before, behind]) {
    this.look(false);
    const { value, selectionStart: from, selectionEnd: to } = this.text;
    const chosen = value.slice(from, to);
    if (behind === null) {
      const begin = value.lastIndexOf("\n", from - 1) + 1;
      this.text.setSelectionRange(begin, to);
      insert(this.text, value.slice(begin, to).split("\n").map((line) => before + line).join("\n"));
      return;
    }
    const opened = before.endsWith("\n") && from && value[from - 1] !== "\n" ? `\n${before}` : before;
    insert(this.text, opened + chosen + behind);
    const fence = before === "```\n";
    if (fence || !chosen) this.text.setSelectionRange(...Array(2).fill(from + opened.length - (fence ? 1 : 0)));
    this.#any = fence; // its language
    void this.suggestions.look();
  }

  /** As it will look, or as it is written. */
  look(seen) {
    if (seen === !this.preview.hidden) return;
    this.preview.hidden = !seen;
    this.text.hidden = seen;
    this.seen.setAttribute("aria-pressed", String(seen));
    if (seen) void this.#rendered();
    (seen ? this.preview : this.text).focus();
  }

  async #rendered() {
    const text = this.text.value;
    const named = mentioned(text, text.includes("@") ? await this.composer.people() : []);
    this.preview.replaceChildren(render(text || "…", named.map((each) => each.name)));
  }

  // --- what is suggested

  async #people(letters) {
    const all = await this.composer.people();
    return all.filter((each) => each.id !== here.me.agent.id && begins(each.name, letters)).slice(0, MOST).map((each) => ({
      words: each.name, sign: face(each.id, each.name), text: `@${each.name} `,
      hint: each.side === "vendor" ? t("Colleague") : this.talk.room?.customer_name ?? "",
    }));
  }

  #emojiAt(before) {
    const found = outside(this.#any ? /(?:^|[^\w:])(:([\w+-]{0,30}))$/ : /(?:^|[^\w:])(:([a-z+][\w+-]{0,30}))$/)(before);
    if (!found && !before.endsWith("```")) this.#any = false;
    return found;
  }

  async #emoji(letters) {
    const made = await import("./emoji.js").catch(() => null);
    return made ? made.found(letters.toLowerCase(), MOST).map(({ emoji, name }) => ({ words: `:${name}:`, sign: h("span.emoji", { "aria-hidden": "true" }, emoji), text: `${emoji} ` })) : [];
  }

  /** Any emoji: a colon, and the list of them. */
  #anyOne() {
    this.look(false);
    this.#any = true;
    const before = this.text.value.slice(0, this.text.selectionStart);
    insert(this.text, /[\w:]$/.test(before) ? " :" : ":");
  }

  #languageAt(before) {
    const [, letters] = /(?:^|\n)```(\w*)$/.exec(before) ?? [];
    return letters || (letters === "" && this.#any) ? (before.match(/```/g).length % 2 ? [letters, letters] : null) : null;
  }

  #languages(letters) {
    const step = () => {
      const at = this.text.selectionStart;
      if (this.text.value[at] === "\n") this.text.setSelectionRange(at + 1, at + 1);
    };
    const plain = letters ? [] : [{ words: t("No language"), text: "", step }];
    return [...plain, ...LANGUAGES.filter((each) => each.startsWith(letters)).map((each) => ({ words: each, text: each, step }))];
  }

  async #commands(letters) {
    const facts = await this.#known();
    const [snippets] = facts ?? [[]];
    const texts = snippets.filter((each) => begins(each.name, letters)).map((each) => ({ words: each.name, hint: each.text.slice(0, 60), sign: sign("snippet"), text: filled(each.text, facts[1]) }));
    const steps = commands().filter((each) => !each.quiet && begins(each.words, letters)).map((each) => ({ words: each.words, hint: each.named ?? each.key ?? "", sign: sign("us"), step: () => each.step(new Event("command")) }));
    return [...texts.slice(0, MOST), ...steps.slice(0, Math.max(MOST - texts.length, letters ? 4 : 3))];
  }

  // --- snippets

  /** The snippets, and what they may name; null where they cannot be read now. */
  async #known() {
    this.#facts ??= Promise.all([api.all("/v1/snippets"), known(this.talk)]);
    return this.#facts.catch(() => (this.#facts = null));
  }

  async snippets() {
    const place = location.hash;
    this.#facts = null; // a colleague may have written another one
    const read = this.talk.room && (await attempt(() => (this.#facts = Promise.all([api.all("/v1/snippets"), known(this.talk)]))));
    if (!read || busy(place)) return;
    const [found, facts] = read;
    if (!found.length) return void say(t("There are no snippets yet: make one under Settings."));
    const list = h("ul.pickable");
    const words = input("words", { type: "search", placeholder: t("Find a snippet"), "aria-label": t("Find a snippet") });
    const draw = () => {
      const shown = found.filter((each) => `${each.name} ${each.text}`.toLowerCase().includes(words.value.toLowerCase()));
      list.replaceChildren(...shown.map((each) => h("li", null, h("button", { type: "button", onclick: () => put(each) }, h("strong", null, each.name), h("span", null, filled(each.text, facts).slice(0, 120))))));
      if (!shown.length) list.replaceChildren(h("li", null, empty(t("None of that name."))));
    };
    const put = (snippet) => {
      box.close();
      this.look(false);
      insert(this.text, filled(snippet.text, facts));
    };
    words.addEventListener("input", draw);
    words.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      list.querySelector("button")?.click();
    });
    draw();
    const box = ask(t("Snippets"), [words, list], "");
    words.focus();
  }
}
