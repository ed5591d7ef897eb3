/** Asks for a moment: a day by one tap, and how much more of it the person knows. */

import { oneOf } from "./choices.js";
import { element, fillWith, icon } from "./element.js";
import { daysAgo, MOST_DAYS, toChoice, toMoment } from "./moments.js";

/** @typedef {import("./frame.js").App} App */
/** @typedef {import("./moments.js").Choice} Choice */

/** The words of the telephone's menu, which are there in every language. */
const DAYS = /** @type {const} */ ([
  ["now", "ussd.since.now"],
  ["today", "ussd.since.today"],
  ["yesterday", "ussd.since.yesterday"],
  ["days", "app.when.days"],
  ["date", "app.when.date"],
]);
const PARTS = /** @type {const} */ ([
  "unknown",
  "night",
  "morning",
  "afternoon",
  "evening",
  "clock",
  "about",
]);

/**
 * @param {App} app
 * @param {"since" | "until"} field sets it and its precision
 * @param {string} [legend]
 * @returns {HTMLElement}
 */
export function whenGroup(app, field, legend) {
  const now = new Date();
  const time = app.draft.report[field];
  /** @type {Choice | null} */
  let choice =
    time === undefined
      ? null
      : toChoice({ time, precision: app.draft.report[`${field}_precision`] ?? "day" }, now);
  const more = element("div", { class: "stack" });

  const keep = () => {
    const moment = choice && toMoment(choice, now);
    app.draft.set(field, moment?.time);
    app.draft.set(`${field}_precision`, moment?.precision);
  };
  /** @param {Partial<Choice>} change */
  const alter = (change) => {
    if (choice) choice = { ...choice, ...change };
    keep();
  };
  const drawMore = () =>
    fillWith(
      more,
      choice?.day === "days" && drawDays(app, field, choice, alter),
      choice?.day === "date" && drawDate(app, field, choice, alter),
      choice && choice.day !== "now" && drawPart(app, field, choice, alter),
    );
  drawMore();
  const days = oneOf(
    {
      name: `${field}-day`,
      look: "rows",
      ...(legend ? { legend } : {}),
      choices: DAYS.map(([value, key]) => ({ value, label: app.words.text(key) })),
    },
    choice?.day,
    (day) => {
      choice = day ? { day: /** @type {Choice["day"]} */ (day) } : null;
      if (choice?.day === "days") choice.ago = 2;
      keep();
      drawMore();
    },
  );
  return element("div", { class: "stack" }, days, more);
}

/**
 * A number of days by two large buttons: no keyboard comes up.
 *
 * @param {App} app
 * @param {string} field
 * @param {Choice} choice
 * @param {(change: Partial<Choice>) => void} alter
 */
function drawDays(app, field, choice, alter) {
  let ago = choice.ago ?? 2;
  const shown = element("output", { class: "count", id: `${field}-ago` });
  const show = () => shown.replaceChildren(...app.words.nodes("app.when.ago", { count: ago }));
  /** @param {number} by @param {string} key @param {string} name */
  const button = (by, key, name) =>
    element(
      "button",
      {
        type: "button",
        class: "plain square",
        "aria-label": app.words.text(key),
        onclick: () => {
          ago = Math.min(MOST_DAYS, Math.max(2, ago + by));
          show();
          alter({ ago });
        },
      },
      icon(name),
    );
  show();
  return element(
    "div",
    { class: "stepper" },
    button(-1, "app.when.fewer", "less"),
    shown,
    button(1, "app.when.more", "add"),
  );
}

/**
 * @param {App} app
 * @param {string} field
 * @param {Choice} choice
 * @param {(change: Partial<Choice>) => void} alter
 */
function drawDate(app, field, choice, alter) {
  const input = element("input", {
    type: "date",
    id: `${field}-date`,
    class: "field",
    autocomplete: "off",
    max: new Date(daysAgo(0, new Date()) * 1000).toISOString().slice(0, 10),
    value: choice.date,
    oninput: () => alter({ date: input.value }),
  });
  return element(
    "div",
    { class: "field-group" },
    element("label", { for: input.id, class: "label" }, app.words.text("app.when.date")),
    input,
  );
}

/**
 * @param {App} app
 * @param {string} field
 * @param {Choice} choice
 * @param {(change: Partial<Choice>) => void} alter
 */
function drawPart(app, field, choice, alter) {
  const clock = element("input", {
    type: "time",
    class: "field",
    autocomplete: "off",
    "aria-label": app.words.text("app.when.part.clock"),
    value: choice.clock,
    hidden: choice.part !== "clock",
    oninput: () => alter({ part: "clock", clock: clock.value }),
  });
  const select = element(
    "select",
    {
      id: `${field}-part`,
      class: "field",
      autocomplete: "off",
      onchange: () => {
        const part = /** @type {any} */ (select.value);
        clock.hidden = part !== "clock";
        alter({ part: part === "unknown" ? undefined : part });
      },
    },
    PARTS.map((part) =>
      element(
        "option",
        { value: part, selected: part === (choice.part ?? "unknown") },
        app.words.text(`app.when.part.${part}`),
      ),
    ),
  );
  return element(
    "div",
    { class: "field-group" },
    element("label", { for: select.id, class: "label" }, app.words.text("app.when.part")),
    select,
    clock,
  );
}
