/** How it stands with the outbox, in one word and a few numbers. */

/** @typedef {import("../lib/outbox/items.js").Item} Item */

/**
 * @typedef {object} Situation
 * @property {"none" | "all" | "sending" | "refused" | "offline" | "unknown" | "unreached" | "waits"} is
 * @property {Item[]} items what is here, smallest first
 * @property {number} waiting envelopes that have not arrived
 * @property {number} attachments that have not arrived
 * @property {number} receipts that were asked for and have not come
 * @property {number} arrived envelopes, ever
 * @property {number} texts items that wait and can go as text messages
 */

/**
 * @param {import("./depot.js").Depot} depot
 * @param {boolean} online what the browser thinks: its "no" is sure, its "yes" is not
 * @returns {Promise<Situation>}
 */
export async function readSituation({ outbox, sending, hasKeyring }, online) {
  const [items, counts] = await Promise.all([outbox.waiting(), outbox.counts()]);
  const addressed = await hasKeyring();
  return judge(items, counts.arrived, { ...sending.state(), online, addressed });
}

/**
 * @param {Item[]} items
 * @param {number} arrived
 * @param {{busy: boolean, failed: boolean, online: boolean, addressed: boolean}} seen
 * @returns {Situation}
 */
export function judge(items, arrived, { busy, failed, online, addressed }) {
  const waiting = items.filter((item) => !item.arrived);
  const attachments = items.flatMap((item) => item.blobs).filter((blob) => !blob.done).length;
  const numbers = {
    items,
    waiting: waiting.length,
    attachments,
    receipts: items.filter((item) => item.arrived && item.receipt).length,
    arrived,
    texts: waiting.filter((item) => item.texts.length > 0).length,
  };
  const left = waiting.length + attachments;
  if (left === 0) return { is: arrived > 0 || items.length > 0 ? "all" : "none", ...numbers };
  if (busy && online) return { is: "sending", ...numbers };
  if (!online) return { is: "offline", ...numbers };
  if (!addressed) return { is: "unknown", ...numbers };
  if (waiting.some(isRefused)) return { is: "refused", ...numbers };
  return { is: failed ? "unreached" : "waits", ...numbers };
}

/**
 * @param {Item} item
 * @returns {boolean} whether a service refused its form
 */
export function isRefused(item) {
  return !item.arrived && Object.keys(item.refused).length > 0;
}
