/** A report as JSON, for vectors: the form is told in spec/vectors/README.md. */

import { fromHex, toHex } from "../lib/bytes.js";

/** @typedef {import("../lib/report/codec.js").Report} Report */

/**
 * @param {Report} report
 * @returns {string} records are objects; what stands under `unknown` are maps of the wire
 */
export function toJson(report) {
  return JSON.stringify(writeRecord(report));
}

/**
 * @param {string} text
 * @returns {any} what `toJson` was given, or whatever else a line of JSON says
 */
export function fromJson(text) {
  return readRecord(JSON.parse(text));
}

/**
 * @param {any} value
 * @returns {any}
 */
function writeRecord(value) {
  if (Array.isArray(value)) return value.map(writeRecord);
  if (Object.getPrototypeOf(Object(value)) !== Object.prototype) return writeWire(value);
  const pairs = Object.entries(value).map(([name, one]) => [
    name,
    name === "unknown" ? writeWire(one) : writeRecord(one),
  ]);
  return Object.fromEntries(pairs);
}

/**
 * @param {any} value
 * @returns {any}
 */
function writeWire(value) {
  if (Array.isArray(value)) return value.map(writeWire);
  if (value instanceof Map) return { map: [...value].map((pair) => pair.map(writeWire)) };
  if (value instanceof Uint8Array) return { bytes: toHex(value) };
  return typeof value === "bigint" ? { int: String(value) } : value;
}

/**
 * @param {any} value
 * @returns {any}
 */
function readRecord(value) {
  if (Array.isArray(value)) return value.map(readRecord);
  if (Object(value) !== value || ["map", "bytes", "int"].some((name) => name in value)) {
    return readWire(value);
  }
  const pairs = Object.entries(value).map(([name, one]) => [
    name,
    name === "unknown" ? readWire(one) : readRecord(one),
  ]);
  return Object.fromEntries(pairs);
}

/**
 * @param {any} value
 * @returns {any}
 */
function readWire(value) {
  if (Array.isArray(value)) return value.map(readWire);
  if (Object(value) !== value) return value;
  if ("bytes" in value) return fromHex(value.bytes);
  if ("int" in value) return BigInt(value.int);
  return new Map(value.map.map((/** @type {any[]} */ pair) => pair.map(readWire)));
}
