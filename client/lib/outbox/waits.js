/** The pauses between tries, kept over starts and measured by a clock that does not jump. */

import { HeliographError } from "../errors.js";
import { remaining } from "./schedule.js";

/** @typedef {import("./schedule.js").Wait} Wait */
/** @typedef {Awaited<ReturnType<typeof readWaits>>} Waits */

const KEY = "waits";

/** @param {string} address @returns {string} the name of the pause before it is spoken to again */
export const sendingTo = (address) => `send ${address}`;
/** @param {string} address @returns {string} the same for blobs, which are refused before reports */
export const uploadingTo = (address) => `blobs ${address}`;
/** @param {string} id @returns {string} the same for asking for an envelope's proof */
export const provingOf = (id) => `proof ${id}`;

/**
 * @param {import("./database.js").Database} database
 * @param {import("./requests.js").Clock} clock
 */
export async function readWaits(database, clock) {
  /** @type {Record<string, Wait>} */
  let waits = {};
  /** @type {Map<string, {wait: Wait, at: number}>} by the steady clock */
  const deadlines = new Map();
  /** @type {Set<string>} */
  const hurried = new Set();
  await load();

  async function load() {
    waits = (await database.read(["state"], (tx) => tx.objectStore("state").get(KEY))) ?? {};
  }

  /**
   * @param {string} name
   * @returns {number} milliseconds still to wait: to the end of the pause by either clock, whichever
   *   is first. So a wall clock that stands still or was put back stops nothing, and neither does a
   *   steady one that slept with the phone
   */
  function left(name) {
    const wait = waits[name];
    if (!wait || hurried.has(name)) return 0;
    const byWall = remaining(wait, clock.wall());
    let known = deadlines.get(name);
    if (known?.wait.until !== wait.until || known.wait.failures !== wait.failures) {
      known = { wait, at: clock.steady() + byWall };
      deadlines.set(name, known);
    }
    return Math.min(Math.max(known.at - clock.steady(), 0), byWall);
  }

  /**
   * Changes what is kept. A full disk keeps nothing, and this process remembers it all the same.
   * @param {(all: Record<string, Wait>) => Record<string, Wait>} change
   */
  async function keep(change) {
    try {
      await database.write(
        ["state"],
        async (tx) => {
          const store = tx.objectStore("state");
          waits = change((await store.get(KEY)) ?? {});
          await store.put(waits, KEY);
        },
        "relaxed",
      );
    } catch (error) {
      if (!(error instanceof HeliographError && error.code === "outbox-full")) throw error;
      waits = change(waits);
    }
  }

  return {
    load,
    left,
    /** @param {string} name */
    get: (name) => waits[name],
    /** @param {string} name @returns {number} in a row */
    failures: (name) => waits[name]?.failures ?? 0,
    /** @param {string} name @returns {boolean} whether it was asked for before its time */
    isHurried: (name) => hurried.has(name),

    /**
     * @param {string} name
     * @param {Wait | undefined} wait undefined where all is well again
     */
    async set(name, wait) {
      hurried.delete(name);
      if (!wait && !waits[name]) return;
      if (wait) deadlines.set(name, { wait, at: clock.steady() + wait.pause });
      await keep(({ [name]: _, ...others }) => (wait ? { ...others, [name]: wait } : others));
    },

    /** Ends a hurry, and leaves the pause as it was. @param {string} name */
    calm(name) {
      hurried.delete(name);
    },

    /** All addresses may be tried at once; proofs too, and that counts as no try. */
    async hurry() {
      await keep((all) => only(all, (name) => name.startsWith("proof ")));
      for (const name of Object.keys(waits)) hurried.add(name);
    },

    /**
     * Forgets the pauses of what is gone.
     * @param {(name: string) => boolean} isNeeded
     */
    async tidy(isNeeded) {
      if (!Object.keys(waits).every(isNeeded)) await keep((all) => only(all, isNeeded));
    },
  };
}

/**
 * @param {Record<string, Wait>} all
 * @param {(name: string) => boolean} isNeeded
 */
function only(all, isNeeded) {
  return Object.fromEntries(Object.entries(all).filter(([name]) => isNeeded(name)));
}
