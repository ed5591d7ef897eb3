import assert from "node:assert/strict";
import test from "node:test";
import { byteLength, cutToBytes } from "../web/fields.js";

test("texts are cut between characters, never inside one", () => {
  for (const text of ["abc", "éèê", "မြန်မာ", "👩🏽‍🚒👩🏽‍🚒"]) {
    for (let most = 0; most <= byteLength(text); most += 1) {
      const cut = cutToBytes(text, most);
      assert.ok(text.startsWith(cut));
      assert.ok(byteLength(cut) <= most);
      assert.equal(
        new TextDecoder("utf-8", { fatal: true }).decode(new TextEncoder().encode(cut)),
        cut,
      );
    }
    assert.equal(cutToBytes(text, byteLength(text)), text);
  }
});
