/**
 * The keyring that this device holds: the pinned root, the bundle of checked files, and nothing else.
 *
 * The root is that of the page's first load, and is never replaced. A successor is taken over only if
 * keyring/ accepts it; whatever is refused changes nothing, and is told by its code. An expired
 * keyring still seals.
 */

import { equal } from "../bytes.js";
import { HeliographError } from "../errors.js";
import { MAX_BUNDLE, readBundle, writeBundle } from "../keyring/bundle.js";
import { fetchFiles } from "../keyring/fetching.js";
import { readFirst, readSuccessor } from "../keyring/keyring.js";
import { orderAddresses, readAddress } from "./addresses.js";
import { KEY, readHeld, readStored } from "./held.js";
import { ask, CLOCK } from "./requests.js";

/** @typedef {import("../keyring/keyring.js").Keyring} Keyring */
/** @typedef {import("./held.js").Stored} Stored */

export { readHeld };

const ROOT_PATH = "/root.json";
/** What is told: somebody signed what contradicts the held keyring, or forged it. All other errors are those of
 * a network that is not there, or answers in the service's place. */
const TOLD = new Set([
  "keyring-rollback",
  "keyring-fork",
  "keyring-root-fork",
  "keyring-root-signatures",
  "keyring-root-version",
  "keyring-signatures",
  "keyring-version",
  "keyring-file-hash",
  "keyring-development",
]);

/**
 * @typedef {object} Update
 * @property {Keyring | null} keyring the one that is held now
 * @property {boolean} changed whether it was taken over by this
 * @property {string[]} codes why keyrings were refused ("keyring-rollback", …), each once: tell the person
 * @property {boolean} answered whether any address gave a keyring that is in order
 */

/**
 * @param {object} parts
 * @param {import("./outbox.js").Outbox} parts.outbox
 * @param {() => Promise<import("../sodium.js").Sodium>} parts.loadSodium
 * @param {string} parts.origin of the page
 * @param {typeof globalThis.fetch} [parts.fetch]
 * @param {import("./requests.js").Clock} [parts.clock]
 */
export function createKeyrings({
  outbox,
  loadSodium,
  origin,
  fetch = globalThis.fetch.bind(globalThis),
  clock = CLOCK,
}) {
  const { database } = outbox;
  const way = { fetch, clock };

  /** @returns {Promise<Keyring | null>} the held keyring, checked again; null: there is none yet */
  async function load() {
    const stored = await readStored(database);
    return stored && (await check(stored));
  }

  /**
   * Asks the page's own origin and every address that the held keyring names for a newer one. Bounded
   * in time by each request's own limit; safe to repeat.
   * @returns {Promise<Update>}
   */
  async function update() {
    let stored = await readStored(database);
    const first = stored;
    /** @type {Set<string>} */
    const codes = new Set();
    let answered = false;
    const named = (await readHeld(database))?.addresses ?? [];
    const own = readAddress(origin);
    for (const address of orderAddresses(own ? [own, ...named] : named, own)) {
      try {
        const next = stored ? await follow(stored, address) : await begin(address);
        stored = await keep(stored, next);
        answered = true;
      } catch (error) {
        if (!(error instanceof HeliographError)) throw error;
        if (TOLD.has(error.code)) codes.add(error.code);
      }
    }
    const changed = stored !== null && !(first && equal(first.bundle, stored.bundle));
    if (changed) outbox.tell("keyring");
    const keyring = stored && (await check(stored));
    return { keyring, changed, codes: [...codes], answered };
  }

  /** @param {string} address @returns {Promise<Stored>} the first keyring of this device */
  async function begin(address) {
    // Trust begins with the page's own origin alone.
    if (address !== readAddress(origin)) throw new HeliographError("keyring-missing");
    const answer = await ask(way, address + ROOT_PATH, { most: MAX_BUNDLE });
    if (answer?.status !== 200 || !answer.body) throw new HeliographError("service-unreachable");
    const root = answer.body;
    const files = await fetchFiles({ address, fetch, known: null, pinnedRoot: root });
    const keyring = await readFirst(await loadSodium(), root, files);
    return { root, bundle: writeBundle(keyring.files) };
  }

  /** @param {Stored} stored @param {string} address @returns {Promise<Stored>} */
  async function follow({ root, bundle }, address) {
    const known = await check({ root, bundle });
    const files = await fetchFiles({ address, fetch, known, pinnedRoot: root });
    if (files.size === 0) return { root, bundle };
    const keyring = await readSuccessor(await loadSodium(), known, files);
    return { root, bundle: writeBundle(keyring.files) };
  }

  /** @param {Stored} stored */
  async function check({ root, bundle }) {
    return readFirst(await loadSodium(), root, readBundle(bundle));
  }

  /**
   * @param {Stored | null} before what `next` follows
   * @param {Stored} next
   * @returns {Promise<Stored>} what is held now. Where another tab took one over meanwhile, that one
   *   stays: it was accepted as well, and the next update follows it
   */
  async function keep(before, next) {
    if (before && equal(before.bundle, next.bundle)) return before;
    return database.write(["state"], async (tx) => {
      const store = tx.objectStore("state");
      const held = /** @type {Stored | undefined} */ (await store.get(KEY));
      if (held && !(before && equal(before.bundle, held.bundle))) return held;
      await store.put(next, KEY);
      return next;
    });
  }

  return { load, update };
}
