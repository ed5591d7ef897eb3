/**
 * The outbox as tests in Python drive it: one page, a clock that they set, and plain values to and fro.
 * Never served.
 */

import { checkReceipt } from "../lib/log/receipts.js";
import { createKeyrings } from "../lib/outbox/keyrings.js";
import { openOutbox } from "../lib/outbox/outbox.js";
import { createSender } from "../lib/outbox/sending.js";
import { createCodec } from "../lib/report/codec.js";
import { sealReport } from "../lib/reporting.js";
import { loadSodium } from "../lib/sodium.js";

/** How far the clocks are ahead, in milliseconds. */
let [wallAhead, steadyAhead] = [0, 0];
const clock = {
  wall: () => Date.now() + wallAhead,
  steady: () => performance.now() + steadyAhead,
};

/** Time passes. @param {number} milliseconds @param {number} [jump] of the wall's clock besides */
export function pass(milliseconds, jump = 0) {
  wallAhead += milliseconds + jump;
  steadyAhead += milliseconds;
}

/** @type {import("../lib/outbox/outbox.js").Outbox} */
let outbox;
/** @type {ReturnType<typeof createSender>} */
let sender;
/** @type {ReturnType<typeof createKeyrings>} */
let keyrings;

/**
 * @param {{addresses?: string[], logKeys?: string[], limit?: number, withoutLocks?: boolean,
 *   random?: number}} [how] addresses: those of the held keyring, if none are given
 */
export async function start({ addresses, logKeys = [], limit, withoutLocks, random } = {}) {
  const locks = withoutLocks ? null : navigator.locks;
  outbox = await openOutbox({ locks });
  keyrings = createKeyrings({ outbox, loadSodium, origin: location.origin });
  sender = createSender({
    outbox,
    clock,
    locks,
    ...(random !== undefined && { random: () => random }),
    ...(addresses && { readHeld: async () => ({ addresses, logKeys }) }),
    ...(limit && { limit: () => limit }),
    checkReceipt: async (receipt, envelope, keys) =>
      checkReceipt({ sodium: await loadSodium(), receipt, envelope, logKeys: keys }),
  });
}

/** @param {{fresh?: boolean}} [how] */
export const run = (how) => sender.run(how);
export const counts = () => outbox.counts();
export const waiting = () => outbox.waiting();
export const receipts = async () => Object.fromEntries(await outbox.receipts());
export const stop = () => outbox.close();

/** @returns {Promise<{version: number | null, changed: boolean, codes: string[]}>} */
export async function update() {
  const { keyring, changed, codes } = await keyrings.update();
  return { version: keyring?.version ?? null, changed, codes };
}

/**
 * Random bytes in the form of envelopes: no service tells them from sealed ones.
 * @param {number} count
 * @param {{receipt?: boolean, blobs?: number[]}} [how] blobs: bytes of each, of every envelope
 * @returns {Promise<string[]>} their ids
 */
export async function addRandom(count, { receipt = false, blobs = [] } = {}) {
  const ids = [];
  for (let index = 0; index < count; index += 1) {
    const envelope = fill(new Uint8Array(564));
    envelope.set([1, 1, 0, 7]);
    const kept = [];
    for (const size of blobs) {
      const writer = await outbox.startBlob();
      await writer.keepPiece(0, fill(new Uint8Array(size)));
      kept.push(await writer.finish());
    }
    ids.push(await outbox.add({ envelope, receipt, blobs: kept }));
  }
  return ids;
}

/** Pieces of a blob that never becomes whole. @param {number} size */
export async function begin(size) {
  const writer = await outbox.startBlob();
  await writer.keepPiece(0, fill(new Uint8Array(size)));
}

/**
 * Seals one report with the held keyring.
 * @param {Record<string, any>} report
 * @param {{files?: number[], sms?: {withText: boolean} | null, receipt?: boolean, now?: number}} [how]
 *   files: bytes of each
 */
export async function report(report, { files = [], sms = null, receipt = false, now } = {}) {
  const table = await (await fetch("/spec/report-v1.json")).json();
  return sealReport({
    sodium: await loadSodium(),
    keyring: await keyrings.load(),
    codec: createCodec(table),
    report,
    lang: "en",
    files: files.map((size) => new Blob([fill(new Uint8Array(size))])),
    channel: "web",
    sms,
    receipt,
    now: now ?? Date.now() / 1000,
    outbox,
  });
}

/** What an error says, for those that are expected. @param {() => Promise<unknown>} work */
export async function codeOf(work) {
  try {
    await work();
    return null;
  } catch (error) {
    return /** @type {{code?: string}} */ (error).code ?? String(error);
  }
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
function fill(bytes) {
  for (let at = 0; at < bytes.length; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes;
}
