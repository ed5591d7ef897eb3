import assert from "node:assert/strict";
import { test } from "node:test";
import { equal } from "../lib/bytes.js";
import { HeliographError } from "../lib/errors.js";
import { MAX_BUNDLE, readBundle, writeBundle } from "../lib/keyring/bundle.js";
import { sealingKey, warnings } from "../lib/keyring/choosing.js";
import { expired, readSuccessor } from "../lib/keyring/keyring.js";
import { loadSodium } from "../lib/sodium.js";
import { readVectorFiles, readVectorKeyring } from "./keyring-files.js";

const DAY = 86_400;
const keyring = await readVectorKeyring("first");
const { signedAt } = keyring;
const CHANNEL = "sms";

test("a good keyring has nothing to warn of", () => {
  assert.deepEqual(warnings(keyring, CHANNEL, signedAt), []);
  assert.equal(expired(keyring, signedAt), false);
});

test("a keyring that ended a month ago still seals, with a warning", () => {
  const now = keyring.expires + 30 * DAY;
  assert.equal(expired(keyring, now), true);
  assert.equal(expired(keyring, keyring.expires - 1), false);
  assert.equal(expired(keyring, keyring.expires), true);
  assert.ok(warnings(keyring, CHANNEL, now).includes("keyring-expired"));
  assert.equal(sealingKey(keyring, CHANNEL, now).keys.length, 1);
});

test("a clock that is ten years off, either way, seals", () => {
  const slow = sealingKey(keyring, CHANNEL, signedAt - 3650 * DAY);
  assert.deepEqual(slow, sealingKey(keyring, CHANNEL, signedAt));
  assert.deepEqual(warnings(keyring, CHANNEL, signedAt - 1), ["clock-behind"]);
  const fast = signedAt + 3650 * DAY;
  assert.ok(sealingKey(keyring, CHANNEL, fast).epoch > 0);
  assert.deepEqual(warnings(keyring, CHANNEL, fast), ["keyring-expired", "epoch-past"]);
});

test("a channel that no epoch names is refused", () => {
  assert.throws(() => sealingKey(keyring, "no-such", signedAt), { code: "no-epoch" });
  assert.throws(() => warnings(keyring, "no-such", signedAt), { code: "no-epoch" });
});

test("the kept files are a keyring again, and the same", async () => {
  const { pinnedRoot } = await readVectorFiles("first");
  const again = readBundle(writeBundle(keyring.files));
  const read = await readSuccessor(await loadSodium(), keyring, again);
  assert.equal(read.version, keyring.version);
  assert.ok(equal(read.files.get("1.root.json") ?? pinnedRoot, pinnedRoot));
  assert.deepEqual([...read.files.keys()].sort(), [...keyring.files.keys()].sort());
});

test("a bundle that is too big is not written", () => {
  const files = new Map([["a.json", new Uint8Array(MAX_BUNDLE)]]);
  assert.throws(() => writeBundle(files), new HeliographError("keyring-bundle-too-big"));
});
