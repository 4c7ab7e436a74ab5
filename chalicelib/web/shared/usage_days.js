// Days of usage, in UTC, as pages show them: those without a call are there, too.

const DAY = 86400e3;

/** The day of a moment (ms): `2026-11-30`. */
export const utcDay = (at) => new Date(at).toISOString().slice(0, 10);

/** So many days later. */
export const later = (day, days) => utcDay(Date.parse(`${day}T12:00Z`) + days * DAY);

/** Every day from the first to the last: [{day, calls, failed, developers, tokens}], zero where the API knows none. */
export function everyDay(found, first, last) {
  const known = new Map(found.map((each) => [each.day, each]));
  const days = [];
  for (let day = first; day <= last; day = later(day, 1)) {
    const { calls = 0, errors = {}, developers = 0, tokens = 0 } = known.get(day) ?? {};
    days.push({ day, calls, developers, tokens, failed: Object.values(errors).reduce((all, each) => all + each, 0) });
  }
  return days;
}
