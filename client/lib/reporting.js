/**
 * From a report to envelopes: the one place where what somebody wrote becomes sealed bytes.
 *
 * Everything is sealed first and queued last, in one step, so that an error anywhere leaves the draft
 * with the caller and nothing half-kept. Nothing readable is ever stored, not even for a moment: where
 * there is no keyring to seal with, nothing is taken.
 */

import { blobLength } from "./blobs/padding.js";
import { sealBlob } from "./blobs/sealing.js";
import { HeliographError } from "./errors.js";
import { sealingKey, warnings } from "./keyring/choosing.js";
import { writeCompact } from "./report/compact.js";
import { writeTexts } from "./sealed-sms.js";
import { KINDS, newReportId, seal, sealForSms } from "./sealing.js";

const QUARTER = 900;
/** Unix seconds of the year 10000, from which on a report holds no time. */
const LATEST = 253_402_300_800;
const SMS_CHANNEL = "app-sms";

/**
 * @typedef {import("./sodium.js").Sodium} Sodium
 * @typedef {import("./keyring/keyring.js").Keyring} Keyring
 * @typedef {import("./report/codec.js").Codec} Codec
 * @typedef {import("./report/codec.js").Report} Report
 * @typedef {import("./outbox/outbox.js").Outbox} Outbox
 * @typedef {import("./outbox/pieces.js").KeptBlob} KeptBlob
 */

/**
 * @typedef {object} Queued
 * @property {string} id of the outbox's item
 * @property {number} texts sealed texts that carry the same report; 0 where SMS was not allowed, no epoch
 *   names the channel, or it does not fit
 * @property {string[]} warnings of keyring/choosing.js
 */

/**
 * @param {object} wanted
 * @param {Sodium} wanted.sodium
 * @param {Keyring | null} wanted.keyring
 * @param {Codec} wanted.codec
 * @param {Report} wanted.report what the person said; `chan`, `lang`, `written` and the blobs are set here
 * @param {string} [wanted.lang] of the screens, two or three letters
 * @param {Blob[]} [wanted.files] without names and metadata (pictures.js)
 * @param {string} wanted.channel "app" or "web"
 * @param {{withText: boolean} | null} [wanted.sms] whether it may go by SMS, and the free text with it
 * @param {boolean} [wanted.receipt] whether the person asked for one
 * @param {number} wanted.now Unix seconds by this device's clock, however wrong it is
 * @param {Outbox} wanted.outbox
 * @param {(done: number, all: number) => void} [wanted.onProgress] bytes of all blobs
 * @param {AbortSignal} [wanted.signal] stops between two pieces of a file, and at the last before it is queued
 * @returns {Promise<Queued>} when it is on the disk. Drop the draft then
 * @throws {HeliographError} keyring-missing, no-epoch, outbox-…, blob-…, envelope-…, and what the codec's
 *   `encode` throws: the draft stays the caller's, and nothing is kept
 */
export async function sealReport({
  sodium,
  keyring,
  codec,
  report,
  lang,
  files = [],
  channel,
  sms = null,
  receipt = false,
  now,
  outbox,
  onProgress,
  signal,
}) {
  if (!keyring) throw new HeliographError("keyring-missing");
  const key = sealingKey(keyring, channel, now);
  const warned = warnings(keyring, channel, now);
  const written = Math.floor(now / QUARTER) * QUARTER;
  const said = {
    ...report,
    chan: channel,
    ...(lang ? { lang } : {}),
    ...(written >= 0 && written < LATEST ? { written } : {}),
  };
  // A report that cannot be written must not be found out after an hour of sealing films.
  const stand = files.map(({ size }) => ({
    key: new Uint8Array(32),
    hash: new Uint8Array(32),
    size,
  }));
  codec.encode(withBlobs(said, stand), key.epochStart).fill(0);
  const { blobs, kept } = await sealFiles({ sodium, files, outbox, onProgress, signal });
  try {
    const reportId = newReportId();
    const content = codec.encode(withBlobs(said, blobs), key.epochStart);
    const envelope = await seal(sodium, key, KINDS.report, reportId, content);
    content.fill(0);
    const texts = sms
      ? await sealTexts({ sodium, keyring, codec, report: said, reportId, now, ...sms })
      : [];
    if (signal?.aborted) throw new DOMException("", "AbortError");
    const id = await outbox.add({ envelope, texts, blobs: kept, receipt });
    return { id, texts: texts.length, warnings: warned };
  } catch (error) {
    await outbox.dropBlobs(kept);
    throw error;
  } finally {
    for (const blob of blobs) blob.key.fill(0);
  }
}

/**
 * @param {{sodium: Sodium, files: Blob[], outbox: Outbox,
 *   onProgress: ((done: number, all: number) => void) | undefined,
 *   signal: AbortSignal | undefined}} wanted
 * @returns {Promise<{blobs: {key: Uint8Array, hash: Uint8Array, size: number}[], kept: KeptBlob[]}>}
 */
async function sealFiles({ sodium, files, outbox, onProgress, signal }) {
  const all = files.reduce((sum, file) => sum + (file.size ? blobLength(file.size) : 0), 0);
  let before = 0;
  const blobs = [];
  const kept = [];
  try {
    for (const file of files) {
      const writer = await outbox.startBlob();
      try {
        const sealed = await sealBlob(sodium, file, writer.keepPiece, {
          onProgress: (done) => onProgress?.(before + done, all),
          ...(signal ? { signal } : {}),
        });
        kept.push(await writer.finish());
        before += sealed.length;
        blobs.push({ key: sealed.key, hash: sealed.id, size: sealed.size });
      } catch (error) {
        await writer.drop();
        throw error;
      }
    }
  } catch (error) {
    await outbox.dropBlobs(kept);
    throw error;
  }
  return { blobs, kept };
}

/**
 * @param {{sodium: Sodium, keyring: Keyring, codec: Codec, report: Report, reportId: Uint8Array,
 *   now: number, withText: boolean}} wanted
 * @returns {Promise<string[]>} the same report, by the same id, as sealed texts; none where it cannot
 *   travel so. The report itself goes all the same
 */
async function sealTexts({ sodium, keyring, codec, report, reportId, now, withText }) {
  if (!keyring.epochs.some((epoch) => epoch.suites.has(SMS_CHANNEL))) return [];
  const key = sealingKey(keyring, SMS_CHANNEL, now);
  const { epochStart, suite } = key;
  const compact = writeCompact({ codec, report, epochStart, suite, withText });
  if (!compact) return [];
  const envelope = await sealForSms(sodium, key, KINDS.report, reportId, compact.content);
  compact.content.fill(0);
  return await writeTexts(envelope);
}

/**
 * @param {Report} report
 * @param {{key: Uint8Array, hash: Uint8Array, size: number}[]} blobs
 * @returns {Report}
 */
function withBlobs(report, blobs) {
  if (blobs.length === 0) return report;
  return { ...report, evidence: { ...report.evidence, blobs } };
}
