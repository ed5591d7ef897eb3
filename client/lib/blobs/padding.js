/**
 * How long blobs are, and which lengths a blob may have: what can be known of it without its key
 * (spec/blob-v1.md). What is in one is padded to Padmé: a length keeps only its leading bits.
 */

import { HeliographError } from "../errors.js";

/** Bytes in front of the chunks: the stream's nonce. */
export const STREAM_HEADER = 24;
/** Bytes of padded content in each chunk but the last, which has 1 to as many. */
export const CHUNK_SIZE = 65_536;
/** Bytes that each chunk adds: an encrypted tag (1) and an authenticator (16). */
export const CHUNK_OVERHEAD = 17;
/** Content shorter than this is padded up to it: small blobs all look alike. */
export const MIN_PADDED = CHUNK_SIZE;
/** Bytes of the longest blob that a service takes. */
export const MAX_BLOB = 268_435_456;

/**
 * @param {number} size bytes of content
 * @returns {number} bytes of padded content
 * @throws {HeliographError} blob-empty
 */
export function padded(size) {
  if (size < 1) throw new HeliographError("blob-empty");
  return Math.max(MIN_PADDED, roundUp(size));
}

/**
 * @param {number} size bytes of content
 * @returns {number} bytes of the blob that holds it
 * @throws {HeliographError} blob-empty
 */
export function blobLength(size) {
  const all = padded(size);
  return STREAM_HEADER + all + CHUNK_OVERHEAD * Math.ceil(all / CHUNK_SIZE);
}

/**
 * @param {number} length bytes of a blob
 * @returns {number} bytes of padded content in it
 * @throws {HeliographError} blob-length: no blob has this length
 */
export function readBlobLength(length) {
  const body = length - STREAM_HEADER;
  const chunks = Math.ceil(body / (CHUNK_SIZE + CHUNK_OVERHEAD));
  const all = body - CHUNK_OVERHEAD * chunks;
  if (all < MIN_PADDED || all <= CHUNK_SIZE * (chunks - 1) || roundUp(all) !== all) {
    throw new HeliographError("blob-length");
  }
  return all;
}

/**
 * @param {number} size 1 or more
 * @returns {number} the least Padmé length of at least as many bytes
 */
function roundUp(size) {
  const exponent = countBits(size) - 1;
  const unit = 2 ** Math.max(0, exponent - countBits(exponent));
  return Math.ceil(size / unit) * unit;
}

/**
 * @param {number} whole 0 or more
 * @returns {number} how many bits it takes; 0 for 0
 */
function countBits(whole) {
  return whole === 0 ? 0 : whole.toString(2).length;
}
