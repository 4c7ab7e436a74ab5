// What a clipboard has: files, or the text that somebody meant though its program put a picture along.

/** Put a text where a field's cursor is, as if it were typed: it can be undone. */
export function insert(field, text) {
  field.focus();
  if (document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** {text} or {files}. A table of a spreadsheet, a page or a document is Markdown's. */
export function pasted(data) {
  const files = [...(data?.files ?? [])];
  const text = data?.getData("text/plain") ?? "";
  const rich = data?.getData("text/html") ?? "";
  if (files.length && !(text.trim() && rich)) return { files }; // a file manager tells the name along, and no HTML
  const tabbed = cells(text);
  const rows = [tabbed.length > 1 || /<table[\s>]/i.test(rich) ? tabbed : [], marked(rich)].find(even);
  return { text: rows ? table(rows) : text };
}

/** Whether rows are a table's: code may lie in one, too, indented by tabs or beside the numbers of its lines. */
const even = (rows) => rows[0]?.length > 1 && rows.every((row) => row.length === rows[0].length) && rows.some((row) => row[0].trim());

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: " " };
const entity = (whole, name) => ENTITIES[name] ?? (name[0] === "#" ? String.fromCodePoint(Number(name[1] === "x" ? `0${name.slice(1)}` : name.slice(1)) || 0xfffd) : whole);

/** Rows of cells of HTML that is one table, and nothing beside it. No document is made of it: only the words are wanted. */
function marked(rich) {
  const [, before = "", inside, after = ""] = /^([^]*?)<table[\s>]([^]*)<\/table>([^]*)$/i.exec(rich) ?? [];
  const words = (html) => html.replace(/<(style|script|head|title)[\s>][^]*?<\/\1>|<!--[^]*?-->/gi, "").replace(/<br\b[^>]*>|<\/(p|div|li)>/gi, " ").replace(/<[^>]*>/g, "").replace(/&(#?\w{1,8});/g, entity).replace(/\s+/g, " ").trim();
  if (!inside || /<table[\s>]/i.test(inside) || words(before) || words(after)) return [];
  return inside.split(/<tr\b[^>]*>/i).slice(1).map((row) => row.split(/<t[dh]\b[^>]*>/i).slice(1).map(words));
}

/** Rows of cells: parted by tabs, quoted where they have line breaks. */
function cells(text) {
  const rows = [[""]];
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    const cell = rows.at(-1);
    if (c === '"' && quoted && text[i + 1] === '"') cell[cell.length - 1] += text[(i += 1)];
    else if (c === '"' && (quoted || cell.at(-1) === "")) quoted = !quoted;
    else if (!quoted && c === "\t") cell.push("");
    else if (!quoted && c === "\n") rows.push([""]);
    else if (c !== "\r") cell[cell.length - 1] += c === "\n" ? " " : c;
  }
  return rows.filter((row) => row.some((cell) => cell.trim()));
}

function table(rows) {
  const width = Math.max(...rows.map((row) => row.length));
  const line = (row) => `| ${Array.from({ length: width }, (_, i) => (row[i] ?? "").trim().replace(/[\\|]/g, "\\$&")).join(" | ")} |`;
  const [head, ...rest] = rows.map(line);
  return [head, `|${" --- |".repeat(width)}`, ...rest].join("\n");
}
