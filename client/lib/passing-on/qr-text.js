/** An envelope as the text of one QR code: base45 (RFC 9285). See spec/bundle-v1.md. */

import { readHeader } from "../envelope.js";
import { HeliographError } from "../errors.js";

/** QR's alphanumeric alphabet: a code holds these characters in 5.5 bits each. */
export const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
/** Characters: what version 40 holds at level L. */
export const MAX_TEXT = 4296;

const BASE = ALPHABET.length;

/**
 * @param {Uint8Array} envelope
 * @returns {boolean} whether one code holds it
 */
export function fitsQrText(envelope) {
  return textLength(envelope.length) <= MAX_TEXT;
}

/**
 * @param {Uint8Array} envelope
 * @returns {string} its text: three characters for two bytes, two for a last single one
 * @throws {HeliographError} the codes of readHeader; qr-text-too-long
 */
export function writeQrText(envelope) {
  readHeader(envelope);
  if (!fitsQrText(envelope)) throw new HeliographError("qr-text-too-long");
  let text = "";
  for (let at = 0; at < envelope.length; at += 2) {
    const group = envelope.subarray(at, at + 2);
    let number = group.reduce((value, byte) => value * 256 + byte, 0);
    for (let count = 0; count <= group.length; count += 1) {
      text += ALPHABET[number % BASE];
      number = Math.floor(number / BASE);
    }
  }
  return text;
}

/**
 * @param {string} text to the character: nothing is trimmed, no letter is made great
 * @returns {Uint8Array<ArrayBuffer>} its envelope
 * @throws {HeliographError} qr-text-length, qr-text-alphabet, qr-text-value; the codes of readHeader
 */
export function readQrText(text) {
  // By code points, as everywhere: what lies outside of the alphabet may be two units.
  const values = Array.from(text.slice(0, 2 * MAX_TEXT + 2), (character) =>
    ALPHABET.indexOf(character),
  );
  if (values.length === 0 || values.length > MAX_TEXT || values.length % 3 === 1) {
    throw new HeliographError("qr-text-length");
  }
  if (values.includes(-1)) throw new HeliographError("qr-text-alphabet");
  const envelope = new Uint8Array(Math.floor((values.length * 2) / 3));
  for (let at = 0, to = 0; at < values.length; at += 3, to += 2) {
    const group = values.slice(at, at + 3);
    const number = group.reduceRight((sum, value) => sum * BASE + value, 0);
    if (number >= 256 ** (group.length - 1)) throw new HeliographError("qr-text-value");
    if (group.length === 3) envelope[to] = number >> 8;
    envelope[to + group.length - 2] = number & 0xff;
  }
  readHeader(envelope);
  return envelope;
}

/**
 * @param {number} size bytes
 * @returns {number} characters
 */
function textLength(size) {
  return Math.floor(size / 2) * 3 + (size % 2) * 2;
}
