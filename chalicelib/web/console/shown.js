// A file that is shown in place (lightbox): a picture, a PDF, how a log begins. As what, the server says, by its bytes (ADR 154).

import "./main.js"; // what they share is in its file: infra/pages.py
import { h } from "../shared/dom.js";
import { attempt, empty } from "./parts.js";
import { api } from "./session.js";
import { size, t } from "./translate.js";

/** Open it over the page; it is there at once, and what it shows when that has come. */
export async function show(file) {
  const place = h("div.place", null, empty("…"));
  const close = h("button.plain", { type: "button", onclick: () => box.close() }, t("Close"));
  const box = h("dialog.shown", { "aria-label": file.name, onclick: (event) => event.target === box && box.close(), onclose: () => box.remove() },
    h("header", null, h("h2", { dir: "auto", title: file.name }, file.name), h("small", null, size(file.size)),
      h("a.plain", { href: file.url, target: "_blank", rel: "noopener noreferrer", download: file.name }, t("Download")), close),
    place);
  document.body.append(box);
  box.showModal();
  close.focus();
  const found = await attempt(() => api.get(`${file.url.slice(file.url.indexOf("/files/"))}/view`).catch((problem) => {
    if (problem.status !== 404) throw problem;
    return { type: "" };
  }));
  box.classList.toggle("of-pdf", found?.type === "application/pdf");
  place.replaceChildren(...inside(file, found ?? { type: "" }, () => close.focus()));
}

/** What a file is shown by; `loaded()` is called once a viewer of PDFs may have taken the keyboard, and with it Escape. */
function inside(file, { type, url, text, whole }, loaded) {
  if (type === "application/pdf") return [h("iframe", { src: url, title: file.name, referrerpolicy: "no-referrer", onload: loaded })];
  if (type.startsWith("image/")) return [h("img", { src: url, alt: file.name })];
  if (type === "text/plain") return [h("pre", { tabindex: "0", role: "group", "aria-label": file.name, dir: "auto" }, text), whole ? "" : h("p.dim", null, t("It goes on: this is how it begins. The download has all of it."))];
  return [empty(t("It cannot be shown here."))];
}
