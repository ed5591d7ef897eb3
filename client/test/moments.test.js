import assert from "node:assert/strict";
import test from "node:test";

// Kathmandu is 5:45 ahead of UTC: no whole hours, and never the same day as UTC all day long.
process.env.TZ = "Asia/Kathmandu";
const { daysAgo, toChoice, toMoment } = await import("../web/moments.js");

/** 01:07 on 26 November in Kathmandu, 25 November in UTC. */
const NOW = new Date("2026-11-25T19:22:00Z");
const DAY = 86_400;
const TODAY = Date.UTC(2026, 10, 26) / 1000;

/** @typedef {import("../web/moments.js").Choice} Choice */

test("days are local civil dates written as if they were UTC", () => {
  assert.equal(daysAgo(0, NOW), TODAY);
  assert.deepEqual(toMoment({ day: "today" }, NOW), { time: TODAY, precision: "day" });
  assert.deepEqual(toMoment({ day: "yesterday" }, NOW), { time: TODAY - DAY, precision: "day" });
  assert.deepEqual(toMoment({ day: "days", ago: 9, part: "about" }, NOW), {
    time: TODAY - 9 * DAY,
    precision: "about",
  });
});

test("parts of a day are 0, 6, 12 and 18 o'clock of that civil date", () => {
  const parts = /** @type {const} */ (["night", "morning", "afternoon", "evening"]);
  for (const [index, part] of parts.entries()) {
    assert.deepEqual(toMoment({ day: "today", part }, NOW), {
      time: TODAY + index * 6 * 3600,
      precision: "part",
    });
  }
});

test("a time of the clock and now are true moments, in whole quarter hours", () => {
  assert.deepEqual(toMoment({ day: "now" }, NOW), {
    time: Date.UTC(2026, 10, 25, 19, 15) / 1000,
    precision: "hour",
  });
  assert.deepEqual(
    toMoment({ day: "date", date: "2026-11-20", part: "clock", clock: "14:50" }, NOW),
    {
      time: Date.UTC(2026, 10, 20, 9, 0) / 1000, // 09:05 UTC, in quarter hours
      precision: "exact",
    },
  );
});

test("what is no date yet is nothing, and a missing time is the day", () => {
  for (const date of ["", "2026-11", "20261120", "1969-12-31"]) {
    assert.equal(toMoment({ day: "date", date }, NOW), null);
  }
  assert.deepEqual(toMoment({ day: "today", part: "clock" }, NOW), {
    time: TODAY,
    precision: "day",
  });
});

test("coming back to a question finds what was chosen", () => {
  /** @type {Choice[]} */
  const choices = [
    { day: "now" },
    { day: "today" },
    { day: "yesterday", part: "evening" },
    { day: "days", ago: 2, part: "about" },
    { day: "days", ago: 30 },
    { day: "date", date: "2026-10-26", part: "night" },
    { day: "date", date: "2019-08-05" },
    { day: "yesterday", part: "clock", clock: "14:45" },
  ];
  for (const choice of choices) {
    const moment = toMoment(choice, NOW);
    assert.ok(moment);
    assert.equal(moment.time % 900, 0);
    assert.deepEqual(toChoice(moment, NOW), choice);
  }
});
