import { readBundle } from "../../../lib/keyring/bundle.js";
import { sealingKey } from "../../../lib/keyring/choosing.js";
import { readFirst, readSuccessor } from "../../../lib/keyring/keyring.js";
import { compare } from "../vector.js";

/** @type {import("../run.js").Run} */
export async function run(vector, sodium) {
  const keyring = await read(vector, sodium);
  if (vector.has("channel")) {
    const key = sealingKey(keyring, vector.field("channel"), vector.number("now"));
    compare(key.epoch, vector.number("epoch"), "epoch");
    return "open";
  }
  compare(keyring.version, vector.number("version"), "version");
  compare(keyring.rootVersion, vector.number("root version"), "root version");
  compare(keyring.epochs.length, vector.number("epochs"), "epochs");
  if (vector.has("files")) compare(keyring.files.size, vector.number("files"), "files");
  return "open";
}

/**
 * @param {import("../vector.js").Vector} vector
 * @param {import("../../../lib/sodium.js").Sodium} sodium
 */
async function read(vector, sodium) {
  const pinned = vector.hex("pinned root");
  const files = readBundle(vector.payload);
  if (!vector.has("current")) return await readFirst(sodium, pinned, files);
  const current = await readFirst(sodium, pinned, readBundle(vector.hex("current")));
  return await readSuccessor(sodium, current, files);
}
