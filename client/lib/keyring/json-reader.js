/**
 * JSON with one reading alone, for the files of a keyring: printable ASCII and line feeds, no name twice,
 * integers of at most 16 digits. JSON.parse takes the last of two names and rounds numbers; two programs
 * that read one signed file must see the same in it.
 */

import { HeliographError } from "../errors.js";

/**
 * Objects are Maps: a name may be anything, "__proto__" too. An integer that a number would not hold
 * exactly is a bigint.
 * @typedef {null | boolean | number | bigint | string | Json[] | Map<string, Json>} Json
 */

const PRINTABLE_LINES = /^[\n -~]*$/;
const PRINTABLE = /^[ -~]*$/;
const SPACE = /[ \n]*/y;
const INTEGER = /0|[1-9][0-9]{0,15}/y;
/** What may follow a number: with anything else it is a fraction, has an exponent, or is too long. */
const AFTER_NUMBER = /^[ \n,\]}]?$/;
/** @type {readonly [string, null | boolean][]} */
const WORDS = [
  ["null", null],
  ["true", true],
  ["false", false],
];
/** Lists and objects inside each other. Keyrings have 6. */
const MAX_DEPTH = 100;

/**
 * @param {Uint8Array} bytes
 * @returns {Json}
 * @throws {HeliographError} keyring-json
 */
export function readJson(bytes) {
  const text = new TextDecoder().decode(bytes);
  if (!PRINTABLE_LINES.test(text)) throw wrong();
  const reader = new Reader(text);
  const value = reader.readValue(0);
  reader.readEnd();
  return value;
}

class Reader {
  #text;
  #at = 0;

  /** @param {string} text */
  constructor(text) {
    this.#text = text;
  }

  /**
   * @param {number} depth
   * @returns {Json}
   */
  readValue(depth) {
    if (depth > MAX_DEPTH) throw wrong();
    this.#skip();
    switch (this.#text[this.#at]) {
      case "{":
        return this.#readObject(depth);
      case "[":
        return this.#readList(depth);
      case '"':
        return this.#readString();
      default:
        return this.#readWord();
    }
  }

  readEnd() {
    this.#skip();
    if (this.#at !== this.#text.length) throw wrong();
  }

  #skip() {
    SPACE.lastIndex = this.#at;
    SPACE.exec(this.#text);
    this.#at = SPACE.lastIndex;
  }

  /**
   * @param {string} character
   * @returns {boolean} whether it comes next; then it is behind us
   */
  #take(character) {
    this.#skip();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  /** @param {number} depth */
  #readObject(depth) {
    this.#at += 1;
    /** @type {Map<string, Json>} */
    const fields = new Map();
    if (this.#take("}")) return fields;
    do {
      this.#skip();
      if (this.#text[this.#at] !== '"') throw wrong();
      const name = this.#readString();
      if (fields.has(name) || !this.#take(":")) throw wrong();
      fields.set(name, this.readValue(depth + 1));
    } while (this.#take(","));
    if (!this.#take("}")) throw wrong();
    return fields;
  }

  /** @param {number} depth */
  #readList(depth) {
    this.#at += 1;
    /** @type {Json[]} */
    const values = [];
    if (this.#take("]")) return values;
    do {
      values.push(this.readValue(depth + 1));
    } while (this.#take(","));
    if (!this.#take("]")) throw wrong();
    return values;
  }

  #readString() {
    let end = this.#at + 1;
    while (end < this.#text.length && this.#text[end] !== '"') {
      end += this.#text[end] === "\\" ? 2 : 1;
    }
    const quoted = this.#text.slice(this.#at, end + 1);
    this.#at = end + 1;
    /** @type {string} */
    let value;
    try {
      value = JSON.parse(quoted);
    } catch {
      throw wrong();
    }
    // Escapes too must stand for printable ASCII.
    if (!PRINTABLE.test(value)) throw wrong();
    return value;
  }

  #readWord() {
    for (const [word, value] of WORDS) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    INTEGER.lastIndex = this.#at;
    const digits = INTEGER.exec(this.#text)?.[0];
    if (digits === undefined) throw wrong();
    this.#at += digits.length;
    if (!AFTER_NUMBER.test(this.#text[this.#at] ?? "")) throw wrong();
    return Number.isSafeInteger(Number(digits)) ? Number(digits) : BigInt(digits);
  }
}

function wrong() {
  return new HeliographError("keyring-json");
}
