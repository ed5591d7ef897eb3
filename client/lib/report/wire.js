/**
 * Deterministic CBOR of plain values, read and written.
 *
 * RFC 8949 section 4.2.1: shortest heads, definite lengths, map keys in the bytewise order of their
 * encodings. Beyond it a report has no floats, no tags and no simple values but false, true and null.
 */

import { concat, utf8 } from "../bytes.js";
import { BYTES, LIST, MAP, NEGATIVE, SIMPLE, TEXT, UNSIGNED, writeHead } from "../cbor.js";
import { HeliographError } from "../errors.js";
import { compare, FALSE, NULL, narrow, readHead, TRUE } from "./heads.js";
import { checkWire } from "./walk.js";

/**
 * @typedef {number | bigint | string | boolean | null | Uint8Array | Wire[] | WireMap} Wire a plain value.
 *   A whole number is a bigint only where it is no safe integer
 * @typedef {Map<number | bigint | string | Uint8Array, Wire>} WireMap
 * @typedef {import("./table.js").Limits} Limits
 */

/** What is nested deeper than this is in itself, or as good as. */
const DEEPEST = 64;
/** Items of one list or map: far more than a report may have, few enough to be put together. */
const MOST = 4096;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * @param {Uint8Array} data
 * @param {Limits} limits
 * @returns {Map<number | bigint, Wire>} the map that these bytes hold
 * @throws {HeliographError} report-… for every other form
 */
export function readWire(data, limits) {
  checkWire(data, limits);
  const content = /** @type {WireMap} */ (build(data, 0).value);
  for (const key of content.keys()) if (!isKey(key)) throw new HeliographError("report-key");
  return /** @type {Map<number | bigint, Wire>} */ (content);
}

/**
 * Whatever the bytes were that it makes, `checkWire` has the last word on them.
 * @param {unknown} value
 * @returns {Uint8Array} its deterministic CBOR
 * @throws {HeliographError} field-value for what CBOR cannot hold; report-float, report-tag,
 *   report-text, report-too-deep
 */
export function writeWire(value) {
  return writeItem(value, 1);
}

/**
 * @param {Wire} key
 * @returns {key is number | bigint} whether it is a whole number from 0
 */
export function isKey(key) {
  return (typeof key === "number" || typeof key === "bigint") && key >= 0;
}

/**
 * @param {string} text
 * @returns {Uint8Array} its UTF-8
 * @throws {HeliographError} report-text: half of a surrogate pair
 */
export function encodeText(text) {
  if (/\p{Surrogate}/u.test(text)) throw new HeliographError("report-text");
  return utf8(text);
}

/**
 * @param {unknown} value
 * @param {number} depth
 * @returns {Uint8Array}
 */
function writeItem(value, depth) {
  if (depth > DEEPEST) throw new HeliographError("report-too-deep");
  if (typeof value === "number" || typeof value === "bigint") return writeNumber(value);
  if (typeof value === "string") return writeString(TEXT, encodeText(value));
  if (typeof value === "boolean") return writeHead(SIMPLE, value ? TRUE : FALSE);
  if (value === null) return writeHead(SIMPLE, NULL);
  if (value instanceof Uint8Array) return writeString(BYTES, value);
  if (Array.isArray(value)) {
    return writeParts(LIST, value.length, () =>
      Array.from(value, (one) => writeItem(one, depth + 1)),
    );
  }
  if (!(value instanceof Map)) throw new HeliographError("field-value");
  return writeParts(MAP, value.size, () => {
    const pairs = Array.from(value, ([key, one]) => ({ key: writeKey(key), one }));
    pairs.sort((a, b) => compare(a.key, b.key));
    return pairs.flatMap(({ key, one }) => [key, writeItem(one, depth + 1)]);
  });
}

/**
 * @param {number} major
 * @param {number} count
 * @param {() => Uint8Array[]} writeAll
 * @returns {Uint8Array}
 */
function writeParts(major, count, writeAll) {
  if (count > MOST) throw new HeliographError("report-too-many");
  return concat(writeHead(major, count), ...writeAll());
}

/**
 * @param {unknown} key
 * @returns {Uint8Array}
 */
function writeKey(key) {
  if (typeof key === "object" && !(key instanceof Uint8Array)) {
    throw new HeliographError("report-key");
  }
  return writeWire(key);
}

/**
 * @param {number} major
 * @param {Uint8Array} bytes
 * @returns {Uint8Array}
 */
function writeString(major, bytes) {
  return concat(writeHead(major, bytes.length), bytes);
}

/**
 * @param {number | bigint} value
 * @returns {Uint8Array}
 */
function writeNumber(value) {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new HeliographError(Number.isInteger(value) ? "field-value" : "report-float");
  }
  const argument = value >= 0 ? value : typeof value === "bigint" ? -1n - value : -1 - value;
  if (argument >= 1n << 64n) throw new HeliographError("report-tag");
  return writeHead(value >= 0 ? UNSIGNED : NEGATIVE, argument);
}

/**
 * @param {Uint8Array} data that was checked
 * @param {number} at
 * @returns {{value: Wire, end: number}}
 */
function build(data, at) {
  const { major, argument, end } = readHead(data, at);
  if (major === UNSIGNED) return { value: argument, end };
  if (major === NEGATIVE) return { value: narrow(-1n - BigInt(argument)), end };
  if (major === SIMPLE) return { value: argument === NULL ? null : argument === TRUE, end };
  const size = Number(argument);
  if (major === BYTES) return { value: data.slice(end, end + size), end: end + size };
  if (major === TEXT)
    return { value: decoder.decode(data.subarray(end, end + size)), end: end + size };
  let next = end;
  const read = () => {
    const { value, end } = build(data, next);
    next = end;
    return value;
  };
  if (major === LIST) return { value: Array.from({ length: size }, read), end: next };
  const pairs = Array.from({ length: size }, () => /** @type {const} */ ([read(), read()]));
  return { value: /** @type {WireMap} */ (new Map(/** @type {any} */ (pairs))), end: next };
}
