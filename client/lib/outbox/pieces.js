/**
 * Blobs in the database: pieces of PIECE_BYTES of ciphertext, written while a file is sealed.
 *
 * Pieces come before their item. Whoever writes them holds a lock until the item is there or they
 * are dropped; pieces without an item and without a lock were left by a crash and are swept.
 */

import { concat, toHex } from "../bytes.js";
import { HeliographError } from "../errors.js";

export const PIECE_BYTES = 1024 * 1024;
const LOCK = "adding ";

/** Names that this very process writes: for browsers without locks. */
const writing = new Set();

/** @typedef {import("./database.js").Database} Database */

/**
 * @typedef {object} KeptBlob what `add` takes
 * @property {string} name
 * @property {number} length bytes
 * @property {() => void} release gives the lock back; `add` does
 */

/**
 * @typedef {object} BlobWriter
 * @property {(index: number, bytes: Uint8Array) => Promise<void>} keepPiece takes the ciphertext in
 *   order, in pieces of any size. Throws HeliographError: outbox-full, outbox-unavailable, and has
 *   dropped all of it
 * @property {() => Promise<KeptBlob>} finish after the last one
 * @property {() => Promise<void>} drop deletes what was kept
 */

/**
 * @param {Database} database
 * @param {LockManager | null} locks
 * @returns {Promise<BlobWriter>}
 */
export async function startBlob(database, locks) {
  const name = toHex(crypto.getRandomValues(new Uint8Array(16)));
  const unlock = await hold(locks, LOCK + name);
  writing.add(name);
  let next = 0;
  let written = 0;
  let length = 0;
  /** @type {Uint8Array[]} */
  let held = [];
  let size = 0;

  function release() {
    writing.delete(name);
    unlock();
  }

  /** @param {Uint8Array} bytes */
  async function write(bytes) {
    try {
      await database.write(["pieces"], (tx) =>
        tx.objectStore("pieces").put(bytes, [name, written]),
      );
    } catch (error) {
      await drop();
      throw error;
    }
    written += 1;
  }

  async function drop() {
    held = [];
    await dropPieces(database, [name]);
    release();
  }

  return {
    async keepPiece(index, bytes) {
      if (index !== next) throw new RangeError("pieces come in order");
      next += 1;
      length += bytes.length;
      // Copied: the caller may use its buffer again.
      held.push(bytes.slice());
      size += bytes.length;
      while (size >= PIECE_BYTES) {
        const joined = concat(...held);
        held = [joined.slice(PIECE_BYTES)];
        size -= PIECE_BYTES;
        await write(joined.slice(0, PIECE_BYTES));
      }
    },
    async finish() {
      if (size) await write(concat(...held));
      held = [];
      size = 0;
      return { name, length, release };
    },
    drop,
  };
}

/**
 * @param {Database} database
 * @param {string[]} names of blobs. Those of an item stay: an error may have come after its commit.
 *   What cannot be deleted now, a sweep finds
 */
export async function dropPieces(database, names) {
  if (names.length === 0) return;
  await database
    .write(["items", "pieces"], async (tx) => {
      const items = await tx.objectStore("items").getAll();
      const kept = new Set(items.flatMap((item) => item.blobs.map((blob) => blob.name)));
      for (const name of names) {
        if (!kept.has(name)) await tx.objectStore("pieces").delete(piecesOf(name));
      }
    })
    .catch(() => undefined);
}

/**
 * @param {string} name
 * @returns {IDBKeyRange} of all pieces of a blob
 */
export function piecesOf(name) {
  return IDBKeyRange.bound([name, 0], [name, Number.MAX_SAFE_INTEGER]);
}

/**
 * @param {import("./database.js").Writing} tx over "pieces"
 * @param {{name: string, length: number}} blob
 * @throws {HeliographError} outbox-incomplete, if pieces are missing
 */
export async function checkPieces(tx, { name, length }) {
  const count = await tx.objectStore("pieces").count(piecesOf(name));
  if (count !== Math.ceil(length / PIECE_BYTES)) throw new HeliographError("outbox-incomplete");
}

/**
 * @param {Database} database
 * @param {{name: string, length: number}} blob
 * @param {number} offset
 * @param {number} most bytes
 * @returns {Promise<Uint8Array>} `most` bytes from `offset` on, fewer at the end; none where the
 *   pieces are gone (another tab is done with them)
 */
export async function readBytes(database, { name, length }, offset, most) {
  const end = Math.min(length, offset + most);
  if (end <= offset) return new Uint8Array();
  const [first, last] = [Math.floor(offset / PIECE_BYTES), Math.floor((end - 1) / PIECE_BYTES)];
  const pieces = await database.read(["pieces"], (tx) =>
    tx.objectStore("pieces").getAll(IDBKeyRange.bound([name, first], [name, last])),
  );
  if (pieces.length !== last - first + 1) return new Uint8Array();
  const start = first * PIECE_BYTES;
  return concat(...pieces).slice(offset - start, end - start);
}

/**
 * Deletes pieces that belong to no item and that nobody is writing.
 *
 * Where there are no locks to ask, another tab may be writing them: those go that were there at
 * the last start as well, and have not grown since.
 * @param {Database} database
 * @param {LockManager | null} locks
 */
export async function sweepPieces(database, locks) {
  const keys = await database.read(["pieces"], (tx) => tx.objectStore("pieces").getAllKeys());
  if (keys.length === 0) return;
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const [name] of keys) counts.set(name, (counts.get(name) ?? 0) + 1);
  // Asked after the keys were read and before the items are: what is locked by then is not done,
  // and what is not locked any more has its item.
  const held = new Set((await locks?.query())?.held?.map((lock) => lock.name));
  await database.write(["items", "pieces", "state"], async (tx) => {
    const items = await tx.objectStore("items").getAll();
    const named = new Set(items.flatMap((item) => item.blobs.map((blob) => blob.name)));
    const seen = (await tx.objectStore("state").get("orphans")) ?? {};
    /** @type {Record<string, number>} */
    const orphans = {};
    for (const [name, count] of counts) {
      if (named.has(name) || writing.has(name) || held.has(LOCK + name)) continue;
      if (locks || seen[name] === count) await tx.objectStore("pieces").delete(piecesOf(name));
      else orphans[name] = count;
    }
    await tx.objectStore("state").put(orphans, "orphans");
  });
}

/**
 * @param {LockManager | null} locks
 * @param {string} name
 * @returns {Promise<() => void>} gives it back
 */
function hold(locks, name) {
  if (!locks) return Promise.resolve(() => undefined);
  return new Promise((granted, failed) => {
    locks
      .request(name, () => new Promise((release) => granted(() => release(undefined))))
      .catch(failed);
  });
}
