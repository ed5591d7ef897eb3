import assert from "node:assert/strict";
import { test } from "node:test";
import {
  afterFailure,
  afterNoProof,
  BATCH_BYTES,
  BATCHES,
  batchOf,
  grown,
  LEAST_PIECE,
  LONGEST_PAUSE,
  LONGEST_PROOF_PAUSE,
  MOST_PIECE,
  NEW_LINK,
  remaining,
  shrunk,
  timeLimit,
} from "../lib/outbox/schedule.js";
import { seeded } from "./seeded.js";

const NOW = Date.UTC(2026, 10, 26);
const MINUTE = 60_000;
const DECADE = 10 * 365 * 24 * 60 * MINUTE;

/** @typedef {import("../lib/outbox/schedule.js").Wait} Wait */

/** @param {number} count @param {() => number} random */
function failTimes(count, random) {
  /** @type {Wait | undefined} */
  let wait;
  for (let index = 0; index < count; index += 1) wait = afterFailure(wait, NOW, random);
  return /** @type {Wait} */ (wait);
}

test("pauses double up to an hour, and the whole of each is drawn", () => {
  const most = [1, 2, 3, 4, 10, 11, 400].map((count) => failTimes(count, () => 0.999999).pause);
  assert.deepEqual(
    most,
    [5, 10, 20, 40, 2560, 3600, 3600].map((seconds) => seconds * 1000),
  );
  for (const count of [1, 5, 400]) assert.equal(failTimes(count, () => 0).pause, 1000);
});

test("Retry-After is honoured within an hour, with a little of chance on top", () => {
  assert.equal(afterFailure(undefined, NOW, () => 0, 60_000).pause, 60_000);
  assert.equal(afterFailure(undefined, NOW, () => 0.5, 60_000).pause, 60_000 + 3000);
  assert.equal(afterFailure(undefined, NOW, () => 0.5, 10 * DECADE).pause, LONGEST_PAUSE);
  assert.equal(failTimes(20, () => 0.999999).pause, LONGEST_PAUSE);
});

test("nothing finer than a minute is kept of a time", () => {
  const random = seeded(1);
  for (let index = 0; index < 500; index += 1) {
    const wait = afterFailure(undefined, NOW + random() * DECADE, random, random() * 100_000);
    assert.equal(wait.until % MINUTE, 0);
    assert.equal(wait.pause % 1000, 0);
  }
});

test("a clock that jumps neither stops nor prolongs a pause", () => {
  const random = seeded(2);
  for (let index = 0; index < 2000; index += 1) {
    const written = NOW + (random() - 0.5) * DECADE;
    let wait = afterFailure(undefined, written, random);
    for (let more = random() * 30; more > 1; more -= 1) wait = afterFailure(wait, written, random);
    const read = written + (random() - 0.5) * 2 * DECADE;
    const left = remaining(wait, read);
    assert.ok(left >= 0 && left <= wait.pause && left <= LONGEST_PAUSE);
    assert.equal(remaining(wait, written + wait.pause + MINUTE), 0);
    // Just written, and read by the same clock: nobody comes back before the pause is over.
    assert.equal(remaining(wait, written), wait.pause);
  }
  assert.equal(remaining(undefined, NOW), 0);
  assert.equal(remaining({ failures: 1, pause: 5000, until: NOW }, Number.NaN), 0);
});

test("the log is asked for a proof for three days or more before it is doubted", () => {
  /** @type {Wait | undefined} */
  let wait;
  let all = 0;
  for (let tries = 0; tries < 24; tries += 1) {
    wait = afterNoProof(wait, NOW, () => 0.5);
    assert.ok(wait.pause <= LONGEST_PROOF_PAUSE);
    all += wait.pause;
  }
  assert.ok(all > 3 * 24 * 60 * MINUTE);
  assert.ok(afterNoProof(undefined, NOW, () => 0).pause >= 5 * MINUTE);
});

test("batches grow on a good link and are one envelope on a bad one", () => {
  const sizes = Array(300).fill(580);
  let link = NEW_LINK;
  const counts = [];
  for (let index = 0; index < 6; index += 1) {
    counts.push(batchOf(link, sizes));
    link = grown(link, 580 * (counts.at(-1) ?? 0), 100);
  }
  assert.deepEqual(counts, [...BATCHES, 256]);
  assert.equal(batchOf(shrunk(link), sizes), 16);
  assert.equal(batchOf(shrunk(shrunk(shrunk(link))), sizes), 1);
  assert.equal(batchOf(NEW_LINK, []), 0);
  assert.equal(batchOf(link, [34_000]), 1);
});

test("a batch is at most what the link carries in a minute, and 4 MiB", () => {
  const slow = { step: 4, rate: 1000, piece: LEAST_PIECE };
  assert.equal(batchOf(slow, Array(256).fill(33_956)), 1);
  assert.equal(batchOf(slow, Array(256).fill(580)), 102);
  const fast = { step: 4, rate: 1e9, piece: LEAST_PIECE };
  assert.ok(batchOf(fast, Array(256).fill(33_956)) * 33_961 <= BATCH_BYTES);
});

test("pieces of a blob fit the link", () => {
  let link = NEW_LINK;
  for (let index = 0; index < 20; index += 1) link = grown(link, link.piece, link.piece / 1000);
  assert.equal(link.piece, MOST_PIECE);
  link = NEW_LINK;
  for (let index = 0; index < 20; index += 1) link = grown(link, link.piece, link.piece);
  assert.equal(link.piece, LEAST_PIECE);
  const random = seeded(3);
  for (let index = 0; index < 2000; index += 1) {
    link = random() < 0.3 ? shrunk(link) : grown(link, random() * 1e6, random() * 1e5);
    assert.ok(
      link.piece >= LEAST_PIECE && link.piece <= MOST_PIECE && link.piece % LEAST_PIECE === 0,
    );
    assert.ok(link.step >= 0 && link.step < BATCHES.length && Number.isFinite(link.rate));
  }
});

test("8 kbit/s is enough for one envelope and for the least piece", () => {
  for (const size of [33_956, LEAST_PIECE]) assert.ok(timeLimit(size) > (size / 1000 + 40) * 1000);
  assert.ok(timeLimit(0) >= 30_000);
  assert.ok(timeLimit(BATCH_BYTES) > 120_000);
  assert.ok(timeLimit(BATCH_BYTES) < 180_000);
});
