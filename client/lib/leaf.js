/** Leaves: what the log says of an envelope for ever (39 bytes). See spec/envelope-v1.md, "Leaf". */

import { concat } from "./bytes.js";
import { SUITES } from "./envelope.js";
import { HeliographError } from "./errors.js";

const LEAF_ENVELOPE = 0x01;
/** Bytes: type u8, suite u8, epoch u16, size class u8, day u16, id 32. */
export const LEAF_SIZE = 39;
const ID_SIZE = 32;

/**
 * @typedef {object} Leaf
 * @property {import("./envelope.js").Header} header
 * @property {number} day u16: the day it came, days since 1970-01-01
 * @property {Uint8Array<ArrayBuffer>} envelopeId 32 bytes
 */

/**
 * @param {Leaf["header"]} header
 * @param {number} day u16
 * @param {Uint8Array} envelopeId 32 bytes (RangeError else)
 * @returns {Uint8Array<ArrayBuffer>} the leaf of an envelope: 39 bytes
 */
export function writeLeaf({ suite, epoch, sizeClass }, day, envelopeId) {
  if (envelopeId.length !== ID_SIZE) throw new RangeError("an envelope id is 32 bytes");
  const start = [LEAF_ENVELOPE, suite, epoch >> 8, epoch & 0xff, sizeClass, day >> 8, day & 0xff];
  return concat(Uint8Array.from(start), envelopeId);
}

/**
 * @param {Uint8Array} leaf
 * @returns {Leaf}
 * @throws {HeliographError} leaf-invalid for anything that is no leaf of an envelope
 */
export function readLeaf(leaf) {
  if (leaf.length !== LEAF_SIZE || leaf[0] !== LEAF_ENVELOPE) throw invalid();
  const view = new DataView(leaf.buffer, leaf.byteOffset, leaf.length);
  const header = { suite: view.getUint8(1), epoch: view.getUint16(2), sizeClass: view.getUint8(4) };
  const classes = SUITES.get(header.suite)?.classes.values() ?? [];
  if (![...classes].includes(header.sizeClass)) throw invalid();
  return { header, day: view.getUint16(5), envelopeId: new Uint8Array(leaf.subarray(7)) };
}

function invalid() {
  return new HeliographError("leaf-invalid");
}
