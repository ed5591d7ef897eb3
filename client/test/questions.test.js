import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { FILLED_BY_APP, NOT_ASKED, QUESTIONS } from "../web/questions.js";

const table = JSON.parse(
  await readFile(new URL("../../spec/report-v1.json", import.meta.url), "utf8"),
);
const asked = QUESTIONS.flatMap(({ fields }) => [...fields]);

test("every field that a person or the app sets is asked, filled in, or left out for a reason", () => {
  const expected = table.fields
    .filter((/** @type {any} */ field) =>
      field.set_by.some((/** @type {string} */ who) => who === "person" || who === "app"),
    )
    .map((/** @type {any} */ field) => field.name);
  const found = [...asked, ...Object.keys(FILLED_BY_APP), ...Object.keys(NOT_ASKED)];
  assert.deepEqual([...found].sort(), [...expected].sort());
});

test("no field is asked twice, and each reason says something", () => {
  assert.equal(new Set(asked).size, asked.length);
  for (const reason of Object.values({ ...FILLED_BY_APP, ...NOT_ASKED })) {
    assert.ok(reason.length > 10);
  }
});
