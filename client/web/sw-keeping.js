/**
 * The files of the app as its worker keeps them. The service puts this in front of sw.js, and in front
 * of this the lists that it is about (heliograph/web_workers.py): `FILES`, address to SHA-256, what makes
 * a visit whole; `LATER`, what can wait; `PIECES`, the hashes of the pieces of large files; `PACKS`, addresses that
 * bring many files at once, with how many of FILES, from its beginning; `TREE`, the beginning of the
 * addresses of the module worker's imports.
 *
 * A file is kept under its address and its hash, and only if it has that hash: a captive portal's
 * page is never ours, and two versions lie side by side until the new one is whole.
 */

const { FILES, LATER, PACKS, PIECES, TREE } = self;
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
function keepStubbornly(path) {
  return insist(() => keep(path));
}

/**
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function insist(work) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
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
  const had = await fetchHad(path, hash);
  const bytes =
    had ?? (pieces ? await fetchLarge(path, hash, pieces) : await fetchChecked(path, hash));
  const made = await put(path, hash, bytes);
  const cache = await openCache();
  for (const [index, [piece]] of (pieces ?? []).entries()) {
    await cache.delete(keyOf(`${path}/${index}`, piece));
  }
  return made;
}

/**
 * @param {string} path
 * @param {string} hash that `bytes` have
 * @param {ArrayBuffer | Uint8Array} bytes
 */
async function put(path, hash, bytes) {
  const made = () => new Response(bytes, { headers: { "Content-Type": typeOf(path) } });
  await (await openCache()).put(keyOf(path, hash), made());
  return made();
}

/**
 * A file that the browser has from the page's own visit, or as an import of the module worker.
 * @param {string} path
 * @param {string} hash
 * @returns {Promise<ArrayBuffer | null>}
 */
async function fetchHad(path, hash) {
  for (const address of [path, TREE + path]) {
    try {
      const answer = await fetch(address, { mode: "same-origin", cache: "only-if-cached" });
      return await check(await read(answer), hash);
    } catch {
      // It is not there, or not whole, or another one.
    }
  }
  return null;
}

/**
 * Keeps what the browser has of these files.
 * @param {string[]} paths
 * @returns {Promise<string[]>} those that it has not
 */
async function keepHad(paths) {
  const missing = [];
  for (const path of paths) {
    const bytes = await fetchHad(path, hashOf(path));
    if (bytes) await put(path, hashOf(path), bytes);
    else missing.push(path);
  }
  return missing;
}

/**
 * Keeps what is missing by packs, of which each brings many small files in one answer. A pack of
 * which most files are here is not worth it.
 * @param {string[]} missing
 * @param {(left: string[]) => Promise<void>} tell
 * @returns {Promise<string[]>} what is still missing
 */
async function keepPacks(missing, tell) {
  const left = new Set(missing);
  const paths = Object.keys(FILES);
  for (const [address, count] of Object.entries(PACKS)) {
    const wanted = paths.splice(0, count).filter((path) => left.has(path));
    if (2 * wanted.length < count) continue;
    const texts = await insist(() => fetchPack(address)).catch(() => ({}));
    for (const path of wanted) {
      const bytes = new TextEncoder().encode(texts[path] ?? "");
      const hash = hashOf(path);
      const isIt = await check(bytes, hash).catch(() => null);
      if (!isIt) continue; // a pack is never trusted as a whole: this one is fetched alone
      await put(path, hash, bytes);
      left.delete(path);
    }
    await tell([...left]);
  }
  return [...left];
}

/**
 * @param {string} address
 * @returns {Promise<Record<string, string>>} texts by path, none of them checked; none from a portal
 * @throws {TypeError} where it does not come whole
 */
async function fetchPack(address) {
  // Its files are kept, so the browser need not keep it too, nor what stands in its place.
  const answer = await fetch(address, { redirect: "error", cache: "no-store" });
  const bytes = await read(answer);
  try {
    return Object(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return {};
  }
}

/**
 * A file piece by piece: each is kept, so that a line that breaks off does not begin from the start.
 * Pieces of what the file holds as base64 come as the bytes that it stands for.
 * @param {string} path
 * @param {string} hash
 * @param {[string, number][]} pieces their hashes, and 1 where the file has them as base64
 */
async function fetchLarge(path, hash, pieces) {
  const cache = await openCache();
  const parts = [];
  for (const [index, [piece, coded]] of pieces.entries()) {
    const address = `${path}/${index}`;
    const kept = await find(address, piece);
    const bytes = kept ? await kept.arrayBuffer() : await fetchChecked(address, piece);
    if (!kept) await cache.put(keyOf(address, piece), new Response(bytes));
    parts.push(coded ? toBase64(new Uint8Array(bytes)) : bytes);
  }
  return check(await new Blob(parts).arrayBuffer(), hash);
}

/**
 * @param {string} path
 * @param {string} hash
 * @returns {Promise<ArrayBuffer>}
 */
async function fetchChecked(path, hash) {
  try {
    return await check(await read(await fetch(path, { redirect: "error" })), hash);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // The browser may remember the version before, or a portal's page.
    return check(await read(await fetch(path, { redirect: "error", cache: "reload" })), hash);
  }
}

/** @param {Response} answer @returns {Promise<ArrayBuffer>} */
async function read(answer) {
  if (answer.status !== 200) throw new TypeError("no file");
  return answer.arrayBuffer();
}

/**
 * @template {ArrayBuffer | Uint8Array} T
 * @param {T} bytes
 * @param {string} hash SHA-256 in base64
 * @returns {Promise<T>} the same
 * @throws {RangeError} where it is not that file
 */
async function check(bytes, hash) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  if (toBase64(digest) !== hash) throw new RangeError("another file");
  return bytes;
}

/** @param {Uint8Array} bytes */
function toBase64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
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

self.keeping = {
  find,
  forget,
  hashOf,
  keep,
  keepHad,
  keepPacks,
  keepStubbornly,
  keptKeys,
  keyOf,
  sweep,
  typeOf,
};
