import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createCodec } from "../lib/report/codec.js";
import { countTexts, writeCompact } from "../lib/report/compact.js";

const TABLE = new URL("../../spec/report-v1.json", import.meta.url);
const codec = createCodec(JSON.parse(readFileSync(TABLE, "utf8")));
const EPOCH = 1_780_272_000;

const REPORT = {
  chan: "web",
  cc: "MM",
  region: "MM-06",
  net: { data: "down", sms: "ok" },
  since: EPOCH,
  written: EPOCH + 900,
  obs: EPOCH,
  lang: "my",
  text: "The line has been dead since the morning.",
  contact: "ask at the bakery",
  reply: { key: new Uint8Array(32), address: new Uint8Array(32) },
  evidence: {
    kinds: ["photo"],
    blobs: [{ key: new Uint8Array(32), hash: new Uint8Array(32), size: 70_000 }],
    links: ["https://example.org/video"],
  },
};

/**
 * @param {import("../lib/report/codec.js").Report} report
 * @param {boolean} withText
 * @param {number} [suite]
 */
function compact(report, withText, suite = 0x01) {
  return writeCompact({ codec, report, epochStart: EPOCH, suite, withText });
}

/** @param {{content: Uint8Array} | null} written */
function read(written) {
  assert.ok(written);
  return codec.decode(written.content, EPOCH);
}

test("blobs, the time of writing and the reply's address are left out; the rest is the same", () => {
  const { written: _, reply: __, evidence, ...rest } = REPORT;
  const { blobs: ___, ...held } = evidence;
  const before = structuredClone(REPORT);
  assert.deepEqual(read(compact(REPORT, true)), { ...rest, evidence: held, chan: "app-sms" });
  assert.deepEqual(REPORT, before);
});

test("without free text, the text, its language and links are left out too", () => {
  const { written: _, reply: __, text: ___, lang: ____, evidence: _____, ...rest } = REPORT;
  const expected = { ...rest, chan: "app-sms", evidence: { kinds: ["photo"] } };
  assert.deepEqual(read(compact(REPORT, false)), expected);
});

test("evidence of which nothing is left is no field", () => {
  const { kinds: _, ...evidence } = REPORT.evidence;
  assert.deepEqual(read(compact({ evidence }, false)), { chan: "app-sms" });
  assert.deepEqual(read(compact({}, false)), { chan: "app-sms" });
});

test("what this table does not know goes along", () => {
  const unknown = new Map([[99, "new"]]);
  assert.deepEqual(read(compact({ unknown, evidence: { unknown } }, false)), {
    chan: "app-sms",
    unknown,
    evidence: { unknown },
  });
});

test("how many texts: the borders of each suite", () => {
  assert.deepEqual([countTexts(0, 0x01), countTexts(56, 0x01), countTexts(57, 0x01)], [1, 1, 2]);
  assert.deepEqual([countTexts(0, 0x11), countTexts(117, 0x11), countTexts(118, 0x11)], [2, 2, 3]);
  for (let texts = 2; texts <= 15; texts += 1) {
    assert.equal(countTexts(114 * texts - 63, 0x01), texts);
    assert.equal(countTexts(114 * texts - 111, 0x11), texts);
    assert.equal(countTexts(114 * texts - 62, 0x01), texts === 15 ? null : texts + 1);
    assert.equal(countTexts(114 * texts - 110, 0x11), texts === 15 ? null : texts + 1);
  }
  for (const suite of [0x00, 0x02, 0x12]) assert.equal(countTexts(1, suite), null);
});

test("a report that does not fit may fit without its text", () => {
  const long = { ...REPORT, text: "a".repeat(1700) };
  assert.equal(compact(long, true), null);
  assert.equal(compact(long, false)?.texts, 1);
  assert.equal(compact({ cc: "MM", net: { data: "down" } }, false)?.texts, 1);
  assert.equal(compact(REPORT, false, 0x02), null);
});

test("a report that cannot be written is an error as in the codec", () => {
  assert.throws(() => compact({ cc: "burma" }, true), { code: "field-value" });
});
