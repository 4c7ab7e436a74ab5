// The Markdown of messages, read by the twin of the server's parser with the same rules (desk/commonmark.py, ADR 132).
// `parse` makes a tree of plain values, `render` makes nodes of it: no HTML in between.

import MarkdownIt from "markdown-it";
import { h, safeUrl } from "./dom.js";

const WORD = /[\p{L}\p{N}]/u;
const BARE = /(?<![\p{L}\p{N}])(?<!\\)https?:\/\/[^\s<>"'`\\[\]\ue000-\uf8ff]{1,2000}/iuy;
const TRAILING = /(?<![.,;:!?*_~{}|&])[.,;:!?*_~{}|&]+$/; // from the first of them: it is looked at once
const SCHEME = /https?$/i;

/** The bare address that begins at a place; "" for none: what closes a sentence, a bracket or a mark is none of it. */
function address(text, place) {
  BARE.lastIndex = place;
  let [whole] = BARE.exec(text) ?? [""];
  for (let before = ""; whole !== before; ) {
    before = whole;
    whole = whole.replace(TRAILING, "");
    if (whole.endsWith(")") && whole.split(")").length > whole.split("(").length) whole = whole.slice(0, -1);
  }
  return /^https?:\/\/./i.test(whole) ? whole : "";
}

/** A rule of the parser's: a bare address is a link, whatever signs are in it. The text rule stops at its colon. */
function linking(state, silent) {
  const { src, pos } = state;
  if (!src.startsWith("://", pos) || state.linkLevel) return false;
  const [scheme] = SCHEME.exec(src.slice(Math.max(0, pos - 6), pos)) ?? [""];
  const found = scheme && address(src, pos - scheme.length);
  if (!found || !(silent || state.pending.endsWith(scheme))) return false;
  if (!silent) {
    state.pending = state.pending.slice(0, -scheme.length);
    state.push("link_open", "a", 1).attrs = [["href", found]];
    state.push("text", "", 0).content = found;
    state.push("link_close", "a", -1);
  }
  state.pos += found.length - scheme.length;
  return true;
}

let known = null;

function reader() {
  if (known) return known;
  known = new MarkdownIt("commonmark", { html: false, breaks: true }).enable(["table", "strikethrough"]);
  known.inline.ruler.before("escape", "address", linking);
  return known;
}

const BLOCKS = { paragraph: "p", heading: "p", blockquote: "quote", bullet_list: "ul", ordered_list: "ol", list_item: "li", table: "table", tr: "tr", th: "th", td: "td" };
const MARKS = { strong: "strong", em: "em", s: "del" };

/** Blocks: {t: "p" | "quote" | "ul" | "ol" | "li" | "pre" | "table" | "tr" | "th" | "td" | "hr", c: […]}; inside them
 * strings and {t, c, url?}. A list's `start`, a fence's `language`. `names` are those whose `@Name` is a mention. */
export function parse(text, names = []) {
  const longest = [...names].sort((a, b) => b.length - a.length);
  return grown(reader().parse(String(text), {}), longest);
}

/** The tree of a parser's tokens. */
function grown(tokens, names) {
  const stack = [{ c: [] }];
  for (const token of tokens) {
    const within = stack.at(-1).c;
    if (token.type === "inline") within.push(...grown(token.children, names));
    else if (token.nesting < 0) stack.pop();
    else if (token.nesting > 0) {
      const node = opened(token);
      if (node) within.push(node.whole ?? node);
      stack.push(node ?? { c: within });
    } else within.push(...leaf(token, names));
  }
  return stack[0].c;
}

function opened(token) {
  const kind = token.type.replace(/_open$/, "");
  if (token.hidden) return null;
  if (kind === "link") {
    const url = safeUrl(token.attrGet("href"));
    return url ? { t: "a", url, c: [] } : null;
  }
  const t = BLOCKS[kind] ?? MARKS[kind];
  if (!t) return null;
  const node = { t, c: [] };
  if (kind === "heading") {
    const strong = { t: "strong", c: [] };
    strong.whole = { ...node, c: [strong] };
    return strong;
  }
  if (kind === "ordered_list") node.start = Number(token.attrGet("start") ?? 1);
  return node;
}

function leaf(token, names) {
  const { content } = token;
  if (token.type === "text") return mentions(content, names);
  if (token.type === "code_inline") return [{ t: "code", c: [content] }];
  if (token.type.endsWith("break")) return [{ t: "br", c: [] }];
  if (token.type === "hr") return [{ t: "hr", c: [] }];
  if (token.type === "image") {
    const words = token.children.length ? grown(token.children, names) : ["image"];
    const url = safeUrl(token.attrGet("src"));
    return url ? [{ t: "a", url, c: words }] : words;
  }
  if (token.type === "fence" || token.type === "code_block") return [{ t: "pre", c: [content.replace(/\n$/, "")], language: token.info.split(/\s/).find(Boolean) ?? "" }];
  return content ? [content] : [];
}

const UNPARTED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]$/u; // words stand side by side
const WITHIN = /[\p{L}\p{N}_.+/-]/u; // before an @, it is an address's

/** A text in pieces: of two names that fit in a place, the longer one is meant. */
function mentions(text, names) {
  const ends = (name, at) => UNPARTED.test(name) || !WORD.test(text[at + 1 + name.length] ?? "");
  const found = [];
  let from = 0;
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    const name = names.find((each) => text.startsWith(each, at + 1) && ends(each, at));
    if (!name || WITHIN.test(text[at - 1] ?? "")) continue;
    found.push(text.slice(from, at), { t: "mention", c: [`@${name}`] });
    from = at + 1 + name.length;
  }
  return [...found, text.slice(from)].filter((each) => each !== "");
}

/** Those of some people, {name}, whom a text mentions. */
export function mentioned(text, people) {
  const named = new Set();
  const look = (node) => (node.t === "mention" ? named.add(node.c[0].slice(1)) : node.c?.forEach(look));
  if (text.includes("@")) parse(text, people.map((person) => person.name)).forEach(look);
  return people.filter((person) => named.has(person.name));
}

/** The nodes of a text. `names` are the people whose `@Name` is a mention. */
export function render(text, names = []) {
  const nodes = document.createDocumentFragment();
  nodes.append(...parse(text, names).map(noded));
  return nodes;
}

/** A text without its signs, for a line of it. */
export const unmarked = (text) => parse(text).map(flat).join(" ");
const flat = (told) => (told.t === "br" ? " " : told.c?.map(flat).join(told.c[0]?.t === "li" || told.t === "tr" ? " " : "") ?? told);

const TAGS = { quote: "blockquote", mention: "span.mention" };

function noded(told) {
  if (typeof told === "string") return document.createTextNode(told);
  const inside = told.c.map(noded);
  if (told.t === "pre") return h("pre", { tabindex: "0", role: "group", "aria-label": told.language || "code", "data-language": told.language || null }, h("code", null, inside));
  if (told.t === "a") return h("a", { href: told.url, target: "_blank", rel: "noopener noreferrer nofollow" }, inside);
  if (told.t === "ol") return h("ol", { start: told.start === 1 ? null : String(told.start) }, inside);
  return h(TAGS[told.t] ?? told.t, null, inside);
}
