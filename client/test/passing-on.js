/** Random envelopes and small CBOR items for the tests of what is passed on. */

import { randomBytes, randomInt } from "node:crypto";
import { concat } from "../lib/bytes.js";
import { SUITES, writeHeader } from "../lib/envelope.js";

/**
 * @param {number} suite
 * @param {number} length bytes
 * @returns {Uint8Array<ArrayBuffer>} what has an envelope's form and opens for nobody
 */
export function makeEnvelope(suite, length) {
  return concat(writeHeader(suite, randomInt(0x10000)), new Uint8Array(randomBytes(length - 4)));
}

/** @returns {Uint8Array<ArrayBuffer>} an envelope of any suite and size */
export function anyEnvelope() {
  const [suite, { classes }] = pick([...SUITES]);
  return makeEnvelope(suite, pick([...classes.keys()]));
}

/**
 * @template T
 * @param {readonly T[]} items
 * @returns {T} one of them
 */
export function pick(items) {
  return /** @type {T} */ (items[randomInt(items.length)]);
}
