/** Runs vectors, one module a kind. A kind that has no module fails; nothing is skipped. */

import { HeliographError } from "../../lib/errors.js";
import { loadSodium } from "../../lib/sodium.js";
import { Vector } from "./vector.js";

const KIND = /^[a-z][a-z-]*$/;

/**
 * A module in kinds/ exports this as `run`: it compares what it finds, and returns what came of it: `open`
 * or `nothing`. A HeliographError is what came of it too; any other one is a failure.
 * @typedef {(vector: Vector, sodium: import("../../lib/sodium.js").Sodium) => Promise<string> | string} Run
 */

/**
 * @param {Iterable<readonly [string, string]>} files name and text of each
 * @returns {Promise<{ count: number, kinds: Record<string, number>, failed: Record<string, string> }>}
 *   how many ran, in all and by kind, and what went wrong by the file's name
 */
export async function runVectors(files) {
  const sodium = await loadSodium();
  /** @type {Record<string, number>} */
  const kinds = {};
  /** @type {Record<string, string>} */
  const failed = {};
  let count = 0;
  for (const [name, text] of files) {
    try {
      const vector = new Vector(text);
      const kind = vector.field("kind");
      const found = await runOne(vector, kind, sodium);
      if (found !== vector.field("expect")) {
        failed[name] = `${found}, not ${vector.field("expect")}`;
      }
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    } catch (error) {
      failed[name] = String(/** @type {Error} */ (error).stack ?? error);
    }
    count += 1;
  }
  return { count, kinds, failed };
}

/**
 * @param {Vector} vector
 * @param {string} kind
 * @param {import("../../lib/sodium.js").Sodium} sodium
 */
async function runOne(vector, kind, sodium) {
  if (!KIND.test(kind)) throw new Error("not a kind");
  /** @type {{ run: Run }} */
  const module = await import(`./kinds/${kind}.js`);
  try {
    return await module.run(vector, sodium);
  } catch (error) {
    if (error instanceof HeliographError) return error.code;
    throw error;
  }
}
