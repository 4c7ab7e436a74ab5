// Elements without a line of HTML: text stays text, and an address that could run something is left out.

const SVG = "http://www.w3.org/2000/svg";
const ADDRESSES = new Set(["href", "src", "action", "formaction", "data", "poster", "xlink:href"]);

/** The address itself if it only leads somewhere (http, https, mailto), else "". Relative ones are not taken. */
export function safeUrl(told) {
  try {
    const url = new URL(String(told).trim());
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : "";
  } catch {
    return "";
  }
}

/** `h("button.primary", {onclick, "aria-label": "Send"}, "Send")`. A property that is null or false is left out. */
export function h(what, props, ...children) {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(props ?? {})) set(element, name, value);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (typeof value === "function" && name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name.startsWith("on")) throw new Error("a listener is a function");
  else if (["value", "checked", "disabled", "hidden"].includes(name)) element[name] = value;
  else if (ADDRESSES.has(name.toLowerCase())) {
    const url = /^(blob:|\/(?!\/))/.test(value) ? value : safeUrl(value);
    if (url) element.setAttribute(name, url);
  } else element.setAttribute(name, value === true ? "" : value);
}

/** A line drawing of 24 by 24, by the `d` of its path. */
export function icon(d, label) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", d);
  svg.append(path);
  return svg;
}

/** Make `parent` have these children, in this order, and touch only what differs: focus, selection and scroll stay. */
export function arrange(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  children.forEach((child, i) => {
    if (parent.childNodes[i] !== child) parent.insertBefore(child, parent.childNodes[i] ?? null);
  });
}
