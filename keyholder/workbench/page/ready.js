/** Asks again while the workbench is still at it: incidents take longer than the opening. */

import { Refused } from "./api.js";

const AGAIN = 1_500; // ms

/**
 * @param {() => Promise<any>} ask
 * @param {AbortSignal} signal ends it
 * @param {() => void} onWaiting called each time that the answer is not there yet
 * @returns {Promise<any>} the answer. Refused and AbortError as `ask`
 */
export async function whenReady(ask, signal, onWaiting) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Refused && error.code === "opening")) throw error;
    }
    onWaiting();
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
    signal.throwIfAborted();
  }
}
