/** The envelope's form: what can be known of it without any secret. See spec/envelope-v1.md. */

import { HeliographError } from "./errors.js";
import { sha256 } from "./sha256.js";

export const VERSION = 0x01;
/** Bytes: version, suite, epoch u16. */
export const HEADER_SIZE = 4;
/** Bytes that libsodium's crypto_box_seal adds: a public key (32) and a tag (16). */
export const SEALED_BOX_OVERHEAD = 48;
/** Bytes that hybrid HPKE adds: an encapsulation (1,088 + 32) and a tag (16). */
export const HYBRID_OVERHEAD = 1136;
/** Bytes of a hybrid public key: ML-KEM-768's (1,184), then X25519's (32). */
export const HYBRID_KEY_SIZE = 1216;
/** Padded lengths P of the innermost plaintext, in bytes, as size classes 0 to 3. */
export const LENGTHS = Object.freeze([512, 2048, 8192, 32768]);
/** Bytes of an envelope that fills one text (size class 17). */
export const SMS_SINGLE = 119;
/** Bytes of an envelope that each of several texts carries (size classes 18 to 31). */
export const SMS_SLICE = 114;
export const SMS_MAX_PARTS = 15;
/** An envelope that fills n texts has size class 16 + n. */
export const SMS_CLASS = 16;

/** What an envelope holds: byte 1 of the innermost plaintext. */
export const KINDS = Object.freeze({ report: 1, followUp: 2, record: 3 });

/**
 * How an envelope is sealed.
 * @typedef {object} Suite
 * @property {readonly string[]} locks the names of its locks, outermost first
 * @property {string | null} hybridLock the lock whose layer is hybrid HPKE; every other is a sealed box
 * @property {number} overhead bytes from the innermost padded plaintext to the envelope
 * @property {boolean} sms whether it travels by SMS
 * @property {ReadonlyMap<number, number>} classes envelope length -> size class
 */

/**
 * @param {readonly string[]} locks
 * @param {string | null} hybridLock
 * @returns {Suite}
 */
function makeSuite(locks, hybridLock) {
  const dual = locks.length === 2;
  const overhead =
    HEADER_SIZE +
    (hybridLock ? HYBRID_OVERHEAD : SEALED_BOX_OVERHEAD) +
    (dual ? SEALED_BOX_OVERHEAD : 0);
  // Hybrid boxes alone take ten texts, and two layers leave no room for a report in a single one.
  const sms = hybridLock === null;
  /** @type {Map<number, number>} */
  const classes = new Map(LENGTHS.map((padded, sizeClass) => [overhead + padded, sizeClass]));
  if (sms && !dual) classes.set(SMS_SINGLE, SMS_CLASS + 1);
  for (let count = 2; sms && count <= SMS_MAX_PARTS; count += 1) {
    classes.set(SMS_SLICE * count, SMS_CLASS + count);
  }
  return Object.freeze({ locks, hybridLock, overhead, sms, classes });
}

/**
 * All suites by their number, byte 1 of the envelope. The high digit 1 means dual control (lock A
 * outside, lock B inside).
 * @type {ReadonlyMap<number, Suite>}
 */
export const SUITES = new Map([
  [0x01, makeSuite(["A"], null)],
  [0x02, makeSuite(["A"], "A")],
  [0x11, makeSuite(["A", "B"], null)],
  [0x12, makeSuite(["A", "B"], "B")],
]);

const ALL_LENGTHS = [...SUITES.values()].flatMap((suite) => [...suite.classes.keys()]);
const MIN_ENVELOPE = Math.min(...ALL_LENGTHS);
/** Bytes of the longest envelope that has a valid form. */
export const MAX_ENVELOPE = Math.max(...ALL_LENGTHS);

/**
 * What everybody can see.
 * @typedef {object} Header
 * @property {number} suite
 * @property {number} epoch u16
 * @property {number} sizeClass 0 to 3: index into LENGTHS; 17 to 31: 16 + n, where it fills n texts
 */

/**
 * Check an envelope's form, which opens nothing.
 * @param {Uint8Array} envelope
 * @returns {Header}
 * @throws {HeliographError} envelope-too-short, envelope-version, envelope-suite, envelope-length
 */
export function readHeader(envelope) {
  return checkForm(envelope.subarray(0, HEADER_SIZE), envelope.length);
}

/**
 * As readHeader, from an envelope's first 4 bytes and its length: all that its form is.
 * @param {Uint8Array} start
 * @param {number} length bytes
 * @returns {Header}
 * @throws {HeliographError}
 */
export function checkForm(start, length) {
  const [version, number, high, low] = start;
  if (version === undefined || number === undefined || high === undefined || low === undefined) {
    throw new HeliographError("envelope-too-short");
  }
  if (version !== VERSION) throw new HeliographError("envelope-version");
  const suite = SUITES.get(number);
  if (suite === undefined) throw new HeliographError("envelope-suite");
  if (length < MIN_ENVELOPE) throw new HeliographError("envelope-too-short");
  const sizeClass = suite.classes.get(length);
  if (sizeClass === undefined) throw new HeliographError("envelope-length");
  return { suite: number, epoch: (high << 8) | low, sizeClass };
}

/**
 * @param {number} suite
 * @returns {number[]} all lengths P in bytes that its innermost plaintext may have, shortest first;
 *   none for what is no suite
 */
export function paddedLengths(suite) {
  const known = SUITES.get(suite);
  if (known === undefined) return [];
  return [...known.classes.keys()]
    .map((length) => length - known.overhead)
    .sort((one, other) => one - other);
}

/**
 * @param {number} suite
 * @param {number} epoch u16
 * @returns {Uint8Array<ArrayBuffer>} the first 4 bytes of an envelope
 */
export function writeHeader(suite, epoch) {
  return Uint8Array.of(VERSION, suite, epoch >> 8, epoch & 0xff);
}

/**
 * @param {Uint8Array} envelope
 * @returns {Promise<Uint8Array<ArrayBuffer>>} its id: SHA-256 of all its bytes (32 bytes)
 */
export function envelopeId(envelope) {
  return sha256(envelope);
}
