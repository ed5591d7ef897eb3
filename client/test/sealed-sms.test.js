import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../lib/bytes.js";
import { envelopeId, paddedLengths } from "../lib/envelope.js";
import { writeLeaf } from "../lib/leaf.js";
import { join, MAX_COMBINATIONS, readText, writeTexts } from "../lib/sealed-sms.js";
import { KINDS, MAX_CONTENT, newReportId, seal, sealForSms } from "../lib/sealing.js";
import { loadSodium } from "../lib/sodium.js";
import { deriveLock } from "./opening.js";

const sodium = await loadSodium();
const { publicKey } = deriveLock(sodium, new Uint8Array(32), 1, "A");
const KEY = { suite: 1, epoch: 1, epochStart: 0, keys: [publicKey] };

/** @param {number} texts */
async function makeParts(texts) {
  const content = new Uint8Array(114 * texts - 52 - 11);
  const envelope = await sealForSms(sodium, KEY, KINDS.report, newReportId(), content);
  const parts = (await writeTexts(envelope)).map(readText);
  assert.equal(parts.length, texts);
  return { envelope, slices: parts.map((part) => ("slice" in part ? [part.slice] : [])) };
}

test("a content that fills n texts takes n texts, and one byte more takes one more", async () => {
  for (const [size, texts] of /** @type {const} */ ([
    [0, 1],
    [56, 1],
    [57, 2],
    [165, 2],
    [166, 3],
  ])) {
    const content = new Uint8Array(size);
    const envelope = await sealForSms(sodium, KEY, KINDS.report, newReportId(), content);
    assert.equal((await writeTexts(envelope)).length, texts, `${size} bytes`);
  }
});

test("a forger's slices do not hide the true ones, up to the bounds", async () => {
  const { envelope, slices } = await makeParts(7);
  const ref = (await envelopeId(envelope)).subarray(0, 3);
  const forged = Array.from({ length: 3 }, (_, index) => new Uint8Array(114).fill(index));
  // 4^6 combinations come before the bound; the first index changes last.
  const six = slices.map((own, index) => (index === 0 ? own : [...forged, ...own]));
  const found = await join(ref, six);
  assert.deepEqual(found.map(toHex), [toHex(envelope)]);
  const seven = slices.map((own) => [...forged, ...own]);
  assert.equal(4 ** 7 > MAX_COMBINATIONS, true);
  assert.deepEqual(await join(ref, seven), []);
  const early = slices.map((own) => [...own, ...forged]);
  assert.deepEqual((await join(ref, early)).map(toHex), [toHex(envelope)]);
  const late = slices.map((own) => [...forged, new Uint8Array(114).fill(9), ...own]);
  assert.deepEqual(await join(ref, [...slices.slice(0, 6), late[6] ?? []]), []);
});

test("groups that no part can have are refused", async () => {
  const slice = new Uint8Array(114);
  await assert.rejects(join(new Uint8Array(3), [[slice]]), RangeError);
  await assert.rejects(join(new Uint8Array(3), Array(16).fill([slice])), RangeError);
  await assert.rejects(join(new Uint8Array(3), [[slice], [slice.subarray(1)]]), RangeError);
  assert.throws(() => writeLeaf({ suite: 1, epoch: 1, sizeClass: 0 }, 1, slice), RangeError);
});

test("what does not fit is refused, and so is a suite that is none", async () => {
  const longest = new Uint8Array(MAX_CONTENT);
  assert.equal((await seal(sodium, KEY, 1, newReportId(), longest)).length, 32768 + 52);
  const longer = new Uint8Array(MAX_CONTENT + 1);
  const code = "envelope-content-too-long";
  await assert.rejects(seal(sodium, KEY, 1, newReportId(), longer), { code });
  await assert.rejects(sealForSms(sodium, KEY, 1, newReportId(), longest), { code });
  const unknown = { ...KEY, suite: 9 };
  await assert.rejects(seal(sodium, unknown, 1, newReportId(), longest), {
    code: "envelope-sealing-key",
  });
  assert.deepEqual(paddedLengths(9), []);
});
