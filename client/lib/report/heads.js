/** The heads of CBOR's items (RFC 8949, section 3): what a report may hold of them, and in the shortest form. */

import { HeliographError } from "../errors.js";

/** @typedef {{major: number, argument: number | bigint, end: number}} Head `end`: where the next byte is */

export const UNSIGNED = 0;
export const NEGATIVE = 1;
export const BYTES = 2;
export const TEXT = 3;
export const ARRAY = 4;
export const MAP = 5;
const TAG = 6;
export const SIMPLE = 7;
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
 * @param {Sink} sink
 * @param {number} major
 * @param {number | bigint} argument below 2^64
 */
export function writeHead(sink, major, argument) {
  const low =
    argument < 24
      ? Number(argument)
      : argument < 0x100
        ? 24
        : argument < 0x10000
          ? 25
          : argument < 0x100000000
            ? 26
            : 27;
  sink.add([(major << 5) | low]);
  if (low < 24) return;
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(argument));
  sink.add(bytes.subarray(8 - (1 << (low - 24))));
}

/** Bytes that are written one behind the other. */
export class Sink {
  #bytes = new Uint8Array(256);
  #size = 0;

  /** @param {ArrayLike<number>} bytes */
  add(bytes) {
    const size = this.#size + bytes.length;
    if (size > this.#bytes.length) {
      const larger = new Uint8Array(2 * size);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#size);
    this.#size = size;
  }

  take() {
    return this.#bytes.slice(0, this.#size);
  }
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
