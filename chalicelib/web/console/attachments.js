// Files of a message: shown in place where that can be, else downloaded.

import { h } from "../shared/dom.js";
import { busy, say, sign } from "./parts.js";
import { NEW_VERSION } from "./keys.js";
import { date, size, t } from "./translate.js";

const PICTURE = /^image\/(png|jpe?g|gif|webp|avif)$/;
const READ = /^(image\/(png|jpe?g|gif|webp|avif|svg\+xml)|application\/(pdf|(.+\+)?(json|xml|yaml)|x-ndjson|x-yaml)|text\/.+)$/;
const ENDING = /\.(pdf|txt|log|out|err|md|csv|tsv|json|jsonl|ndjson|har|xml|ya?ml|toml|ini|conf|diff|patch|sql|eml)$/i;

/** A file as it stands below a message, or since when it is gone. Whether it can be shown its bytes say, once somebody wants to see it. */
export function attachment(file, gone) {
  if (gone) return h("span.file.gone", null, h("span", null, sign("clip"), h("span", null, file.name), h("small", null, t("gone since {day}", { day: date(gone) }))));
  const named = [sign("clip"), h("span", null, file.name), h("small", null, size(file.size))];
  const open = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const place = location.hash;
    import("./shown.js").then(({ show }) => busy(place) || show(file), () => say(NEW_VERSION, true));
  };
  const onclick = READ.test(file.type) || ENDING.test(file.name) ? open : null;
  return h("a.file", { href: file.url, target: "_blank", rel: "noopener noreferrer", download: file.name, onclick }, PICTURE.test(file.type) ? h("img", { src: file.url, alt: file.name, loading: "lazy" }) : null, h("span", null, named));
}
