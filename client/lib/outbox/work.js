/** What to do next: envelopes before blobs, the smallest first, proofs last. Pure. */

import { batchOf, NEW_LINK } from "./schedule.js";
import { provingOf, sendingTo, uploadingTo } from "./waits.js";

const PATIENT_TRIES = 2;

/** @typedef {import("./items.js").Item} Item */
/** @typedef {import("./items.js").BlobEntry} BlobEntry */
/** @typedef {import("./schedule.js").Link} Link */

/**
 * @typedef {{is: "envelopes", address: string, items: Item[]}
 *   | {is: "blob", address: string, item: Item, blob: BlobEntry}
 *   | {is: "proof", address: string, item: Item}} Work
 */

/**
 * @typedef {object} Situation
 * @property {Item[]} items smallest first
 * @property {string[]} addresses in the order in which they should be tried
 * @property {(name: string) => number} left milliseconds of a pause
 * @property {(name: string) => number} failures in a row, of a pause's name
 * @property {Map<string, Link>} links
 * @property {boolean} proves whether receipts can be checked here
 */

/**
 * @param {Situation} situation
 * @returns {Work | null} null: nothing that can be done now
 */
export function chooseWork({ items, addresses, left, failures, links, proves }) {
  const open = addresses.filter((address) => left(sendingTo(address)) === 0);
  for (const address of open) {
    const fit = items.filter((item) => maySend(item, address, open));
    const sizes = fit.map((item) => item.size);
    const count = batchOf(links.get(address) ?? NEW_LINK, sizes);
    if (count) return { is: "envelopes", address, items: fit.slice(0, count) };
  }
  const uploads = items
    .flatMap((item) => item.blobs.filter((blob) => !blob.done).map((blob) => ({ item, blob })))
    .sort((one, other) => one.blob.length - other.blob.length);
  const roomy = open.filter((address) => left(uploadingTo(address)) === 0);
  for (const upload of uploads) {
    const address = whereTo(upload.blob, addresses, failures).find((one) => roomy.includes(one));
    if (address !== undefined) return { is: "blob", address, ...upload };
  }
  for (const item of proves ? items.filter(isUnproven) : []) {
    const address = open.includes(whomToAsk(item, addresses)) ? whomToAsk(item, addresses) : null;
    if (address && left(provingOf(item.id)) === 0) return { is: "proof", address, item };
  }
  return null;
}

/**
 * @param {Situation} situation
 * @returns {number | null} milliseconds until there is something to do; null: nothing waits, or
 *   nobody is known to send it to
 */
export function findPause({ items, addresses, left, failures, proves }) {
  const pauses = [];
  for (const item of items) {
    for (const address of addresses) {
      const pause = left(sendingTo(address));
      if (!item.arrived && !(address in item.refused)) pauses.push(pause);
    }
    for (const blob of item.blobs.filter(({ done }) => !done)) {
      for (const address of whereTo(blob, addresses, failures)) {
        pauses.push(Math.max(left(sendingTo(address)), left(uploadingTo(address))));
      }
    }
    if (proves && isUnproven(item) && addresses.length) {
      const pause = left(sendingTo(whomToAsk(item, addresses)));
      pauses.push(Math.max(pause, left(provingOf(item.id))));
    }
  }
  return pauses.length ? Math.min(...pauses) : null;
}

/**
 * @param {Item} item
 * @param {string} address
 * @param {string[]} open addresses that may be tried now
 * @returns {boolean} an address that said `stored` and never showed a proof comes after all others
 */
function maySend(item, address, open) {
  if (item.arrived || address in item.refused) return false;
  if (!item.doubted.includes(address)) return true;
  return !open.some((other) => !item.doubted.includes(other) && !(other in item.refused));
}

/**
 * @param {BlobEntry} blob
 * @param {string[]} addresses
 * @param {Situation["failures"]} failures
 * @returns {string[]} where it may go, in this order. A line that broke once is waited for: elsewhere
 *   all of it would go again. After more failures in a row every address will do
 */
function whereTo({ at }, addresses, failures) {
  if (at === undefined || !addresses.includes(at)) return addresses;
  const tries = Math.max(failures(sendingTo(at)), failures(uploadingTo(at)));
  return tries < PATIENT_TRIES ? [at] : [at, ...addresses.filter((address) => address !== at)];
}

/** @param {Item} item */
function isUnproven(item) {
  return item.arrived && item.receipt;
}

/**
 * @param {Item} item
 * @param {string[]} addresses one or more
 * @returns {string} those that said that they have it, in turn
 */
function whomToAsk(item, addresses) {
  const said = item.said.filter((address) => addresses.includes(address));
  const asked = said.length ? said : addresses;
  return asked[item.unproven % asked.length] ?? "";
}
