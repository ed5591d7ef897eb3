import assert from "node:assert/strict";
import { test } from "node:test";
import * as months from "../web/covers/months.js";
import { newSum, pressKey, showSum } from "../web/covers/sums.js";

/** @param {string} keys */
function display(keys, language = "en") {
  return showSum([...keys].reduce(pressKey, newSum()), language);
}

test("a calculator calculates", () => {
  const expected = {
    "12+30=": "42",
    "0.1+0.2=": "0.3",
    "2*3+4=": "10",
    "2+3*": "5",
    "10-4===": "-2",
    "7/2=": "3.5",
    "1/0=": "–",
    "1/0=C5": "5",
    "200+10%=": "220",
    "50%": "0.5",
    "12<<<9": "9",
    "1..5+1=": "2.5",
    "1.": "1.",
    "1.50": "1.50",
    "5+-3=": "2",
    1234567: "1,234,567",
    "99999999999999999": "999,999,999,999",
    "999999999999*999999999999=": "1E24",
    "5=7": "7",
  };
  for (const [keys, shown] of Object.entries(expected)) assert.equal(display(keys), shown, keys);
});

test("its digits are the language's", () => {
  assert.equal(display("12.5+1=", "bn"), "১৩.৫");
  assert.equal(display("1.5", "fr"), "1,5");
});

const DAYS = 86_400_000;

test("each month of ten years follows the one before it, in every calendar", () => {
  for (const language of ["en", "ar", "fa", "am-u-ca-ethiopic", "hi", "my"]) {
    let first = months.firstOf(language, new Date(Date.UTC(2020, 0, 15)));
    for (let count = 0; count < 130; count += 1) {
      const next = months.nextMonth(language, first);
      const days = (next.getTime() - first.getTime()) / DAYS;
      assert.ok(days >= 5 && days <= 32, `${language} ${first.toISOString()} ${days}`);
      assert.equal(+months.previousMonth(language, next), +first);
      assert.equal(+months.firstOf(language, months.later(next, -1)), +first);
      const shown = months.weeksOf(language, first).flat();
      assert.equal(shown.length % 7, 0);
      assert.equal(shown.filter(Boolean).length, days);
      first = next;
    }
  }
});

test("a month as people know it", () => {
  const day = new Date(Date.UTC(2026, 4, 7));
  assert.equal(months.nameDay("en", day, "month"), "May 2026");
  assert.equal(months.weekdays("en")[0]?.long, "Sunday");
  assert.equal(months.weekdays("fr")[0]?.long, "lundi");
  assert.equal(months.weeksOf("en", day)[0]?.findIndex(Boolean), 5);
  assert.equal(months.distance("en", months.later(day, 3), day), "in 3 days");
  assert.match(months.nameDay("fa", day, "month"), /۱۴۰۵/);
});

test("today is the phone's own day, not that of Greenwich", () => {
  assert.equal(
    months
      .dayOf(new Date(2026, 2, 29, 23, 59))
      .toISOString()
      .slice(0, 10),
    "2026-03-29",
  );
});
