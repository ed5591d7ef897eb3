/**
 * Keyring bundles: all files of a keyring in one, to travel as a file. One CBOR map from file name to
 * bytes. Nothing in it is trusted by that. See spec/keyring-v1.md, "Bundle".
 */

import { concat, toHex, utf8 } from "../bytes.js";
import { BYTES, CborReader, MAP, TEXT, writeHead } from "../cbor.js";
import { HeliographError } from "../errors.js";

/** Bytes. */
export const MAX_BUNDLE = 1024 * 1024;
const MAX_FILES = 256;
/** Bytes of UTF-8. */
const MAX_FILE_NAME = 200;

const BAD_FORM = "keyring-bundle-form";

/**
 * @param {Uint8Array} bytes
 * @returns {Map<string, Uint8Array<ArrayBuffer>>} file name -> bytes
 * @throws {HeliographError} keyring-bundle-too-big, keyring-bundle-form
 */
export function readBundle(bytes) {
  if (bytes.length > MAX_BUNDLE) throw new HeliographError("keyring-bundle-too-big");
  const reader = new CborReader(bytes, BAD_FORM);
  /** @type {Map<string, Uint8Array<ArrayBuffer>>} */
  const files = new Map();
  const count = reader.readArgument(MAP, MAX_FILES);
  let last = "";
  for (let index = 0; index < count; index += 1) {
    const name = reader.readText(MAX_FILE_NAME);
    // One encoding alone is allowed: names rise, as they are written. So none comes twice.
    const written = order(name);
    if (written <= last) throw new HeliographError(BAD_FORM);
    last = written;
    files.set(name, reader.readBytes(MAX_BUNDLE));
  }
  if (!reader.ended) throw new HeliographError(BAD_FORM);
  return files;
}

/**
 * @param {ReadonlyMap<string, Uint8Array>} files
 * @returns {Uint8Array<ArrayBuffer>} a bundle; the same files give the same bytes
 * @throws {HeliographError} keyring-bundle-too-big
 */
export function writeBundle(files) {
  const sorted = [...files].sort(([one], [other]) => (order(one) < order(other) ? -1 : 1));
  const bundle = concat(
    writeHead(MAP, files.size),
    ...sorted.flatMap(([name, data]) => [
      writeHead(TEXT, utf8(name).length),
      utf8(name),
      writeHead(BYTES, data.length),
      data,
    ]),
  );
  if (bundle.length > MAX_BUNDLE) throw new HeliographError("keyring-bundle-too-big");
  return bundle;
}

/**
 * @param {string} name
 * @returns {string} what names are sorted by: their deterministic encoding, as hex
 */
function order(name) {
  const text = utf8(name);
  return toHex(concat(writeHead(TEXT, text.length), text));
}
