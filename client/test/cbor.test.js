import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, toHex, utf8 } from "../lib/bytes.js";
import { BYTES, CborReader, MAP, TEXT, UNSIGNED, writeHead } from "../lib/cbor.js";

/** RFC 8949, appendix A: values of major type 0, with heads of each length. */
const HEADS = /** @type {const} */ ([
  [0, "00"],
  [23, "17"],
  [24, "1818"],
  [255, "18ff"],
  [256, "190100"],
  [65_535, "19ffff"],
  [65_536, "1a00010000"],
  [4_294_967_295, "1affffffff"],
  [4_294_967_296, "1b0000000100000000"],
  [Number.MAX_SAFE_INTEGER, "1b001fffffffffffff"],
  [18_446_744_073_709_551_615n, "1bffffffffffffffff"],
]);

/** @param {string} hex */
function reader(hex) {
  return new CborReader(fromHex(hex), "test-code");
}

test("heads are written in the fewest bytes, and read", () => {
  for (const [argument, hex] of HEADS) {
    assert.equal(toHex(writeHead(UNSIGNED, argument)), hex);
    assert.deepEqual(reader(hex).readHead(), { major: UNSIGNED, argument });
  }
  assert.equal(toHex(writeHead(MAP, 2)), "a2");
  assert.deepEqual(reader("a2").readHead(), { major: MAP, argument: 2 });
});

test("what is no argument is not written", () => {
  for (const bad of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, -1n, 1n << 64n]) {
    assert.throws(() => writeHead(UNSIGNED, bad), RangeError);
  }
});

test("only the one form of a head is read", () => {
  const longer = ["1800", "1817", "1900ff", "1a0000ffff", "1b00000000ffffffff"];
  const reserved = ["1c", "1d", "1e", "1f", "5f", "7f", "bf", "ff"];
  for (const hex of [...longer, ...reserved, "", "18", "19ff", "1affffff", "1b00"]) {
    assert.throws(() => reader(hex).readHead(), { code: "test-code" }, hex);
  }
});

test("strings are read up to their bound", () => {
  const both = reader("43010203" + "63c3a961");
  assert.deepEqual(both.readBytes(3), Uint8Array.of(1, 2, 3));
  assert.equal(both.at, 4);
  assert.equal(both.readText(3), "éa");
  assert.ok(both.ended);
  assert.throws(() => reader("43010203").readBytes(2), { code: "test-code" });
  assert.throws(() => reader("430102").readBytes(3), { code: "test-code" });
  assert.throws(() => reader("63616263").readBytes(3), { code: "test-code" });
  assert.throws(() => reader("62c328").readText(9), { code: "test-code" });
  assert.throws(() => reader("5bffffffffffffffff").readArgument(BYTES, 10), { code: "test-code" });
  assert.equal(reader("63efbbbf").readText(3), "\ufeff");
});

test("what is taken is a copy", () => {
  const bytes = utf8("abc");
  const taken = new CborReader(bytes, "test-code").take(2);
  bytes[0] = 0;
  assert.equal(toHex(taken), "6162");
  assert.equal(toHex(writeHead(TEXT, 3)), "63");
});
