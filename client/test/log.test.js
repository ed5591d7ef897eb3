import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { concat, fromHex, toHex, utf8 } from "../lib/bytes.js";
import { HeliographError } from "../lib/errors.js";
import { decodeBase64, isSigned, NOTE_LIMIT, readKey, readNote } from "../lib/log/notes.js";
import { checkReceipt, readCheckpoint, readReceipt } from "../lib/log/receipts.js";
import { checkInclusion, hashLeaf } from "../lib/log/tree.js";
import { loadSodium } from "../lib/sodium.js";
import { seeded } from "./seeded.js";
import { Vector } from "./vectors/vector.js";

const sodium = await loadSodium();
const next = seeded(20_262);
/** @param {number} below */
const random = (below) => Math.floor(next() * below);

/** @param {string} path below the repository's root */
function readText(path) {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}

/** @param {string} name */
function load(name) {
  const vector = new Vector(readText(`spec/vectors/${name}.txt`));
  return {
    sodium,
    receipt: /** @type {Uint8Array | string} */ (vector.payload),
    envelope: vector.hex("envelope"),
    logKeys: vector.all("log key"),
  };
}

const asked = load("receipt-3-of-7");
const bytes = /** @type {Uint8Array} */ (asked.receipt);

/**
 * @param {() => Promise<unknown>} check
 * @returns {Promise<string>} "open", or a code; anything else that is thrown is a failure
 */
async function codeOf(check) {
  try {
    await check();
    return "open";
  } catch (error) {
    assert.ok(error instanceof HeliographError, String(error));
    return error.code;
  }
}

test("a receipt tells the leaf's place, the log's size and name, and the day", async () => {
  const [origin] = String(asked.logKeys[0]).split("+");
  const expected = { index: 3, size: 7, day: 20_717, origin };
  assert.deepEqual(await checkReceipt(asked), expected);
  const text = new TextDecoder().decode(bytes);
  assert.deepEqual(await checkReceipt({ ...asked, receipt: text }), expected);
});

test("the specification's example", async () => {
  const spec = readText("spec/log-v1.md");
  const at = spec.indexOf("```\nc2sp.org/tlog-proof@v1\nindex 1");
  const text = spec.slice(at + 4, spec.indexOf("```", at + 4));
  const hex = (/** @type {string} */ name) =>
    String(new RegExp(`^${name}: ([0-9a-f]+)$`, "m").exec(spec)?.[1]);
  const key = await readKey(String(/^log's key: (\S+)$/m.exec(spec)?.[1]));
  const { index, proof, note, extra } = readReceipt(utf8(text));
  assert.deepEqual([index, extra, note.signatures.length], [1n, null, 2]);
  assert.ok(isSigned(sodium, note, key));
  assert.equal(toHex(await hashLeaf(fromHex(hex("leaf 0")))), hex("hash 0"));
  const { size, root } = readCheckpoint(note);
  assert.equal(toHex(root), hex("root"));
  await checkInclusion({ index, size, leafHash: fromHex(hex("hash 1")), proof, root });
});

test("a receipt with a changed byte is the same, or is refused", async () => {
  /** @type {Record<string, number>} */
  const came = {};
  for (let round = 0; round < 1_500; round += 1) {
    const changed = bytes.slice();
    const at = random(bytes.length);
    changed[at] = Number(changed[at]) ^ (1 << random(8));
    const code = await codeOf(() => checkReceipt({ ...asked, receipt: changed }));
    came[code] = (came[code] ?? 0) + 1;
    assert.notEqual(code, "open", `byte ${at}`);
  }
  assert.ok(Object.keys(came).length > 5, JSON.stringify(came));
});

test("lines that are taken out, doubled or made of anything are refused", async () => {
  const lines = new TextDecoder().decode(bytes).split("\n");
  const odd = ["", "index 3", "extra ", "— a AAAAAAA=", "=", "\u2028", "\0", "7", "é", lines[3]];
  for (let round = 0; round < 1_500; round += 1) {
    const changed = [...lines];
    const at = random(lines.length);
    if (round % 3 === 0) changed.splice(at, 1 + random(3));
    else if (round % 3 === 1) changed.splice(at, 0, String(lines[random(lines.length)]));
    else changed[at] = String(odd[random(odd.length)]);
    const receipt = changed.join("\n");
    const code = await codeOf(() => checkReceipt({ ...asked, receipt }));
    // A line more under the signatures, or as a fourth one in the checkpoint, may be no fault.
    if (code === "open") assert.ok(receipt.includes(String(lines[8])), receipt);
  }
});

test("random bytes are refused as a receipt, as a note and as a key", async () => {
  for (let round = 0; round < 500; round += 1) {
    const some = Uint8Array.from({ length: random(200) }, () => random(256));
    const receipt = round % 2 ? concat(utf8("c2sp.org/tlog-proof@v1\nindex 1\n\n"), some) : some;
    assert.notEqual(await codeOf(() => checkReceipt({ ...asked, receipt })), "open");
    assert.equal(await codeOf(async () => readNote(some)), "note-form");
    assert.equal(await codeOf(() => readKey(String.fromCharCode(...some))), "note-key");
  }
});

test("what is too long is refused before it is read", async () => {
  const long = concat(bytes, new Uint8Array(NOTE_LIMIT + 20_000));
  assert.equal(await codeOf(() => checkReceipt({ ...asked, receipt: long })), "receipt-form");
  const note = new Uint8Array(NOTE_LIMIT + 1).fill(0x0a);
  assert.equal(await codeOf(async () => readNote(note)), "note-form");
});

test("an envelope without a valid form has no receipt", async () => {
  const envelope = asked.envelope.slice(0, -1);
  assert.equal(await codeOf(() => checkReceipt({ ...asked, envelope })), "envelope-length");
});

test("base64 has one form", () => {
  assert.deepEqual(decodeBase64(""), new Uint8Array());
  assert.deepEqual(decodeBase64("AQI="), Uint8Array.of(1, 2));
  for (const bad of [
    "AQI",
    "AQJ=",
    "AQ=",
    "A===",
    "AQI=\n",
    " AQI=",
    "AQ-_",
    "AQI=AQI=",
    "=",
    "é",
  ]) {
    assert.equal(decodeBase64(bad), null);
  }
});
