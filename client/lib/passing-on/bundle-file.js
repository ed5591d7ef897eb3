/**
 * Waiting envelopes and blobs in one file, for somebody to carry to a network: spec/bundle-v1.md. A
 * sequence of CBOR byte strings, each told by its form alone. Blobs are never read into memory here.
 */

import { MAX_BLOB, readBlobLength } from "../blobs/padding.js";
import { BYTES, CborReader, TEXT, writeHead } from "../cbor.js";
import { MAX_ENVELOPE, readHeader } from "../envelope.js";
import { HeliographError } from "../errors.js";

export const MAX_ITEMS = 65_536;
/** So many items that are neither envelope nor blob, and the file is taken for something else. */
export const MAX_REFUSED = 256;
/** Nothing comes after an item that was refused for one of these. */
export const ENDS = Object.freeze([
  "bundle-empty",
  "bundle-form",
  "bundle-cut-off",
  "bundle-too-many",
]);

/** The file's media type. It says nothing of what is in it. */
const MEDIA_TYPE = "application/octet-stream";
/** Bytes of a head behind its first, by the low 5 bits of that one. */
const ARGUMENTS = new Map([
  [24, 1],
  [25, 2],
  [26, 4],
]);
/** Bytes that are read at once, so that small items do not cost a read each. */
const WINDOW = 65_536;

/**
 * An item of a file: its number, from 1, and what it is. An item that is refused was stepped over,
 * or is the last one (ENDS).
 * @typedef {{ number: number, kind: "envelope", envelope: Uint8Array<ArrayBuffer> }
 *   | { number: number, kind: "blob", offset: number, blob: Blob }
 *   | { number: number, kind: "refused", code: string }} Item
 */

/**
 * @param {{ envelopes: readonly Uint8Array<ArrayBuffer>[], blobs?: readonly Blob[] }} items
 * @returns {Blob} the file, made of parts: blobs that lie on a disk stay there. Envelopes stand in the
 *   order of their bytes and blobs in a random one, so that the file does not say which is older, nor
 *   which belong together
 * @throws {HeliographError} the envelopes' codes; bundle-item-length for what is no blob; bundle-too-many
 */
export function writeBundleFile({ envelopes, blobs = [] }) {
  if (envelopes.length + blobs.length > MAX_ITEMS) throw new HeliographError("bundle-too-many");
  /** @type {BlobPart[]} */
  const parts = [];
  for (const envelope of [...envelopes].sort(compare)) {
    readHeader(envelope);
    parts.push(writeHead(BYTES, envelope.length), envelope);
  }
  for (const blob of shuffle(blobs)) {
    if (!isBlobLength(blob.size)) throw new HeliographError("bundle-item-length");
    parts.push(writeHead(BYTES, blob.size), blob);
  }
  return new Blob(parts, { type: MEDIA_TYPE });
}

/**
 * Every item of a file, in memory for one envelope and one window. A blob is a slice of the file, so
 * the file must stay readable until the blob is sent or kept elsewhere. A cut-off file gives its whole
 * items. Codes of what is refused: bundle-empty, bundle-form, bundle-cut-off, bundle-too-many,
 * bundle-item-type, bundle-item-length, and those of readHeader.
 * @param {Blob} file
 * @returns {AsyncGenerator<Item, void, undefined>}
 */
export async function* readBundleFile(file) {
  const read = openWindow(file);
  let at = 0;
  let refused = 0;
  for (let number = 1; at < file.size || number === 1; number += 1) {
    if (number > MAX_ITEMS || refused === MAX_REFUSED) {
      yield { number, kind: "refused", code: "bundle-too-many" };
      return;
    }
    /** @type {{ item: Item, next: number }} */
    let found;
    try {
      found = await readItem(file, read, at, number);
    } catch (error) {
      if (!(error instanceof HeliographError)) throw error;
      yield { number, kind: "refused", code: error.code };
      return;
    }
    yield found.item;
    at = found.next;
    refused += found.item.kind === "refused" ? 1 : 0;
  }
}

/**
 * @param {Blob} file
 * @param {(at: number, count: number) => Promise<Uint8Array<ArrayBuffer>>} read
 * @param {number} at
 * @param {number} number
 * @returns {Promise<{ item: Item, next: number }>}
 * @throws {HeliographError} for what ends the reading
 */
async function readItem(file, read, at, number) {
  if (file.size === 0) throw new HeliographError("bundle-empty");
  const first = /** @type {number} */ ((await read(at, 1))[0]);
  const low = first & 0x1f;
  const more = low < 24 ? 0 : ARGUMENTS.get(low);
  if (![BYTES, TEXT].includes(first >> 5) || more === undefined) {
    throw new HeliographError("bundle-form");
  }
  const head = await read(at, 1 + more);
  const size = Number(new CborReader(head, "bundle-form").readHead().argument);
  const offset = at + head.length;
  const next = offset + size;
  if (next > file.size) throw new HeliographError("bundle-cut-off");
  if (first >> 5 === TEXT) return { item: refuse(number, "bundle-item-type"), next };
  if (size <= MAX_ENVELOPE) {
    return { item: judge(number, await read(offset, size)), next };
  }
  if (!isBlobLength(size)) return { item: refuse(number, "bundle-item-length"), next };
  return { item: { number, kind: "blob", offset, blob: file.slice(offset, next) }, next };
}

/**
 * @param {number} number
 * @param {Uint8Array<ArrayBuffer>} envelope
 * @returns {Item} it, or why it is none
 */
function judge(number, envelope) {
  try {
    readHeader(envelope);
  } catch (error) {
    if (error instanceof HeliographError) return refuse(number, error.code);
    throw error;
  }
  return { number, kind: "envelope", envelope };
}

/**
 * @param {number} number
 * @param {string} code
 * @returns {Item}
 */
function refuse(number, code) {
  return { number, kind: "refused", code };
}

/**
 * @param {Blob} file
 * @returns {(at: number, count: number) => Promise<Uint8Array<ArrayBuffer>>} gives a copy of bytes of the
 *   file, at most MAX_ENVELOPE of them
 * @throws {HeliographError} bundle-cut-off where the file ends too early
 */
function openWindow(file) {
  let start = 0;
  let bytes = new Uint8Array();
  return async (at, count) => {
    if (at + count > file.size) throw new HeliographError("bundle-cut-off");
    if (at < start || at + count > start + bytes.length) {
      bytes = new Uint8Array(await file.slice(at, at + WINDOW).arrayBuffer());
      start = at;
    }
    return bytes.slice(at - start, at - start + count);
  };
}

/**
 * @param {number} length bytes
 * @returns {boolean} whether blobs may be so long
 */
function isBlobLength(length) {
  if (length > MAX_BLOB) return false;
  try {
    readBlobLength(length);
  } catch (error) {
    if (error instanceof HeliographError) return false;
    throw error;
  }
  return true;
}

/**
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 * @returns {number} below 0 where `one` comes first
 */
function compare(one, other) {
  const at = one.findIndex((byte, index) => byte !== other[index]);
  if (at < 0) return one.length - other.length;
  return (one[at] ?? 0) - (other[at] ?? -1);
}

/**
 * @template T
 * @param {readonly T[]} items
 * @returns {T[]} the same in a random order
 */
function shuffle(items) {
  const keys = crypto.getRandomValues(new Uint32Array(items.length));
  return items
    .map((item, index) => ({ item, key: keys[index] ?? 0 }))
    .sort((one, other) => one.key - other.key)
    .map(({ item }) => item);
}
