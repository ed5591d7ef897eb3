import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isNotFound,
  readAnswer,
  readBatch,
  readProof,
  readRetryAfter,
  readSingle,
} from "../lib/outbox/answers.js";
import { seeded } from "./seeded.js";

/**
 * @param {unknown} body a string as it is, anything else as JSON
 * @param {number} [status]
 * @param {string} [type]
 */
function answer(body, status = 200, type = "application/json") {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const headers = new Headers({ "content-type": type });
  return { status, headers, body: new TextEncoder().encode(text) };
}

const STORED = { status: "stored" };
const KNOWN = { status: "known" };
/** @param {string} code */
const problem = (code) => ({ status: "problem", code });

test("stored and known are arrivals, with parameters of the media type too", () => {
  assert.deepEqual(readSingle(answer(STORED)), { is: "arrived" });
  assert.deepEqual(readSingle(answer(KNOWN, 200, "Application/JSON; charset=utf-8")), {
    is: "arrived",
  });
});

test("what is no such answer is none", () => {
  const strange = [
    answer("<html>Sign in</html>", 200, "text/html"),
    answer("<html>Sign in</html>"),
    answer(STORED, 200, "text/html"),
    answer(STORED, 200, "text/json"),
    answer(STORED, 200, ""),
    answer(STORED, 201),
    answer(STORED, 202),
    answer(STORED, 204),
    answer(STORED, 302),
    answer(STORED, 500),
    answer('{"status":"stor'),
    answer('{"status":"stored"'),
    answer(""),
    answer("null"),
    answer("[]"),
    answer([STORED]),
    answer({ results: [STORED] }),
    answer({ status: "STORED" }),
    answer({ status: ["stored"] }),
    answer({ status: "stored", more: 1 }),
    answer({ status: "ok" }),
    { ...answer(STORED), body: null },
    { ...answer(STORED), body: Uint8Array.of(0xff, 0xfe) },
  ];
  for (const one of strange) assert.deepEqual(readSingle(one), { is: "later" });
});

test("a form that is refused is told apart from what passes with time", () => {
  const type = "application/problem+json";
  const refused = answer({ title: "…", status: 400, code: "envelope-length" }, 400, type);
  assert.deepEqual(readSingle(refused), { is: "refused", code: "envelope-length" });
  for (const [code, status] of /** @type {const} */ ([
    ["store-full", 507],
    ["store-busy", 503],
    ["internal", 500],
    ["envelope-length", 200],
    ["not-found", 404],
  ])) {
    assert.deepEqual(readSingle(answer({ code }, status, type)), { is: "later" });
  }
  assert.deepEqual(readSingle(answer("<html>", 400, "text/html")), { is: "later" });
});

test("a batch has its results in order", () => {
  const results = [STORED, problem("envelope-suite"), KNOWN, problem("store-busy")];
  assert.deepEqual(readBatch(answer({ results }), 4), [
    { is: "arrived" },
    { is: "refused", code: "envelope-suite" },
    { is: "arrived" },
    { is: "later" },
  ]);
});

test("of a batch that was cut off, those that came count", () => {
  for (const code of ["body-cut-off", "body-too-slow", "batch-malformed"]) {
    const results = [STORED, KNOWN, problem(code)];
    assert.deepEqual(readBatch(answer({ results }), 5), [{ is: "arrived" }, { is: "arrived" }]);
    assert.deepEqual(readBatch(answer({ results }), 3), [{ is: "arrived" }, { is: "arrived" }]);
  }
});

test("a batch of another number of results, or of another shape, counts for nothing", () => {
  const strange = [
    { results: [STORED, STORED, STORED] },
    { results: [STORED] },
    { results: [] },
    { results: [STORED, problem("body-cut-off"), STORED] },
    { results: [STORED, { ...STORED, more: 1 }] },
    { results: [STORED, "stored"] },
    { results: [STORED, problem("Not a code")] },
    { results: [STORED, { status: "problem" }] },
    { results: { 0: STORED, 1: STORED, length: 2 } },
    { results: [STORED, STORED], more: [] },
    [STORED, STORED],
    STORED,
  ];
  for (const one of strange) assert.equal(readBatch(answer(one), 2), null, JSON.stringify(one));
  assert.equal(readBatch(answer({ results: [STORED, STORED] }, 200, "text/html"), 2), null);
  assert.equal(readBatch(answer({ results: [STORED, STORED] }, 503), 2), null);
});

test("a thousand mutations of a good answer never count for more than they say", () => {
  const random = seeded(4);
  const good = JSON.stringify({ results: [STORED, KNOWN, problem("store-full"), STORED] });
  let whole = 0;
  for (let index = 0; index < 1000; index += 1) {
    const bytes = new TextEncoder().encode(good);
    const cut = random() < 0.3 ? Math.floor(random() * bytes.length) : bytes.length;
    for (let changes = random() * 3; changes > 1; changes -= 1) {
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    }
    const read = readBatch({ ...answer(""), body: bytes.slice(0, cut) }, 4);
    if (read === null) continue;
    whole += 1;
    assert.equal(read.length, 4);
    assert.notEqual(read[2]?.is, "arrived");
  }
  assert.ok(whole > 100 && whole < 1000);
});

test("Retry-After counts in seconds alone", () => {
  /** @param {string} value */
  const read = (value) => readRetryAfter(new Headers({ "retry-after": value }));
  assert.equal(read("120"), 120_000);
  for (const value of [
    "-1",
    "1.5",
    "soon",
    "1e3",
    "Wed, 21 Oct 2026 07:28:00 GMT",
    "9".repeat(10),
  ]) {
    assert.equal(read(value), 0);
  }
  assert.equal(readRetryAfter(new Headers()), 0);
});

test("a proof is text, and only the service's own 404 says that there is none", () => {
  assert.equal(readProof(answer("c2sp.org/…", 200, "text/plain; charset=utf-8")), "c2sp.org/…");
  assert.equal(readProof(answer("<html>", 200, "text/html")), null);
  assert.equal(readProof({ ...answer("", 200, "text/plain"), body: Uint8Array.of(0xff) }), null);
  const type = "application/problem+json";
  assert.ok(isNotFound(answer({ code: "not-found" }, 404, type)));
  assert.ok(!isNotFound(answer({ code: "store-busy" }, 404, type)));
  assert.ok(!isNotFound(answer("<html>", 404, "text/html")));
  assert.ok(!isNotFound(answer({ code: "not-found" }, 200, type)));
});

test("no more of an answer is read than a service says", async () => {
  let given = 0;
  const endless = new ReadableStream({
    pull(controller) {
      given += 1;
      controller.enqueue(new Uint8Array(65_536));
    },
  });
  const read = await readAnswer(new Response(endless));
  assert.equal(read.body, null);
  assert.ok(given < 10);
  const whole = await readAnswer(new Response("abc"));
  assert.deepEqual(whole.body, new TextEncoder().encode("abc"));
  const none = await readAnswer(new Response(null, { status: 204 }));
  assert.equal(none.body?.length, 0);
});
