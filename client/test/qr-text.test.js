import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { equal } from "../lib/bytes.js";
import { SUITES } from "../lib/envelope.js";
import { HeliographError } from "../lib/errors.js";
import {
  ALPHABET,
  fitsQrText,
  MAX_TEXT,
  readQrText,
  writeQrText,
} from "../lib/passing-on/qr-text.js";
import decodeQR from "../vendor/qr/decode.js";
import encodeQR from "../vendor/qr/index.js";
import { makeEnvelope, pick } from "./passing-on.js";

/** Every suite with every length that its envelopes have. */
const FORMS = [...SUITES].flatMap(([suite, { classes }]) =>
  [...classes.keys()].map((length) => ({ suite, length })),
);

test("every envelope that fits comes back, and its text has QR's small alphabet alone", () => {
  const fitting = FORMS.filter(({ suite, length }) => {
    const envelope = makeEnvelope(suite, length);
    if (!fitsQrText(envelope)) {
      assert.throws(() => writeQrText(envelope), { code: "qr-text-too-long" });
      return false;
    }
    const text = writeQrText(envelope);
    assert.ok(text.length <= MAX_TEXT && [...text].every((one) => ALPHABET.includes(one)));
    assert.equal(text.trim(), text);
    assert.ok(equal(readQrText(text), envelope));
    return true;
  });
  assert.deepEqual(
    fitting.filter(({ length }) => length > 1710).map(({ suite, length }) => [suite, length]),
    [
      [1, 2100],
      [17, 2148],
    ],
  );
});

test("a text changed in a character is another envelope or none", () => {
  const text = writeQrText(makeEnvelope(1, 564));
  for (let round = 0; round < 500; round += 1) {
    const at = randomInt(text.length);
    const changed = text.slice(0, at) + pick([...ALPHABET, "é", "a", "😀"]) + text.slice(at + 1);
    try {
      const envelope = readQrText(changed);
      assert.equal(writeQrText(envelope), changed);
    } catch (error) {
      assert.ok(error instanceof HeliographError, String(error));
      assert.notEqual(changed, text);
    }
  }
});

test("a text is as long as characters are, not as units", () => {
  assert.throws(() => readQrText("😀😀"), { code: "qr-text-alphabet" });
  assert.throws(() => readQrText("😀"), { code: "qr-text-length" });
  assert.throws(() => readQrText("😀".repeat(MAX_TEXT)), { code: "qr-text-alphabet" });
  assert.throws(() => readQrText("😀".repeat(MAX_TEXT + 2)), { code: "qr-text-length" });
});

test("one real code at level L holds each of them, and is read again", () => {
  for (const [suite, length, version] of /** @type {const} */ ([
    [1, 119, 6],
    [1, 564, 16],
    [17, 612, 17],
    [2, 1652, 30],
    [18, 1700, 31],
    [17, 1710, 31],
    [1, 2100, 34],
    [17, 2148, 35],
  ])) {
    const text = writeQrText(makeEnvelope(suite, length));
    const options = /** @type {const} */ ({ ecc: "low", encoding: "alphanumeric", border: 4 });
    const dots = encodeQR(text, "raw", options);
    assert.equal((dots.length - 8 - 17) / 4, version);
    assert.equal(decodeQR(draw(dots, 4)), text);
  }
});

/**
 * @param {boolean[][]} dots
 * @param {number} scale pixels a dot
 */
function draw(dots, scale) {
  const side = dots.length * scale;
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let at = 0; at < side * side; at += 1) {
    const row = Math.floor(Math.floor(at / side) / scale);
    if (dots[row]?.[Math.floor((at % side) / scale)]) data.fill(0, 4 * at, 4 * at + 3);
  }
  return { width: side, height: side, data };
}
