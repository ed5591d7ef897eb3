/** What waits in the outbox: one envelope and what belongs to it. Plain values and pure functions. */

/**
 * @typedef {object} BlobEntry
 * @property {string} name random, of its pieces in the database
 * @property {number} length bytes of ciphertext
 * @property {number} offset bytes that a service said it has; for showing
 * @property {boolean} done whether a service has all of it
 * @property {string} [at] the address that has most of it, as far as is known
 * @property {Record<string, string>} uploads address -> path of the upload that was begun there
 */

/**
 * @typedef {object} Item
 * @property {string} id SHA-256 of the envelope in hex; random where only blobs are carried
 * @property {number} size bytes of the envelope, 0 where there is none
 * @property {boolean} arrived a service said `stored` or `known` for these very bytes
 * @property {string[]} said the addresses that said so
 * @property {Record<string, string>} refused address -> code, where its form was refused
 * @property {string[]} doubted addresses that said so and showed no proof
 * @property {string[]} texts the sealed texts of the same report
 * @property {number[]} [opened] which of them the person says are sent
 * @property {BlobEntry[]} blobs
 * @property {boolean} receipt whether a receipt was asked for
 * @property {number} unproven how often the log had no proof since it arrived
 * @property {number} tries requests that carried the envelope
 */

/**
 * @param {{id: string, size: number, texts: string[], blobs: {name: string, length: number}[],
 *   receipt: boolean}} made
 * @returns {Item}
 */
export function newItem({ id, size, texts, blobs, receipt }) {
  return {
    id,
    size,
    arrived: size === 0,
    said: [],
    refused: {},
    doubted: [],
    texts,
    blobs: blobs.map(({ name, length }) => ({
      name,
      length,
      offset: 0,
      done: false,
      uploads: {},
    })),
    receipt: receipt && size > 0,
    unproven: 0,
    tries: 0,
  };
}

/**
 * @param {Item} item
 * @returns {boolean} whether nothing of it is needed any more
 */
export function isDone(item) {
  return item.arrived && !item.receipt && item.blobs.every((blob) => blob.done);
}

/**
 * @param {Item} item
 * @param {string} address that said `stored` or `known`
 * @returns {Item}
 */
export function withArrival(item, address) {
  const said = item.said.includes(address) ? item.said : [...item.said, address];
  return { ...item, arrived: true, said, unproven: 0, refused: {}, tries: item.tries + 1 };
}

/**
 * @param {Item} item
 * @param {string} address that refused its form
 * @param {string} code
 * @returns {Item}
 */
export function withRefusal(item, address, code) {
  return {
    ...item,
    refused: { ...item.refused, [address]: code },
    tries: item.tries + 1,
  };
}

/**
 * @param {Item} item
 * @returns {Item} that counts as sent once more
 */
export function withTry(item) {
  return { ...item, tries: item.tries + 1 };
}

export const UNPROVEN_MOST = 24;
/**
 * One more answer of the log that has no proof. With the pauses of schedule.js, UNPROVEN_MOST of
 * them take three days or more; then the envelope waits again, first of all for other addresses.
 * @param {Item} item
 * @returns {Item}
 */
export function withoutProof(item) {
  const unproven = item.unproven + 1;
  if (unproven < UNPROVEN_MOST) return { ...item, unproven };
  const doubted = [...new Set([...item.doubted, ...item.said])];
  return { ...item, arrived: false, said: [], doubted, unproven: 0 };
}

/**
 * @param {Item} item
 * @param {string} name
 * @param {Partial<BlobEntry>} changed
 * @returns {Item}
 */
export function withBlob(item, name, changed) {
  const blobs = item.blobs.map((blob) => (blob.name === name ? { ...blob, ...changed } : blob));
  return { ...item, blobs };
}

/**
 * @param {Item} item whose envelope the database lost: there is nothing left to send of it
 * @returns {Item}
 */
export function withoutEnvelope(item) {
  return { ...item, size: 0, arrived: true, receipt: false };
}

/**
 * @param {Item} item
 * @param {string} name of a blob whose pieces are gone
 * @returns {Item}
 */
export function withoutBlob(item, name) {
  return { ...item, blobs: item.blobs.filter((blob) => blob.name !== name) };
}
