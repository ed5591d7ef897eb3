/**
 * Answers one line of JSON on standard input with one on standard output: so that Python's tests ask this
 * library and compare. `{"do": …}` names the function; an error's code is `{"code": …}`.
 */

import { open, readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { sealBlob } from "../lib/blobs/sealing.js";
import { fromHex, toHex } from "../lib/bytes.js";
import { HeliographError } from "../lib/errors.js";
import { writeCompact } from "../lib/report/compact.js";
import { loadSodium } from "../lib/sodium.js";
import { fromJson, toJson } from "./report-json.js";
import { codec } from "./report-table.js";

const sodium = await loadSodium();

/** @type {Record<string, (asked: any) => unknown>} */
const DO = {
  encode: ({ report, start }) => ({ bytes: toHex(codec.encode(fromJson(report), start)) }),
  decode({ bytes, start }) {
    const report = codec.decode(fromHex(bytes), start);
    return { report: toJson(report), bytes: toHex(codec.encode(report, start)) };
  },
  compact({ report, start, suite, withText }) {
    const asked = { codec, report: fromJson(report), epochStart: start, suite, withText };
    const written = writeCompact(asked);
    return written && { bytes: toHex(written.content), texts: written.texts };
  },
  async seal({ from, to }) {
    const kept = await open(to, "w");
    try {
      const content = new Blob([await readFile(from)]);
      const sealed = await sealBlob(sodium, content, async (_, piece) => {
        await kept.write(piece);
      });
      return { ...sealed, key: toHex(sealed.key), id: toHex(sealed.id) };
    } finally {
      await kept.close();
    }
  },
};

/** @param {string} line */
async function answer(line) {
  const asked = JSON.parse(line);
  try {
    return await DO[asked.do]?.(asked);
  } catch (error) {
    if (error instanceof HeliographError) return { code: error.code };
    throw error;
  }
}

const lines = createInterface({ input: process.stdin });
for await (const line of lines) process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
