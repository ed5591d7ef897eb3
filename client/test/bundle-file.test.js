import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { blobLength, MAX_BLOB } from "../lib/blobs/padding.js";
import { concat, equal, toHex } from "../lib/bytes.js";
import { BYTES, TEXT, writeHead } from "../lib/cbor.js";
import {
  ENDS,
  MAX_ITEMS,
  MAX_REFUSED,
  readBundleFile,
  writeBundleFile,
} from "../lib/passing-on/bundle-file.js";
import { anyEnvelope, makeEnvelope } from "./passing-on.js";

const SMALL = makeEnvelope(1, 564);

/** @param {...(Uint8Array<ArrayBuffer> | Blob)} parts */
function fileOf(...parts) {
  return new Blob(parts);
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
function item(bytes) {
  return concat(writeHead(BYTES, bytes.length), bytes);
}

/** @param {Blob} file */
async function readAll(file) {
  const all = [];
  for await (const one of readBundleFile(file)) all.push(one);
  return all;
}

/** @param {Blob} file */
async function codes(file) {
  return (await readAll(file)).map((one) => (one.kind === "refused" ? one.code : one.kind));
}

/** @param {number} size bytes of content */
function blobOf(size) {
  const blob = new Uint8Array(blobLength(size));
  blob[0] = size & 0xff;
  return new Blob([blob]);
}

test("what is written is read, whatever it is", async () => {
  for (let round = 0; round < 40; round += 1) {
    const envelopes = Array.from({ length: randomInt(9) }, anyEnvelope);
    const blobs = Array.from({ length: randomInt(3) }, () => blobOf(1 + randomInt(200_000)));
    const file = writeBundleFile({ envelopes, blobs });
    if (envelopes.length + blobs.length === 0) {
      assert.deepEqual(await codes(file), ["bundle-empty"]);
      continue;
    }
    const items = await readAll(file);
    assert.deepEqual(
      items.flatMap((one) => (one.kind === "envelope" ? [toHex(one.envelope)] : [])),
      envelopes.map(toHex).sort(),
    );
    const found = items.flatMap((one) => (one.kind === "blob" ? [one.blob] : []));
    assert.deepEqual(await hashes(found), await hashes(blobs));
    assert.deepEqual(
      items.map((one) => one.number),
      items.map((_, index) => index + 1),
    );
    assert.ok(
      items.every((one, index) => one.kind === (index < envelopes.length ? "envelope" : "blob")),
    );
  }
});

/** @param {Blob[]} blobs */
async function hashes(blobs) {
  const all = await Promise.all(
    blobs.map(async (blob) => crypto.subtle.digest("SHA-256", await blob.arrayBuffer())),
  );
  return all.map((one) => toHex(new Uint8Array(one))).sort();
}

test("a blob's place is told", async () => {
  const [, found] = await readAll(fileOf(item(SMALL), writeHead(BYTES, 65_577), blobOf(9)));
  assert.equal(found?.kind === "blob" && found.offset, 567 + 5);
});

test("the same items give the same file, in whatever order they were made", async () => {
  const envelopes = Array.from({ length: 20 }, () => makeEnvelope(1, 119));
  const one = new Uint8Array(await writeBundleFile({ envelopes }).arrayBuffer());
  const other = new Uint8Array(
    await writeBundleFile({ envelopes: [...envelopes].reverse() }).arrayBuffer(),
  );
  assert.ok(equal(one, other));
});

test("blobs stand in a random order", async () => {
  const blobs = Array.from({ length: 12 }, (_, index) => blobOf(index + 1));
  const orders = new Set();
  for (let round = 0; round < 4; round += 1) {
    const items = await readAll(writeBundleFile({ envelopes: [], blobs }));
    const firsts = items.map(async (one) =>
      one.kind === "blob" ? new Uint8Array(await one.blob.slice(0, 1).arrayBuffer())[0] : -1,
    );
    orders.add((await Promise.all(firsts)).join());
  }
  assert.ok(orders.size > 1);
});

test("a writer refuses what is neither", () => {
  const refused = /** @type {const} */ ([
    [{ envelopes: [Uint8Array.from(SMALL).fill(2, 0, 1)] }, "envelope-version"],
    [{ envelopes: [concat(SMALL, SMALL)] }, "envelope-length"],
    [{ envelopes: [], blobs: [new Blob([])] }, "bundle-item-length"],
    [{ envelopes: [], blobs: [new Blob([new Uint8Array(65_578)])] }, "bundle-item-length"],
    [{ envelopes: Array(MAX_ITEMS + 1).fill(SMALL) }, "bundle-too-many"],
  ]);
  for (const [items, code] of refused) {
    assert.throws(() => writeBundleFile(/** @type {any} */ (items)), { code });
  }
});

test("a file cut off anywhere gives its whole items", async () => {
  const envelopes = [makeEnvelope(1, 119), makeEnvelope(2, 1652), makeEnvelope(17, 612)];
  const bytes = concat(...envelopes.map(item));
  const ends = [121, 121 + 1655, 121 + 1655 + 615];
  for (const length of [1, 2, 3, 120, 121, 122, 123, 124, 1775, 1776, 1777, bytes.length - 1]) {
    const whole = ends.filter((end) => end <= length).length;
    const rest = ends.includes(length) ? [] : ["bundle-cut-off"];
    assert.deepEqual(await codes(fileOf(bytes.slice(0, length))), [
      ...Array(whole).fill("envelope"),
      ...rest,
    ]);
  }
});

test("a changed byte costs no item in front of it, and anything is read to an end", async () => {
  for (let round = 0; round < 300; round += 1) {
    const bad = item(SMALL);
    const at = randomInt(bad.length);
    bad[at] = (bad[at] ?? 0) ^ (1 + randomInt(255));
    const items = await readAll(fileOf(item(SMALL), bad, item(SMALL)));
    assert.ok(items[0]?.kind === "envelope" && equal(items[0].envelope, SMALL));
    if (at < 5) assert.equal(items[1]?.kind === "refused", true, `byte ${at}`);
    const junk = crypto.getRandomValues(new Uint8Array(randomInt(300)));
    for (const one of (await readAll(fileOf(junk))).slice(0, -1)) {
      assert.ok(one.kind !== "refused" || !ENDS.includes(one.code));
    }
  }
});

test("a million tiny items are refused at once", async () => {
  const file = fileOf(new Uint8Array(2_000_000).fill(0x40));
  const items = await readAll(file);
  assert.equal(items.length, MAX_REFUSED + 1);
  assert.deepEqual(items.at(-1), {
    number: MAX_REFUSED + 1,
    kind: "refused",
    code: "bundle-too-many",
  });
});

test("65,536 envelopes are read, and no more", async () => {
  const one = item(makeEnvelope(1, 119));
  const file = fileOf(concat(...Array(MAX_ITEMS + 2).fill(one)));
  let count = 0;
  let last = "";
  for await (const found of readBundleFile(file)) {
    count += 1;
    last = found.kind === "refused" ? found.code : found.kind;
  }
  assert.equal(count, MAX_ITEMS + 1);
  assert.equal(last, "bundle-too-many");
});

/** A file that says how much of it was read: 300 MiB that lie nowhere. */
class BigFile {
  /** @param {Map<number, Uint8Array>} places what stands where; all else is 0 */
  constructor(places, size = 0) {
    this.places = places;
    this.size = size;
    this.read = 0;
    this.most = 0;
  }

  /** @param {number} start @param {number} end */
  slice(start, end) {
    const to = Math.min(end, this.size);
    return {
      size: to - start,
      arrayBuffer: async () => {
        const bytes = new Uint8Array(to - start);
        for (const [at, part] of this.places) {
          if (at >= start && at < to) bytes.set(part.subarray(0, to - at), at - start);
        }
        this.read += bytes.length;
        this.most = Math.max(this.most, bytes.length);
        return bytes.buffer;
      },
    };
  }
}

test("of 300 MiB only the heads and the envelopes are read", async () => {
  const size = blobLength(150 * 1024 * 1024);
  const head = writeHead(BYTES, size);
  /** @type {Map<number, Uint8Array>} */
  const places = new Map();
  let at = 0;
  for (let count = 0; count < 2; count += 1) {
    places.set(at, concat(item(SMALL), head));
    at += item(SMALL).length + head.length + size;
  }
  places.set(at, item(SMALL));
  const file = new BigFile(places, at + item(SMALL).length);
  assert.deepEqual(await codes(/** @type {any} */ (file)), [
    "envelope",
    "blob",
    "envelope",
    "blob",
    "envelope",
  ]);
  assert.ok(file.size > 300 * 1024 * 1024);
  assert.ok(file.read < 5 * 65_536 && file.most <= 65_536, `${file.read} bytes`);
});

test("a fault of the disk is no refused item", async () => {
  const broken = {
    size: 9,
    slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException("", "NotReadableError")) }),
  };
  await assert.rejects(readAll(/** @type {any} */ (broken)), { name: "NotReadableError" });
});

test("what is too long for a blob, or a text, is stepped over", async () => {
  const most = new BigFile(new Map([[0, writeHead(BYTES, MAX_BLOB + 1)]]), 5 + MAX_BLOB + 1);
  assert.deepEqual(await codes(/** @type {any} */ (most)), ["bundle-item-length"]);
  const text = concat(writeHead(TEXT, 30), new Uint8Array(30));
  assert.deepEqual(await codes(fileOf(text, item(SMALL))), ["bundle-item-type", "envelope"]);
});
