import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { readQrText, writeQrText } from "../lib/passing-on/qr-text.js";
import { decodeQR } from "../vendor/qr/decode.js";
import { encodeQR } from "../vendor/qr/index.js";
import { sayBytes, saySpan } from "../web/measures.js";
import { judge } from "../web/outbox-situation.js";
import { tracePath } from "../web/qr-picture.js";
import { linkText, readLink } from "../web/sms-links.js";

const TEXT = `:${"AZaz09-.".repeat(20).slice(0, 159)}`;

test("a link holds the number and the whole text, for Android and iPhones", () => {
  const href = linkText("+1 555-0100001", TEXT);
  assert.ok(href.startsWith("sms:+15550100001?&body=%3A"));
  assert.deepEqual(readLink(href), { number: "+15550100001", text: TEXT });
  // Android's own program decodes what was decoded before it.
  const once = decodeURIComponent(href);
  assert.equal(decodeURIComponent(once), once);
  assert.equal(new URL(href).searchParams.get("body"), TEXT);
});

test("sizes and spans are said in the language's units", () => {
  assert.equal(sayBytes({ lang: "en" }, 612), "612 byte");
  assert.equal(sayBytes({ lang: "en" }, 2148), "2.1 kB");
  assert.equal(sayBytes({ lang: "en" }, 300_000_000), "300 MB");
  assert.equal(saySpan({ lang: "en" }, 1), "1 second");
  assert.equal(saySpan({ lang: "en" }, 61_000), "2 minutes");
  assert.match(saySpan({ lang: "fr" }, 7_200_000), /^2\sheures$/);
  assert.match(saySpan({ lang: "ar" }, 300_000), /5/);
});

/** @param {Partial<import("../lib/outbox/items.js").Item>} [with_] */
const item = (with_ = {}) => ({
  id: "0",
  size: 564,
  arrived: false,
  said: [],
  refused: {},
  doubted: [],
  texts: [],
  blobs: [],
  receipt: false,
  unproven: 0,
  tries: 0,
  ...with_,
});
const blob = { name: "0", length: 100, offset: 0, done: false, uploads: {} };
const still = { busy: false, failed: false, online: true, addressed: true };

test("how it stands is one word", () => {
  /** @type {[string, import("../lib/outbox/items.js").Item[], number, Partial<typeof still>][]} */
  const cases = [
    ["none", [], 0, {}],
    ["all", [], 3, {}],
    ["all", [item({ arrived: true, receipt: true })], 1, {}],
    ["waits", [item()], 0, {}],
    ["sending", [item()], 0, { busy: true }],
    ["sending", [item({ arrived: true, blobs: [blob] })], 1, { busy: true }],
    ["offline", [item()], 0, { online: false, busy: true }],
    ["unknown", [item()], 0, { addressed: false, failed: true }],
    ["unreached", [item()], 0, { failed: true }],
    ["refused", [item({ refused: { "https://reports.example": "envelope-suite" } })], 0, {}],
  ];
  for (const [is, items, arrived, seen] of cases) {
    assert.equal(judge(items, arrived, { ...still, ...seen }).is, is);
  }
});

/**
 * @param {string} path of whole rectangles, as tracePath makes it
 * @param {number} size
 */
function paint(path, size) {
  const data = new Uint8Array(size * size).fill(255);
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1/g)) {
    data.fill(0, Number(y) * size + Number(x), Number(y) * size + Number(x) + Number(width));
  }
  return data;
}

test("what is drawn is read again, for the smallest and the largest envelope that fits", () => {
  const scale = 4;
  for (const length of [119, 612, 1652, 2148]) {
    const envelope = new Uint8Array(randomBytes(length));
    const suite = { 119: 0x01, 612: 0x11, 1652: 0x02, 2148: 0x11 }[length] ?? 1;
    envelope.set([1, suite]);
    const text = writeQrText(envelope);
    const rows = encodeQR(text, "raw", { ecc: "low", encoding: "alphanumeric", border: 4 });
    const small = paint(tracePath(rows), rows.length);
    const size = rows.length * scale;
    const data = new Uint8Array(size * size * 4).fill(255);
    for (let at = 0; at < size * size; at += 1) {
      const [x, y] = [Math.floor((at % size) / scale), Math.floor(at / size / scale)];
      data.fill(small[y * rows.length + x] ?? 255, 4 * at, 4 * at + 3);
    }
    const read = decodeQR({ width: size, height: size, data }, { timeLimit: 5000 });
    assert.deepEqual(readQrText(read), envelope);
  }
});
