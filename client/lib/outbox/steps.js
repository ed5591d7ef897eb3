/** One request of the sender and what it changes: a batch of envelopes, a blob's piece, a proof. */

import { concat } from "../bytes.js";
import { BYTES, writeHead } from "../cbor.js";
import { isNotFound, readBatch, readProof, readRetryAfter, readSingle } from "./answers.js";
import {
  withArrival,
  withBlob,
  withoutBlob,
  withoutEnvelope,
  withoutProof,
  withRefusal,
  withTry,
} from "./items.js";
import { ask } from "./requests.js";
import { afterFailure, afterNoProof, grown, NEW_LINK, shrunk } from "./schedule.js";
import { beginUpload, findOffset, sendPiece } from "./uploads.js";
import { provingOf, sendingTo, uploadingTo } from "./waits.js";

/** @typedef {import("./items.js").Item} Item */
/** @typedef {import("./items.js").BlobEntry} BlobEntry */

/**
 * @typedef {object} Desk what the steps share while a sender runs
 * @property {import("./outbox.js").Outbox} outbox
 * @property {import("./requests.js").Way} way
 * @property {() => number} random
 * @property {import("./waits.js").Waits} waits
 * @property {Map<string, import("./schedule.js").Link>} links by address
 * @property {Map<string, number>} offsets of uploads by their address, as a service said this time
 * @property {((receipt: string, envelope: Uint8Array) => Promise<unknown>) | null} check throws for
 *   a receipt that proves nothing
 */

/**
 * @param {Desk} desk
 * @param {string} address
 * @param {Item[]} items one or more
 * @returns {Promise<number>} how many arrived
 */
export async function sendEnvelopes(desk, address, items) {
  const { outbox, waits } = desk;
  const read = await Promise.all(items.map((item) => outbox.readEnvelope(item.id)));
  const envelopes = read.filter((envelope) => envelope !== undefined);
  if (envelopes.length < items.length) {
    // They went meanwhile (another tab, a person who deletes), or the database lost them.
    const lost = items.filter((_, index) => read[index] === undefined);
    await outbox.change(new Map(lost.map(({ id }) => [id, withoutEnvelope])));
    return 0;
  }
  const isBatch = items.length > 1;
  const body = isBatch ? writeBatch(envelopes) : concat(...envelopes);
  const answer = await ask(desk.way, `${address}/v1/envelopes`, {
    method: "POST",
    headers: { "Content-Type": isBatch ? "application/cbor-seq" : "application/octet-stream" },
    body,
  });
  const results =
    (answer && (isBatch ? readBatch(answer, items.length) : [readSingle(answer)])) ?? [];
  /** @type {Map<string, (item: Item) => Item>} */
  const changes = new Map();
  let arrived = 0;
  for (const [index, item] of items.entries()) {
    const result = results[index];
    if (result?.is === "arrived") {
      arrived += 1;
      changes.set(item.id, (held) => withArrival(held, address));
    } else if (result?.is === "refused") {
      changes.set(item.id, (held) => withRefusal(held, address, result.code));
    } else {
      changes.set(item.id, withTry);
    }
  }
  const noted = await outbox.change(changes);
  for (const [index, item] of items.entries()) {
    if (!item.receipt || results[index]?.is !== "arrived") continue;
    await waits.set(
      provingOf(item.id),
      afterNoProof(undefined, desk.way.clock.wall(), desk.random),
    );
  }
  const settled = results.filter((result) => result.is !== "later").length;
  if (answer && settled === items.length) onSuccess(desk, address, body.length, answer.took);
  else onFailure(desk, address);
  // Whatever was settled is progress: the rest goes at once, in a smaller batch. But what a full disk
  // could not note would go again and again.
  const wait = settled && noted ? undefined : nextWait(desk, sendingTo(address), answer);
  await waits.set(sendingTo(address), wait);
  return arrived;
}

/**
 * @param {Desk} desk
 * @param {string} address
 * @param {Item} item
 * @param {BlobEntry} blob
 */
export async function sendBlob(desk, address, item, blob) {
  const { outbox, waits, way, offsets } = desk;
  const path = blob.uploads[address];
  const key = address + path;
  const offset = offsets.get(key);
  /** @type {import("./uploads.js").Step} */
  let step;
  if (!path) {
    step = await beginUpload(way, address, blob.length);
  } else if (offset === undefined) {
    step = await findOffset(way, address, path, blob.length);
  } else {
    const link = desk.links.get(address) ?? NEW_LINK;
    const body = await outbox.readBlob(blob, offset, link.piece);
    if (body.length === 0) {
      // Another tab is done with it, or the database lost it.
      await outbox.change(new Map([[item.id, (held) => withoutBlob(held, blob.name)]]));
      return;
    }
    step = await sendPiece(way, address, path, offset, body);
  }
  /** @param {Partial<BlobEntry>} changed */
  const change = (changed) =>
    outbox.change(new Map([[item.id, (held) => withBlob(held, blob.name, changed)]]));
  /** @param {number} retryAfter */
  const pause = (retryAfter) => {
    const name = uploadingTo(address);
    const wait = afterFailure(waits.get(name), way.clock.wall(), desk.random, retryAfter);
    return waits.set(name, wait);
  };
  if (step.is === "begun") {
    offsets.set(address + step.path, 0);
    const noted = await change({
      uploads: { ...blob.uploads, [address]: step.path },
      at: address,
    });
    if (!noted) await pause(0);
    return;
  }
  if (step.is === "at") {
    offsets.set(key, step.offset);
    if (step.sent) onSuccess(desk, address, step.sent, step.took);
    const noted = await change({
      offset: step.offset,
      at: address,
      done: step.offset === blob.length,
    });
    if (noted) await waits.set(uploadingTo(address), undefined);
    else await pause(0);
    return;
  }
  offsets.delete(key);
  onFailure(desk, address);
  if (step.is === "lost") {
    const { [address]: _, ...uploads } = blob.uploads;
    await change({ uploads, offset: 0 });
  }
  await pause(step.is === "lost" ? 0 : step.retryAfter);
}

/**
 * @param {Desk} desk
 * @param {string} address
 * @param {Item} item that arrived, and whose receipt was asked for
 */
export async function askProof(desk, address, item) {
  const { outbox, waits, way } = desk;
  const name = provingOf(item.id);
  const isHurried = waits.isHurried(name);
  const wait = afterNoProof(waits.get(name), way.clock.wall(), desk.random);
  const answer = await ask(way, `${address}/v1/log/proof/${item.id}`);
  const receipt = answer && readProof(answer);
  const envelope = await outbox.readEnvelope(item.id);
  if (receipt && envelope && (await isProof(desk, receipt, envelope))) {
    await outbox.keepReceipt(item.id, receipt);
    await waits.set(name, undefined);
    return;
  }
  // Asked before its time, it is no try: the pause goes on as it was.
  if (isHurried) return waits.calm(name);
  // No network is no answer of the log. One that proves nothing is.
  const isAnswer = answer && (receipt !== null || isNotFound(answer));
  if (isAnswer) await outbox.change(new Map([[item.id, withoutProof]]));
  await waits.set(name, isAnswer ? wait : nextWait(desk, name, answer));
}

/**
 * @param {Desk} desk
 * @param {string} receipt
 * @param {Uint8Array} envelope
 */
async function isProof(desk, receipt, envelope) {
  try {
    await desk.check?.(receipt, envelope);
    return desk.check !== null;
  } catch {
    return false;
  }
}

/**
 * @param {Desk} desk
 * @param {string} name of the pause
 * @param {import("./answers.js").Answer | null} answer
 */
function nextWait({ waits, way, random }, name, answer) {
  const retryAfter = answer ? readRetryAfter(answer.headers) : 0;
  return afterFailure(waits.get(name), way.clock.wall(), random, retryAfter);
}

/**
 * @param {Desk} desk
 * @param {string} address
 * @param {number} bytes
 * @param {number} took
 */
function onSuccess({ links }, address, bytes, took) {
  links.set(address, grown(links.get(address) ?? NEW_LINK, bytes, took));
}

/**
 * @param {Desk} desk
 * @param {string} address
 */
function onFailure({ links }, address) {
  links.set(address, shrunk(links.get(address) ?? NEW_LINK));
}

/**
 * @param {Uint8Array[]} envelopes
 * @returns {Uint8Array} a CBOR sequence (RFC 8742) of byte strings
 */
function writeBatch(envelopes) {
  return concat(...envelopes.flatMap((envelope) => [writeHead(BYTES, envelope.length), envelope]));
}
