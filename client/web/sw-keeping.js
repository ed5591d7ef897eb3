/**
 * The files of the app as its worker keeps them. The service puts this in front of sw.js, and in front
 * of this the lists that it is about (heliograph/web_workers.py): `FILES`, address to SHA-256, what makes
 * a visit whole; `LATER`, what can wait; `PIECES`, the hashes of the pieces of large files.
 *
 * A file is kept under its address and its hash, and only if it has that hash: a captive portal's
 * page is never ours, and two versions lie side by side until the new one is whole.
 */

const { FILES, LATER, PIECES } = self;
const CACHE = "files";
const TRIES = 3;
const PAUSE_MS = 1500;
const TYPES = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  webmanifest: "application/manifest+json",
};

/** @param {string} path */
async function keepStubbornly(path) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await keep(path);
    } catch (error) {
      if (tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, tries * PAUSE_MS));
    }
  }
}

/**
 * Fetches a file, checks it and keeps it.
 * @param {string} path
 * @returns {Promise<Response>} the file
 * @throws {TypeError} if it cannot be had, or if what came is another file
 */
async function keep(path) {
  const hash = hashOf(path);
  const pieces = PIECES[path];
  const bytes = pieces ? await fetchLarge(path, hash, pieces) : await fetchChecked(path, hash);
  const made = () => new Response(bytes, { headers: { "Content-Type": typeOf(path) } });
  const cache = await openCache();
  await cache.put(keyOf(path, hash), made());
  for (const [index, piece] of (pieces ?? []).entries()) {
    await cache.delete(keyOf(`${path}/${index}`, piece));
  }
  return made();
}

/**
 * A file from what the browser has of the page's own visit, else piece by piece: each is kept, so
 * that a line that breaks off does not begin from the start.
 * @param {string} path
 * @param {string} hash
 * @param {string[]} pieces
 */
async function fetchLarge(path, hash, pieces) {
  try {
    const answer = await fetch(path, { mode: "same-origin", cache: "only-if-cached" });
    if (answer.ok) return await check(answer, hash);
  } catch {
    // It is not there, or not whole.
  }
  const cache = await openCache();
  const parts = [];
  for (const [index, piece] of pieces.entries()) {
    const address = `${path}/${index}`;
    const kept = await find(address, piece);
    const bytes = kept ? await kept.arrayBuffer() : await fetchChecked(address, piece);
    if (!kept) await cache.put(keyOf(address, piece), new Response(bytes));
    parts.push(bytes);
  }
  return check(new Response(new Blob(parts)), hash);
}

/**
 * @param {string} path
 * @param {string} hash
 * @returns {Promise<ArrayBuffer>}
 */
async function fetchChecked(path, hash) {
  try {
    return await check(await fetch(path, { redirect: "error" }), hash);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // The browser may remember the version before, or a portal's page.
    return check(await fetch(path, { redirect: "error", cache: "reload" }), hash);
  }
}

/**
 * @param {Response} answer
 * @param {string} hash
 * @returns {Promise<ArrayBuffer>}
 * @throws {RangeError} where it is not that file
 */
async function check(answer, hash) {
  if (answer.status !== 200) throw new TypeError("no file");
  const bytes = await answer.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex !== hash) throw new RangeError("another file");
  return bytes;
}

/** Whether everything is to be gone: a worker lives on until its last page is closed. */
let forgotten = false;

/** @returns {Promise<Cache>} rejects once all is forgotten, so that nothing is kept again */
async function openCache() {
  if (forgotten) throw new TypeError("forgotten");
  return caches.open(CACHE);
}

/** Deletes all files, and keeps none from now on. */
async function forget() {
  forgotten = true;
  await caches.delete(CACHE);
}

/** Deletes what this version does not know. */
async function sweep() {
  const cache = await openCache();
  const known = new Set();
  for (const [path, hash] of Object.entries({ ...FILES, ...LATER })) known.add(keyOf(path, hash));
  for (const key of await keptKeys()) if (!known.has(key)) await cache.delete(key);
}

/** @returns {Promise<Set<string>>} address and hash of all that is kept */
async function keptKeys() {
  const requests = await (await openCache()).keys();
  return new Set(requests.map(({ url }) => url.slice(self.location.origin.length)));
}

/** @param {string} path @param {string} hash */
async function find(path, hash) {
  return (await openCache()).match(keyOf(path, hash));
}

/** @param {string} path @param {string} hash */
function keyOf(path, hash) {
  return `${path}?${hash}`;
}

/** @param {string} path @returns {string | undefined} */
function hashOf(path) {
  return Object.hasOwn(FILES, path) ? FILES[path] : Object.hasOwn(LATER, path) ? LATER[path] : "";
}

/** @param {string} path */
function typeOf(path) {
  return path === "/" ? TYPES.html : (TYPES[path.split(".").pop()] ?? "application/octet-stream");
}

self.keeping = { find, forget, hashOf, keep, keepStubbornly, keptKeys, keyOf, sweep, typeOf };
