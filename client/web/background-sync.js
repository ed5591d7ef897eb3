/**
 * Sending with the page closed, in browsers that have Background Sync (Chromium's): pages ask for it after
 * each report, the worker runs the sender when the browser thinks that there is a network.
 *
 * The worker has no libsodium, so proofs and new keyrings are left to the pages.
 */

import { openOutbox } from "../lib/outbox/outbox.js";
import { createSender } from "../lib/outbox/sending.js";

const TAG = "outbox";

/** @typedef {Event & {tag: string, waitUntil(work: Promise<unknown>): void}} SyncEvent */

/**
 * For a page, after each `add`. What fails here is no loss: pages send as well.
 * @param {ServiceWorkerContainer | undefined} container
 * @returns {Promise<boolean>} whether the worker will be woken
 */
export async function askForSync(container = globalThis.navigator?.serviceWorker) {
  try {
    const registration = await container?.getRegistration();
    const { sync } = /** @type {{sync?: {register(tag: string): Promise<void>}}} */ (
      registration ?? {}
    );
    await sync?.register(TAG);
    return sync !== undefined;
  } catch {
    return false;
  }
}

/**
 * For the worker, at its start.
 * @param {EventTarget} scope
 * @param {() => Promise<unknown>} [send]
 */
export function listenForSync(scope, send = sendAll) {
  scope.addEventListener("sync", (event) => {
    const sync = /** @type {SyncEvent} */ (event);
    if (sync.tag === TAG) sync.waitUntil(send());
  });
}

/** Runs the sender once. Rejects while anything could still be sent: the browser then tries again later. */
async function sendAll() {
  const outbox = await openOutbox();
  try {
    const { next } = await createSender({ outbox }).run();
    if (next !== null) throw new Error("not all of it is sent");
  } finally {
    outbox.close();
  }
}
