/**
 * Deterministic CBOR (RFC 8949, section 4.2.1): heads written, and items read strictly. Everything of
 * ours that is CBOR stands on these heads: bundles, reports, batches of envelopes.
 */

import { HeliographError } from "./errors.js";

/** Major types: the high 3 bits of a head. */
export const UNSIGNED = 0;
export const NEGATIVE = 1;
export const BYTES = 2;
export const TEXT = 3;
export const LIST = 4;
export const MAP = 5;
export const TAG = 6;
export const SIMPLE = 7;

/** Values of the low 5 bits from which on the argument stands in the next 1, 2, 4 or 8 bytes. */
const ONE_BYTE = 24;
const EIGHT_BYTES = 27;
const MAX_ARGUMENT = (1n << 64n) - 1n;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * @param {number} major a major type, 0 to 7
 * @param {number | bigint} argument from 0 to 2^64 - 1: a value, a length or a count
 * @returns {Uint8Array<ArrayBuffer>} the head, in the fewest bytes: 1, 2, 3, 5 or 9
 * @throws {RangeError} for an argument that no head has
 */
export function writeHead(major, argument) {
  if (argument < 0 || argument > MAX_ARGUMENT || !(Number(argument) % 1 === 0)) {
    throw new RangeError("not an argument of a head");
  }
  if (argument < ONE_BYTE) return Uint8Array.of((major << 5) | Number(argument));
  const power = argument < 0x100 ? 0 : argument < 0x10000 ? 1 : argument < 0x1_0000_0000 ? 2 : 3;
  const head = new Uint8Array(1 + (1 << power));
  head[0] = (major << 5) | (ONE_BYTE + power);
  let rest = BigInt(argument);
  for (let at = head.length - 1; at > 0; at -= 1) {
    head[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return head;
}

/** Reads items one behind the other. Only the one deterministic form of each is accepted. */
export class CborReader {
  #bytes;
  #code;
  #at = 0;

  /**
   * @param {Uint8Array} bytes
   * @param {string} code the HeliographError's code for whatever is wrong
   */
  constructor(bytes, code) {
    this.#bytes = bytes;
    this.#code = code;
  }

  /** @returns {number} where the next item begins, in bytes */
  get at() {
    return this.#at;
  }

  /** @returns {boolean} whether all bytes were read */
  get ended() {
    return this.#at === this.#bytes.length;
  }

  /**
   * @param {number} count
   * @returns {Uint8Array<ArrayBuffer>} a copy of the next `count` bytes
   * @throws {HeliographError} if there are fewer
   */
  take(count) {
    if (count > this.#bytes.length - this.#at) throw this.#wrong();
    const taken = new Uint8Array(this.#bytes.subarray(this.#at, this.#at + count));
    this.#at += count;
    return taken;
  }

  /**
   * @returns {{ major: number, argument: number | bigint }} the next head; the argument is a bigint
   *   only where a number would not be exact
   * @throws {HeliographError} for no bytes, an indefinite length, a reserved or a longer form than needed
   */
  readHead() {
    const first = /** @type {number} */ (this.take(1)[0]);
    const major = first >> 5;
    const low = first & 0x1f;
    if (low < ONE_BYTE) return { major, argument: low };
    if (low > EIGHT_BYTES) throw this.#wrong();
    let value = 0n;
    for (const byte of this.take(1 << (low - ONE_BYTE))) value = (value << 8n) | BigInt(byte);
    const argument = value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
    if (writeHead(major, argument)[0] !== first) throw this.#wrong();
    return { major, argument };
  }

  /**
   * @param {number} major the type that must come
   * @param {number} most
   * @returns {number} the argument of the next head
   * @throws {HeliographError} for another type, or an argument above `most`
   */
  readArgument(major, most) {
    const head = this.readHead();
    if (head.major !== major || head.argument > most) throw this.#wrong();
    return Number(head.argument);
  }

  /**
   * @param {number} most bytes
   * @returns {Uint8Array<ArrayBuffer>}
   * @throws {HeliographError} if what comes is no byte string, or is longer
   */
  readBytes(most) {
    return this.take(this.readArgument(BYTES, most));
  }

  /**
   * @param {number} most bytes of its UTF-8
   * @returns {string}
   * @throws {HeliographError} if what comes is no text, is longer, or is no UTF-8
   */
  readText(most) {
    const bytes = this.take(this.readArgument(TEXT, most));
    try {
      return decoder.decode(bytes);
    } catch {
      throw this.#wrong();
    }
  }

  #wrong() {
    return new HeliographError(this.#code);
  }
}
