/** Bytes as hex, joined and compared. All integers of our formats are big-endian. */

const HEX = /^(?:[0-9a-f]{2})*$/;

/**
 * @param {Uint8Array} bytes
 * @returns {string} lower-case hex digits, two a byte
 */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {string} hex lower-case hex digits, an even number of them
 * @returns {Uint8Array<ArrayBuffer>}
 * @throws {RangeError} if it is anything else
 */
export function fromHex(hex) {
  if (!HEX.test(hex)) throw new RangeError("not hex");
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16),
  );
}

/**
 * @param {...Uint8Array} parts
 * @returns {Uint8Array<ArrayBuffer>} all of them, one behind the other
 */
export function concat(...parts) {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/**
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 * @returns {boolean} whether they are the same bytes (not in constant time: nothing secret is compared)
 */
export function equal(one, other) {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/**
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>} its UTF-8
 */
export function utf8(text) {
  return new Uint8Array(new TextEncoder().encode(text));
}
