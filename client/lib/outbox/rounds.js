/**
 * When a page runs the sender: at its start whatever pauses there are, when something was added, when
 * the network comes back, when the keyring changed, and after each pause.
 */

import { NAME } from "./database.js";

const LEAST = 1000;
const MOST = 60 * 60 * 1000;
const AFTER_ERROR = 60 * 1000;

/**
 * @param {object} parts
 * @param {{run(how?: {fresh?: boolean, signal?: AbortSignal}): Promise<import("./sending.js").Outcome>}}
 *   parts.sender
 * @param {EventTarget} [parts.target] of "online"
 * @param {string} [parts.name] of the outbox's channel
 * @param {(outcome: import("./sending.js").Outcome) => void} [parts.onOutcome]
 */
export function keepSending({ sender, target = globalThis, name = NAME, onOutcome }) {
  const channel = new BroadcastChannel(name);
  const end = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {boolean} fresh */
  async function go(fresh) {
    clearTimeout(timer);
    /** @type {number | null} */
    let pause = AFTER_ERROR;
    try {
      const outcome = await sender.run({ fresh, signal: end.signal });
      pause = outcome.next;
      onOutcome?.(outcome);
    } catch {
      // The database is gone or full. What is in it stays; a later round may find it again.
    }
    clearTimeout(timer);
    if (pause === null || end.signal.aborted) return;
    timer = setTimeout(() => go(false), Math.min(Math.max(pause, LEAST), MOST));
  }

  const onOnline = () => go(true);
  target.addEventListener("online", onOnline);
  channel.addEventListener("message", ({ data }) => {
    if (data?.type === "added") go(false);
    if (data?.type === "keyring") go(true);
  });
  // Somebody opens the app: a pause of the last time, an hour perhaps, is not what they wait for.
  go(true);

  return {
    /** The person wants it sent now: pauses are forgotten. */
    now: () => go(true),
    /** Ends what is under way; the outbox keeps what did not arrive. */
    stop() {
      end.abort();
      clearTimeout(timer);
      target.removeEventListener("online", onOnline);
      channel.close();
    },
  };
}
