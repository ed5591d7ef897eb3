import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, equal, fromHex, toHex, utf8 } from "../lib/bytes.js";

test("hex is read and written", () => {
  const bytes = Uint8Array.of(0, 1, 0x7f, 0xff);
  assert.equal(toHex(bytes), "00017fff");
  assert.deepEqual(fromHex("00017fff"), bytes);
});

test("what is no hex is refused", () => {
  for (const bad of ["0", "0G", "AB", "zz", "0x12"]) assert.throws(() => fromHex(bad), RangeError);
});

test("bytes are joined and compared", () => {
  const joined = concat(utf8("a"), new Uint8Array(), utf8("é"));
  assert.equal(toHex(joined), "61c3a9");
  assert.ok(equal(joined, fromHex("61c3a9")));
  assert.ok(!equal(joined, fromHex("61c3")));
  assert.ok(!equal(joined, fromHex("61c3aa")));
});
