/**
 * The worker that keeps the app on the phone, so that it starts without any network after one visit.
 *
 * The service puts sw-keeping.js in front of these lines, and before that `ORIGINS`, where the keyring
 * of that day says that services are, and `PAGE_HEADERS`. It runs as a classic script and, imported by
 * sw-module.js, as a module.
 */

const { keeping, ORIGINS, PAGE_HEADERS } = self;
const LANES = 3;
const MOST_ORIGINS = 32;
const DATABASE_MS = 1500;
const ADDRESSES = /"addresses"\s*:\s*(\[[^\]]*\])/g;
const ORIGIN = /^https?:\/\/[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::\d{1,5})?$/;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) =>
  event.waitUntil(keeping.sweep().then(() => self.clients.claim())),
);

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const hash = keeping.hashOf(url.pathname);
  // All else is the network's: what the service is asked and told, and other origins.
  if (request.method !== "GET" || url.origin !== self.location.origin || !hash) return;
  event.respondWith(answer(url.pathname, hash, request));
});

self.addEventListener("message", (event) => {
  const { type, paths = [] } = event.data ?? {};
  if (type === "take-over") event.waitUntil(takeOver(event.ports[0]));
  if (type === "later") event.waitUntil(keepLater().catch(() => undefined));
  if (type === "forget") {
    event.waitUntil(keeping.forget().then(() => event.ports[0]?.postMessage({})));
  }
  if (type === "keep") event.waitUntil(keepThese(paths, event.ports[0]));
});

/** Keeps every file; goes on where an earlier one broke off, and fails where one cannot be had. */
async function install() {
  const kept = await keeping.keptKeys();
  // What somebody uses of the version before, such as a language, belongs to this one too.
  const used = new Set([...kept].map((key) => key.split("?")[0]));
  const paths = [
    ...Object.keys(self.FILES),
    ...Object.keys(self.LATER).filter((path) => used.has(path)),
  ];
  const missing = paths.filter((path) => !kept.has(keeping.keyOf(path, keeping.hashOf(path))));
  let done = paths.length - missing.length;
  const large = missing.filter((path) => path in self.PIECES);
  const small = missing.filter((path) => !(path in self.PIECES));
  await tellPages(done, paths.length);
  /** @param {string[]} queue */
  const work = async (queue) => {
    for (let path = queue.shift(); path; path = queue.shift()) {
      await keeping.keepStubbornly(path);
      done += 1;
      await tellPages(done, paths.length);
    }
  };
  /** @param {string[]} left */
  const tell = (left) => {
    done = paths.length - large.length - left.length;
    return tellPages(done, paths.length);
  };
  const alone = await keeping.keepPacks(await keeping.keepHad(small), tell);
  await tell(alone);
  await Promise.all(Array.from({ length: LANES }, () => work(alone)));
  await work(large); // one at a time: on a thin line they would only slow each other down
}

/** @param {number} kept @param {number} of */
async function tellPages(kept, of) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  for (const page of pages) page.postMessage({ type: "files", kept, of });
}

/**
 * Becomes the worker in use, for the page that asks. Where another page is open it waits: that one
 * may hold a draft, and would get modules of another version.
 * @param {MessagePort} port
 */
async function takeOver(port) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const taken = pages.length <= 1;
  port.postMessage({ taken });
  if (taken) await self.skipWaiting();
}

/** Keeps what can wait, one at a time, until one cannot be had. */
async function keepLater() {
  for (const path of Object.keys(self.LATER))
    if (!(await keeping.find(path, self.LATER[path]))) await keeping.keep(path);
}

/**
 * Tells whether all is kept that this visit needs, after an attempt to keep it.
 * @param {string[]} paths of self.LATER, needed all the same: the person's language
 * @param {MessagePort} port
 */
async function keepThese(paths, port) {
  const wanted = [...Object.keys(self.FILES), ...paths.filter((path) => path in self.LATER)];
  let kept = 0;
  for (const path of wanted) {
    try {
      if (!(await keeping.find(path, keeping.hashOf(path)))) await keeping.keep(path);
      kept += 1;
    } catch {
      // It is counted as missing.
    }
  }
  port.postMessage({ kept, of: wanted.length });
}

/**
 * @param {string} path
 * @param {string} hash
 * @param {Request} request
 * @returns {Promise<Response>}
 */
async function answer(path, hash, request) {
  const isPage = keeping.typeOf(path).startsWith("text/html");
  try {
    const file = (await keeping.find(path, hash)) ?? (await keeping.keep(path));
    return isPage ? await underPolicy(file) : file;
  } catch {
    // The browser has thrown away what was kept. A page may come as on a first visit; a part of
    // this version is no part of another one.
    return isPage ? fetch(request) : Response.error();
  }
}

/**
 * The page under the policy that the service gives it, with the services of the keyring that this
 * phone holds now: a newer one may name addresses that the page was never served from.
 * @param {Response} page
 */
async function underPolicy(page) {
  const origins = new Set([...ORIGINS, ...(await heldOrigins())]);
  const connect = ["connect-src 'self'", ...origins].join(" ");
  const headers = new Headers(PAGE_HEADERS);
  const policy = PAGE_HEADERS["Content-Security-Policy"].replace("connect-src 'self'", connect);
  headers.set("Content-Security-Policy", policy);
  headers.set("Content-Type", keeping.typeOf("/"));
  headers.set("X-Content-Type-Options", "nosniff");
  return new Response(page.body, { headers });
}

/** @returns {Promise<string[]>} origins of the keyring in the outbox's database (keyrings.js) */
async function heldOrigins() {
  try {
    const late = new Promise((_, reject) => setTimeout(reject, DATABASE_MS));
    const { bundle } = await Promise.race([readState("keyring"), late]);
    const found = [];
    // The bundle was checked when it was taken over; of its files one alone has such a list.
    for (const [, list] of new TextDecoder("latin1").decode(bundle).matchAll(ADDRESSES)) {
      for (const address of JSON.parse(list)) found.push(new URL(address).origin);
    }
    return found.filter((origin) => ORIGIN.test(origin)).slice(0, MOST_ORIGINS);
  } catch {
    return []; // there is none, or no database, or another page is changing it
  }
}

/**
 * @param {string} name
 * @returns {Promise<any>} rejects where the database is not there; it is never made here
 */
function readState(name) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("outbox");
    opening.onupgradeneeded = () => opening.transaction?.abort();
    opening.onerror = () => reject(opening.error);
    opening.onblocked = () => reject(new TypeError("blocked"));
    opening.onsuccess = () => {
      const database = opening.result;
      try {
        const reading = database.transaction("state").objectStore("state").get(name);
        reading.onsuccess = () => resolve(reading.result);
        reading.onerror = () => reject(reading.error);
      } catch (error) {
        reject(error);
      } finally {
        database.close(); // once the reading is done
      }
    };
  });
}
