// Every word that a module of the console may show, found in its syntax tree: those that go by the table of
// translations as `keys`, all others that look like words as `loose`. What is no word by its place stands in the tables here.

import { parse } from "acorn";
import { ancestor } from "acorn-walk";

const WORD = /\p{L}{2}/u;
const SENTENCE = /\p{L}[\p{L}’']*[.,:;!?…]? \p{L}|^\p{Lu}\p{Ll}|[“”’…]|\p{L}[.!?]$/u; // more than a name of something
const BY_TABLE = { t: [0], plural: [1, 2], woven: [0] };
/** Functions whose words are seen, by the places of their arguments; of `h` all that are children. */
const SEEN = { h: [2, 99], say: [0, 0], entitle: [0, 0], empty: [0, 99], field: [0, 99], ask: [0, 2], part: [0, 99], section: [0, 0], doing: [3, 99], menu: [3, 99], button: [0, 0], nav: [1, 1] };
/** Functions whose words are none. */
const UNSEEN = new Set(["querySelector", "querySelectorAll", "closest", "matches", "addEventListener", "removeEventListener", "createElement", "getAttribute", "setAttribute", "toggle", "add", "remove", "has", "get", "getAll", "set", "call", "all", "recall", "remember", "input", "sign", "test", "replace", "split", "join", "import", "getItem", "setItem", "removeItem", "dispatchEvent", "on", "served", "startsWith", "endsWith", "includes"]);
/** Properties whose words are none, and those whose words are seen. */
const NAMES = new Set(["type", "role", "name", "dir", "key", "d", "kind", "state", "class", "list", "autocomplete", "href", "rel", "target", "datetime", "id", "method", "credentials", "cache", "rows", "size", "maxlength", "form", "fill", "style", "weekday", "month", "day", "year", "hour", "minute", "timeZone", "popover", "scope", "accept", "inputmode", "enterkeyhint", "behavior", "block", "numeric", "Accept"]);
const SHOWN = new Set(["title", "aria-label", "placeholder", "alt", "label", "words", "hint", "aria-description", "aria-roledescription", "aria-valuetext"]);

const nameOf = (callee) => (callee.type === "Identifier" ? callee.name : callee.type === "MemberExpression" && !callee.computed ? callee.property.name : "");
const keyOf = (property) => (property.computed ? "" : property.key.name ?? String(property.key.value));

/** The literals that an argument can be: of `a ? "b" : "c"` both; null where it is something else. */
function literals(node) {
  if (node.type === "Literal" && typeof node.value === "string") return [node.value];
  if (node.type === "ConditionalExpression") {
    const both = [literals(node.consequent), literals(node.alternate)];
    return both.includes(null) ? null : both.flat();
  }
  if (node.type === "LogicalExpression") return literals(node.right);
  return null;
}

/** Whether what stands there is seen (true), is no word (false), or is a word if it looks like one (null). */
function seen(node, parents) {
  let child = node;
  for (let i = parents.length - 1; i >= 0; i -= 1) {
    const parent = parents[i];
    if (["ImportDeclaration", "ImportExpression", "ExportNamedDeclaration"].includes(parent.type)) return false;
    if (parent.type === "BinaryExpression" && parent.operator !== "+") return false;
    if (parent.type === "SwitchCase" && parent.test === child) return false;
    if (parent.type === "MemberExpression" && parent.property === child) return false;
    if (parent.type === "ConditionalExpression" && parent.test === child) return false;
    if (parent.type === "Property") {
      if (parent.key === child) return false;
      if (SHOWN.has(keyOf(parent))) return true;
      if (NAMES.has(keyOf(parent))) return false;
      if (/^(aria|data)-/.test(keyOf(parent))) return false;
      return null;
    }
    if (parent.type === "AssignmentExpression" && parent.right === child) return parent.left.type === "MemberExpression" && ["textContent", "title", "placeholder"].includes(parent.left.property.name) ? true : ["className", "hash", "href", "type", "name"].includes(parent.left.property?.name) ? false : null;
    if (parent.type === "CallExpression" || parent.type === "NewExpression") {
      const name = nameOf(parent.callee);
      const at = parent.arguments.indexOf(child);
      if (at < 0) return null; // in what is called: "…".split()
      const places = SEEN[name];
      if (places) return at >= places[0] && at <= places[1] ? true : name === "h" || name === "doing" || (name === "menu" && at < 2) ? false : null;
      if (parent.type === "NewExpression" || UNSEEN.has(name)) return false;
      return null;
    }
    if (/Function/.test(parent.type) || /Statement|Declar/.test(parent.type)) return null;
    if (parent.type === "ArrayExpression") { // [value, words], as options of a choice are, and items of a menu
      const at = parent.elements.indexOf(child);
      if (at === 1 && parents[i - 1]?.type === "ArrayExpression" && literals(parent.elements[0] ?? {}) && parent.elements.length <= 3) return true;
    }
    child = parent;
  }
  return null;
}

/** {keys: [[sentence, whether it has plurals]], loose: [{line, text, start, end}]} of a module's source. */
export function words(source) {
  const tree = parse(source, { ecmaVersion: "latest", sourceType: "module", locations: true });
  const keys = [];
  const loose = [];
  const known = new Set(); // literals that go by the table
  const note = (node, text) => loose.push({ line: node.loc.start.line, text, start: node.start, end: node.end });
  ancestor(tree, {
    CallExpression(node) {
      const name = node.callee.type === "Identifier" ? node.callee.name : "";
      if (name === "t" || name === "woven") {
        const found = literals(node.arguments[0]);
        const about = node.arguments[2] ? literals(node.arguments[2]) : [""];
        if (!found || !about) return note(node, `${name}() takes a sentence as it stands there`);
        for (const sentence of found) keys.push([about[0] ? `${sentence} (${about[0]})` : sentence, false]);
      } else if (name === "plural") {
        const [one, other] = [1, 2].map((i) => literals(node.arguments[i]));
        if (!one || other?.length !== 1) return note(node, "plural() takes sentences as they stand there");
        keys.push([other[0], true]);
      } else if (/^toLocale(Date|Time)?String$/.test(nameOf(node.callee))) note(node, "translate.js has what shows times and numbers");
      if (BY_TABLE[name]) for (const i of [...BY_TABLE[name], ...(name === "t" ? [2] : [])]) if (node.arguments[i]) ancestor(node.arguments[i], { Literal: (each) => known.add(each.start) });
      return undefined;
    },
    ImportDeclaration(node) {
      if (!/shared\/words\.js$/.test(node.source.value)) return;
      for (const each of node.specifiers) if (!["hue", "initials"].includes(each.imported?.name)) note(node, `translate.js has ${each.imported?.name}`);
    },
  });
  const look = (node, text, parents) => {
    if (known.has(node.start) || !WORD.test(text)) return;
    const how = seen(node, parents);
    if (how === false || (how === null && !SENTENCE.test(text))) return;
    note(node, text);
  };
  ancestor(tree, {
    Literal(node, _, parents) {
      if (typeof node.value === "string") look(node, node.value, parents.slice(0, -1));
    },
    TemplateLiteral(node, _, parents) {
      const text = node.quasis.map((each) => each.value.cooked).join(" ");
      look(node, text.trim(), parents.slice(0, -1));
    },
  });
  return { keys, loose };
}
