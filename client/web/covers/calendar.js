/** The month calendar: a cover that works. */

import { element, fillWith } from "../element.js";
import { openWords } from "./cover-words.js";
import * as months from "./months.js";
import { cutOff, drawFoot } from "./way-in.js";

cutOff(window);
const words = await openWords("calendar");
const place = /** @type {HTMLElement} */ (document.getElementById("cover"));
const today = months.dayOf(new Date());
let chosen = today;
draw();

function draw() {
  const weeks = months.weeksOf(words.lang, chosen);
  fillWith(
    place,
    element(
      "main",
      {},
      element("h1", { class: "unseen" }, words.text("title")),
      drawWays(),
      element(
        "table",
        { class: "month", "aria-label": months.nameDay(words.lang, chosen, "month") },
        drawWeekdays(),
        element(
          "tbody",
          {},
          weeks.map((week) => element("tr", {}, week.map(drawDay))),
        ),
      ),
      element(
        "p",
        { class: "chosen", role: "status" },
        months.nameDay(words.lang, chosen, "full"),
        element("br"),
        element("small", {}, months.distance(words.lang, chosen, today)),
      ),
    ),
    drawFoot(words.text("version"), window),
  );
}

function drawWays() {
  const way = (/** @type {string} */ name, /** @type {string} */ sign, /** @type {Date} */ day) =>
    element(
      "button",
      {
        type: "button",
        id: name,
        "aria-label": words.text(name),
        onclick: () => choose(day, name),
      },
      sign,
    );
  const first = months.firstOf(words.lang, chosen);
  return element(
    "div",
    { class: "ways" },
    way("previous", "‹", months.previousMonth(words.lang, first)),
    element("h2", {}, months.nameDay(words.lang, chosen, "month")),
    way("next", "›", months.nextMonth(words.lang, first)),
    element(
      "button",
      { type: "button", id: "today", onclick: () => choose(today, "today") },
      words.text("today"),
    ),
  );
}

function drawWeekdays() {
  return element(
    "thead",
    {},
    element(
      "tr",
      {},
      months
        .weekdays(words.lang)
        .map((day) => element("th", { scope: "col", abbr: day.long, title: day.long }, day.short)),
    ),
  );
}

/** @param {Date | null} day */
function drawDay(day) {
  if (day === null) return element("td");
  const isChosen = day.getTime() === chosen.getTime();
  return element(
    "td",
    {},
    element(
      "button",
      {
        type: "button",
        class: "day",
        id: isChosen ? "chosen" : null,
        tabindex: isChosen ? 0 : -1,
        "aria-pressed": isChosen ? "true" : "false",
        "aria-current": day.getTime() === today.getTime() ? "date" : null,
        "aria-label": months.nameDay(words.lang, day, "full"),
        onclick: () => choose(day, "chosen"),
        onkeydown: (/** @type {KeyboardEvent} */ event) => walk(event, day),
      },
      months.nameDay(words.lang, day, "day"),
    ),
  );
}

/**
 * @param {Date} day
 * @param {string} focus id of what has the focus then
 */
function choose(day, focus) {
  chosen = day;
  draw();
  document.getElementById(focus)?.focus();
}

/**
 * @param {KeyboardEvent} event
 * @param {Date} day
 */
function walk(event, day) {
  const ahead = document.documentElement.dir === "rtl" ? -1 : 1;
  const days = { ArrowRight: ahead, ArrowLeft: -ahead, ArrowDown: 7, ArrowUp: -7 }[event.key];
  const first = months.firstOf(words.lang, day);
  /** @type {Record<string, Date>} */
  const others = {
    PageDown: months.nextMonth(words.lang, first),
    PageUp: months.previousMonth(words.lang, first),
    Home: first,
  };
  const target = days === undefined ? others[event.key] : months.later(day, days);
  if (target === undefined) return;
  event.preventDefault();
  choose(target, "chosen");
}
