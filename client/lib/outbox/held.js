/**
 * What lies in the database of the held keyring, and what a sender must know of it. It was checked when it
 * was taken over, so this needs no libsodium, which is too heavy for a worker that wakes up for a moment.
 */

import { readBundle } from "../keyring/bundle.js";
import { readReporter } from "../keyring/statements.js";

/** @typedef {import("./database.js").Database} Database */

/**
 * @typedef {object} Stored
 * @property {Uint8Array} root the pinned root file, as it was first loaded
 * @property {Uint8Array} bundle of the checked files (spec/keyring-v1.md, "Bundle")
 *
 * @typedef {object} Held
 * @property {readonly string[]} addresses
 * @property {readonly string[]} logKeys
 * @property {readonly string[]} [smsNumbers] that take sealed texts
 */

export const KEY = "keyring";
const REPORTER = /^[0-9a-f]{64}\.reporter\.json$/;

/**
 * @param {Database} database
 * @returns {Promise<Stored | null>} null: no keyring is held
 */
export async function readStored(database) {
  return (await database.read(["state"], (tx) => tx.objectStore("state").get(KEY))) ?? null;
}

/**
 * @param {Database} database
 * @returns {Promise<Held | null>} null: no keyring is held
 */
export async function readHeld(database) {
  const stored = await readStored(database);
  if (!stored) return null;
  for (const [name, bytes] of readBundle(stored.bundle)) {
    if (REPORTER.test(name)) return readReporter(bytes);
  }
  return null;
}
