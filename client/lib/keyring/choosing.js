/**
 * Choosing the key to seal with: an epoch and a suite, from the keyring and the channel. Never a
 * negotiation. See spec/keyring-v1.md, "Choosing an epoch".
 */

import { SUITES } from "../envelope.js";
import { HeliographError } from "../errors.js";
import { expired } from "./keyring.js";

/**
 * @typedef {import("./keyring.js").Keyring} Keyring
 * @typedef {import("./statements.js").Epoch} Epoch
 */

/**
 * @param {Keyring} keyring
 * @param {string} channel such as "app", "web" or "app-sms"
 * @param {number} now Unix seconds by this device's clock; the later of it and the keyring's `signedAt`
 *   counts, so that a slow clock never chooses a dead key
 * @returns {import("../sealing.js").SealingKey} of the newest current epoch, else a current fallback, else
 *   the epoch that ends last
 * @throws {HeliographError} no-epoch
 */
export function sealingKey(keyring, channel, now) {
  const epoch = choose(keyring, channel, now);
  const suite = /** @type {number} */ (epoch.suites.get(channel));
  const keys = SUITES.get(suite)?.locks.map((lock) => epoch.locks.get(lock)?.get(suite));
  return {
    suite,
    epoch: epoch.number,
    epochStart: epoch.sealFrom,
    keys: /** @type {Uint8Array[]} */ (keys),
  };
}

/**
 * @param {Keyring} keyring
 * @param {string} channel
 * @param {number} now Unix seconds
 * @returns {string[]} what to tell the person who seals; all of it seals all the same. "keyring-expired":
 *   past its end. "epoch-past": no epoch is current, an old one is used. "clock-behind": the clock is before
 *   the keyring's signature, so it is wrong
 * @throws {HeliographError} no-epoch
 */
export function warnings(keyring, channel, now) {
  const time = Math.max(now, keyring.signedAt);
  const epoch = choose(keyring, channel, now);
  const found = [];
  if (expired(keyring, time)) found.push("keyring-expired");
  if (!isCurrent(epoch, time)) found.push("epoch-past");
  if (now < keyring.signedAt) found.push("clock-behind");
  return found;
}

/**
 * @param {Keyring} keyring
 * @param {string} channel
 * @param {number} now
 * @returns {Epoch}
 */
function choose(keyring, channel, now) {
  const time = Math.max(now, keyring.signedAt);
  const offered = keyring.epochs.filter((epoch) => epoch.suites.has(channel));
  const current = offered.filter((epoch) => isCurrent(epoch, time));
  if (current.length > 0) {
    return last(current, (epoch) => [Number(!epoch.fallback), epoch.sealFrom, epoch.number]);
  }
  if (offered.length === 0) throw new HeliographError("no-epoch");
  return last(offered, (epoch) => [
    Number(epoch.destroyAfter > time),
    // By a clock that runs years ahead every key looks destroyed; the officers' clock says which are.
    Number(epoch.destroyAfter > keyring.signedAt),
    Number(epoch.fallback),
    epoch.sealUntil,
    epoch.number,
  ]);
}

/**
 * @param {Epoch} epoch
 * @param {number} time
 */
function isCurrent(epoch, time) {
  return epoch.sealFrom <= time && time < epoch.sealUntil;
}

/**
 * @param {Epoch[]} epochs at least one
 * @param {(epoch: Epoch) => number[]} rank compared from the first number on
 * @returns {Epoch} the one that ranks highest
 */
function last(epochs, rank) {
  return epochs.reduce((best, epoch) => {
    const [high, other] = [rank(best), rank(epoch)];
    const at = high.findIndex((value, index) => value !== other[index]);
    return at >= 0 && /** @type {number} */ (other[at]) > /** @type {number} */ (high[at])
      ? epoch
      : best;
  });
}
