import assert from "node:assert/strict";
import { test } from "node:test";
import { equal, fromHex } from "../lib/bytes.js";
import { HeliographError } from "../lib/errors.js";
import { readTable } from "../lib/report/table.js";
import { writeWire } from "../lib/report/wire.js";
import { codec } from "./report-table.js";
import { seeded } from "./seeded.js";

const EPOCH = 1_780_272_000;
const next = seeded(20_261);
/** @param {number} below */
const random = (below) => Math.floor(next() * below);

/**
 * Whatever bytes come: a report that writes the same bytes again, or a HeliographError.
 * @param {Uint8Array} bytes
 * @returns {string} "open", or the code
 */
function read(bytes) {
  let report;
  try {
    report = codec.decode(bytes, EPOCH);
  } catch (error) {
    assert.ok(error instanceof HeliographError, String(error));
    assert.match(error.code, /^report-/);
    return error.code;
  }
  assert.ok(equal(codec.encode(report, EPOCH), bytes));
  return "open";
}

/** A value that CBOR can hold, of any kind. @returns {any} */
function makeValue(depth = 0) {
  const kind = random(depth < 3 ? 8 : 6);
  if (kind === 0) return random(2) ? random(70_000) - 100 : random(30);
  if (kind === 1) return BigInt(random(2 ** 31)) * BigInt(random(2 ** 31)) * (random(2) ? 1n : -1n);
  if (kind === 2)
    return String.fromCodePoint(...Array.from({ length: random(9) }, () => random(0xd800)));
  if (kind === 3) return Uint8Array.from({ length: random(34) }, () => random(256));
  if (kind === 4) return [true, false, null][random(3)];
  if (kind === 5) return ["MM", "06", "MM-06", "my", "41401"][random(5)];
  if (kind === 6) return Array.from({ length: random(4) }, () => makeValue(depth + 1));
  return new Map(Array.from({ length: random(4) }, () => [random(9), makeValue(depth + 1)]));
}

test("random bytes, and reports with changed bytes, are read or refused", () => {
  /** @type {Record<string, number>} */
  const came = {};
  for (let round = 0; round < 20_000; round += 1) {
    const content = Array.from({ length: random(5) }, () => [random(44), makeValue()]);
    let bytes = writeWire(new Map(/** @type {any} */ (content)));
    if (round % 4 > 0) bytes[random(bytes.length)] = random(256);
    if (round % 4 === 2) bytes = bytes.slice(0, random(bytes.length + 1));
    if (round % 4 === 3) bytes = Uint8Array.from({ length: random(60) }, () => random(256));
    const code = read(bytes);
    came[code] = (came[code] ?? 0) + 1;
    if (round % 4 === 0) assert.equal(code, "open");
  }
  assert.ok(Number(came.open) > 5_000);
  assert.ok(Object.keys(came).length > 10, JSON.stringify(came));
});

test("a part of a larger buffer is read where it stands", () => {
  const bytes = fromHex("ffff" + "a2000118631b0020000000000000" + "ffff");
  assert.deepEqual(codec.decode(bytes.subarray(2, -2), EPOCH), {
    chan: "app",
    unknown: new Map([[99, 2n ** 53n]]),
  });
});

test("bytes that were read are copies", () => {
  const bytes = fromHex("a1181d4107");
  const report = codec.decode(bytes, EPOCH);
  bytes.fill(0);
  assert.deepEqual(report.tag, Uint8Array.of(7));
});

/** @type {[string, any][]} */
const REFUSED = [
  ["field-value", null],
  ["field-value", "a"],
  ["field-value", new Map()],
  ["field-value", new Uint8Array(2)],
  ["field-value", { cc: undefined }],
  ["field-value", { cc: new String("MM") }],
  ["field-value", { net: new Map([["data", "down"]]) }],
  ["field-value", { kind: new Set(["full"]) }],
  ["field-value", { seq: 1n }],
  ["field-value", { seq: Number.NaN }],
  ["field-value", { tag: [1] }],
  ["field-value", { tag: new Uint8Array(1).buffer }],
  ["field-value", { unknown: { 99: 1 } }],
  ["field-value", { unknown: new Map([[99, undefined]]) }],
  ["field-value", { unknown: new Map([[99, { a: 1 }]]) }],
  ["field-value", { unknown: new Map([[99, () => 1]]) }],
  ["field-value", { unknown: new Map([[99, Symbol("a")]]) }],
  ["field-value", { unknown: new Map([[99, new Array(2)]]) }],
  ["field-value", { unknown: new Map([[99, 2 ** 53]]) }],
  ["field-value", { unknown: new Map([[2 ** 53, 1]]) }],
  ["field-value", { unknown: new Map([[-1n, 1]]) }],
  ["field-value", { unknown: new Map([[1.5, 1]]) }],
  [
    "field-value",
    {
      unknown: new Map(
        /** @type {any} */ ([
          [5, 1],
          [5n, 2],
        ]),
      ),
    },
  ],
  ["report-float", { unknown: new Map([[99, Number.NaN]]) }],
  ["report-float", { unknown: new Map([[99, Number.POSITIVE_INFINITY]]) }],
  ["report-float", { unknown: new Map([[99, new Map([[0.5, 1]])]]) }],
  ["report-key", { unknown: new Map([[99, new Map([[[], 1]])]]) }],
  ["report-key", { unknown: new Map([[99, new Map([[null, 1]])]]) }],
  [
    "report-order",
    {
      unknown: new Map([
        [
          99,
          new Map(
            /** @type {any} */ ([
              [1, 1],
              [1n, 1],
            ]),
          ),
        ],
      ]),
    },
  ],
  ["report-text", { unknown: new Map([[99, "\ud800"]]) }],
  ["report-text", { unknown: new Map([[99, new Map([["\udc00", 1]])]]) }],
  ["report-too-many", { unknown: new Map([[99, new Array(1_000_000).fill(0)]]) }],
  ["report-too-large", { unknown: new Map([[99, new Uint8Array(32_752)]]) }],
  ["time-out-of-range", { since: 900n }],
  ["time-out-of-range", { since: Number.POSITIVE_INFINITY }],
];

for (const [code, report] of REFUSED) {
  test(`refused with ${code}: ${typeof report} ${Object.keys(Object(report))}`, () => {
    assert.throws(() => codec.encode(report, EPOCH), { code });
  });
}

test("what holds itself is refused", () => {
  /** @type {any[]} */
  const list = [];
  list.push(list);
  const map = new Map();
  map.set(1, map);
  for (const value of [list, map]) {
    assert.throws(() => codec.encode({ unknown: new Map([[99, value]]) }, EPOCH), {
      code: "report-too-deep",
    });
  }
  const key = new Map();
  key.set(key, 1);
  assert.throws(() => codec.encode({ unknown: new Map([[99, key]]) }, EPOCH), {
    code: "report-key",
  });
});

test("the longest report is written, and a small bigint is the same number", () => {
  const longest = { unknown: new Map([[99, new Uint8Array(32_751)]]) };
  assert.equal(codec.encode(longest, EPOCH).length, 32_757);
  const big = codec.encode({ unknown: new Map([[99n, 1n]]) }, EPOCH);
  assert.ok(equal(big, fromHex("a1186301")));
});

test("a table whose field takes another's values has them", () => {
  const limits = { report_bytes: 9, depth: 2, container_items: 2, total_items: 9 };
  const values = [{ name: "a", number: 3 }];
  const table = readTable({
    fields: [
      { name: "one", key: 0, type: "enum", values },
      { name: "two", key: 1, type: "enum", values: "one" },
      { name: "three", key: 2, type: "enum", values: "none" },
    ],
    limits,
  });
  assert.equal(table.fields.byKey.get(1)?.values.numbers.get("a"), 3);
  assert.equal(table.fields.byName.get("three")?.values.numbers.size, 0);
});
