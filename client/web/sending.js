/**
 * The rounds of the sender as a page sees them: whether it sends, when it tries again, and what it
 * does when the person comes back to it.
 */

import { keepSending } from "../lib/outbox/rounds.js";

/** @typedef {import("../lib/outbox/sending.js").Outcome} Outcome */

/** Somebody who looks at the page again after this long wants to know whether it goes now. */
const AWAY_MILLISECONDS = 30_000;

/**
 * @typedef {object} State
 * @property {boolean} busy this page is sending
 * @property {boolean} elsewhere another tab, or the worker, is
 * @property {number | null} due when the next try is, by `now`; null: none is planned
 * @property {boolean} failed the last try left something behind, and nobody else was sending
 *
 * @typedef {object} Sending
 * @property {() => State} state
 * @property {() => Promise<void>} sendNow whatever pauses there are
 * @property {(listener: () => void) => () => void} watch calls back after each change of the state
 *   or of the outbox; gives what ends that
 * @property {() => void} stop no try is begun any more
 * @property {() => number} now milliseconds, by a clock that never jumps
 */

/**
 * @param {object} parts
 * @param {{run(how?: {fresh?: boolean, signal?: AbortSignal}): Promise<Outcome>}} parts.sender
 * @param {Window} parts.window
 * @param {BroadcastChannel} parts.channel on which the outbox tells that it has changed
 * @returns {Sending} that has begun
 */
export function startSending({ sender, window, channel }) {
  const { document } = window;
  const now = () => window.performance.now();
  const end = new AbortController();
  const { signal } = end;
  /** @type {Set<() => void>} */
  const listeners = new Set();
  /** @type {State} */
  let state = { busy: false, elsewhere: false, due: null, failed: false };
  let tried = Number.NEGATIVE_INFINITY;

  /** @param {Partial<State>} changed */
  function become(changed) {
    state = { ...state, ...changed };
    for (const listener of listeners) listener();
  }

  /** @param {{fresh?: boolean, signal?: AbortSignal}} [how] */
  async function run(how) {
    tried = now();
    become({ busy: true, due: null });
    try {
      const outcome = await sender.run(how);
      const { busy, next } = outcome;
      const due = next === null ? null : now() + next;
      become({ busy: false, elsewhere: busy, failed: next !== null && !busy, due });
      return outcome;
    } catch (error) {
      become({ busy: false, elsewhere: false, failed: true, due: null });
      throw error;
    }
  }

  const rounds = keepSending({ sender: { run }, target: window });
  document.addEventListener(
    "visibilitychange",
    () => {
      const away = now() - tried >= AWAY_MILLISECONDS;
      if (document.visibilityState === "visible" && away && !state.busy) void rounds.now();
    },
    { signal },
  );
  for (const change of ["online", "offline"]) {
    window.addEventListener(change, () => become({}), { signal });
  }
  channel.addEventListener("message", () => become({}), { signal });

  return {
    state: () => state,
    sendNow: rounds.now,
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop() {
      end.abort();
      rounds.stop();
      listeners.clear();
    },
    now,
  };
}
