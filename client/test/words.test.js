import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import test from "node:test";
import { chooseLanguage, createWords, LANGUAGES } from "../web/words.js";

const CATALOGUE = {
  "app.some": { text: "{count} of {total}", status: "read" },
  "app.drafted": { text: "…", status: "draft" },
};

test("the languages that can be chosen are those that there are", async () => {
  const files = await readdir(new URL("../../locales/", import.meta.url));
  const found = files.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5));
  assert.deepEqual(Object.keys(LANGUAGES).sort(), found.sort());
});

test("the first language that there is, by its short code", () => {
  assert.equal(chooseLanguage(["ko-KR", "my-MM", "en"]), "my");
  assert.equal(chooseLanguage(["PT-br"]), "pt");
  assert.equal(chooseLanguage(["in-ID"]), "id");
  assert.equal(chooseLanguage(["constructor", "xx"]), "en");
  assert.equal(chooseLanguage([]), "en");
});

test("placeholders are filled once, and what is filled in is never read as a message", () => {
  const words = createWords("fa", CATALOGUE);
  assert.equal(words.dir, "rtl");
  assert.equal(words.text("app.some", { count: "{total}", total: 2 }), "{total} of 2");
  assert.equal(words.text("app.some", { count: 1 }), "1 of {total}");
  assert.equal(words.text("app.none"), "app.none");
});

test("a draft is told once after it was given out", () => {
  const words = createWords("en", CATALOGUE);
  words.text("app.some");
  assert.equal(words.drafted(), false);
  words.text("app.drafted");
  assert.equal(words.drafted(), true);
  assert.equal(words.drafted(), false);
});

test("dates have Latin digits in every language", () => {
  for (const lang of Object.keys(LANGUAGES)) {
    const said = createWords(lang, {}).date(new Date(0), { day: "numeric", month: "long" });
    assert.match(said, /\d/, lang);
    assert.doesNotMatch(said.replace(/[0-9]/g, ""), /\p{Nd}/u, lang);
  }
});
