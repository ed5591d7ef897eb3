/**
 * Receipts (C2SP tlog-proof v1, over tlog-checkpoint v1): that the log of the coalition's service has an
 * envelope, shown to whoever sealed it. See spec/log-v1.md.
 */

import { equal, utf8 } from "../bytes.js";
import { envelopeId, readHeader } from "../envelope.js";
import { HeliographError } from "../errors.js";
import { readLeaf } from "../leaf.js";
import { decodeBase64, ED25519, isSigned, NOTE_LIMIT, readKey, readNote } from "./notes.js";
import { checkInclusion, HASH_SIZE, hashLeaf } from "./tree.js";

const RECEIPT_LIMIT = NOTE_LIMIT + 16_384;
const HEAD = "c2sp.org/tlog-proof@v1";
/** Hashes of an inclusion proof: a log has fewer than 2^63 leaves. */
const PROOF_LIMIT = 63;
const NUMBER = /^(?:0|[1-9][0-9]{0,18})$/;

/**
 * @typedef {object} Receipt taken apart; nothing is verified yet
 * @property {bigint} index of the leaf
 * @property {Uint8Array[]} proof 32 bytes each, from the leaf's sibling up
 * @property {import("./notes.js").Note} note the checkpoint
 * @property {Uint8Array | null} extra what the service says is the leaf
 *
 * @typedef {object} Checkpoint
 * @property {string} origin the log's name
 * @property {bigint} size in leaves
 * @property {Uint8Array} root 32 bytes
 *
 * @typedef {object} Checked
 * @property {number} index of the envelope's leaf
 * @property {number} size leaves of the log that signed it
 * @property {number} day on which the service took it, in days since 1970-01-01
 * @property {string} origin the log's name
 */

/**
 * Check a receipt of one's own envelope. Its day is in the leaf alone, so the leaf is taken from the
 * receipt's `extra` line, which the proof then covers: any other day has another hash.
 * @param {object} asked
 * @param {import("../sodium.js").Sodium} asked.sodium
 * @param {Uint8Array | string} asked.receipt as the service gave it
 * @param {Uint8Array} asked.envelope
 * @param {Iterable<string>} asked.logKeys the keyring's, as C2SP verifier keys. Kinds of keys that this
 *   version does not know are left aside
 * @returns {Promise<Checked>}
 * @throws {HeliographError} receipt-form, note-form, checkpoint-form, note-not-signed,
 *   note-signature-wrong, leaf-invalid, inclusion-wrong
 */
export async function checkReceipt({ sodium, receipt, envelope, logKeys }) {
  const { index, proof, note, extra } = readReceipt(
    typeof receipt === "string" ? utf8(receipt) : receipt,
  );
  const { origin, size, root } = readCheckpoint(note);
  if (!(await isLogs(sodium, note, origin, logKeys))) throw new HeliographError("note-not-signed");
  const leaf = extra ?? new Uint8Array();
  const { header, day, envelopeId: id } = readLeaf(leaf);
  const { suite, epoch, sizeClass } = readHeader(envelope);
  const same = header.suite === suite && header.epoch === epoch && header.sizeClass === sizeClass;
  if (!same || !equal(id, await envelopeId(envelope))) throw new HeliographError("inclusion-wrong");
  await checkInclusion({ index, size, leafHash: await hashLeaf(leaf), proof, root });
  return { index: Number(index), size: Number(size), day, origin };
}

/**
 * @param {Uint8Array} data
 * @returns {Receipt}
 * @throws {HeliographError} receipt-form, note-form
 */
export function readReceipt(data) {
  if (data.length > RECEIPT_LIMIT) throw new HeliographError("receipt-form");
  // Latin-1: a byte that is no ASCII is then a character that no line may have.
  const written = Array.from(data, (byte) => String.fromCharCode(byte)).join("");
  const at = written.indexOf("\n\n");
  const [head, ...lines] = written.slice(0, Math.max(0, at)).split("\n");
  if (head !== HEAD) throw new HeliographError("receipt-form");
  const extra = lines[0]?.startsWith("extra ") ? readBytes(String(lines.shift()).slice(6)) : null;
  const first = lines.shift();
  const index = first?.startsWith("index ") ? readNumber(first.slice(6)) : null;
  if (index === null) throw new HeliographError("receipt-form");
  const note = readNote(data.subarray(at + 2));
  if (lines.length > PROOF_LIMIT) throw new HeliographError("receipt-form");
  const proof = lines.map(readBytes);
  if (proof.some((hash) => hash.length !== HASH_SIZE)) throw new HeliographError("receipt-form");
  return { index, proof, note, extra };
}

/**
 * @param {import("./notes.js").Note} note
 * @returns {Checkpoint} what it says, whoever signed it. Lines after the third are left aside
 * @throws {HeliographError} checkpoint-form
 */
export function readCheckpoint(note) {
  const lines = note.text.replace(/\n$/, "").split("\n");
  const [origin = "", written = "", encoded = ""] = lines;
  const size = readNumber(written);
  const root = decodeBase64(encoded);
  if (lines.length < 3 || lines.includes("") || size === null || root?.length !== HASH_SIZE) {
    throw new HeliographError("checkpoint-form");
  }
  return { origin, size, root };
}

/**
 * @param {import("../sodium.js").Sodium} sodium
 * @param {import("./notes.js").Note} note
 * @param {string} origin
 * @param {Iterable<string>} logKeys
 * @returns {Promise<boolean>} whether a key of the log of this name signed
 */
async function isLogs(sodium, note, origin, logKeys) {
  for (const written of logKeys) {
    const key = await readKey(written).catch(() => null);
    if (key?.kind !== ED25519 || key.name !== origin) continue;
    if (isSigned(sodium, note, key)) return true;
  }
  return false;
}

/**
 * @param {string} written
 * @returns {Uint8Array}
 */
function readBytes(written) {
  const data = decodeBase64(written);
  if (data === null) throw new HeliographError("receipt-form");
  return data;
}

/**
 * @param {string} written ASCII decimal without leading zeros, below 2^63
 * @returns {bigint | null}
 */
function readNumber(written) {
  if (!NUMBER.test(written)) return null;
  const number = BigInt(written);
  return number < 1n << 63n ? number : null;
}
