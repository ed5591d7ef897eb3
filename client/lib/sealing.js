/** Sealing: from content to an envelope, with public keys alone. See spec/envelope-v1.md. */

import { concat, utf8 } from "./bytes.js";
import { KINDS, LENGTHS, paddedLengths, SUITES, writeHeader } from "./envelope.js";
import { HeliographError } from "./errors.js";
import { sealHybrid } from "./hybrid.js";

export { KINDS };

export const REPORT_ID_SIZE = 8;
/** Bytes before the content: suite, kind, report id. */
export const INNER_HEADER_SIZE = 2 + REPORT_ID_SIZE;
/** Bytes of the longest content; the padding takes at least one byte. What is longer is a blob. */
export const MAX_CONTENT = /** @type {number} */ (LENGTHS.at(-1)) - INNER_HEADER_SIZE - 1;
/** HPKE's info is this and then the envelope's first 4 bytes. */
export const INFO = utf8("heliograph/report/v1");

const X25519_KEY_SIZE = 32;
const PAD_MARK = 0x80;

/**
 * What one needs to seal for one epoch and channel. Public.
 * @typedef {object} SealingKey
 * @property {number} suite
 * @property {number} epoch u16
 * @property {number} epochStart Unix seconds; the report's times count from here
 * @property {readonly Uint8Array[]} keys the public keys of lock A, or of locks A and B
 */

/** @typedef {import("./sodium.js").Sodium} Sodium */

/**
 * @returns {Uint8Array<ArrayBuffer>} a fresh report id: 8 random bytes. All envelopes of one report carry
 *   the same, inside the seal.
 */
export function newReportId() {
  return crypto.getRandomValues(new Uint8Array(REPORT_ID_SIZE));
}

/**
 * Seal `content` into an envelope.
 * @param {Sodium} sodium
 * @param {SealingKey} key
 * @param {number} kind one of KINDS
 * @param {Uint8Array} reportId 8 bytes
 * @param {Uint8Array} content
 * @param {{ padded?: number | undefined }} [options] `padded` is the length P in bytes of the innermost
 *   plaintext; without it the shortest of LENGTHS that fits is taken
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 * @throws {HeliographError} envelope-content-too-long, envelope-padded-length, envelope-report-id,
 *   envelope-sealing-key
 */
export async function seal(sodium, key, kind, reportId, content, { padded } = {}) {
  if (reportId.length !== REPORT_ID_SIZE) throw new HeliographError("envelope-report-id");
  if (padded !== undefined && !paddedLengths(key.suite).includes(padded)) {
    throw new HeliographError("envelope-padded-length");
  }
  const needed = INNER_HEADER_SIZE + content.length + 1;
  const size = padded ?? LENGTHS.find((length) => length >= needed) ?? 0;
  if (size < needed) throw new HeliographError("envelope-content-too-long");
  const plaintext = new Uint8Array(size);
  plaintext.set(concat(Uint8Array.of(key.suite, kind), reportId, content));
  plaintext[needed - 1] = PAD_MARK;
  const header = writeHeader(key.suite, key.epoch);
  try {
    return concat(header, await makeBox(sodium, key, header, plaintext));
  } finally {
    plaintext.fill(0);
  }
}

/**
 * Seal `content` into the envelope that fills the fewest texts exactly (suites 01 and 11).
 * @param {Sodium} sodium
 * @param {SealingKey} key
 * @param {number} kind
 * @param {Uint8Array} reportId
 * @param {Uint8Array} content
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 * @throws {HeliographError} envelope-suite-not-for-sms, and as `seal`
 */
export async function sealForSms(sodium, key, kind, reportId, content) {
  if (!SUITES.get(key.suite)?.sms) throw new HeliographError("envelope-suite-not-for-sms");
  const padded = smsLengths(key.suite).find(
    (length) => length >= INNER_HEADER_SIZE + content.length + 1,
  );
  if (padded === undefined) throw new HeliographError("envelope-content-too-long");
  return await seal(sodium, key, kind, reportId, content, { padded });
}

/**
 * @param {number} suite
 * @returns {number[]} the lengths P that fill texts exactly: one text (suite 01 alone) or two, and on
 */
export function smsLengths(suite) {
  return paddedLengths(suite).filter((length) => !LENGTHS.includes(length));
}

/**
 * The layers, innermost first: the last lock's, then lock A's around it.
 * @param {Sodium} sodium
 * @param {SealingKey} key
 * @param {Uint8Array} header
 * @param {Uint8Array} plaintext
 * @returns {Promise<Uint8Array>}
 */
async function makeBox(sodium, key, header, plaintext) {
  const suite = SUITES.get(key.suite);
  if (suite === undefined || key.keys.length !== suite.locks.length) {
    throw new HeliographError("envelope-sealing-key");
  }
  let box = plaintext;
  for (const [index, lock] of [...suite.locks.entries()].reverse()) {
    const publicKey = /** @type {Uint8Array} */ (key.keys[index]);
    try {
      box =
        lock === suite.hybridLock
          ? await sealHybrid(sodium, box, publicKey, concat(INFO, header))
          : sealBox(sodium, box, publicKey);
    } catch {
      // libsodium refuses a low-order X25519 key and a bad ML-KEM one: whoever put it in wants to read
      // along.
      throw new HeliographError("envelope-sealing-key");
    }
  }
  return box;
}

/**
 * @param {Sodium} sodium
 * @param {Uint8Array} plaintext
 * @param {Uint8Array} publicKey
 */
function sealBox(sodium, plaintext, publicKey) {
  if (publicKey.length !== X25519_KEY_SIZE) throw new RangeError("not an X25519 key");
  return sodium.crypto_box_seal(plaintext, publicKey);
}
