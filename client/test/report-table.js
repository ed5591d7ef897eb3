/** The codec over spec/report-v1.json, in Node and in a page alike. */

import { createCodec } from "../lib/report/codec.js";

const TABLE = new URL("../../spec/report-v1.json", import.meta.url);

export const codec = createCodec(JSON.parse(await readTable()));

async function readTable() {
  if (TABLE.protocol !== "file:") return (await fetch(TABLE)).text();
  const { readFile } = await import("node:fs/promises");
  return readFile(TABLE, "utf8");
}
