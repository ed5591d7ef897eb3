/** Deletes all that this app has left in the browser. */

/** For browsers that do not tell which databases there are. */
const DATABASES = ["outbox"];
/** A worker of a version that does not know the question is not waited for any longer. */
const ANSWER_MILLISECONDS = 2000;

/**
 * @param {Window & typeof globalThis} window
 * @returns {Promise<boolean>} whether all of it is gone
 */
export async function wipe(window) {
  const { caches, indexedDB, navigator } = window;
  const known = await listDatabases(indexedDB);
  const steps = [
    ...known.map((name) => deleteDatabase(indexedDB, name)),
    // Workers first: one that still runs would fill its cache again.
    unregister(navigator.serviceWorker).then(() => deleteCaches(caches)),
    Promise.resolve().then(() => {
      window.localStorage.clear();
      window.sessionStorage.clear();
    }),
  ];
  const done = await Promise.allSettled(steps);
  return done.every(({ status }) => status === "fulfilled");
}

/**
 * @param {IDBFactory} indexedDB
 * @returns {Promise<string[]>}
 */
async function listDatabases(indexedDB) {
  const listed = (await indexedDB.databases?.()) ?? [];
  return [...new Set([...DATABASES, ...listed.map(({ name }) => name ?? "")])].filter(Boolean);
}

/**
 * @param {IDBFactory} indexedDB
 * @param {string} name
 * @returns {Promise<void>} rejects where another tab does not let go of it
 */
function deleteDatabase(indexedDB, name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("in use"));
  });
}

/** @param {ServiceWorkerContainer | undefined} container */
async function unregister(container) {
  const found = (await container?.getRegistrations()) ?? [];
  await Promise.all(
    found.flatMap(({ installing, waiting, active }) => [installing, waiting, active].map(tell)),
  );
  await Promise.all(found.map((registration) => registration.unregister()));
}

/**
 * A worker lives on until its page is closed, and would fill its cache again.
 *
 * @param {ServiceWorker | null} worker
 * @returns {Promise<void>} when it has forgotten, or does not answer
 */
async function tell(worker) {
  if (worker === null) return;
  const { port1, port2 } = new MessageChannel();
  await new Promise((resolve) => {
    port1.onmessage = resolve;
    setTimeout(resolve, ANSWER_MILLISECONDS);
    worker.postMessage({ type: "forget" }, [port2]);
  });
  port1.close();
}

/** @param {CacheStorage | undefined} caches */
async function deleteCaches(caches) {
  const names = (await caches?.keys()) ?? [];
  await Promise.all(names.map((name) => caches?.delete(name)));
}
