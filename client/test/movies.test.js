import assert from "node:assert/strict";
import test from "node:test";
import { concat, utf8 } from "../lib/bytes.js";
import { cleanMovie } from "../web/movies.js";

const CANARY = "+16.8409+096.1735/ Pixel 4a 2026:11:26";

/** @param {number} value */
function u32(value) {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value);
  return new Uint8Array(view.buffer);
}

/** @param {string} type @param {...Uint8Array} payload */
function box(type, ...payload) {
  const inside = concat(...payload);
  return concat(u32(8 + inside.length), new Uint8Array(Buffer.from(type, "latin1")), inside);
}

/** @param {string} type @param {Uint8Array} inside a box with a length of 64 bits */
function longBox(type, inside) {
  const length = new Uint8Array(new BigUint64Array([BigInt(16 + inside.length)]).buffer).reverse();
  return concat(u32(1), utf8(type), length, inside);
}

const zeros = (/** @type {number} */ count) => new Uint8Array(count);
const canary = utf8(CANARY);
const TIME = u32(0xe3a1b2c3);
const samples = Uint8Array.from({ length: 4000 }, (_, index) => index % 251);

/** @param {string} handler */
function hdlr(handler) {
  return box("hdlr", zeros(8), utf8(handler), zeros(12), canary, zeros(1));
}

/** @param {string} handler @param {number} [version] */
function track(handler, version = 0) {
  const times = version === 0 ? concat(TIME, TIME) : concat(zeros(4), TIME, zeros(4), TIME);
  const name = handler === "vide" ? canary.slice(0, 32) : samples.slice(0, 32);
  const entry = box("avc1", zeros(42), name, u32(0x18ffff), box("avcC", samples));
  return box(
    "trak",
    box("tkhd", Uint8Array.of(version, 0, 0, 7), times, u32(1), zeros(72)),
    box("udta", box("name", canary)),
    box("meta", canary),
    box(
      "mdia",
      box("mdhd", Uint8Array.of(version, 0, 0, 0), times, u32(1000), u32(9000)),
      hdlr(handler),
      box(
        "minf",
        box("stbl", box("stsd", zeros(4), u32(1), entry), box("stco", zeros(4), u32(1), u32(64))),
      ),
    ),
  );
}

/** @param {...Uint8Array} tracks */
function film(...tracks) {
  return concat(
    box("ftyp", utf8("qt  "), zeros(4), utf8("qt  ")),
    box("wide"),
    box("mdat", samples),
    longBox("uuid", canary),
    box(
      "moov",
      box("mvhd", zeros(4), TIME, TIME, u32(1000), zeros(80)),
      ...tracks,
      box("udta", box("\u00a9xyz", canary), u32(0)),
      box("meta", hdlr("mdta"), canary),
      box("ab\u00a9c", canary),
    ),
    box("skip", canary),
    concat(u32(0), utf8("free"), canary),
  );
}

/** @param {Blob} blob */
const read = async (blob) => new Uint8Array(await blob.arrayBuffer());

/** @param {Uint8Array} bytes @param {Uint8Array} part */
const holds = (bytes, part) => Buffer.from(bytes).includes(Buffer.from(part));

test("nothing that the camera wrote is left, and nothing moves", async () => {
  const made = film(track("vide"), track("soun", 1));
  const cleaned = await cleanMovie(new Blob([made]));
  const bytes = await read(cleaned.film);
  assert.equal(cleaned.cleaned, true);
  assert.equal(bytes.length, made.length);
  for (let at = 0; at + 8 <= canary.length; at += 4) {
    assert.ok(holds(made, canary.slice(at, at + 8)));
    assert.ok(!holds(bytes, canary.slice(at, at + 8)), `canary from ${at} on`);
  }
  assert.ok(!holds(bytes, TIME));
  assert.ok(holds(bytes, concat(utf8("avcC"), samples)));
  const at = Buffer.from(made).indexOf("mdat");
  assert.deepEqual(
    bytes.slice(at - 4, at + 4 + samples.length),
    made.slice(at - 4, at + 4 + samples.length),
  );
  for (const type of ["avcC", "stco", "stsd", "tkhd", "mdhd", "mvhd", "hdlr"]) {
    assert.equal(Buffer.from(bytes).indexOf(type), Buffer.from(made).indexOf(type));
  }
  for (const type of ["udta", "meta", "uuid", "skip", "wide"]) assert.ok(!holds(bytes, utf8(type)));
});

test("a cleaned film is left as it is by a second cleaning", async () => {
  const once = await cleanMovie(new Blob([film(track("vide"))]));
  const twice = await cleanMovie(once.film);
  assert.deepEqual(await read(twice.film), await read(once.film));
});

test("a track of positions is told: it is not looked into", async () => {
  const cleaned = await cleanMovie(new Blob([film(track("vide"), track("meta"))]));
  assert.equal(cleaned.cleaned, false);
});

test("only the heads are read, not the film", async () => {
  const head = film(track("vide")).slice(0, 28);
  const large = 300 * 1024 * 1024;
  const mdat = concat(u32(large + 8), utf8("mdat"));
  const moov = film(track("vide")).slice(28 + samples.length + 8);
  let asked = 0;
  const pieces = new Blob([head, mdat, moov]);
  const before = head.length + mdat.length;
  const sparse = {
    size: pieces.size + large,
    slice: (/** @type {number} */ from, /** @type {number} */ to = Number.POSITIVE_INFINITY) => {
      if (to - from < 1000) asked += to - from;
      return from < before
        ? pieces.slice(from, Math.min(to, before))
        : pieces.slice(from - large, to - large);
    },
  };
  const { cleaned } = await cleanMovie(/** @type {any} */ (sparse));
  assert.equal(cleaned, true);
  assert.ok(asked < 2000, `${asked} bytes of heads were read`);
});

test("broken films are refused: nothing half-cleaned goes out", async () => {
  const made = film(track("vide"));
  for (const bytes of [
    made.slice(0, made.length - 300),
    concat(made.slice(0, 20), u32(7), utf8("mdat")),
    concat(box("ftyp", zeros(8)), box("moov", box("mvhd", zeros(3)))),
    concat(box("ftyp", zeros(8)), u32(1), utf8("moov"), zeros(4)),
    zeros(5),
  ]) {
    await assert.rejects(cleanMovie(new Blob([bytes])), RangeError);
  }
});
