/**
 * Deterministic CBOR of plain values, read and written.
 *
 * RFC 8949 section 4.2.1: shortest heads, definite lengths, map keys in the bytewise order of their
 * encodings. Beyond it a report has no floats, no tags and no simple values but false, true and null.
 */

import { HeliographError } from "../errors.js";
import {
  ARRAY,
  BYTES,
  compare,
  FALSE,
  MAP,
  NEGATIVE,
  NULL,
  narrow,
  readHead,
  SIMPLE,
  Sink,
  TEXT,
  TRUE,
  UNSIGNED,
  writeHead,
} from "./heads.js";
import { checkWire } from "./walk.js";

/**
 * @typedef {number | bigint | string | boolean | null | Uint8Array | Wire[] | WireMap} Wire a plain value.
 *   A whole number is a bigint only where it is no safe integer
 * @typedef {Map<number | bigint | string | Uint8Array, Wire>} WireMap
 * @typedef {import("./table.js").Limits} Limits
 */

/** What is nested deeper than this is in itself, or as good as. */
const DEEPEST = 64;

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

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
  const sink = new Sink();
  writeItem(sink, value, 1);
  return sink.take();
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
  return new TextEncoder().encode(text);
}

/**
 * @param {Sink} sink
 * @param {unknown} value
 * @param {number} depth
 */
function writeItem(sink, value, depth) {
  if (depth > DEEPEST) throw new HeliographError("report-too-deep");
  if (typeof value === "number" || typeof value === "bigint") writeNumber(sink, value);
  else if (typeof value === "string") writeString(sink, TEXT, encodeText(value));
  else if (typeof value === "boolean") sink.add([(SIMPLE << 5) | (value ? TRUE : FALSE)]);
  else if (value === null) sink.add([(SIMPLE << 5) | NULL]);
  else if (value instanceof Uint8Array) writeString(sink, BYTES, value);
  else if (Array.isArray(value)) {
    writeHead(sink, ARRAY, value.length);
    for (const one of value) writeItem(sink, one, depth + 1);
  } else if (value instanceof Map) {
    writeHead(sink, MAP, value.size);
    const pairs = [...value].map(([key, one]) => ({ key: writeKey(key), one }));
    for (const { key, one } of pairs.sort((a, b) => compare(a.key, b.key))) {
      sink.add(key);
      writeItem(sink, one, depth + 1);
    }
  } else throw new HeliographError("field-value");
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
 * @param {Sink} sink
 * @param {number} major
 * @param {Uint8Array} bytes
 */
function writeString(sink, major, bytes) {
  writeHead(sink, major, bytes.length);
  sink.add(bytes);
}

/**
 * @param {Sink} sink
 * @param {number | bigint} value
 */
function writeNumber(sink, value) {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new HeliographError(Number.isInteger(value) ? "field-value" : "report-float");
  }
  const [major, argument] =
    value >= 0
      ? [UNSIGNED, value]
      : [NEGATIVE, typeof value === "bigint" ? -1n - value : -1 - value];
  if (argument >= 1n << 64n) throw new HeliographError("report-tag");
  writeHead(sink, major, argument);
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
    return { value: utf8.decode(data.subarray(end, end + size)), end: end + size };
  let next = end;
  const read = () => {
    const { value, end } = build(data, next);
    next = end;
    return value;
  };
  if (major === ARRAY) return { value: Array.from({ length: size }, read), end: next };
  const pairs = Array.from({ length: size }, () => /** @type {const} */ ([read(), read()]));
  return { value: /** @type {WireMap} */ (new Map(/** @type {any} */ (pairs))), end: next };
}
