/**
 * When the page sends: at once, when the network or the person comes back, when something was added,
 * and when the sender's pause is over.
 */

/** Timers of browsers forget what is further away, and clocks of phones jump: we look again. */
const LONGEST_TIMER = 10 * 60_000;
const SETTLE_MILLISECONDS = 200;

/**
 * @typedef {object} State
 * @property {boolean} busy this page is sending
 * @property {boolean} elsewhere another tab, or the worker, is
 * @property {number | null} due when the next try is, by `now`; null: none is planned
 * @property {boolean} failed the last try left something behind though it was not refused
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
 * @param {(how: {fresh: boolean, signal: AbortSignal}) => Promise<import("../lib/outbox/sending.js").Outcome>} parts.run
 * @param {Window} parts.window
 * @param {BroadcastChannel} parts.channel on which the outbox tells that it has changed
 * @returns {Sending} that has begun
 */
export function startSending({ run, window, channel }) {
  const { document } = window;
  const now = () => window.performance.now();
  const stopping = new AbortController();
  /** @type {Set<() => void>} */
  const listeners = new Set();
  /** @type {State} */
  let state = { busy: false, elsewhere: false, due: null, failed: false };
  let timer = 0;
  let settling = 0;

  /** @param {Partial<State>} changed */
  function become(changed) {
    state = { ...state, ...changed };
    for (const listener of listeners) listener();
  }

  /** @param {boolean} fresh */
  async function send(fresh) {
    if (stopping.signal.aborted) return;
    window.clearTimeout(timer);
    become({ busy: true, due: null });
    try {
      const { busy, waiting, next } = await run({ fresh, signal: stopping.signal });
      become({ busy: false, elsewhere: busy, failed: waiting > 0 && next !== null && !busy });
      plan(next);
    } catch {
      // The database is gone or full: it may be there again.
      become({ busy: false, elsewhere: false, failed: true });
      plan(LONGEST_TIMER);
    }
  }

  /** @param {number | null} pause milliseconds */
  function plan(pause) {
    window.clearTimeout(timer);
    if (pause === null || stopping.signal.aborted) return;
    become({ due: now() + pause });
    timer = window.setTimeout(wake, Math.min(pause, LONGEST_TIMER));
  }

  function wake() {
    if (state.due !== null && state.due > now()) plan(state.due - now());
    else void send(false);
  }

  function onChange() {
    for (const listener of listeners) listener();
    window.clearTimeout(settling);
    if (state.busy) return;
    settling = window.setTimeout(() => state.busy || void send(false), SETTLE_MILLISECONDS);
  }

  const { signal } = stopping;
  window.addEventListener("online", () => void send(true), { signal });
  window.addEventListener("offline", () => become({}), { signal });
  document.addEventListener(
    "visibilitychange",
    () => document.visibilityState === "visible" && void send(false),
    { signal },
  );
  channel.addEventListener("message", onChange, { signal });
  void send(false);

  return {
    state: () => state,
    sendNow: () => send(true),
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop() {
      stopping.abort();
      window.clearTimeout(timer);
      window.clearTimeout(settling);
      listeners.clear();
    },
    now,
  };
}
