/** Signed notes (C2SP signed-note v1): a text, an empty line, and lines of signatures under it. */

import { concat, equal, toHex, utf8 } from "../bytes.js";
import { HeliographError } from "../errors.js";
import { sha256 } from "../sha256.js";

/** Bytes of a note. */
export const NOTE_LIMIT = 131_072;
/** Signature lines of a note: one for each holder of a keyring, and some more. */
const SIGNATURES_LIMIT = 300;
/** The signature type that signs the text; the other one that there is, 04, cosigns a checkpoint. */
export const ED25519 = 0x01;
const COSIGNATURE = 0x04;
const KEY_SIZE = 32;
const ID_SIZE = 4;
const SIGNATURE_SIZE = 64;
const DASH = "— ";
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Neither a `+` nor white space. U+FEFF is none in Unicode, U+0085 is; JavaScript sees it the other way. */
const NAME = /^(?:(?![+\u0085])[\S\uFEFF])+$/u;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * @typedef {object} NoteKey who may sign a note
 * @property {string} name without spaces or `+`
 * @property {number} kind ED25519 or that of a cosigner
 * @property {Uint8Array} publicKey 32 bytes
 * @property {Uint8Array} id 4 bytes that tell keys of one name apart. They are no fingerprint
 *
 * @typedef {object} Signature one line; nothing is verified yet
 * @property {string} name
 * @property {Uint8Array} keyId
 * @property {Uint8Array} value what follows the key id
 *
 * @typedef {object} Note
 * @property {string} text with its last newline
 * @property {Signature[]} signatures
 */

/**
 * @param {string} written `<name>+<id, 8 hex digits>+<base64 of kind and key>`
 * @returns {Promise<NoteKey>}
 * @throws {HeliographError} note-key
 */
export async function readKey(written) {
  const [name = "", id = "", ...rest] = written.split("+");
  const data = decodeBase64(rest.join("+"));
  const kind = data?.[0];
  if (!NAME.test(name) || data?.length !== 1 + KEY_SIZE) throw new HeliographError("note-key");
  if (kind !== ED25519 && kind !== COSIGNATURE) throw new HeliographError("note-key");
  const named = await sha256(concat(utf8(`${name}\n`), data));
  const keyId = named.subarray(0, ID_SIZE);
  if (toHex(keyId) !== id) throw new HeliographError("note-key");
  return { name, kind, publicKey: data.subarray(1), id: keyId };
}

/**
 * @param {Uint8Array} data
 * @returns {Note}
 * @throws {HeliographError} note-form for anything that is not exactly a note
 */
export function readNote(data) {
  const written = data.length > NOTE_LIMIT ? "" : decode(data);
  const at = written.lastIndexOf("\n\n");
  if (at < 0 || hasControl(written)) throw new HeliographError("note-form");
  const lines = written.slice(at + 2).split("\n");
  if (lines.pop() !== "" || lines.length === 0 || lines.length > SIGNATURES_LIMIT) {
    throw new HeliographError("note-form");
  }
  return { text: written.slice(0, at + 1), signatures: lines.map(readSignature) };
}

/**
 * @param {import("../sodium.js").Sodium} sodium
 * @param {Note} note
 * @param {NoteKey} key of the kind ED25519
 * @returns {boolean} whether the key signed; false: no signature is under its name and id. Those under
 *   other names and ids are left aside
 * @throws {HeliographError} note-signature-wrong: one is under its name and id, and is false
 */
export function isSigned(sodium, note, key) {
  const mine = note.signatures.filter((one) => one.name === key.name && equal(one.keyId, key.id));
  const message = utf8(note.text);
  for (const { value } of mine) {
    if (
      value.length !== SIGNATURE_SIZE ||
      !sodium.crypto_sign_verify_detached(value, message, key.publicKey)
    ) {
      throw new HeliographError("note-signature-wrong");
    }
  }
  return mine.length > 0;
}

/**
 * @param {string} written
 * @returns {Uint8Array | null} standard base64 as it is written in one way alone; null for anything else
 */
export function decodeBase64(written) {
  if (!BASE64.test(written)) return null;
  const binary = atob(written);
  if (btoa(binary) !== written) return null; // spare bits
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

/**
 * @param {string} line
 * @returns {Signature}
 */
function readSignature(line) {
  const space = line.indexOf(" ", DASH.length);
  const name = line.slice(DASH.length, space);
  const data = decodeBase64(line.slice(space + 1));
  if (!line.startsWith(DASH) || space < 0 || !NAME.test(name))
    throw new HeliographError("note-form");
  if (data === null || data.length <= ID_SIZE) throw new HeliographError("note-form");
  return { name, keyId: data.subarray(0, ID_SIZE), value: data.subarray(ID_SIZE) };
}

/**
 * @param {Uint8Array} data
 * @returns {string}
 */
function decode(data) {
  try {
    return decoder.decode(data);
  } catch {
    throw new HeliographError("note-form");
  }
}

/**
 * @param {string} text
 * @returns {boolean} whether there is a control character of ASCII other than a newline
 */
function hasControl(text) {
  for (const char of text) if (char < " " && char !== "\n") return true;
  return false;
}
