/** One file of spec/vectors/, read as its README tells. */

import { fromHex } from "../../lib/bytes.js";

export class Vector {
  /** @type {Map<string, string[]>} */
  #fields = new Map();
  /** The payload's lines, as they stand. @type {string[]} */
  lines;

  /** @param {string} text of the file */
  constructor(text) {
    const at = text.indexOf("\n\n");
    if (at < 0 || !text.endsWith("\n")) throw new Error("not a vector");
    for (const line of text.slice(0, at).split("\n")) {
      const colon = line.indexOf(":");
      const name = line.slice(0, colon);
      this.#fields.set(name, [...this.all(name), line.slice(colon + 1).trim()]);
    }
    const start = [...this.#fields.keys()].slice(0, 3).join();
    if (start !== "expect,comment,kind") throw new Error("not a vector's header");
    this.lines = text
      .slice(at + 2)
      .split("\n")
      .slice(0, -1);
  }

  /**
   * @param {string} name
   * @returns {string[]} the header's values, in order
   */
  all(name) {
    return this.#fields.get(name) ?? [];
  }

  /** @param {string} name */
  has(name) {
    return this.#fields.has(name);
  }

  /**
   * @param {string} name
   * @returns {string} the value of a header that is there once
   */
  field(name) {
    const [value, ...more] = this.all(name);
    if (value === undefined || more.length > 0) throw new Error(`not one header ${name}`);
    return value;
  }

  /** @param {string} name */
  number(name) {
    return Number(this.field(name));
  }

  /** @param {string} name */
  hex(name) {
    return fromHex(this.field(name));
  }

  /** @returns {Uint8Array<ArrayBuffer>} the payload's bytes, filled up as `fill` says */
  get payload() {
    const bytes = fromHex(this.lines.join(""));
    if (!this.has("fill")) return bytes;
    const filled = new Uint8Array(Math.max(bytes.length, this.number("fill")));
    filled.set(bytes);
    return filled;
  }

  /** @returns {Record<string, Uint8Array>} the headers `seed A` and `seed B`, as far as they are there */
  get seeds() {
    const there = ["A", "B"].filter((lock) => this.has(`seed ${lock}`));
    return Object.fromEntries(there.map((lock) => [lock, this.hex(`seed ${lock}`)]));
  }
}

/**
 * @param {unknown} found
 * @param {unknown} expected
 * @param {string} what
 */
export function compare(found, expected, what) {
  if (String(found) !== String(expected)) throw new Error(`${what}: ${found}, not ${expected}`);
}
