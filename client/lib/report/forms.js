/** The forms that values have on the wire, one type at a time; values.js says which field has which. */

import { HeliographError } from "../errors.js";
import { narrow } from "./heads.js";
import { nameOf, numberOf } from "./table.js";
import { encodeText, isKey } from "./wire.js";

/**
 * @typedef {import("./table.js").Field} Field
 * @typedef {import("./table.js").Names} Names
 * @typedef {import("./wire.js").Wire} Wire
 */

/** Seconds in a quarter of an hour, the finest time that a report holds. */
export const QUARTER = 900;
/** The first second of the year 10000: beyond it no calendar date can be shown. */
const LATEST = 253402300800;
/** The highest number of a value, and key of a field, that has a name such as "?9". */
const MAX_NUMBER = 1 << 16;
const MAX_QUARTERS = 2 ** 40;
const MAX_LEVEL = 15;
const MAX_MEMBER = 256;
const BITS = 64;

export const COUNTRY = /^[A-Z]{2}$/;
export const LANGUAGE = /^[a-z]{2,3}$/;
const REGION = /^([A-Z]{2})-([A-Z0-9]{1,3})$/;
const NETWORK = /^[1-9][0-9]{4,5}$/;

/**
 * @param {unknown} record
 * @returns {Map<string, unknown>} its own properties
 */
export function readEntries(record) {
  const prototype = typeof record === "object" && record !== null && Object.getPrototypeOf(record);
  if (prototype !== Object.prototype && prototype !== null)
    throw new HeliographError("field-value");
  return new Map(Object.entries(/** @type {object} */ (record)));
}

/**
 * @param {Wire} wire
 * @returns {Map<number | bigint, Wire>}
 */
export function checkMap(wire) {
  if (!(wire instanceof Map && [...wire.keys()].every(isKey))) {
    throw new HeliographError("field-value");
  }
  return /** @type {Map<number | bigint, Wire>} */ (wire);
}

/**
 * @param {unknown} value
 * @param {Field} field
 * @returns {any[]}
 */
export function checkItems(value, field) {
  if (!Array.isArray(value)) throw new HeliographError("field-value");
  if (value.length > field.maxItems) throw new HeliographError("field-too-many");
  return value;
}

/**
 * @param {unknown} value
 * @param {number} low
 * @param {number} high
 * @returns {number}
 */
export function checkWhole(value, low, high) {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < low || value > high) {
    throw new HeliographError("field-value");
  }
  return value;
}

/**
 * @param {Names} names
 * @param {unknown} name
 * @returns {number}
 */
export function writeName(names, name) {
  return checkWhole(numberOf(names, name), 1, MAX_NUMBER);
}

/**
 * @param {Names} names
 * @param {unknown} number
 * @returns {string}
 */
export function readName(names, number) {
  return nameOf(names, checkWhole(number, 1, MAX_NUMBER));
}

/**
 * @param {Field} field
 * @param {unknown} value
 * @returns {number | bigint} bit n - 1 is set for number n
 */
export function writeBits(field, value) {
  if (!Array.isArray(value)) throw new HeliographError("field-value");
  let bits = 0n;
  for (const one of value) {
    bits |= 1n << BigInt(checkWhole(writeName(field.values, one), 1, BITS) - 1);
  }
  return narrow(bits);
}

/**
 * @param {Field} field
 * @param {Wire} wire
 * @returns {string[]}
 */
export function readBits(field, wire) {
  if (!isKey(wire)) throw new HeliographError("field-value");
  const digits = [...wire.toString(2)].reverse();
  return digits.flatMap((bit, index) => (bit === "1" ? [nameOf(field.values, index + 1)] : []));
}

/**
 * Half a byte per member in the order of their numbers, high half first; 0 is "not said".
 * @param {Field} field
 * @param {unknown} value
 * @returns {Uint8Array}
 */
export function writeNibbles(field, value) {
  const pairs = new Uint8Array(MAX_MEMBER / 2);
  let size = 0;
  for (const [member, level] of readEntries(value)) {
    const place = checkWhole(writeName(field.members, member), 1, MAX_MEMBER) - 1;
    const half = checkWhole(writeName(field.values, level), 1, MAX_LEVEL);
    const at = place >> 1;
    pairs[at] = Number(pairs[at]) | (place % 2 ? half : half << 4);
    size = Math.max(size, at + 1);
  }
  return pairs.slice(0, size);
}

/**
 * @param {Field} field
 * @param {Wire} wire
 * @returns {Record<string, string>}
 */
export function readNibbles(field, wire) {
  if (!(wire instanceof Uint8Array)) throw new HeliographError("field-value");
  const halves = [...wire].flatMap((byte) => [byte >> 4, byte & 15]);
  const pairs = halves.flatMap((half, index) =>
    half ? [[nameOf(field.members, index + 1), nameOf(field.values, half)]] : [],
  );
  return Object.fromEntries(pairs);
}

/**
 * @param {unknown} value
 * @param {number} epochStart
 * @returns {number}
 */
export function writeTime(value, epochStart) {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value >= LATEST) {
    throw new HeliographError("time-out-of-range");
  }
  if (value % QUARTER) throw new HeliographError("time-not-quarter");
  return value / QUARTER - Math.floor(epochStart / QUARTER);
}

/**
 * @param {Wire} wire
 * @param {number} epochStart
 * @returns {number}
 */
export function readTime(wire, epochStart) {
  return (
    (Math.floor(epochStart / QUARTER) + checkWhole(wire, -MAX_QUARTERS, MAX_QUARTERS)) * QUARTER
  );
}

/**
 * @param {unknown} value
 * @param {Field} field
 * @returns {string}
 */
export function checkText(value, field) {
  if (typeof value !== "string") throw new HeliographError("field-value");
  if (encodeText(value).length > field.maxBytes) throw new HeliographError("field-too-large");
  return value;
}

/**
 * @param {unknown} value
 * @param {Field} field
 * @returns {Uint8Array}
 */
export function checkBytes(value, field) {
  if (!(value instanceof Uint8Array)) throw new HeliographError("field-value");
  if (value.length < field.minBytes || value.length > field.maxBytes) {
    throw new HeliographError("field-too-large");
  }
  return value;
}

/**
 * @param {unknown} value
 * @param {RegExp} form
 * @returns {string}
 */
export function checkLetters(value, form) {
  if (typeof value !== "string" || !form.test(value)) throw new HeliographError("field-value");
  return value;
}

/**
 * ISO 3166-2; the part before the hyphen is left out where the report's country says it.
 * @param {unknown} value
 * @param {unknown} cc
 * @param {Field} field
 * @returns {string}
 */
export function writeRegion(value, cc, field) {
  const code = checkText(value, field);
  const parts = REGION.exec(code);
  if (parts === null) throw new HeliographError("field-value");
  return parts[1] === cc ? String(parts[2]) : code;
}

/**
 * MCC and MNC are five or six digits and travel as a number; anything else is a name.
 * @param {unknown} value
 * @param {Field} field
 * @returns {number | string}
 */
export function writeOperator(value, field) {
  const name = checkText(value, field);
  return NETWORK.test(name) ? Number(name) : name;
}

/**
 * @param {Field} field
 * @param {unknown} value
 * @returns {number[]} keys of fields, rising, each once
 */
export function writeKeys(field, value) {
  const keys = checkItems(value, field).map((one) =>
    checkWhole(numberOf(field.keys, one), 0, MAX_NUMBER),
  );
  return [...new Set(keys)].sort((one, other) => one - other);
}

/**
 * @param {Field} field
 * @param {Wire} wire
 * @returns {string[]}
 */
export function readKeys(field, wire) {
  return checkItems(wire, field).map((one) => nameOf(field.keys, checkWhole(one, 0, MAX_NUMBER)));
}
