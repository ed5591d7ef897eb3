/**
 * Keeps the app on the phone: registers the worker, has it go on where it broke off, and tells when
 * everything is there.
 */

/** It can also send when the page is closed. */
const BEST = /** @type {const} */ ({ url: "/sw-module.js", type: "module" });
/** For browsers whose workers have no modules. */
const PLAIN = /** @type {const} */ ({ url: "/sw.js", type: "classic" });
const FIRST_PAUSE_MS = 4000;
const LONGEST_PAUSE_MS = 300_000;
const LONGEST_ANSWER_MS = 330_000;
const TAKE_OVER_TRIES = 10;
const TAKE_OVER_MS = 300;
let stopped = false;

/**
 * @typedef {object} Kept
 * @property {number} kept files that are on the phone
 * @property {number} of files that have to be
 * @property {boolean} ready whether the app now starts without any network
 */

/**
 * @param {object} wants
 * @param {string[]} [wants.need] addresses that this visit needs besides, such as its language's words
 * @param {(state: Kept) => void} [wants.tell]
 * @param {() => boolean} [wants.mayReload] whether nothing would be lost: a new version that is whole
 *   is then taken into use
 * @param {() => void} [wants.reload]
 * @param {() => void} [wants.tried] is called once, when the worker has everything or a first try to
 *   get it has failed: until then whatever the page fetched would come over the wire twice
 * @returns {Promise<boolean>} true when all is kept; false where the browser has no workers. It goes on
 *   trying until one of both
 */
export async function keepOffline({
  need = [],
  tell = () => undefined,
  mayReload = () => true,
  reload = () => location.reload(),
  tried = () => undefined,
}) {
  const container = navigator.serviceWorker;
  if (!container) {
    tried();
    return false;
  }
  container.addEventListener("message", ({ data }) => {
    if (data?.type === "files") tell({ kept: data.kept, of: data.of, ready: false });
  });
  container.startMessages();
  await takeOver(container, mayReload, reload);
  // One failure may be the network's: the plain worker is for a browser that refuses twice.
  let kinds = /** @type {readonly (typeof BEST | typeof PLAIN)[]} */ ([BEST]);
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    if (stopped) return false;
    try {
      const worker = await install(container, kinds);
      const { kept, of } = await ask(worker, { type: "keep", paths: need });
      tell({ kept, of, ready: kept === of });
      if (kept === of) {
        // What the person does next goes first.
        setTimeout(() => whenIdle(() => worker.postMessage({ type: "later" })), FIRST_PAUSE_MS);
        tried();
        return true;
      }
    } catch {
      // The network went away, or something stood in the service's place.
    }
    if (pause === FIRST_PAUSE_MS) tried();
    kinds = [BEST, PLAIN];
    await networkOr(pause * (1 + Math.random() / 2));
  }
}

/**
 * @param {Window & typeof globalThis} window
 * @returns {Promise<boolean>} whether the outbox was never opened here; false where a browser does not
 *   tell
 */
export async function isFirstVisit({ indexedDB }) {
  try {
    return (await indexedDB.databases()).every(({ name }) => name !== "outbox");
  } catch {
    return false;
  }
}

/** Nothing is kept any more: all of it is being deleted. */
export function stopKeeping() {
  stopped = true;
}

/**
 * Has a version that was kept on an earlier visit take over, if nothing is lost by a reload now. The
 * worker refuses while another page is open; one that was just closed is so for a moment.
 * @param {ServiceWorkerContainer} container
 * @param {() => boolean} mayReload
 * @param {() => void} reload
 */
async function takeOver(container, mayReload, reload) {
  const registration = await container.getRegistration();
  const { waiting } = registration ?? {};
  if (!registration?.active || !waiting) return;
  const changed = new Promise((resolve) => {
    container.addEventListener("controllerchange", () => resolve(true), { once: true });
    setTimeout(() => resolve(false), TAKE_OVER_MS * TAKE_OVER_TRIES);
  });
  for (let tries = 0; tries < TAKE_OVER_TRIES && mayReload(); tries += 1) {
    const { taken } = await ask(waiting, { type: "take-over" });
    if (taken) break;
    await new Promise((resolve) => setTimeout(resolve, TAKE_OVER_MS));
  }
  // The old worker is asked nothing meanwhile: the new one waits until it has nothing to do.
  if ((await changed) && mayReload()) reload();
}

/**
 * @param {ServiceWorkerContainer} container
 * @param {readonly (typeof BEST | typeof PLAIN)[]} kinds to try one after the other
 * @returns {Promise<ServiceWorker>} the active worker
 * @throws {TypeError} if an installation broke off
 */
async function install(container, kinds) {
  const registration = (await container.getRegistration()) ?? (await register(container, kinds));
  if (registration.active) return registration.active;
  const worker = registration.installing ?? registration.waiting;
  if (!worker) throw new TypeError("no worker");
  await new Promise((resolve, reject) => {
    const look = () => {
      if (worker.state === "activated") resolve(undefined);
      if (worker.state === "redundant") reject(new TypeError("broken off"));
    };
    worker.addEventListener("statechange", look);
    look();
  });
  return worker;
}

/**
 * @param {ServiceWorkerContainer} container
 * @param {readonly (typeof BEST | typeof PLAIN)[]} kinds
 * @returns {Promise<ServiceWorkerRegistration>}
 */
async function register(container, kinds) {
  /** @type {unknown} */
  let reason;
  for (const { url, type } of kinds) {
    try {
      return await container.register(url, { scope: "/", type, updateViaCache: "imports" });
    } catch (error) {
      reason = error;
    }
  }
  throw reason;
}

/**
 * @param {ServiceWorker} worker
 * @param {object} question
 * @returns {Promise<{kept: number, of: number, taken: boolean}>} of which sw.js answers what belongs to
 *   the question
 */
function ask(worker, question) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data }) => {
      port1.close();
      resolve(data);
    };
    // Chromium ends a worker that is busy for five minutes, and nothing tells the page.
    setTimeout(() => reject(new TypeError("no answer")), LONGEST_ANSWER_MS);
    worker.addEventListener("statechange", () => reject(new TypeError("replaced")), { once: true });
    worker.postMessage(question, [port2]);
  });
}

/** @param {() => void} work */
function whenIdle(work) {
  if ("requestIdleCallback" in globalThis) requestIdleCallback(work);
  else setTimeout(work, FIRST_PAUSE_MS);
}

/** @param {number} milliseconds @returns {Promise<void>} then, or when a network comes */
function networkOr(milliseconds) {
  return new Promise((resolve) => {
    const done = () => {
      removeEventListener("online", done);
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    addEventListener("online", done);
  });
}
