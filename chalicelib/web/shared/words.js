// How times, sizes and names are shown.

/** One or two letters for a face. */
export function initials(name) {
  const words = String(name || "?").trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...word][0] ?? "").join("").toUpperCase() || "?";
}

/** A steady hue (0 to 359) for somebody's id. */
export function hue(id) {
  let sum = 7;
  for (const c of String(id)) sum = (sum * 31 + c.codePointAt(0)) % 36000;
  return sum % 360;
}

const DAY = 86400e3;

/** Today the time, within six days the weekday, else the date; with its year, if that is another. */
export function when(told, language, now = Date.now()) {
  const at = new Date(told);
  if (at.toDateString() === new Date(now).toDateString()) return clock(told, language);
  if (Math.abs(now - at) < 6 * DAY) return at.toLocaleDateString(language, { weekday: "short" });
  return at.toLocaleDateString(language, { day: "numeric", month: "short", ...yearOf(at, now) });
}

/** The year is shown where it is another. */
const yearOf = (at, now) => (at.getFullYear() === new Date(now).getFullYear() ? {} : { year: "numeric" });

/** Hours and minutes. */
export const clock = (told, language) => new Date(told).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });

/** A day in full, for the line between two of them. */
export const day = (told, language, now = Date.now()) =>
  new Date(told).toLocaleDateString(language, { weekday: "long", day: "numeric", month: "long", ...yearOf(new Date(told), now) });

/** `12 KB`. */
export function size(bytes, language) {
  const units = ["B", "KB", "MB"];
  let n = bytes;
  let i = 0;
  for (; n >= 1000 && i < units.length - 1; i += 1) n /= 1000;
  return `${n.toLocaleString(language, { maximumFractionDigits: n < 10 && i ? 1 : 0 })} ${units[i]}`;
}
