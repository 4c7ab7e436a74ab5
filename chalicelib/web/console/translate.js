// What the console says, in the language of whoever reads it: the English sentence is the key of its translation (ADR 155).

import * as words from "../shared/words.js";

const KEPT = "parley:language"; // in this browser, of whoever comes in here: it is needed before anybody is known
const SPOKEN = { en: "English", de: "Deutsch" };
const TABLES = { de: () => import("./languages/german.js") };

const baseOf = (tag) => tag.split("-")[0].toLowerCase();

/** The language that was chosen in this browser; "" where it is to be the browser's own. */
export function chosenLanguage() {
  try {
    const kept = localStorage.getItem(KEPT);
    return Object.hasOwn(SPOKEN, kept) ? kept : "";
  } catch {
    return "";
  }
}

/** Choose one, or "" for the browser's own; the page is loaded anew, since much of it is said already. */
export function chooseLanguage(base) {
  try {
    if (base) localStorage.setItem(KEPT, base);
    else localStorage.removeItem(KEPT);
  } catch {
    // Where nothing can be kept, the browser's own is spoken.
  }
  location.reload();
}

/** [base, what it calls itself] of each language. */
export const languages = Object.entries(SPOKEN);

/** As a browser wants it: `de-AT`, not only `de`, for the sake of dates and numbers. */
function wanted() {
  const chosen = chosenLanguage();
  const known = navigator.languages.filter((tag) => Object.hasOwn(SPOKEN, baseOf(tag)));
  return known.find((tag) => !chosen || baseOf(tag) === chosen) ?? (chosen || "en");
}

/** The tables of a language, of this page's sentences and of what is served; null for English, and where they do not come. */
const tablesOf = async (tag) => (await TABLES[baseOf(tag)]?.().catch(() => null)) ?? null;

const asked = wanted();
const tables = await tablesOf(asked);
const table = tables?.TABLE;

/** The tag of the language that is spoken: what `Intl` and `lang` take. */
export const language = table ? asked : baseOf(asked) === "en" ? asked : "en";
document.documentElement.lang = language;

const numbers = new Intl.NumberFormat(language);
const plurals = new Intl.PluralRules(language);
const said = (value) => (typeof value === "number" ? numbers.format(value) : String(value));

/** `{name}` in a sentence, each as `put(value)` gives it; what is not there stays. */
const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? said(values[name]) : whole));

/** `t("Hello {name}", { name })`. Where English has one word for two things, `about` says which: `t("Open", {}, "a state")`. */
export const t = (sentence, values = {}, about = "") => filled(table?.[about ? `${sentence} (${about})` : sentence] ?? sentence, values);

/** `plural(n, "{n} room", "{n} rooms")`; the second is the key of all forms that another language has. */
export function plural(n, one, other, values = {}) {
  const forms = table?.[other] ?? { one, other };
  return filled(forms[plurals.select(n)] ?? forms.other, { n, ...values });
}

/** A sentence with elements in it, as children for `h`: `woven("Ask {someone}.", { someone: h("b", null, "Ann") })`. */
export const woven = (sentence, values) =>
  (table?.[sentence] ?? sentence).split(/\{(\w+)\}/).map((part, i) => (i % 2 ? values[part] : part)).filter((part) => part !== "");

/** What the server says in one of few words or sentences: a state (`in_progress`), a kind's label, its steps. */
export const served = (told) => tables?.SERVED[told] ?? (/^[a-z_]+$/.test(told) ? told.replaceAll("_", " ") : told);

// --- times, lengths, lists

/** Today the time, else the day, as short as it can be told. */
export const when = (at) => words.when(at, language);
export const clock = (at) => words.clock(at, language);
export const day = (at) => words.day(at, language);
export const size = (bytes) => words.size(bytes, language);

/** Day and time. */
export const moment = (at) => new Date(at).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });

/** A day, as `options` of `Intl` say. */
export const date = (at, options = { dateStyle: "medium" }) => new Date(at).toLocaleDateString(language, options);

/** A number. */
export const number = (n) => numbers.format(n);

const dollars = new Intl.NumberFormat(language, { style: "currency", currency: "USD", minimumFractionDigits: 4 });

/** An amount of dollars, to the hundredth of a cent. */
export const price = (amount) => dollars.format(amount);

const conjunction = new Intl.ListFormat(language, { type: "conjunction" });

/** "Ann, Bo, and Cy". */
export const listed = (words) => conjunction.format(words);

/** A length in the shortest words: `unit(5, "minute")` is "5m". */
export const unit = (n, name) => new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "narrow" }).format(n);
