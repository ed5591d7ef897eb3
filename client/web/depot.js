/** What the screens of this tab share: one outbox, one sender, the keyring that is held. */

import { checkReceipt } from "../lib/log/receipts.js";
import { NAME } from "../lib/outbox/database.js";
import { readHeld } from "../lib/outbox/held.js";
import { createKeyrings } from "../lib/outbox/keyrings.js";
import { openOutbox } from "../lib/outbox/outbox.js";
import { createSender } from "../lib/outbox/sending.js";
import { loadSodium } from "../lib/sodium.js";
import { askForSync } from "./background-sync.js";
import { stopKeeping } from "./registering.js";
import { startSending } from "./sending.js";

/**
 * @typedef {object} Depot
 * @property {import("../lib/outbox/outbox.js").Outbox} outbox
 * @property {import("./sending.js").Sending} sending
 * @property {() => Promise<import("../lib/keyring/keyring.js").Keyring | null>} loadKeyring the one
 *   that is held, checked again; null: this phone has none yet
 * @property {() => Promise<boolean>} hasKeyring whether there is one, by a look at the disk
 * @property {() => Promise<readonly string[]>} readNumbers those that take sealed texts
 * @property {() => Promise<void>} update asks for a newer keyring; what is refused changes nothing
 * @property {() => boolean} refused whether an address offered a keyring, the last time, that is forged
 *   or contradicts the held one
 * @property {AbortSignal} closed
 * @property {() => void} close before everything is deleted: nothing is opened or sent any more
 */

/** @type {Promise<Depot> | null} */
let opening = null;

/**
 * @returns {Promise<Depot>} the same one every time; it sends from the first time on
 * @throws {import("../lib/errors.js").HeliographError} outbox-unavailable
 */
export function openDepot() {
  opening ??= open().catch((error) => {
    opening = null;
    throw error;
  });
  return opening;
}

/** @returns {Promise<Depot>} */
async function open() {
  const outbox = await openOutbox();
  const channel = new BroadcastChannel(NAME);
  const keyrings = createKeyrings({ outbox, loadSodium, origin: location.origin });
  const sender = createSender({
    outbox,
    checkReceipt: async (receipt, envelope, logKeys) =>
      checkReceipt({ sodium: await loadSodium(), receipt, envelope, logKeys }),
  });
  const sending = startSending({ sender, window, channel });
  const closing = new AbortController();
  let updating = Promise.resolve();
  let refused = false;

  function update() {
    updating = updating.then(async () => {
      if (closing.signal.aborted) return;
      // Whatever is wrong with what came, the held keyring stays in use.
      const done = await keyrings.update().catch(() => null);
      if (!done || done.codes.length > 0 === refused) return;
      refused = !refused;
      outbox.tell();
    });
    return updating;
  }

  window.addEventListener("online", () => void update(), { signal: closing.signal });
  channel.addEventListener("message", ({ data }) => {
    if (data?.type === "added") void askForSync();
    if (data?.type !== "wiped") return;
    // Another tab deletes everything: what this one writes would be there again.
    close();
    window.location.replace("about:blank");
  });
  void update();
  return {
    outbox,
    sending,
    loadKeyring: keyrings.load,
    readNumbers: async () => (await readHeld(outbox.database))?.smsNumbers ?? [],
    hasKeyring: async () => (await readHeld(outbox.database)) !== null,
    update,
    refused: () => refused,
    closed: closing.signal,
    close,
  };

  function close() {
    closing.abort();
    stopKeeping();
    sending.stop();
    channel.close();
    outbox.close();
  }
}
