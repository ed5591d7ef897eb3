import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { runVectors } from "./vectors/run.js";

const FOLDER = new URL("../../spec/vectors/", import.meta.url);

test("every file of spec/vectors", async (context) => {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith(".txt")).sort();
  /** @type {[string, string][]} */
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(new URL(name, FOLDER), "utf-8")]),
  );
  const { count, kinds, failed } = await runVectors(files);
  context.diagnostic(`vectors: ${count}`);
  context.diagnostic(`kinds: ${JSON.stringify(kinds)}`);
  assert.deepEqual(failed, {});
  assert.equal(count, names.length);
});

test("an unknown kind, a wrong result and a broken file are failures", async () => {
  const start = "expect: open\ncomment: none\nkind: ";
  const { failed } = await runVectors([
    ["kind", `${start}no-such-kind\n\n00\n`],
    ["path", `${start}../run\n\n00\n`],
    ["result", `${start}leaf\n\n00\n`],
    ["file", "expect: open\n"],
  ]);
  assert.deepEqual(Object.keys(failed).sort(), ["file", "kind", "path", "result"]);
  assert.equal(failed.result, "leaf-invalid, not open");
});
