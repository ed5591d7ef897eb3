import assert from "node:assert/strict";
import { test } from "node:test";
import { blobLength, MAX_BLOB, padded, readBlobLength } from "../lib/blobs/padding.js";
import { PIECE_SIZE, sealBlob } from "../lib/blobs/sealing.js";
import { concat, equal } from "../lib/bytes.js";
import { sha256 } from "../lib/sha256.js";
import { loadSodium } from "../lib/sodium.js";
import { openBlob } from "./opening-blobs.js";

const sodium = await loadSodium();

/**
 * @param {Blob} file
 * @param {Parameters<typeof sealBlob>[3]} [options]
 */
async function seal(file, options) {
  /** @type {Uint8Array[]} */
  const pieces = [];
  const sealed = await sealBlob(
    sodium,
    file,
    (index, piece) => {
      assert.equal(index, pieces.length);
      pieces.push(piece);
    },
    options,
  );
  return { sealed, pieces, blob: concat(...pieces) };
}

/**
 * @param {number} size
 * @returns {Uint8Array<ArrayBuffer>}
 */
function makeContent(size) {
  return Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8) + 1) & 255);
}

/** A file of any size that has no bytes in memory: `read` counts what was asked for. */
class LongFile extends Blob {
  most = 0;
  read = 0;
  /** @param {number} bytes */
  constructor(bytes) {
    super([]);
    Object.defineProperty(this, "size", { value: bytes });
  }
  /**
   * @param {number} start
   * @param {number} end
   */
  slice(start, end) {
    const size = Math.max(0, Math.min(end, this.size) - start);
    this.most = Math.max(this.most, size);
    this.read += size;
    return new Blob([new Uint8Array(size)]);
  }
}

test("lengths are those of the specification's example", () => {
  assert.equal(padded(1_000_000), 1_015_808);
  assert.equal(blobLength(1_000_000), 1_016_104);
  assert.equal(blobLength(1), 65_577);
  assert.equal(readBlobLength(1_016_104), 1_015_808);
  for (const length of [0, 23, 24, 1_016_103, 1_016_105, 65_576, 65_594, 131_113]) {
    assert.throws(() => readBlobLength(length), { code: "blob-length" });
  }
});

test("what is sealed opens, with the length that its size gives", async () => {
  for (const size of [1, 65_535, 65_536, 65_537, 131_072, 200_000, 1_015_808, 3_000_000]) {
    const content = makeContent(size);
    const { sealed, pieces, blob } = await seal(new Blob([content]));
    assert.equal(sealed.size, size);
    assert.equal(sealed.length, blobLength(size));
    assert.equal(blob.length, sealed.length);
    assert.equal(readBlobLength(blob.length), padded(size));
    assert.ok(equal(sealed.id, await sha256(blob)));
    assert.ok(pieces.slice(0, -1).every((piece) => piece.length === PIECE_SIZE));
    assert.ok(Number(pieces.at(-1)?.length) <= PIECE_SIZE);
    assert.ok(equal(await openBlob(sodium, blob, sealed), content));
  }
});

test("the same content never gives the same bytes", async () => {
  const [one, other] = [await seal(new Blob(["a"])), await seal(new Blob(["a"]))];
  assert.ok(!equal(one.sealed.key, other.sealed.key));
  assert.ok(!equal(one.sealed.id, other.sealed.id));
});

test("an empty file and one that is too long are refused before anything is read", async () => {
  const longest = 264_241_152;
  const tooLong = new LongFile(longest + 1);
  await assert.rejects(seal(tooLong), { code: "blob-too-large" });
  assert.equal(tooLong.read, 0);
  const signal = AbortSignal.abort();
  await assert.rejects(seal(new LongFile(longest), { signal }), { name: "AbortError" });
  assert.ok(blobLength(longest) <= MAX_BLOB && blobLength(longest + 1) > MAX_BLOB);
  await assert.rejects(seal(new Blob([])), { code: "blob-empty" });
});

test("a long file is read in chunks, and stops where it is told to", async () => {
  const file = new LongFile(40_000_000);
  const stop = new AbortController();
  let kept = 0;
  const sealing = sealBlob(
    sodium,
    file,
    (_, piece) => {
      kept += piece.length;
    },
    {
      signal: stop.signal,
      onProgress(done, length) {
        assert.equal(done, kept);
        assert.equal(length, blobLength(40_000_000));
        if (done >= 4 * PIECE_SIZE) stop.abort();
      },
    },
  );
  await assert.rejects(sealing, { name: "AbortError" });
  assert.equal(kept, 4 * PIECE_SIZE);
  assert.equal(file.most, 65_536);
  assert.ok(file.read <= 4 * PIECE_SIZE + 65_536);
});

test("a file that cannot be read, or changes meanwhile, is an error without its name", async () => {
  const gone = new Blob(["some content"]);
  gone.slice = () => {
    throw new Error("passport.jpg");
  };
  const shorter = new Blob(["some content"]);
  shorter.slice = () => {
    const slice = new Blob(["some"]);
    Object.defineProperty(slice, "size", { value: 12 });
    return slice;
  };
  for (const file of [gone, shorter]) {
    await assert.rejects(seal(file), (/** @type {any} */ error) => {
      assert.equal(error.code, "blob-unreadable");
      assert.equal(error.cause, undefined);
      return true;
    });
  }
});

test("what keeping a piece throws comes through", async () => {
  const full = new Error("no room");
  await assert.rejects(
    sealBlob(sodium, new Blob(["a"]), () => Promise.reject(full)),
    full,
  );
});

test("a changed blob, another key and a false size are refused", async () => {
  const { sealed, blob } = await seal(new Blob([makeContent(70_000)]));
  /** @param {number} at */
  const changed = async (at) => {
    const bytes = blob.slice();
    bytes[at] = Number(bytes[at]) ^ 1;
    return openBlob(sodium, bytes, { ...sealed, id: await sha256(bytes) });
  };
  await assert.rejects(openBlob(sodium, blob, { ...sealed, id: new Uint8Array(32) }), {
    code: "blob-id",
  });
  await assert.rejects(openBlob(sodium, blob, { ...sealed, size: 80_000 }), { code: "blob-size" });
  await assert.rejects(openBlob(sodium, blob, { ...sealed, key: new Uint8Array(32) }), {
    code: "blob-chunk",
  });
  for (const at of [0, 24, 25, 65_577, blob.length - 1]) {
    await assert.rejects(changed(at), { code: "blob-chunk" });
  }
  await assert.rejects(openBlob(sodium, blob, { ...sealed, size: 69_999 }), {
    code: "blob-padding",
  });
});
