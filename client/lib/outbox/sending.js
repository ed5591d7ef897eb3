/**
 * The sender: takes what waits in the outbox to any address that the keyring names.
 *
 * An item leaves the outbox when a service said `stored` or `known` for its very bytes. After any
 * other answer, or none, the same bytes go again later; nothing is ever sealed again. Two senders at
 * once do no harm, since the same bytes twice are `known`; where there are locks there is one.
 */

import { orderAddresses } from "./addresses.js";
import { readHeld as readStoredHeld } from "./held.js";
import { CLOCK } from "./requests.js";
import { askProof, sendBlob, sendEnvelopes } from "./steps.js";
import { provingOf, readWaits } from "./waits.js";
import { chooseWork, findPause } from "./work.js";

const LOCK = "sending";
const BUSY_PAUSE = 15_000;

/** @typedef {import("./held.js").Held} Held */

/**
 * @typedef {object} Outcome
 * @property {boolean} busy another tab or the worker is sending: nothing was done
 * @property {number} arrived envelopes that arrived by this run
 * @property {number} waiting items that are still here
 * @property {number | null} next milliseconds until it makes sense to run again; null: only when
 *   something is added or the keyring names an address
 */

/**
 * @param {object} parts
 * @param {import("./outbox.js").Outbox} parts.outbox
 * @param {() => Promise<Held | null>} [parts.readHeld] the held keyring's addresses and log keys; null:
 *   none is held, and nothing is sent
 * @param {typeof globalThis.fetch} [parts.fetch]
 * @param {import("./requests.js").Clock} [parts.clock]
 * @param {(bytes: number) => number} [parts.limit] as in Way
 * @param {() => number} [parts.random] 0 to 1
 * @param {LockManager | null} [parts.locks]
 * @param {((receipt: string, envelope: Uint8Array, logKeys: readonly string[]) => Promise<unknown>) | null}
 *   [parts.checkReceipt] throws for a receipt that proves nothing; null where none can be checked,
 *   as in a worker without libsodium: proofs are then left to the pages
 */
export function createSender({
  outbox,
  readHeld = () => readStoredHeld(outbox.database),
  fetch = globalThis.fetch.bind(globalThis),
  clock = CLOCK,
  limit,
  random = Math.random,
  locks = globalThis.navigator?.locks ?? null,
  checkReceipt = null,
}) {
  /** @type {Map<string, import("./schedule.js").Link>} */
  const links = new Map();
  /** @type {Map<string, number>} */
  const offsets = new Map();
  /** @type {import("./waits.js").Waits | null} */
  let waits = null;
  /** @type {Promise<Outcome> | null} */
  let running = null;
  let wasAsked = false;
  let isHurried = false;

  /**
   * Sends until nothing can be done now. Asked while it runs, it goes on with what came meanwhile.
   * @param {{fresh?: boolean, signal?: AbortSignal}} [how] fresh: forget the pauses, because the
   *   network came back or the person wants it now
   * @returns {Promise<Outcome>}
   */
  function run({ fresh = false, signal } = {}) {
    wasAsked = true;
    isHurried ||= fresh;
    running ??= runAsked(signal);
    return running;
  }

  /**
   * @param {AbortSignal | undefined} signal
   * @returns {Promise<Outcome>}
   */
  async function runAsked(signal) {
    try {
      for (;;) {
        const outcome = await locked(signal);
        // Asked while the end was being written down: nothing has looked at what came.
        if (outcome.busy || !wasAsked || signal?.aborted) return outcome;
      }
    } finally {
      running = null;
    }
  }

  /**
   * @param {AbortSignal | undefined} signal
   * @returns {Promise<Outcome>}
   */
  async function locked(signal) {
    if (!locks) return work(signal);
    return locks.request(LOCK, { ifAvailable: true }, async (lock) => {
      if (lock) return work(signal);
      const { length } = await outbox.waiting();
      return { busy: true, arrived: 0, waiting: length, next: length ? BUSY_PAUSE : null };
    });
  }

  /**
   * @param {AbortSignal | undefined} signal
   * @returns {Promise<Outcome>}
   */
  async function work(signal) {
    waits ??= await readWaits(outbox.database, clock);
    await waits.load();
    const way = { fetch, clock, ...(limit && { limit }), ...(signal && { signal }) };
    let arrived = 0;
    for (;;) {
      if (isHurried) await hurry(waits);
      isHurried = false;
      wasAsked = false;
      const held = await readHeld();
      const good = await readGood();
      const situation = {
        items: await outbox.waiting(),
        addresses: orderAddresses(held?.addresses ?? [], good),
        left: waits.left,
        failures: waits.failures,
        links,
        proves: checkReceipt !== null,
      };
      const next = signal?.aborted ? null : chooseWork(situation);
      if (next) {
        const check = checkReceipt
          ? (/** @type {string} */ receipt, /** @type {Uint8Array} */ envelope) =>
              checkReceipt(receipt, envelope, held?.logKeys ?? [])
          : null;
        const desk = { outbox, way, random, waits, links, offsets, check };
        if (next.is === "envelopes") {
          const came = await sendEnvelopes(desk, next.address, next.items);
          if (came && good !== next.address) await keepGood(next.address);
          arrived += came;
        } else if (next.is === "blob") {
          await sendBlob(desk, next.address, next.item, next.blob);
        } else {
          await askProof(desk, next.address, next.item);
        }
      } else if (!wasAsked || signal?.aborted) {
        const ids = new Set(situation.items.map((item) => provingOf(item.id)));
        await waits.tidy((name) => !name.startsWith("proof ") || ids.has(name));
        const pause = findPause(situation);
        return { busy: false, arrived, waiting: situation.items.length, next: pause };
      }
    }
  }

  /** @param {import("./waits.js").Waits} waits */
  async function hurry(waits) {
    await waits.hurry();
    // What was refused gets another chance: the service may be a newer one now.
    const items = await outbox.waiting();
    const refused = items.filter((item) => !item.arrived && Object.keys(item.refused).length);
    if (refused.length === 0) return;
    await outbox.change(
      new Map(refused.map(({ id }) => [id, (item) => ({ ...item, refused: {} })])),
    );
  }

  /** @returns {Promise<string | null>} the address that took something last */
  async function readGood() {
    const good = await outbox.database.read(["state"], (tx) => tx.objectStore("state").get("good"));
    return good ?? null;
  }

  /** @param {string} address */
  async function keepGood(address) {
    await outbox.database
      .write(["state"], (tx) => tx.objectStore("state").put(address, "good"), "relaxed")
      .catch(() => undefined); // a hint, and no more
  }

  return { run };
}
