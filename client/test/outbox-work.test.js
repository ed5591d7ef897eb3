import assert from "node:assert/strict";
import { test } from "node:test";
import { orderAddresses, readAddress } from "../lib/outbox/addresses.js";
import {
  isDone,
  newItem,
  UNPROVEN_MOST,
  withArrival,
  withBlob,
  withoutProof,
  withRefusal,
} from "../lib/outbox/items.js";
import { NEW_LINK } from "../lib/outbox/schedule.js";
import { provingOf, sendingTo, uploadingTo } from "../lib/outbox/waits.js";
import { chooseWork, findPause } from "../lib/outbox/work.js";

const [A, B, C] = ["https://a.example", "https://b.example", "http://c.onion"];

/** @param {string} id @param {Partial<Parameters<typeof newItem>[0]>} [more] */
function item(id, more = {}) {
  return newItem({ id, size: 580, texts: [], blobs: [], receipt: false, ...more });
}

/**
 * @param {import("../lib/outbox/items.js").Item[]} items
 * @param {Record<string, number>} [pauses]
 * @param {Partial<import("../lib/outbox/work.js").Situation>} [more]
 */
function situation(items, pauses = {}, more = {}) {
  return {
    items,
    addresses: [A, B],
    left: (/** @type {string} */ name) => pauses[name] ?? 0,
    failures: () => 0,
    links: new Map(),
    proves: true,
    ...more,
  };
}

test("only what is private or this machine is spoken to", () => {
  assert.equal(readAddress("https://reports.example/"), "https://reports.example");
  assert.equal(readAddress("https://reports.example/x/"), "https://reports.example/x");
  assert.equal(readAddress("http://abc.onion"), "http://abc.onion");
  assert.equal(readAddress("http://127.0.0.1:8000"), "http://127.0.0.1:8000");
  assert.equal(readAddress("http://[::1]:8000"), "http://[::1]:8000");
  for (const bad of [
    "http://reports.example",
    "http://127.0.0.1.example",
    "http://localhost.example",
    "http://onion",
    "ftp://a.example",
    "javascript:alert(1)",
    "https://user@a.example",
    "https://a.example/?q",
    "https://a.example/#x",
    "a.example",
    "",
  ]) {
    assert.equal(readAddress(bad), null, bad);
  }
});

test("the last good address first, onions last, each once", () => {
  assert.deepEqual(orderAddresses([C, A, B, `${A}/`, "nonsense"], null), [A, B, C]);
  assert.deepEqual(orderAddresses([A, B, C], B), [B, A, C]);
  assert.deepEqual(orderAddresses([A, B, C], C), [C, A, B]);
  assert.deepEqual(orderAddresses([A], "https://elsewhere.example"), [A]);
});

test("envelopes go before blobs, the smallest first, and proofs last", () => {
  const big = item("1", { size: 34_000 });
  const blobs = item("2", {
    blobs: [
      { name: "x", length: 9 },
      { name: "y", length: 5 },
    ],
  });
  const asked = withArrival(item("3", { receipt: true }), B);
  let work = chooseWork(situation([blobs, big, asked]));
  assert.deepEqual(work, { is: "envelopes", address: A, items: [blobs] });
  const after = withArrival(blobs, A);
  work = chooseWork(situation([after, withArrival(big, A), asked]));
  assert.deepEqual(work, { is: "blob", address: A, item: after, blob: after.blobs[1] });
  const done = ["x", "y"].reduce((held, name) => withBlob(held, name, { done: true }), after);
  assert.ok(isDone(done));
  work = chooseWork(situation([asked]));
  assert.deepEqual(work, { is: "proof", address: B, item: asked });
  assert.equal(chooseWork(situation([asked], {}, { proves: false })), null);
  assert.equal(chooseWork(situation([])), null);
});

test("any one address suffices, and a pause at one is none at the other", () => {
  const one = item("1");
  assert.equal(chooseWork(situation([one], { [sendingTo(A)]: 5 }))?.address, B);
  assert.equal(chooseWork(situation([one], { [sendingTo(A)]: 5, [sendingTo(B)]: 9 })), null);
  assert.equal(findPause(situation([one], { [sendingTo(A)]: 5, [sendingTo(B)]: 9 })), 5);
  assert.equal(chooseWork(situation([one], {}, { addresses: [] })), null);
  assert.equal(findPause(situation([one], {}, { addresses: [] })), null);
  assert.equal(findPause(situation([])), null);
});

test("where blobs are refused, envelopes still go", () => {
  const waiting = item("1", { blobs: [{ name: "x", length: 9 }] });
  const pauses = { [uploadingTo(A)]: 60, [uploadingTo(B)]: 80 };
  assert.equal(chooseWork(situation([waiting], pauses))?.is, "envelopes");
  assert.equal(chooseWork(situation([withArrival(waiting, A)], pauses)), null);
  assert.equal(findPause(situation([withArrival(waiting, A)], pauses)), 60);
});

test("a blob stays where it was begun while its line breaks once, and no longer", () => {
  const begun = { at: A, uploads: { [A]: "/x" }, offset: 4 };
  const made = withArrival(item("1", { blobs: [{ name: "x", length: 9 }] }), A);
  const held = withBlob(made, "x", begun);
  for (const name of [uploadingTo(A), sendingTo(A)]) {
    const pauses = { [name]: 5 };
    const failed = (/** @type {number} */ count) => ({
      failures: (/** @type {string} */ of) => (of === name ? count : 0),
    });
    assert.equal(chooseWork(situation([held], pauses, failed(1))), null);
    assert.equal(findPause(situation([held], pauses, failed(1))), 5);
    assert.equal(chooseWork(situation([held], pauses, failed(2)))?.address, B);
    assert.equal(findPause(situation([held], pauses, failed(2))), 0);
    // It goes back once the pause is over, and one that was begun nowhere goes anywhere.
    assert.equal(chooseWork(situation([held], {}, failed(2)))?.address, A);
    assert.equal(chooseWork(situation([made], pauses, failed(1)))?.address, B);
  }
  // The good one stands first now, and the keyring may have dropped the other.
  assert.equal(chooseWork(situation([held], {}, { addresses: [B, A] }))?.address, A);
  assert.equal(chooseWork(situation([held], {}, { addresses: [B] }))?.address, B);
});

test("a form refused by one address is tried at others, and stays", () => {
  const refused = withRefusal(item("1"), A, "envelope-suite");
  assert.equal(chooseWork(situation([refused]))?.address, B);
  const everywhere = withRefusal(refused, B, "envelope-suite");
  assert.equal(chooseWork(situation([everywhere])), null);
  assert.ok(!isDone(everywhere));
  // One refused item does not hold up the next.
  const work = chooseWork(situation([everywhere, item("2")]));
  assert.deepEqual(work, { is: "envelopes", address: A, items: [item("2")] });
});

test("who says stored and shows no proof is asked last, with the same bytes", () => {
  let held = withArrival(item("1", { receipt: true }), A);
  for (let tries = 1; tries < UNPROVEN_MOST; tries += 1) {
    held = withoutProof(held);
    assert.ok(held.arrived);
  }
  held = withoutProof(held);
  assert.deepEqual([held.arrived, held.doubted, held.unproven], [false, [A], 0]);
  assert.equal(chooseWork(situation([held]))?.address, B);
  // Where the others do not answer, it is better than nobody.
  assert.equal(chooseWork(situation([held], { [sendingTo(B)]: 5 }))?.address, A);
  const again = withArrival(held, B);
  assert.ok(!isDone(again));
  assert.equal(chooseWork(situation([again]))?.address, B);
});

test("a proof is asked of those who said that they have it, after its pause", () => {
  const asked = withArrival(withArrival(item("1", { receipt: true }), B), A);
  const ids = [0, 1, 2].map((unproven) => chooseWork(situation([{ ...asked, unproven }]))?.address);
  assert.deepEqual(ids, [B, A, B]);
  assert.equal(chooseWork(situation([asked], { [provingOf("1")]: 7 })), null);
  assert.equal(findPause(situation([asked], { [provingOf("1")]: 7 })), 7);
});

test("a batch is as large as the link of its address", () => {
  const items = Array.from({ length: 9 }, (_, index) => item(String(index)));
  const links = new Map([[A, { ...NEW_LINK, step: 1, rate: 1e6 }]]);
  const work = chooseWork(situation(items, {}, { links }));
  assert.deepEqual(work, { is: "envelopes", address: A, items: items.slice(0, 4) });
});
