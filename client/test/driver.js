/**
 * The outbox as tests in Python drive it: one page, a clock that they set, and plain values to and fro.
 * Never served.
 */

import { checkReceipt } from "../lib/log/receipts.js";
import { createKeyrings } from "../lib/outbox/keyrings.js";
import { openOutbox } from "../lib/outbox/outbox.js";
import { keepSending } from "../lib/outbox/rounds.js";
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

/** @type {import("../lib/outbox/pieces.js").BlobWriter} */
let unfinished;

/** An add that is not finished. @param {number} size of its blob */
export async function begin(size) {
  unfinished = await outbox.startBlob();
  await unfinished.keepPiece(0, fill(new Uint8Array(size)));
}

/** Finishes it. */
export async function finish() {
  const envelope = fill(new Uint8Array(564));
  return outbox.add({ envelope, blobs: [await unfinished.finish()] });
}

/** @returns {Promise<number>} pieces of blobs in the database, whosever they are */
export function countPieces() {
  return outbox.database.read(["pieces"], (tx) => tx.objectStore("pieces").count());
}

/** @param {string} address which counts as the one that took something last */
export async function setGood(address) {
  await outbox.database.write(["state"], (tx) => tx.objectStore("state").put(address, "good"));
}

/** @type {Promise<import("../lib/outbox/sending.js").Outcome>} */
let running;
export function beginRun() {
  running = sender.run();
}
export const endRun = () => running;

/** @type {ReturnType<typeof keepSending>} */
let rounds;
/** @type {import("../lib/outbox/sending.js").Outcome[]} */
const outcomes = [];

/** From now on the page sends by itself, as the app's does. */
export function beginRounds() {
  rounds = keepSending({ sender, onOutcome: (outcome) => outcomes.push(outcome) });
}
export const endRounds = () => rounds.stop();
/** What its rounds have done so far. */
export const outcomesOfRounds = () => outcomes;

/**
 * Seals one report with the held keyring.
 * @param {Record<string, any>} report
 * @param {{files?: (number | string)[], sms?: {withText: boolean} | null, receipt?: boolean, now?: number}} [how]
 *   files: random bytes, as many, or a text
 */
export async function report(report, { files = [], sms = null, receipt = false, now } = {}) {
  const table = await (await fetch("/spec/report-v1.json")).json();
  return sealReport({
    sodium: await loadSodium(),
    keyring: await keyrings.load(),
    codec: createCodec(table),
    report,
    lang: "en",
    files: files.map(
      (file) => new Blob([typeof file === "number" ? fill(new Uint8Array(file)) : file]),
    ),
    channel: "web",
    sms,
    receipt,
    now: now ?? Date.now() / 1000,
    outbox,
  });
}

/**
 * @param {keyof typeof calls} name
 * @param {...any} values
 * @returns {Promise<string | null>} the code of the error that one of the functions here throws
 */
export async function failureOf(name, ...values) {
  const call = /** @type {(...values: any[]) => Promise<unknown>} */ (calls[name]);
  try {
    await call(...values);
    return null;
  } catch (error) {
    return /** @type {{code?: string}} */ (error).code ?? String(error);
  }
}

const calls = { addRandom, finish, report, run, start, waiting };

/** @param {Uint8Array<ArrayBuffer>} bytes */
function fill(bytes) {
  for (let at = 0; at < bytes.length; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes;
}
