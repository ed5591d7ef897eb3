import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex, utf8 } from "../lib/bytes.js";
import { envelopeId, KINDS, LENGTHS, readHeader, SUITES } from "../lib/envelope.js";
import { HeliographError } from "../lib/errors.js";
import { readBundle, writeBundle } from "../lib/keyring/bundle.js";
import { readJson } from "../lib/keyring/json-reader.js";
import { readFirst, readSuccessor } from "../lib/keyring/keyring.js";
import { readMetadata, readMetaList, readTargetList } from "../lib/keyring/metadata.js";
import { readRootForm } from "../lib/keyring/root.js";
import { readHolders, readReporter } from "../lib/keyring/statements.js";
import { readLeaf, writeLeaf } from "../lib/leaf.js";
import { readText, writeTexts } from "../lib/sealed-sms.js";
import { newReportId, seal } from "../lib/sealing.js";
import { loadSodium } from "../lib/sodium.js";
import { createChance, spoil } from "./chance.js";
import { readVectorFiles, readVectorKeyring } from "./keyring-files.js";
import { deriveLock, open } from "./opening.js";

const sodium = await loadSodium();

/**
 * @template T
 * @param {() => T | Promise<T>} read
 * @returns {Promise<{ value?: T, code?: string }>} what came of it; any other error than ours is a failure
 */
async function attempt(read) {
  try {
    return { value: await read() };
  } catch (error) {
    if (error instanceof HeliographError) return { code: error.code };
    throw error;
  }
}

/** @param {import("../lib/keyring/json-reader.js").Json} value @returns {unknown} */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([name, one]) => [name, plain(one)]));
  }
  return typeof value === "bigint" ? Number(value) : value;
}

test("bundles: what is read is written as the same bytes", async (context) => {
  const chance = createChance(context);
  const good = writeBundle((await readVectorFiles("first")).files);
  const small = writeBundle(
    new Map([
      ["a.json", utf8("{}")],
      ["bb.json", new Uint8Array(300)],
    ]),
  );
  let read = 0;
  for (let round = 0; round < 3000; round += 1) {
    const start = chance.choose([good, small, small, chance.bytes(chance.integer(40))]);
    const bytes = spoil(chance, start);
    const { value, code } = await attempt(() => readBundle(bytes));
    if (value) assert.equal(toHex(writeBundle(value)), toHex(bytes));
    else assert.equal(code, "keyring-bundle-form");
    read += Number(value !== undefined);
  }
  assert.ok(read > 0);
});

test("JSON: what is read is what JSON.parse reads", async (context) => {
  const chance = createChance(context);
  const texts = [
    ...["{", "}", "[", "]", ",", ":", " ", "\n", "\t", '"', '"a"', '"b"', '"\\u0041"', '"\\u00e9"'],
    ...[
      "0",
      "1",
      "12",
      "-1",
      "1.5",
      "1e2",
      "9999999999999999",
      "null",
      "true",
      "false",
      "tru",
      "\\",
    ],
    ...['{"a":1}', '[1,{"b":[]}]', '{"a":{"b":null}}', '"__proto__"', "é", "\u0000", "NaN"],
  ];
  let read = 0;
  for (let round = 0; round < 20_000; round += 1) {
    const text = Array.from({ length: 1 + chance.integer(6) }, () => chance.choose(texts)).join("");
    const { value, code } = await attempt(() => readJson(utf8(text)));
    if (value === undefined) assert.equal(code, "keyring-json");
    else assert.deepEqual(plain(value), plain(revive(JSON.parse(text))), text);
    read += Number(value !== undefined);
  }
  assert.ok(read > 1000, `${read}`);
});

/**
 * @param {any} value of JSON.parse
 * @returns {import("../lib/keyring/json-reader.js").Json}
 */
function revive(value) {
  if (Array.isArray(value)) return value.map(revive);
  if (value === null || typeof value !== "object") return value;
  return new Map(Object.entries(value).map(([name, one]) => [name, revive(one)]));
}

test("JSON: depth and length end in an error, not in a crash", () => {
  for (const text of [
    "[".repeat(1e6),
    '{"a":'.repeat(2e5),
    `"${"a".repeat(1e6)}`,
    "1".repeat(1e6),
  ]) {
    assert.throws(() => readJson(utf8(text)), { code: "keyring-json" });
  }
  const deep = "[".repeat(100) + "]".repeat(100);
  assert.ok(Array.isArray(readJson(utf8(deep))));
  assert.throws(() => readJson(utf8(`[[${deep}]]`)), { code: "keyring-json" });
  assert.equal(String(readJson(utf8(`"${"a".repeat(1e6)}"`))).length, 1e6);
});

test("TUF's files and statements", async (context) => {
  const chance = createChance(context);
  const { files } = await readVectorFiles("root-walk");
  const readers = [
    readReporter,
    readHolders,
    readRootForm,
    ...["root", "targets", "snapshot", "timestamp"].map(
      (type) => (/** @type {Uint8Array} */ bytes) => {
        const metadata = readMetadata(bytes, type);
        return type === "targets" ? readTargetList(metadata) : readMetaList(metadata);
      },
    ),
  ];
  const values = [...files.values()];
  for (let round = 0; round < 4000; round += 1) {
    const bytes = spoil(chance, chance.choose(values));
    const { code } = await attempt(() => chance.choose(readers)(bytes));
    assert.ok(code === undefined || code.startsWith("keyring-"), code);
  }
});

test("whole keyrings: a spoiled file is refused, or is one that nothing needs", async (context) => {
  const chance = createChance(context);
  const { pinnedRoot, files } = await readVectorFiles("root-walk");
  const good = await readFirst(sodium, pinnedRoot, files);
  const held = await readVectorKeyring("first");
  for (let round = 0; round < 400; round += 1) {
    const name = chance.choose([...files.keys()]);
    const changed = new Map(files);
    if (chance.integer(4) === 0) changed.delete(name);
    else changed.set(name, spoil(chance, files.get(name) ?? new Uint8Array()));
    const read = () =>
      chance.integer(2)
        ? readFirst(sodium, pinnedRoot, changed)
        : readSuccessor(sodium, held, changed);
    const { value, code } = await attempt(read);
    if (value) assert.equal(value.signedAt, good.signedAt);
    else assert.match(String(code), /^keyring-/);
  }
});

test("sealed SMS: what is read is written as the same text", async (context) => {
  const chance = createChance(context);
  const key = deriveLock(sodium, chance.bytes(32), 1, "A").publicKey;
  const sealing = { suite: 1, epoch: 3, epochStart: 0, keys: [key] };
  const single = await seal(sodium, sealing, KINDS.report, newReportId(), utf8("x"), {
    padded: 67,
  });
  const double = await seal(sodium, sealing, KINDS.report, newReportId(), utf8("x"), {
    padded: 176,
  });
  const good = [...(await writeTexts(single)), ...(await writeTexts(double))];
  const characters = [":", "A", "B", ".", "-", "+", "/", "=", "é", "\u{1f600}", " ", "\ud800"];
  let read = 0;
  for (let round = 0; round < 5000; round += 1) {
    const text = [...chance.choose(good)];
    for (let change = chance.integer(3); change > 0; change -= 1) {
      const removed = chance.integer(2);
      text.splice(chance.integer(160), removed, ...(removed ? [chance.choose(characters)] : []));
    }
    const { value, code } = await attempt(() => readText(text.join("")));
    if (value && "envelope" in value) {
      assert.deepEqual(await writeTexts(value.envelope), [text.join("")]);
    } else if (value) assert.ok(value.index < value.count);
    else assert.match(String(code), /^sms-/);
    read += Number(value !== undefined);
  }
  assert.ok(read > 500, `${read}`);
  for (const text of ["", ":", "a".repeat(1e6), `:${"\u{1f600}".repeat(159)}`]) {
    assert.ok((await attempt(() => readText(text))).code);
  }
});

test("envelopes: the form is told, and a spoiled one does not open", async (context) => {
  const chance = createChance(context);
  for (const [suite, { locks, classes }] of SUITES) {
    const seeds = Object.fromEntries(locks.map((lock) => [lock, chance.bytes(32)]));
    const keys = locks.map(
      (lock) => deriveLock(sodium, seeds[lock] ?? new Uint8Array(), suite, lock).publicKey,
    );
    const key = { suite, epoch: 9, epochStart: 0, keys };
    for (let round = 0; round < 60; round += 1) {
      const content = chance.bytes(chance.integer(1000));
      const reportId = chance.bytes(8);
      const kind = chance.choose(Object.values(KINDS));
      const envelope = await seal(sodium, key, kind, reportId, content);
      const { sizeClass } = readHeader(envelope);
      assert.equal(sizeClass, content.length + 11 <= (LENGTHS[0] ?? 0) ? 0 : 1);
      const opened = await open(sodium, 9, seeds, envelope);
      assert.deepEqual([opened.kind, toHex(opened.reportId)], [kind, toHex(reportId)]);
      assert.equal(toHex(opened.content), toHex(content));
      const spoiled = spoil(chance, envelope);
      if (toHex(await envelopeId(spoiled)) === toHex(await envelopeId(envelope))) continue;
      assert.ok((await attempt(() => open(sodium, 9, seeds, spoiled))).code);
    }
    for (let round = 0; round < 300; round += 1) {
      const size = chance.choose([...classes.keys(), chance.integer(2000)]);
      const bytes = chance.bytes(size);
      bytes.set([1, chance.choose([suite, suite, 0x03])].slice(0, bytes.length));
      const { value, code } = await attempt(() => readHeader(bytes));
      assert.equal(value?.sizeClass, bytes[1] === suite ? classes.get(size) : undefined);
      assert.ok(value || code?.startsWith("envelope-"));
      const opened = await attempt(() => open(sodium, value?.epoch ?? 0, seeds, bytes));
      assert.equal(opened.code, value ? "box-not-opened" : code);
    }
  }
});

test("leaves: what is read is written as the same bytes", async (context) => {
  const chance = createChance(context);
  const good = writeLeaf({ suite: 2, epoch: 300, sizeClass: 1 }, 20_000, chance.bytes(32));
  for (let round = 0; round < 3000; round += 1) {
    const bytes = spoil(chance, good);
    const { value, code } = await attempt(() => readLeaf(bytes));
    if (value) {
      assert.equal(toHex(writeLeaf(value.header, value.day, value.envelopeId)), toHex(bytes));
    } else assert.equal(code, "leaf-invalid");
  }
});
