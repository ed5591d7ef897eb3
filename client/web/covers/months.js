/** Months of whichever calendar the language's people use, worked out by the platform. No DOM. */

const DAY = 86_400_000;
/** Days are whole UTC days here, so that no summer time moves them. */
const UTC = /** @type {const} */ ("UTC");

/**
 * @param {Date} now in the phone's own time zone
 * @returns {Date} that day, as midnight UTC
 */
export function dayOf(now) {
  return new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()));
}

/**
 * @param {Date} day
 * @param {number} days how many later; negative for earlier
 * @returns {Date}
 */
export function later(day, days) {
  return new Date(day.getTime() + days * DAY);
}

/** @type {Map<string, Intl.DateTimeFormat>} by language: to make one takes longer than to use it */
const counters = new Map();

/**
 * @param {string} language
 * @param {Date} day
 * @returns {number} its number in the month, in that language's calendar
 */
function numberIn(language, day) {
  let counter = counters.get(language);
  if (counter === undefined) {
    const calendar = new Intl.DateTimeFormat(language).resolvedOptions().calendar;
    counter = new Intl.DateTimeFormat(`en-u-ca-${calendar}`, { day: "numeric", timeZone: UTC });
    counters.set(language, counter);
  }
  return Number.parseInt(counter.format(day), 10);
}

/**
 * @param {string} language
 * @param {Date} day
 * @returns {Date} the first day of its month
 */
export function firstOf(language, day) {
  return later(day, 1 - numberIn(language, day));
}

/**
 * @param {string} language
 * @param {Date} day
 * @returns {Date} the first day of the month after
 */
export function nextMonth(language, day) {
  const first = firstOf(language, day);
  let other = later(first, 28);
  // A month of the Ethiopian calendar has 5 days, others up to 32.
  if (numberIn(language, later(first, 10)) < 10) other = later(first, 1);
  while (numberIn(language, other) !== 1) other = later(other, 1);
  return other;
}

/**
 * @param {string} language
 * @param {Date} day
 * @returns {Date} the first day of the month before
 */
export function previousMonth(language, day) {
  return firstOf(language, later(firstOf(language, day), -1));
}

/**
 * @param {string} language
 * @returns {number} the week's first day, 0 for Sunday
 */
export function weekStart(language) {
  const locale = /** @type {any} */ (new Intl.Locale(language).maximize());
  const info = locale.getWeekInfo?.() ?? locale.weekInfo;
  return (info?.firstDay ?? 1) % 7;
}

/**
 * @param {string} language
 * @param {Date} day
 * @returns {(Date | null)[][]} the weeks of its month, seven places each, null outside of the month
 */
export function weeksOf(language, day) {
  const first = firstOf(language, day);
  const end = nextMonth(language, day);
  const days = Math.round((end.getTime() - first.getTime()) / DAY);
  const ahead = (first.getUTCDay() - weekStart(language) + 7) % 7;
  const places = Array.from({ length: Math.ceil((ahead + days) / 7) * 7 }, (_, place) => {
    const index = place - ahead;
    return index < 0 || index >= days ? null : later(first, index);
  });
  return Array.from({ length: places.length / 7 }, (_, week) =>
    places.slice(7 * week, 7 * week + 7),
  );
}

/**
 * @param {string} language
 * @returns {{ short: string, long: string }[]} the days' names, the week's first day first
 */
export function weekdays(language) {
  // 2023-01-01 was a Sunday.
  return Array.from({ length: 7 }, (_, index) => {
    const day = new Date(Date.UTC(2023, 0, 1 + weekStart(language) + index));
    const named = (/** @type {"narrow" | "long"} */ weekday) =>
      new Intl.DateTimeFormat(language, { weekday, timeZone: UTC }).format(day);
    return { short: named("narrow"), long: named("long") };
  });
}

/**
 * @param {string} language
 * @param {Date} day
 * @param {"month" | "day" | "full"} style
 * @returns {string} "May 2026", "7" or "Thursday, 7 May 2026"
 */
export function nameDay(language, day, style) {
  /** @type {Record<string, Intl.DateTimeFormatOptions>} */
  const styles = {
    month: { month: "long", year: "numeric" },
    day: { day: "numeric" },
    full: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
  };
  return new Intl.DateTimeFormat(language, { ...styles[style], timeZone: UTC }).format(day);
}

/**
 * @param {string} language
 * @param {Date} day
 * @param {Date} today
 * @returns {string} "in 3 days", "yesterday"
 */
export function distance(language, day, today) {
  const days = Math.round((day.getTime() - today.getTime()) / DAY);
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(days, "day");
}
