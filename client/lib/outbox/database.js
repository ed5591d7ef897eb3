/**
 * The outbox's database: IndexedDB that may be closed, deleted or upgraded under us at any moment.
 *
 * Its names say nothing, and nothing in it can be read: envelopes, pieces of blobs, and what is
 * needed to send them.
 */

import { openDB } from "../../vendor/idb.js";
import { HeliographError } from "../errors.js";

export const NAME = "outbox";
const VERSION = 1;

/** @typedef {import("./items.js").Item} Item */

/**
 * @typedef {object} Schema
 * @property {{key: string, value: Item}} items by id
 * @property {{key: string, value: Uint8Array}} envelopes by the item's id
 * @property {{key: [string, number], value: Uint8Array}} pieces by the blob's name and the piece's index
 * @property {{key: string, value: any}} state by name: waits, counts, the keyring's files
 * @property {{key: string, value: string}} receipts by the envelope's id, those that were asked for
 */
/** @typedef {"items" | "envelopes" | "pieces" | "state" | "receipts"} StoreName */
/** @typedef {import("../../vendor/idb.js").IDBPDatabase<Schema>} Connection */
/** @typedef {import("../../vendor/idb.js").IDBPTransaction<Schema, StoreName[], "readonly">} Reading */
/** @typedef {import("../../vendor/idb.js").IDBPTransaction<Schema, StoreName[], "readwrite">} Writing */

/**
 * @typedef {object} Database
 * @property {<T>(stores: StoreName[], look: (tx: Reading) => Promise<T>) => Promise<T>} read
 * @property {<T>(stores: StoreName[], change: (tx: Writing) => Promise<T>, durability?: "strict" | "relaxed") => Promise<T>} write
 *   one transaction, whole or not at all; "strict" (the default) resolves when it is on the disk
 * @property {() => void} close
 */

/**
 * @param {string} [name]
 * @returns {Database} which connects when it is first used, and again after the browser closed it.
 *   What it runs is run a second time where the connection was lost: a transaction that was cut
 *   off has done nothing. Throws HeliographError: outbox-full, outbox-unavailable.
 */
export function createDatabase(name = NAME) {
  /** @type {Promise<Connection> | null} */
  let connecting = null;

  function connect() {
    const started = openDB(name, VERSION, {
      upgrade(db) {
        db.createObjectStore("items", { keyPath: "id" });
        for (const store of /** @type {const} */ (["envelopes", "pieces", "state", "receipts"])) {
          db.createObjectStore(store);
        }
      },
      blocking() {
        // Another tab wants another version, or the person clears the site's data.
        disconnect(started);
      },
      terminated() {
        disconnect(started);
      },
    });
    started.catch(() => disconnect(started));
    connecting = /** @type {Promise<Connection>} */ (started);
    return connecting;
  }

  /** @param {Promise<any>} lost */
  function disconnect(lost) {
    if (connecting === lost) connecting = null;
    lost.then(
      (db) => db.close(),
      () => undefined,
    );
  }

  /**
   * @template T
   * @param {(db: Connection) => Promise<T>} use
   * @returns {Promise<T>}
   */
  async function run(use) {
    for (let again = true; ; again = false) {
      const connection = connecting ?? connect();
      try {
        return await use(await connection);
      } catch (error) {
        if (!again || !wasCut(error)) throw translate(error);
        disconnect(connection);
      }
    }
  }

  return {
    read: (stores, look) =>
      run(async (db) => {
        const tx = db.transaction(stores, "readonly");
        return finish(tx, look(tx));
      }),
    write: (stores, change, durability = "strict") =>
      run(async (db) => {
        const tx = db.transaction(stores, "readwrite", { durability });
        return finish(tx, change(tx));
      }),
    close() {
      if (connecting) disconnect(connecting);
    },
  };
}

/**
 * @template T
 * @param {{done: Promise<void>, abort(): void}} tx
 * @param {Promise<T>} work
 * @returns {Promise<T>} when the transaction is complete
 */
async function finish(tx, work) {
  /** @type {T} */
  let result;
  try {
    result = await work;
  } catch (error) {
    try {
      tx.abort();
    } catch {
      // It is over already, and told why.
    }
    // A request of an aborted transaction says AbortError; the transaction itself says why.
    const reason = await tx.done.then(
      () => null,
      (cause) => cause,
    );
    throw wasCut(error) && reason ? reason : error;
  }
  await tx.done;
  return result;
}

/** @param {unknown} error */
function wasCut(error) {
  const name = /** @type {{name?: string}} */ (error)?.name;
  return name === "InvalidStateError" || name === "AbortError";
}

/** @param {unknown} error */
function translate(error) {
  if (error instanceof HeliographError) return error;
  const isFull = /** @type {{name?: string}} */ (error)?.name === "QuotaExceededError";
  return new HeliographError(isFull ? "outbox-full" : "outbox-unavailable", { cause: error });
}
