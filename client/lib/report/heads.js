/**
 * The heads of CBOR's items, read for a report: each thing that is wrong with one has a code of its own, which
 * the one-code reader of cbor.js does not tell.
 */

import { SIMPLE, TAG } from "../cbor.js";
import { HeliographError } from "../errors.js";

/** @typedef {{major: number, argument: number | bigint, end: number}} Head `end`: where the next byte is */

/** Simple values: the low 5 bits. */
export const FALSE = 20;
export const TRUE = 21;
export const NULL = 22;

/**
 * @param {Uint8Array} data
 * @param {number} at where the head begins
 * @returns {Head}
 * @throws {HeliographError} report-truncated, report-tag, report-float, report-simple, report-indefinite,
 *   report-not-shortest
 */
export function readHead(data, at) {
  const byte = data[at];
  if (byte === undefined) throw new HeliographError("report-truncated");
  const major = byte >> 5;
  const low = byte & 31;
  if (major === TAG) throw new HeliographError("report-tag");
  if (major === SIMPLE) {
    if (low === FALSE || low === TRUE || low === NULL) return { major, argument: low, end: at + 1 };
    throw new HeliographError(low >= 25 && low <= 27 ? "report-float" : "report-simple");
  }
  if (low < 24) return { major, argument: low, end: at + 1 };
  if (low > 27) throw new HeliographError(low === 31 ? "report-indefinite" : "report-not-shortest");
  const width = 1 << (low - 24);
  const end = at + 1 + width;
  if (end > data.length) throw new HeliographError("report-truncated");
  const argument = readArgument(new DataView(data.buffer, data.byteOffset + at + 1, width));
  const smallest = width === 1 ? 24 : 2 ** (4 * width);
  if (argument < smallest) throw new HeliographError("report-not-shortest");
  return { major, argument, end };
}

/**
 * @param {DataView} view of 1, 2, 4 or 8 bytes
 * @returns {number | bigint}
 */
function readArgument(view) {
  if (view.byteLength === 1) return view.getUint8(0);
  if (view.byteLength === 2) return view.getUint16(0);
  if (view.byteLength === 4) return view.getUint32(0);
  return narrow(view.getBigUint64(0));
}

/**
 * @param {bigint} value
 * @returns {number | bigint} a number where it is a safe integer
 */
export function narrow(value) {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/**
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 * @returns {number} below, at or above 0: the bytewise order
 */
export function compare(one, other) {
  const shorter = Math.min(one.length, other.length);
  for (let at = 0; at < shorter; at += 1) {
    const difference = Number(one[at]) - Number(other[at]);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}
