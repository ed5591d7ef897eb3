/** Sealed SMS: an envelope in one or more texts of 160 GSM-7 characters. See spec/sealed-sms-v1.md. */

import { concat, equal, toHex } from "./bytes.js";
import {
  envelopeId,
  readHeader,
  SMS_CLASS,
  SMS_MAX_PARTS,
  SMS_SINGLE,
  SMS_SLICE,
  VERSION,
} from "./envelope.js";
import { HeliographError } from "./errors.js";

const MARK = ":";
/** Characters of every sealed text, the mark included. */
export const TEXT_SIZE = 160;
const REF_SIZE = 3;
/** First byte of a part. The first byte of an envelope is its version, 01. */
const PART = 0x02;
/** Conflicting slices that are tried for one index; the first ones count. */
export const MAX_ALTERNATIVES = 4;
/** Combinations of slices that are tried for one group. */
export const MAX_COMBINATIONS = 4096;

const ALPHABET = /^[A-Za-z0-9.-]*$/;

/**
 * A text that is a whole envelope (119 bytes), or one of 2 to 15 parts of one: ref (3 bytes), index,
 * count, slice (114 bytes).
 * @typedef {{ envelope: Uint8Array<ArrayBuffer> }} Single
 * @typedef {{ ref: Uint8Array<ArrayBuffer>, index: number, count: number, slice: Uint8Array<ArrayBuffer> }} Part
 */

/**
 * @param {Uint8Array} envelope
 * @returns {Promise<string[]>} the texts that carry it: 1 to 15, each of 160 characters
 * @throws {HeliographError} for its form; sms-envelope-form when it was not sealed for SMS
 */
export async function writeTexts(envelope) {
  const count = readHeader(envelope).sizeClass - SMS_CLASS;
  if (count <= 0) throw new HeliographError("sms-envelope-form");
  if (count === 1) return [writeText(envelope)];
  const ref = (await envelopeId(envelope)).subarray(0, REF_SIZE);
  return Array.from({ length: count }, (_, index) => {
    const slice = envelope.subarray(index * SMS_SLICE, (index + 1) * SMS_SLICE);
    return writeText(concat(Uint8Array.of(PART), ref, Uint8Array.of((index << 4) | count), slice));
  });
}

/**
 * Read one sealed text.
 * @param {string} text
 * @returns {Single | Part}
 * @throws {HeliographError} sms-not-sealed, sms-length, sms-alphabet, sms-spare-bits, sms-type,
 *   sms-single-form, sms-part-count, sms-part-index
 */
export function readText(text) {
  if (!text.startsWith(MARK)) throw new HeliographError("sms-not-sealed");
  // Characters, and not JavaScript's units of 16 bits; a long text is not split up to count them.
  if (text.length > 2 * TEXT_SIZE || [...text].length !== TEXT_SIZE) {
    throw new HeliographError("sms-length");
  }
  const digits = text.slice(MARK.length);
  if (!ALPHABET.test(digits)) throw new HeliographError("sms-alphabet");
  const data = decode(digits);
  if (writeText(data) !== text) throw new HeliographError("sms-spare-bits");
  if (data[0] === VERSION) return readSingle(data);
  if (data[0] === PART) return readPart(data);
  throw new HeliographError("sms-type");
}

/**
 * Every envelope that the slices of one group make: it matches `ref` and has a valid form.
 * @param {Uint8Array} ref 3 bytes
 * @param {readonly (readonly Uint8Array[])[]} slices `slices[i]` are the slices that came for index i,
 *   oldest first; an index without any gives no envelope
 * @returns {Promise<Uint8Array<ArrayBuffer>[]>} from at most MAX_ALTERNATIVES an index and
 *   MAX_COMBINATIONS in all, oldest first
 * @throws {RangeError} for a count or a slice that no part can have
 */
export async function join(ref, slices) {
  if (slices.length < 2 || slices.length > SMS_MAX_PARTS) {
    throw new RangeError("an envelope has 2 to 15 parts");
  }
  if (slices.flat().some((slice) => slice.length !== SMS_SLICE)) {
    throw new RangeError("a slice is 114 bytes");
  }
  const different = slices.map((pieces) =>
    [...new Map(pieces.map((piece) => [toHex(piece), piece])).values()].slice(0, MAX_ALTERNATIVES),
  );
  const found = [];
  for (const combination of combine(different)) {
    const envelope = concat(...combination);
    if (!hasClass(envelope, SMS_CLASS + slices.length)) continue;
    if (equal((await envelopeId(envelope)).subarray(0, REF_SIZE), ref)) found.push(envelope);
  }
  return found;
}

/**
 * @param {Uint8Array[][]} different
 * @returns {Generator<Uint8Array[]>} at most MAX_COMBINATIONS, the last index changing fastest
 */
function* combine(different) {
  const all = different.reduce((product, pieces) => product * pieces.length, 1);
  for (let number = 0; number < Math.min(all, MAX_COMBINATIONS); number += 1) {
    const combination = [];
    let rest = number;
    for (const pieces of [...different].reverse()) {
      combination.unshift(/** @type {Uint8Array} */ (pieces[rest % pieces.length]));
      rest = Math.floor(rest / pieces.length);
    }
    yield combination;
  }
}

/**
 * @param {Uint8Array} data 119 bytes
 * @returns {string} base64 without padding, with - and . in place of + and /, behind the mark
 */
function writeText(data) {
  const base64 = btoa(String.fromCharCode(...data));
  return MARK + base64.replaceAll("+", "-").replaceAll("/", ".").replaceAll("=", "");
}

/**
 * @param {string} digits 159 characters of the alphabet
 * @returns {Uint8Array<ArrayBuffer>} 119 bytes
 */
function decode(digits) {
  const binary = atob(digits.replaceAll("-", "+").replaceAll(".", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/**
 * @param {Uint8Array<ArrayBuffer>} data
 * @returns {Single}
 */
function readSingle(data) {
  if (!hasClass(data, SMS_CLASS + 1)) throw new HeliographError("sms-single-form");
  return { envelope: data };
}

/**
 * @param {Uint8Array<ArrayBuffer>} data
 * @returns {Part}
 */
function readPart(data) {
  const place = /** @type {number} */ (data[1 + REF_SIZE]);
  const [index, count] = [place >> 4, place & 0x0f];
  if (count < 2) throw new HeliographError("sms-part-count");
  if (index >= count) throw new HeliographError("sms-part-index");
  return {
    ref: data.slice(1, 1 + REF_SIZE),
    index,
    count,
    slice: data.slice(SMS_SINGLE - SMS_SLICE),
  };
}

/**
 * @param {Uint8Array} envelope
 * @param {number} sizeClass
 */
function hasClass(envelope, sizeClass) {
  try {
    return readHeader(envelope).sizeClass === sizeClass;
  } catch {
    return false;
  }
}
