// The Markdown of messages. `parse` makes a tree of plain values, `render` makes nodes of it: no HTML in between.
// Known are: fences, quotes, lists, headings (as strong lines), `code`, **strong**, *em*, ~~gone~~, links, mentions.

import { h, safeUrl } from "./dom.js";

const FAR = 2000; // characters within which a mark must be closed: the work stays linear
const DEEP = 8;
const MARKS = [["**", "strong"], ["__", "strong"], ["~~", "del"], ["*", "em"], ["_", "em"]];
const WORD = /[\p{L}\p{N}]/u;

/** Blocks: {t: "p" | "quote" | "ul" | "ol" | "li" | "pre", c: […]}; inside them strings and {t, c, url?}. */
export function parse(text, names = [], depth = 0) {
  const lines = String(text).replace(/\r\n?/g, "\n").split("\n");
  const blocks = [];
  for (let i = 0; i < lines.length; ) {
    const line = lines[i];
    const fence = /^\s{0,3}(```+|~~~+)\s*([\w+#.-]*)/.exec(line);
    if (fence) {
      const body = [];
      for (i += 1; i < lines.length && !lines[i].trimStart().startsWith(fence[1]); i += 1) body.push(lines[i]);
      i += 1;
      blocks.push({ t: "pre", c: [body.join("\n")], language: fence[2] });
    } else if (!line.trim()) i += 1;
    else if (/^\s{0,3}>/.test(line) && depth < DEEP) {
      const body = [];
      for (; i < lines.length && /^\s{0,3}>/.test(lines[i]); i += 1) body.push(lines[i].replace(/^\s{0,3}> ?/, ""));
      blocks.push({ t: "quote", c: parse(body.join("\n"), names, depth + 1) });
    } else if (item(line)) {
      const t = item(line).t;
      const items = [];
      for (; i < lines.length && item(lines[i])?.t === t; i += 1)
        items.push({ t: "li", c: inline(item(lines[i]).rest, names) });
      blocks.push({ t, c: items });
    } else {
      const body = [];
      for (; i < lines.length && lines[i].trim() && (!body.length || plain(lines[i])); i += 1) body.push(lines[i]);
      const heading = /^#{1,6}\s+(.*)$/.exec(body[0]);
      if (heading && body.length === 1) blocks.push({ t: "p", c: [{ t: "strong", c: inline(heading[1], names) }] });
      else blocks.push({ t: "p", c: inline(body.join("\n"), names) });
    }
  }
  return blocks;
}

function item(line) {
  const found = /^\s{0,6}(?:([-*+])|(\d{1,9})[.)])\s+(\S.*)$/.exec(line);
  return found ? { t: found[1] ? "ul" : "ol", rest: found[3] } : null;
}

const plain = (line) => !/^\s{0,3}(```|~~~|>)/.test(line) && !item(line);

function inline(text, names, depth = 0) {
  const found = [];
  let run = "";
  const put = (node) => {
    if (run) found.push(run);
    run = "";
    if (node) found.push(node);
  };
  for (let i = 0; i < text.length; ) {
    const [node, length] = special(text, i, names, depth);
    if (length) {
      if (typeof node === "string") run += node;
      else put(node);
      i += length;
    } else run += text[i++];
  }
  put(null);
  return found;
}

/** [node or text, how many characters it takes]; [null, 0] where there is nothing special. */
function special(text, i, names, depth) {
  const c = text[i];
  if (c === "\\" && /[!-/:-@[-`{-~]/.test(text[i + 1] ?? "")) return [text[i + 1], 2];
  if (c === "`") return code(text, i);
  if (c === "@") return mention(text, i, names);
  if (c === "[" && depth < DEEP) return link(text, i, names, depth);
  if ((c === "h" || c === "H") && !WORD.test(text[i - 1] ?? "")) return bare(text, i);
  if ((c === "*" || c === "_" || c === "~") && depth < DEEP) return marked(text, i, names, depth);
  return [null, 0];
}

function code(text, i) {
  const ticks = /^`+/.exec(text.slice(i, i + 20))[0];
  const end = text.slice(0, i + FAR * 4).indexOf(ticks, i + ticks.length);
  if (end < 0) return [ticks, ticks.length];
  return [{ t: "code", c: [text.slice(i + ticks.length, end).replace(/^ (.+) $/, "$1")] }, end + ticks.length - i];
}

function mention(text, i, names) {
  const name = names.find((each) => text.startsWith(each, i + 1) && !WORD.test(text[i + 1 + each.length] ?? ""));
  return name ? [{ t: "mention", c: [`@${name}`] }, name.length + 1] : [null, 0];
}

function link(text, i, names, depth) {
  const found = /^\[([^[\]\n]{1,500})\]\(\s*<?([^\s<>()]{1,2000}(?:\([^\s<>()]{0,200}\))?)>?\s*\)/.exec(text.slice(i, i + 3000));
  if (!found) return [null, 0];
  const url = safeUrl(found[2]);
  if (!url) return [found[0], found[0].length];
  return [{ t: "a", url, c: inline(found[1].replace(/https?:\/\//gi, ""), names, depth + 1) }, found[0].length];
}

function bare(text, i) {
  const found = /^https?:\/\/[^\s<>"'`]{1,2000}/i.exec(text.slice(i, i + 2100));
  if (!found) return [null, 0];
  let link = found[0].match(/^.*[^.,;:!?*_~\]}]/)[0];
  if (link.endsWith(")") && !link.includes("(")) link = link.slice(0, -1);
  const url = safeUrl(link);
  return url ? [{ t: "a", url, c: [link] }, link.length] : [null, 0];
}

function marked(text, i, names, depth) {
  for (const [mark, t] of MARKS) {
    if (!text.startsWith(mark, i) || /\s/.test(text[i + mark.length] ?? " ")) continue;
    if (mark.includes("_") && WORD.test(text[i - 1] ?? "")) continue;
    const end = closing(text, i + mark.length, mark);
    if (end > 0) return [{ t, c: inline(text.slice(i + mark.length, end), names, depth + 1) }, end + mark.length - i];
  }
  return [null, 0];
}

function closing(text, from, mark) {
  const window = text.slice(from, from + FAR);
  for (let at = window.indexOf(mark, 1); at > 0; at = window.indexOf(mark, at + 1)) {
    if (/\s/.test(window[at - 1]) || window[at - 1] === "\\") continue;
    if (mark.length === 1 && (window[at + 1] === mark || window[at - 1] === mark)) continue;
    if (mark.includes("_") && WORD.test(window[at + mark.length] ?? "")) continue;
    return from + at;
  }
  return -1;
}

/** The nodes of a text. `names` are the people whose `@Name` is a mention. */
export function render(text, names = []) {
  const nodes = document.createDocumentFragment();
  nodes.append(...parse(text, [...names].sort((a, b) => b.length - a.length)).map(node));
  return nodes;
}

const TAGS = { quote: "blockquote", mention: "span.mention" };

function node(told) {
  if (typeof told === "string") return document.createTextNode(told);
  const inside = told.c.map(node);
  if (told.t === "pre") return h("pre", { tabindex: "0", role: "group", "aria-label": told.language || "code" }, h("code", null, inside));
  if (told.t === "a") return h("a", { href: told.url, target: "_blank", rel: "noopener noreferrer nofollow" }, inside);
  return h(TAGS[told.t] ?? told.t, null, inside);
}
