/** A pocket calculator's sums: one key after the other, as on a desk. No DOM. */

/** What may be shown: 12 digits, as the rounding of a double hides nothing in them. */
const DIGITS = 12;

/**
 * @typedef {"+" | "-" | "*" | "/"} Operation
 * @typedef {{
 *   typed: string, left: number | null, operation: Operation | null,
 *   last: { operation: Operation, right: number } | null, fresh: boolean
 * }} Sum typed: what stands on the display, with "." as the point; "" for an impossible result.
 *   left: what waits for its second number. last: what "=" repeats. fresh: the next digit begins anew
 */

/** @returns {Sum} a calculator just switched on */
export function newSum() {
  return { typed: "0", left: null, operation: null, last: null, fresh: true };
}

/**
 * @param {number} left
 * @param {Operation} operation
 * @param {number} right
 * @returns {number} rounded to what may be shown; not finite where there is no result
 */
function calculate(left, operation, right) {
  const results = {
    "+": left + right,
    "-": left - right,
    "*": left * right,
    "/": right === 0 ? Number.NaN : left / right,
  };
  return Number(results[operation].toPrecision(DIGITS));
}

/**
 * @param {number} value
 * @returns {string} as it is kept on the display
 */
function written(value) {
  return Number.isFinite(value) ? String(value) : "";
}

/**
 * @param {Sum} sum
 * @param {string} digit "0" to "9", or "."
 * @returns {Sum}
 */
function typeDigit(sum, digit) {
  const before = sum.fresh ? "0" : sum.typed;
  if (digit === "." && before.includes(".")) return sum;
  if (before.replace(/\D/g, "").length >= DIGITS) return sum;
  const typed = before === "0" && digit !== "." ? digit : before + digit;
  return { ...sum, typed, fresh: false };
}

/**
 * @param {Sum} sum
 * @param {Operation} operation
 * @returns {Sum} with what was waiting worked out first
 */
function chooseOperation(sum, operation) {
  if (sum.typed === "") return sum;
  const shown = Number(sum.typed);
  if (sum.operation === null || sum.left === null || sum.fresh) {
    return { ...sum, left: shown, operation, fresh: true };
  }
  const value = calculate(sum.left, sum.operation, shown);
  return { typed: written(value), left: value, operation, last: null, fresh: true };
}

/**
 * @param {Sum} sum
 * @returns {Sum} after "=": pressed again it repeats the last step
 */
function finish(sum) {
  if (sum.typed === "") return sum;
  const shown = Number(sum.typed);
  const step =
    sum.operation !== null && sum.left !== null
      ? { left: sum.left, operation: sum.operation, right: shown }
      : sum.last && { left: shown, ...sum.last };
  if (!step) return { ...sum, fresh: true };
  const value = calculate(step.left, step.operation, step.right);
  const last = { operation: step.operation, right: step.right };
  return { typed: written(value), left: null, operation: null, last, fresh: true };
}

/**
 * @param {Sum} sum
 * @returns {Sum} one character shorter; a result is taken away whole
 */
function rubOut(sum) {
  const shorter = sum.fresh ? "" : sum.typed.slice(0, -1);
  return { ...sum, typed: /\d/.test(shorter) ? shorter : "0" };
}

/**
 * @param {Sum} sum
 * @returns {Sum} a hundredth; after + or -, that percentage of the first number, as people expect
 */
function takePercent(sum) {
  if (sum.typed === "") return sum;
  const whole = sum.left !== null && (sum.operation === "+" || sum.operation === "-");
  const value = (Number(sum.typed) / 100) * (whole ? Number(sum.left) : 1);
  return { ...sum, typed: written(Number(value.toPrecision(DIGITS))), fresh: false };
}

/**
 * @param {Sum} sum
 * @param {string} key "0" to "9", ".", "+", "-", "*", "/", "=", "%", "C" (all), "<" (one character)
 * @returns {Sum} after that key; the same for any other key
 */
export function pressKey(sum, key) {
  if (/^[\d.]$/.test(key)) return typeDigit(sum, key);
  if (/^[-+*/]$/.test(key)) return chooseOperation(sum, /** @type {Operation} */ (key));
  if (key === "=") return finish(sum);
  if (key === "<") return rubOut(sum);
  if (key === "%") return takePercent(sum);
  return key === "C" ? newSum() : sum;
}

/**
 * @param {Sum} sum
 * @param {string} language of its digits and marks, such as "ar"
 * @returns {string} the display; a dash where there is no result
 */
export function showSum(sum, language) {
  if (sum.typed === "") return "–";
  const value = Number(sum.typed);
  const large = Math.abs(value) >= 10 ** DIGITS || (value !== 0 && Math.abs(value) < 1e-9);
  const fraction = sum.typed.includes("e") ? 0 : (sum.typed.split(".")[1]?.length ?? 0);
  const format = new Intl.NumberFormat(language, {
    ...(large
      ? { notation: "scientific", maximumFractionDigits: 6 }
      : { minimumFractionDigits: fraction, maximumFractionDigits: Math.max(fraction, DIGITS) }),
  });
  const shown = format.format(value);
  if (!sum.typed.endsWith(".")) return shown;
  const point = format.formatToParts(1.5).find((part) => part.type === "decimal");
  return shown + (point?.value ?? ".");
}
