/**
 * Reading the keyring: the signed, versioned, public statement of epochs, locks and keys. See
 * spec/keyring-v1.md. A keyring that is refused changes nothing: the caller keeps the last good one.
 */

import { equal } from "../bytes.js";
import { HeliographError } from "../errors.js";
import { readHolders, readReporter } from "./statements.js";
import {
  checkTimestamp,
  readRoot,
  readSnapshotFiles,
  readTargetFiles,
  readTargets,
  rootName,
  TIMESTAMP,
  targetName,
  walkRoots,
} from "./trust.js";

export { readBundle, writeBundle } from "./bundle.js";

/**
 * @typedef {import("./trust.js").Files} Files
 * @typedef {import("./trust.js").Root} Root
 * @typedef {import("../sodium.js").Sodium} Sodium
 */

/**
 * A keyring whose signatures, versions and hashes were checked.
 * @typedef {import("./statements.js").Reporter & {
 *   rootVersion: number,
 *   version: number,
 *   development: boolean,
 *   expires: number,
 *   holders: readonly import("./statements.js").Holder[],
 *   files: ReadonlyMap<string, Uint8Array>,
 * }} Keyring `version` is that of its targets and only rises; `expires` is Unix seconds, the end of root or
 *   targets, whichever is first; `files` are the checked files alone, by their names
 */

const REPORTER = "reporter.json";
const HOLDERS = "holders.json";
const TARGETS_NAME = /^([1-9][0-9]{0,8})\.targets\.json$/;

/**
 * The keyring in `files`, trusted from a root file that came another way.
 * @param {Sodium} sodium
 * @param {Uint8Array} pinnedRoot
 * @param {Files} files
 * @returns {Promise<Keyring>}
 * @throws {HeliographError} any keyring-… code
 */
export async function readFirst(sodium, pinnedRoot, files) {
  const root = readRoot(sodium, pinnedRoot);
  const name = rootName(root.version);
  if (!equal(files.get(name) ?? pinnedRoot, pinnedRoot)) {
    throw new HeliographError("keyring-root-fork");
  }
  const walked = walkRoots(sodium, root, files);
  return await read(sodium, walked.root, new Map([[name, pinnedRoot], ...walked.passed]), files);
}

/**
 * The keyring in `files`, when it may follow `current`. One version is one set of bytes.
 * @param {Sodium} sodium
 * @param {Keyring} current
 * @param {Files} files
 * @returns {Promise<Keyring>}
 * @throws {HeliographError} keyring-rollback, keyring-fork, keyring-root-fork, and as `readFirst`
 */
export async function readSuccessor(sodium, current, files) {
  const roots = [...current.files].filter(([name]) => name.endsWith(".root.json"));
  if (roots.some(([name, bytes]) => !equal(files.get(name) ?? bytes, bytes))) {
    throw new HeliographError("keyring-root-fork");
  }
  const held = /** @type {Uint8Array} */ (current.files.get(rootName(current.rootVersion)));
  const { root, passed } = walkRoots(sodium, readRoot(sodium, held), files);
  const { version, bytes, name } = findTargets(files);
  if (version < current.version) throw new HeliographError("keyring-rollback");
  const timestamps = [current.files.get(TIMESTAMP), files.get(TIMESTAMP)];
  if (timestamps[0] && timestamps[1]) checkTimestamp(timestamps[0], timestamps[1]);
  const known = new Map([...roots, ...passed]);
  if (version > current.version) return await read(sodium, root, known, files);
  if (!equal(bytes, /** @type {Uint8Array} */ (current.files.get(name)))) {
    throw new HeliographError("keyring-fork");
  }
  // The same targets again: target files that were left out this time are still the ones we hold.
  return await read(sodium, root, known, new Map([...current.files, ...files]));
}

/**
 * @param {Keyring} keyring
 * @param {number} now Unix seconds
 * @returns {boolean} whether to warn: it is past its end. It still seals
 */
export function expired(keyring, now) {
  return now >= keyring.expires;
}

/**
 * @param {Files} files
 * @returns {{ version: number, name: string, bytes: Uint8Array }} the newest targets by their names
 */
function findTargets(files) {
  const versions = [...files.keys()].map((name) => Number(TARGETS_NAME.exec(name)?.[1] ?? 0));
  const version = Math.max(0, ...versions);
  const name = `${version}.targets.json`;
  const bytes = files.get(name);
  if (version === 0 || bytes === undefined) throw new HeliographError("keyring-targets-missing");
  return { version, name, bytes };
}

/**
 * @param {Sodium} sodium
 * @param {Root} root
 * @param {Files} roots
 * @param {Files} files
 * @returns {Promise<Keyring>}
 */
async function read(sodium, root, roots, files) {
  const { version, name, bytes } = findTargets(files);
  const { targets, list } = readTargets(sodium, root, bytes, version);
  const found = await readTargetFiles(list, files);
  const [reporter, holders] = [found.get(REPORTER), found.get(HOLDERS)];
  if (!reporter || !holders) throw new HeliographError("keyring-file-missing");
  const said = readReporter(reporter);
  return {
    ...said,
    rootVersion: root.version,
    version,
    development: root.development,
    expires: Math.min(root.expires, targets.expires),
    holders: readHolders(holders),
    files: new Map([
      ...roots,
      [name, bytes],
      ...(await readSnapshotFiles(sodium, root, targets, bytes, files)),
      .../** @type {[string, Uint8Array][]} */ (
        [...found].map(([path, data]) => [nameTarget(list, path), data])
      ),
    ]),
  };
}

/**
 * @param {Map<string, import("./metadata.js").Listed>} list
 * @param {string} path
 */
function nameTarget(list, path) {
  return targetName(path, /** @type {import("./metadata.js").Listed} */ (list.get(path)));
}
