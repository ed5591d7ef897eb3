/**
 * Which of a keyring's files are signed by the right officers: TUF's roots and its targets. TUF
 * specification 1.0, sections 5.3 (root) and 5.6 (targets). Expiry is not checked here: an expired keyring
 * still seals.
 */

import { equal, toHex } from "../bytes.js";
import { HeliographError } from "../errors.js";
import { readMetadata, readMetaList, readTargetList, wrong } from "./metadata.js";
import { checkPoints, isSigned, readRootForm } from "./root.js";

/**
 * @typedef {import("./metadata.js").Metadata} Metadata
 * @typedef {import("./metadata.js").Listed} Listed
 * @typedef {import("./root.js").Root} Root
 * @typedef {import("../sodium.js").Sodium} Sodium
 * @typedef {ReadonlyMap<string, Uint8Array>} Files
 */

export const TIMESTAMP = "timestamp.json";

const TARGET_PATH = /^(?:[a-z0-9-]{1,32}\/){0,2}[a-z0-9-]{1,32}\.json$/;
/** @type {Record<string, string>} */
const PLATFORM_NAMES = { sha256: "SHA-256", sha512: "SHA-512" };

/**
 * @param {number} version
 * @returns {string} file name of a root
 */
export function rootName(version) {
  return `${version}.root.json`;
}

/**
 * @param {Sodium} sodium
 * @param {Uint8Array} bytes
 * @returns {Root} a root that holds its own threshold of signatures
 * @throws {HeliographError} keyring-root-form, keyring-root-signatures
 */
export function readRoot(sodium, bytes) {
  const root = readRootForm(bytes);
  checkPoints(sodium, root);
  checkRoot(sodium, root, root);
  return root;
}

/**
 * Go from `root` to the newest root in `files`; both thresholds must sign each step.
 * @param {Sodium} sodium
 * @param {Root} root
 * @param {Files} files
 * @returns {{ root: Root, passed: Map<string, Uint8Array> }} the newest root, and the files passed
 * @throws {HeliographError} keyring-root-form, keyring-root-version, keyring-root-signatures,
 *   keyring-development
 */
export function walkRoots(sodium, root, files) {
  /** @type {Map<string, Uint8Array>} */
  const passed = new Map();
  let newest = root;
  for (;;) {
    const name = rootName(newest.version + 1);
    const bytes = files.get(name);
    if (bytes === undefined) return { root: newest, passed };
    const next = readRootForm(bytes);
    checkPoints(sodium, next);
    if (next.version !== newest.version + 1) throw new HeliographError("keyring-root-version");
    checkRoot(sodium, next, newest);
    checkRoot(sodium, next, next);
    // A real root must not become a development root, nor the other way round: whoever pinned it chose
    // once.
    if (next.development !== newest.development) throw new HeliographError("keyring-development");
    passed.set(name, bytes);
    newest = next;
  }
}

/**
 * @param {Sodium} sodium
 * @param {Root} root
 * @param {Uint8Array} bytes
 * @param {number} version by its name
 * @returns {{ targets: Metadata, list: Map<string, Listed> }} targets with enough signatures
 * @throws {HeliographError} keyring-metadata-form, keyring-signatures, keyring-version
 */
export function readTargets(sodium, root, bytes, version) {
  const targets = readMetadata(bytes, "targets");
  const list = readTargetList(targets);
  checkSigned(sodium, targets, root);
  if (targets.version !== version) throw new HeliographError("keyring-version");
  return { targets, list };
}

/**
 * Timestamp and snapshot, which ordinary TUF clients need. What is there must be signed and lead to these
 * targets, so that nobody can have junk served in their place.
 * @param {Sodium} sodium
 * @param {Root} root
 * @param {Metadata} targets
 * @param {Uint8Array} targetsBytes
 * @param {Files} files
 * @returns {Promise<Map<string, Uint8Array>>} both files, or none where there is no timestamp
 * @throws {HeliographError} keyring-snapshot, keyring-metadata-form, keyring-signatures
 */
export async function readSnapshotFiles(sodium, root, targets, targetsBytes, files) {
  const timestampBytes = files.get(TIMESTAMP);
  if (timestampBytes === undefined) return new Map();
  const timestamp = readMetadata(timestampBytes, "timestamp");
  const listedSnapshot = /** @type {Listed} */ (readMetaList(timestamp).get("snapshot.json"));
  checkSigned(sodium, timestamp, root);
  const name = `${listedSnapshot.version}.snapshot.json`;
  const snapshotBytes = files.get(name);
  if (snapshotBytes === undefined) throw new HeliographError("keyring-snapshot");
  const snapshot = readMetadata(snapshotBytes, "snapshot");
  const listed = readMetaList(snapshot).get("targets.json");
  checkSigned(sodium, snapshot, root);
  if (
    snapshot.version !== listedSnapshot.version ||
    listed?.version !== targets.version ||
    !(await isListed(listedSnapshot, snapshotBytes)) ||
    !(await isListed(listed, targetsBytes))
  ) {
    throw new HeliographError("keyring-snapshot");
  }
  return new Map([
    [TIMESTAMP, timestampBytes],
    [name, snapshotBytes],
  ]);
}

/**
 * A timestamp's version may only rise, like that of targets. Signatures are checked elsewhere.
 * @param {Uint8Array} held
 * @param {Uint8Array} offered
 * @throws {HeliographError} keyring-rollback, keyring-fork, keyring-metadata-form
 */
export function checkTimestamp(held, offered) {
  if (equal(held, offered)) return;
  const [old, next] = [held, offered].map((bytes) => {
    const timestamp = readMetadata(bytes, "timestamp");
    readMetaList(timestamp);
    return timestamp.version;
  });
  if (old === undefined || next === undefined || next < old) {
    throw new HeliographError("keyring-rollback");
  }
  if (next === old) throw new HeliographError("keyring-fork");
}

/**
 * The files that targets lists and that are there, by target path.
 * @param {ReadonlyMap<string, Listed>} list
 * @param {Files} files
 * @returns {Promise<Map<string, Uint8Array>>}
 * @throws {HeliographError} keyring-file-hash for a file of wrong length or hash, keyring-metadata-form
 */
export async function readTargetFiles(list, files) {
  /** @type {Map<string, Uint8Array>} */
  const found = new Map();
  if (![...list.keys()].every((path) => TARGET_PATH.test(path))) throw wrong();
  for (const [path, listed] of list) {
    const bytes = files.get(targetName(path, listed));
    if (bytes === undefined) continue;
    if (!(await isListed(listed, bytes))) throw new HeliographError("keyring-file-hash");
    found.set(path, bytes);
  }
  return found;
}

/**
 * @param {string} path
 * @param {Listed} listed
 * @returns {string} the name under which a target stands: its SHA-256 before its last path segment
 * @throws {HeliographError} keyring-metadata-form if it is listed without SHA-256
 */
export function targetName(path, listed) {
  const digest = listed.hashes.get("sha256");
  if (digest === undefined) throw wrong();
  const at = path.lastIndexOf("/") + 1;
  return `${path.slice(0, at)}${digest}.${path.slice(at)}`;
}

/**
 * @param {Sodium} sodium
 * @param {Root} root
 * @param {Root} by
 */
function checkRoot(sodium, root, by) {
  if (!isSigned(sodium, root.metadata, by)) throw new HeliographError("keyring-root-signatures");
}

/**
 * @param {Sodium} sodium
 * @param {Metadata} metadata
 * @param {Root} by
 */
function checkSigned(sodium, metadata, by) {
  if (!isSigned(sodium, metadata, by)) throw new HeliographError("keyring-signatures");
}

/**
 * @param {Listed} listed
 * @param {Uint8Array} bytes
 * @returns {Promise<boolean>} whether a file has the listed length and every listed hash
 */
async function isListed(listed, bytes) {
  if (listed.length !== null && listed.length !== bytes.length) return false;
  for (const [algorithm, expected] of listed.hashes) {
    const name = /** @type {string} */ (PLATFORM_NAMES[algorithm]);
    const digest = await crypto.subtle.digest(name, /** @type {BufferSource} */ (bytes));
    if (toHex(new Uint8Array(digest)) !== expected) return false;
  }
  return true;
}
