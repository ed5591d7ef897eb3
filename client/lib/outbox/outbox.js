/**
 * The outbox: sealed reports that wait for a network, in the browser's own database.
 *
 * What `add` has resolved for is on the disk and stays there until a service has it. Everything
 * here is ciphertext; the report itself was forgotten before.
 */

import { toHex } from "../bytes.js";
import { HeliographError } from "../errors.js";
import { sha256 } from "../sha256.js";
import { createDatabase, NAME } from "./database.js";
import { isDone, newItem } from "./items.js";
import { checkPieces, dropPieces, piecesOf, readBytes, startBlob, sweepPieces } from "./pieces.js";

/** @typedef {import("./items.js").Item} Item */
/** @typedef {import("./items.js").BlobEntry} BlobEntry */
/** @typedef {import("./pieces.js").KeptBlob} KeptBlob */
/** @typedef {import("./database.js").Writing} Writing */

/**
 * @typedef {object} Counts
 * @property {number} waiting items whose envelope is here alone
 * @property {number} attachments items whose envelope arrived, and not all blobs
 * @property {number} unproven items that arrived and whose receipt has not come
 * @property {number} arrived items whose envelope arrived, ever; a number alone
 */

/** @typedef {Awaited<ReturnType<typeof openOutbox>>} Outbox */

/**
 * @param {object} [parts]
 * @param {string} [parts.name] of the database and of the channel for events
 * @param {LockManager | null} [parts.locks]
 * @param {StorageManager | null} [parts.storage]
 */
export async function openOutbox({
  name = NAME,
  locks = globalThis.navigator?.locks ?? null,
  storage = globalThis.navigator?.storage ?? null,
} = {}) {
  const database = createDatabase(name);
  const channel = new BroadcastChannel(name);
  await sweepPieces(database, locks);

  /** @param {"added" | "changed" | "keyring" | "wiped"} [type] what pages and other tabs should look at
   * again; wiped: all of it is being deleted */
  function tell(type = "changed") {
    try {
      channel.postMessage({ type });
    } catch {
      // Closed: this page ends. What was just kept is kept all the same, and must not look lost.
    }
  }

  /**
   * @param {Writing} tx over all stores of an item
   * @param {Item} item
   */
  async function remove(tx, item) {
    await tx.objectStore("items").delete(item.id);
    await tx.objectStore("envelopes").delete(item.id);
    for (const blob of item.blobs) await tx.objectStore("pieces").delete(piecesOf(blob.name));
  }

  /**
   * @param {Map<string, (item: Item) => Item>} changes
   * @param {boolean} deletesOnly
   * @returns {Promise<boolean>} false: the disk is full, and nothing was changed
   */
  async function apply(changes, deletesOnly) {
    /** @param {Writing} tx */
    async function run(tx) {
      let arrived = 0;
      for (const [id, change] of changes) {
        const before = await tx.objectStore("items").get(id);
        if (!before) continue;
        const after = change(before);
        // One that is sent again because no proof came is not counted again.
        const isFirst = after.arrived && !before.arrived && before.doubted.length === 0;
        if (isFirst && after.size && !deletesOnly) arrived += 1;
        if (isDone(after)) await remove(tx, after);
        else if (!deletesOnly) await tx.objectStore("items").put(after);
      }
      if (!arrived) return;
      const count = (await tx.objectStore("state").get("arrived")) ?? 0;
      await tx.objectStore("state").put(count + arrived, "arrived");
    }
    try {
      await database.write(["items", "envelopes", "pieces", "state"], run, "relaxed");
      return true;
    } catch (error) {
      if (error instanceof HeliographError && error.code === "outbox-full") return false;
      throw error;
    }
  }

  return {
    /** For the modules of this folder: what they keep beside the items, and how they tell of it. */
    database,
    tell,

    /**
     * Keeps one envelope and what belongs to it. Resolves when it is on the disk.
     * @param {object} made
     * @param {Uint8Array | null} made.envelope null where only blobs are carried for others
     * @param {string[]} [made.texts] the same report as sealed texts
     * @param {KeptBlob[]} [made.blobs] of `startBlob`
     * @param {boolean} [made.receipt] whether one was asked for
     * @returns {Promise<string>} the item's id
     * @throws {import("../errors.js").HeliographError} outbox-full, outbox-unavailable,
     *   outbox-incomplete: nothing is kept, of its blobs neither
     */
    async add({ envelope, texts = [], blobs = [], receipt = false }) {
      const bytes = envelope ? envelope.slice() : new Uint8Array();
      const id = toHex(envelope ? await sha256(bytes) : crypto.getRandomValues(new Uint8Array(32)));
      const item = newItem({ id, size: bytes.length, texts, blobs, receipt });
      let isNew = false;
      try {
        await database.write(["items", "envelopes", "pieces"], async (tx) => {
          const found = await tx.objectStore("items").get(id);
          // Found, and ours: the connection was lost after the commit, and this is the second run.
          isNew = !found || blobs.every((blob) => found.blobs.some((b) => b.name === blob.name));
          if (found) return;
          for (const blob of blobs) await checkPieces(tx, blob);
          await tx.objectStore("envelopes").put(bytes, id);
          await tx.objectStore("items").put(item);
        });
      } catch (error) {
        isNew = false;
        throw error;
      } finally {
        if (!isNew) await dropPieces(database, namesOf(blobs));
        for (const blob of blobs) blob.release();
      }
      askToKeep(storage);
      tell("added");
      return id;
    },

    /**
     * Keeps envelopes that somebody brought, in one step: one by one, a large file would have every
     * page look at the whole outbox thousands of times.
     * @param {Uint8Array[]} envelopes
     * @throws {import("../errors.js").HeliographError} as `add`: none of them is kept
     */
    async addCarried(envelopes) {
      const made = await Promise.all(
        envelopes.map(async (envelope) => ({ id: toHex(await sha256(envelope)), envelope })),
      );
      await database.write(["items", "envelopes"], async (tx) => {
        for (const { id, envelope } of made) {
          if (await tx.objectStore("items").get(id)) continue;
          const plain = { id, size: envelope.length, texts: [], blobs: [], receipt: false };
          await tx.objectStore("envelopes").put(envelope, id);
          await tx.objectStore("items").put(newItem(plain));
        }
      });
      askToKeep(storage);
      tell("added");
    },

    /** @returns {Promise<import("./pieces.js").BlobWriter>} for one file that is being sealed */
    startBlob: () => startBlob(database, locks),

    /**
     * Deletes blobs of `startBlob` that no item will have.
     * @param {KeptBlob[]} blobs
     */
    async dropBlobs(blobs) {
      await dropPieces(database, namesOf(blobs));
      for (const blob of blobs) blob.release();
    },

    /** @returns {Promise<Item[]>} all that is here, smallest first */
    async waiting() {
      const items = await database.read(["items"], (tx) => tx.objectStore("items").getAll());
      return items.sort((one, other) => one.size - other.size || (one.id < other.id ? -1 : 1));
    },

    /** @returns {Promise<Counts>} */
    async counts() {
      const [items, arrived] = await database.read(["items", "state"], (tx) =>
        Promise.all([tx.objectStore("items").getAll(), tx.objectStore("state").get("arrived")]),
      );
      return {
        waiting: items.filter((item) => !item.arrived).length,
        attachments: items.filter((item) => item.arrived && !item.blobs.every((b) => b.done))
          .length,
        unproven: items.filter((item) => item.arrived && item.receipt).length,
        arrived: arrived ?? 0,
      };
    },

    /**
     * @param {string} id
     * @returns {Promise<Uint8Array | undefined>} the envelope
     */
    readEnvelope: (id) => database.read(["envelopes"], (tx) => tx.objectStore("envelopes").get(id)),

    /**
     * @param {{name: string, length: number}} blob
     * @param {number} offset
     * @param {number} most bytes
     */
    readBlob: (blob, offset, most) => readBytes(database, blob, offset, most),

    /**
     * Changes items in one transaction; one that is done by it is deleted with all that is its.
     * @param {Map<string, (item: Item) => Item>} changes by id; an item that is gone is passed over
     * @returns {Promise<boolean>} false: the disk is too full to note all of it. What is done is deleted
     *   even then
     */
    async change(changes) {
      let noted = await apply(changes, false);
      // A full disk takes deletions, and these make room for the rest.
      if (!noted) noted = (await apply(changes, true)) && (await apply(changes, false));
      tell();
      return noted;
    },

    /**
     * The receipt that was asked for: it is kept, and the item needs no more of it.
     * @param {string} id
     * @param {string} receipt
     */
    async keepReceipt(id, receipt) {
      await database.write(["receipts"], (tx) => tx.objectStore("receipts").put(receipt, id));
      await this.change(new Map([[id, (item) => ({ ...item, receipt: false })]]));
    },

    /** @returns {Promise<Map<string, string>>} envelope's id -> receipt */
    async receipts() {
      const [ids, texts] = await database.read(["receipts"], (tx) => {
        const store = tx.objectStore("receipts");
        return Promise.all([store.getAllKeys(), store.getAll()]);
      });
      return new Map(ids.map((id, index) => [id, texts[index] ?? ""]));
    },

    /**
     * Deletes one item, sent or not, because the person wants it gone.
     * @param {string} id
     */
    async forget(id) {
      await database.write(["items", "envelopes", "pieces", "receipts"], async (tx) => {
        const item = await tx.objectStore("items").get(id);
        if (item) await remove(tx, item);
        await tx.objectStore("receipts").delete(id);
      });
      tell();
    },

    /** Ends the connection; used by tests and by the way out. */
    close() {
      channel.close();
      database.close();
    },
  };
}

let asked = false;

/**
 * Asks the browser, once a start, not to delete our data when room runs out. Nobody waits for the
 * answer: some browsers ask the person.
 * @param {StorageManager | null} storage
 */
function askToKeep(storage) {
  if (asked || !storage?.persist) return;
  asked = true;
  storage.persist().catch(() => false);
}

/** @param {KeptBlob[]} blobs */
function namesOf(blobs) {
  return blobs.map((blob) => blob.name);
}
