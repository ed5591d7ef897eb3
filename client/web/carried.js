/** What is passed on from this phone's outbox, and what is taken into it from somebody else. */

import { HeliographError } from "../lib/errors.js";
import { readBundleFile, writeBundleFile } from "../lib/passing-on/bundle-file.js";

const PIECE_BYTES = 1024 * 1024;
/** So many envelopes go to the disk together: 9 MB at most are in memory. */
const TOGETHER = 256;

/** @typedef {import("../lib/outbox/outbox.js").Outbox} Outbox */
/** @typedef {import("../lib/outbox/items.js").Item} Item */
/** @typedef {import("../lib/outbox/items.js").BlobEntry} BlobEntry */

/**
 * @param {Item[]} items of the outbox
 * @returns {{reports: Item[], blobs: BlobEntry[], bytes: number}} what has not arrived; bytes: of
 *   those blobs
 */
export function choosePassable(items) {
  const blobs = items.flatMap((item) => item.blobs).filter((blob) => !blob.done);
  return {
    reports: items.filter((item) => !item.arrived && item.size > 0),
    blobs,
    bytes: blobs.reduce((sum, blob) => sum + blob.length, 0),
  };
}

/**
 * @param {Outbox} outbox which keeps everything: it still has to arrive
 * @param {{reports: Item[], blobs: BlobEntry[]}} passable
 * @returns {Promise<Blob>} the file
 * @throws {HeliographError} outbox-unavailable, outbox-incomplete
 */
export async function writeCarried(outbox, { reports, blobs }) {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const envelopes = [];
  for (const { id } of reports) {
    const envelope = await outbox.readEnvelope(id);
    // What has arrived since the list was read needs nobody to carry it.
    if (envelope) envelopes.push(new Uint8Array(envelope));
  }
  /** @type {Blob[]} */
  const whole = [];
  for (const blob of blobs) {
    const joined = await readWhole(outbox, blob);
    if (joined) whole.push(joined);
  }
  return writeBundleFile({ envelopes, blobs: whole });
}

/**
 * @param {Outbox} outbox
 * @param {BlobEntry} blob
 * @returns {Promise<Blob | null>} of parts, so that the browser may put them on its disk; null where
 *   it is gone
 */
async function readWhole(outbox, blob) {
  /** @type {Blob[]} */
  const parts = [];
  for (let at = 0; at < blob.length; at += PIECE_BYTES) {
    const piece = await outbox.readBlob(blob, at, PIECE_BYTES);
    if (piece.length === 0) return null;
    parts.push(new Blob([new Uint8Array(piece)]));
  }
  return new Blob(parts);
}

/**
 * @typedef {object} Taken
 * @property {number} reports
 * @property {number} files attachments
 * @property {number} refused things that are neither, or are damaged
 * @property {boolean} full the phone had no room for the rest
 */

/**
 * @param {Outbox} outbox
 * @param {Blob} file
 * @returns {Promise<Taken>} what is now in the outbox, on the disk
 */
export async function takeFile(outbox, file) {
  const taken = { reports: 0, files: 0, refused: 0, full: false };
  /** @type {Uint8Array[]} */
  let group = [];
  const keepGroup = async () => {
    const envelopes = group;
    group = [];
    if (envelopes.length > 0) await outbox.addCarried(envelopes);
    taken.reports += envelopes.length;
  };
  try {
    try {
      for await (const item of readBundleFile(file)) {
        if (item.kind === "envelope") group.push(item.envelope);
        if (item.kind === "blob" || group.length === TOGETHER) await keepGroup();
        if (item.kind === "blob") {
          await takeBlob(outbox, item.blob);
          taken.files += 1;
        }
        if (item.kind === "refused") taken.refused += 1;
      }
    } finally {
      await keepGroup(); // also of a file that ends in the middle or cannot be read on
    }
  } catch (error) {
    if (!(error instanceof HeliographError) || error.code !== "outbox-full") throw error;
    taken.full = true;
  }
  return taken;
}

/**
 * @param {Outbox} outbox
 * @param {Blob} blob
 */
async function takeBlob(outbox, blob) {
  const writer = await outbox.startBlob();
  try {
    for (let index = 0; index * PIECE_BYTES < blob.size; index += 1) {
      const piece = blob.slice(index * PIECE_BYTES, (index + 1) * PIECE_BYTES);
      await writer.keepPiece(index, new Uint8Array(await piece.arrayBuffer()));
    }
    await outbox.add({ envelope: null, blobs: [await writer.finish()] });
  } catch (error) {
    await writer.drop();
    throw error;
  }
}
