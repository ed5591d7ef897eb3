/** libsodium, loaded once and only when something is sealed, checked or opened: it is the heaviest part. */

import sodium from "../vendor/libsodium-wrappers.js";

/** @typedef {typeof sodium} Sodium */

/**
 * @returns {Promise<Sodium>} libsodium, ready for use
 */
export async function loadSodium() {
  await sodium.ready;
  return sodium;
}
