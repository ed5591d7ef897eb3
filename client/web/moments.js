/**
 * When something began or ended, as a report says it: Unix seconds in whole quarter hours and how
 * exact they are. Days and their parts are the local civil date written as if it were UTC.
 */

/** @typedef {"exact" | "hour" | "part" | "day" | "about"} Precision */
/** @typedef {{time: number, precision: Precision}} Moment */

/**
 * What a person chose.
 *
 * @typedef {object} Choice
 * @property {"now" | "today" | "yesterday" | "days" | "date"} day
 * @property {number} [ago] with "days": how many
 * @property {string} [date] with "date": 2026-11-26
 * @property {"night" | "morning" | "afternoon" | "evening" | "clock" | "about"} [part] of the day;
 *   "clock" has a time, "about" is not sure of the day itself
 * @property {string} [clock] with "clock": 14:30
 */

const QUARTER = 900;
const DAY = 86_400;
const PARTS = /** @type {const} */ (["night", "morning", "afternoon", "evening"]);
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const CLOCK = /^(\d{2}):(\d{2})/;

/**
 * @param {Choice} choice
 * @param {Date} now
 * @returns {Moment | null} null where what was typed is no date yet
 */
export function toMoment(choice, now) {
  if (choice.day === "now") {
    return { time: quarter(now.getTime() / 1000), precision: "hour" };
  }
  const day = choice.day === "date" ? readDate(choice.date ?? "") : daysAgo(daysOf(choice), now);
  if (day === null) return null;
  if (choice.part === "about") return { time: day, precision: "about" };
  if (choice.part === "clock") {
    const clock = CLOCK.exec(choice.clock ?? "");
    if (clock === null) return { time: day, precision: "day" };
    const civil = new Date(day * 1000);
    const local = new Date(
      civil.getUTCFullYear(),
      civil.getUTCMonth(),
      civil.getUTCDate(),
      Number(clock[1]),
      Number(clock[2]),
    );
    return { time: quarter(local.getTime() / 1000), precision: "exact" };
  }
  const part = PARTS.indexOf(/** @type {any} */ (choice.part));
  if (part >= 0) return { time: day + part * 6 * 3600, precision: "part" };
  return { time: day, precision: "day" };
}

/**
 * @param {Moment} moment
 * @param {Date} now
 * @returns {Choice} what to show as chosen when the person comes back to the question
 */
export function toChoice(moment, now) {
  const { time, precision } = moment;
  if (precision === "hour") return { day: "now" };
  const exact = precision === "exact";
  const local = new Date(time * 1000);
  const day = exact
    ? Date.UTC(local.getFullYear(), local.getMonth(), local.getDate()) / 1000
    : Math.floor(time / DAY) * DAY;
  const ago = (daysAgo(0, now) - day) / DAY;
  /** @type {Choice} */
  const choice =
    ago === 0
      ? { day: "today" }
      : ago === 1
        ? { day: "yesterday" }
        : ago > 1 && ago <= MOST_DAYS
          ? { day: "days", ago }
          : { day: "date", date: new Date(day * 1000).toISOString().slice(0, 10) };
  if (exact) return { ...choice, part: "clock", clock: local.toTimeString().slice(0, 5) };
  if (precision === "about") return { ...choice, part: "about" };
  const part = PARTS[Math.floor((time - day) / (6 * 3600))];
  return precision === "part" && part ? { ...choice, part } : choice;
}

/** The most days that "some days ago" counts back; beyond, a date is chosen. */
export const MOST_DAYS = 30;

/**
 * @param {number} count
 * @param {Date} now
 * @returns {number} that local day as if it were UTC, Unix seconds
 */
export function daysAgo(count, now) {
  return Date.UTC(now.getFullYear(), now.getMonth(), now.getDate() - count) / 1000;
}

/** @param {Choice} choice */
function daysOf(choice) {
  if (choice.day === "today") return 0;
  return choice.day === "yesterday" ? 1 : (choice.ago ?? 2);
}

/** @param {string} written */
function readDate(written) {
  const match = DATE.exec(written);
  if (match === null) return null;
  const time = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return Number.isNaN(time) || time < 0 ? null : time / 1000;
}

/** @param {number} seconds */
function quarter(seconds) {
  return Math.floor(seconds / QUARTER) * QUARTER;
}
