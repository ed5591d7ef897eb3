/** Sizes and spans of time as people read them, with the platform's own words for the units. */

/** @typedef {Pick<import("./words.js").Words, "lang">} Language */

const UNITS = /** @type {const} */ (["byte", "kilobyte", "megabyte", "gigabyte"]);
const SPANS = /** @type {const} */ ([
  [86_400, "day"],
  [3600, "hour"],
  [60, "minute"],
  [1, "second"],
]);

/**
 * @param {Language} language
 * @param {number} value
 * @param {string} unit
 * @param {"short" | "long"} unitDisplay
 */
function format(language, value, unit, unitDisplay) {
  return new Intl.NumberFormat(language.lang, {
    style: "unit",
    unit,
    unitDisplay,
    numberingSystem: "latn",
    maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
}

/**
 * @param {Language} language
 * @param {number} bytes
 * @returns {string} such as "2.1 kB"
 */
export function sayBytes(language, bytes) {
  let [value, at] = [bytes, 0];
  while (value >= 1000 && at < UNITS.length - 1) {
    value /= 1000;
    at += 1;
  }
  return format(language, value, UNITS[at] ?? "byte", "short");
}

/**
 * @param {Language} language
 * @param {number} milliseconds
 * @returns {string} such as "5 minutes": rounded up, and never less than a second
 */
export function saySpan(language, milliseconds) {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  const [size, unit] = SPANS.find(([least]) => seconds >= least) ?? [1, "second"];
  return format(language, Math.ceil(seconds / size), unit, "long");
}
