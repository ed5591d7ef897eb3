/** Keyrings of spec/vectors/ as tests need them: real signatures, and nobody's keys. */

import { readFile } from "node:fs/promises";
import { readBundle } from "../lib/keyring/bundle.js";
import { readFirst } from "../lib/keyring/keyring.js";
import { loadSodium } from "../lib/sodium.js";
import { Vector } from "./vectors/vector.js";

/**
 * @param {string} name of a vector of kind `keyring`, such as "first"
 * @returns {Promise<{ pinnedRoot: Uint8Array, files: Map<string, Uint8Array> }>}
 */
export async function readVectorFiles(name) {
  const path = new URL(`../../spec/vectors/keyring-${name}.txt`, import.meta.url);
  const vector = new Vector(await readFile(path, "utf-8"));
  return { pinnedRoot: vector.hex("pinned root"), files: readBundle(vector.payload) };
}

/**
 * @param {string} name of a vector that opens
 * @returns {Promise<import("../lib/keyring/keyring.js").Keyring>}
 */
export async function readVectorKeyring(name) {
  const { pinnedRoot, files } = await readVectorFiles(name);
  return await readFirst(await loadSodium(), pinnedRoot, files);
}
