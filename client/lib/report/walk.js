/** The walk over a report's bytes that refuses all but deterministic CBOR: each byte once, nothing is built. */

import { BYTES, LIST, MAP, SIMPLE, TEXT } from "../cbor.js";
import { HeliographError } from "../errors.js";
import { compare, readHead } from "./heads.js";

/** @typedef {import("./table.js").Limits} Limits */

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * @param {Uint8Array} data
 * @param {Limits} limits
 * @throws {HeliographError} report-… for everything but one map in deterministic form
 */
export function checkWire(data, limits) {
  if (data.length > limits.report_bytes) throw new HeliographError("report-too-large");
  const first = data[0];
  if (first !== undefined && first >> 5 !== MAP) throw new HeliographError("report-not-map");
  let items = 0;

  /**
   * @param {number} at
   * @param {number} depth
   * @returns {number} where the item that begins at `at` ends
   */
  function passItem(at, depth) {
    items += 1;
    if (items > limits.total_items) throw new HeliographError("report-too-many");
    const { major, argument, end } = readHead(data, at);
    if (major === BYTES || major === TEXT) return passString(data, major, end, Number(argument));
    if (major !== LIST && major !== MAP) return end;
    if (depth > limits.depth) throw new HeliographError("report-too-deep");
    if (argument > limits.container_items) throw new HeliographError("report-too-many");
    let next = end;
    let lastKey = data.subarray(0, 0);
    for (let count = Number(argument); count > 0; count -= 1) {
      if (major === MAP) {
        const key = data.subarray(next, passKey(data, next));
        if (compare(key, lastKey) <= 0) throw new HeliographError("report-order");
        lastKey = key;
        next += key.length;
      }
      next = passItem(next, depth + 1);
    }
    return next;
  }

  if (passItem(0, 1) !== data.length) throw new HeliographError("report-trailing");
}

/**
 * @param {Uint8Array} data
 * @param {number} at
 * @returns {number} where the key that begins at `at` ends
 */
function passKey(data, at) {
  const { major, argument, end } = readHead(data, at);
  if (major === LIST || major === MAP || major === SIMPLE) throw new HeliographError("report-key");
  return major === BYTES || major === TEXT ? passString(data, major, end, Number(argument)) : end;
}

/**
 * @param {Uint8Array} data
 * @param {number} major
 * @param {number} start
 * @param {number} size
 * @returns {number}
 */
function passString(data, major, start, size) {
  const end = start + size;
  if (end > data.length) throw new HeliographError("report-truncated");
  if (major === TEXT) {
    try {
      utf8.decode(data.subarray(start, end));
    } catch {
      throw new HeliographError("report-text");
    }
  }
  return end;
}
