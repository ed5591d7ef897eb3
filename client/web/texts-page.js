/** A report as sealed texts: one link a part, which opens the phone's own program for messages. */

import { openDepot } from "./depot.js";
import { element, fillWith, icon } from "./element.js";
import { linkText } from "./sms-links.js";

/** @typedef {import("./frame.js").App} App */
/** @typedef {import("./depot.js").Depot} Depot */
/** @typedef {import("../lib/outbox/items.js").Item} Item */

/** @type {import("./frame.js").Screen} */
export const screen = {
  title: "app.sms.title",
  icon: "sms",
  body: async (app) => {
    const { words } = app;
    const depot = await openDepot();
    const items = await depot.outbox.waiting();
    const numbers = await depot.readNumbers();
    const sendable = items
      .map((item, index) => ({ item, number: index + 1 }))
      .filter(({ item }) => !item.arrived && item.texts.length > 0);
    if (sendable.length === 0 || numbers.length === 0) {
      return [element("p", { id: "no-texts" }, words.text("app.sms.none"))];
    }
    /** @type {{to: string}} */
    const chosen = { to: numbers[0] ?? "" };
    const list = element("div", { class: "stack" });
    const draw = () =>
      fillWith(
        list,
        sendable.map((one) => drawReport(app, depot, one, chosen.to)),
      );
    draw();
    return [
      element("p", {}, words.text("app.sms.what")),
      element(
        "ul",
        { class: "facts" },
        ["company", "folder", "silence"].map((name) =>
          element("li", {}, icon("warning"), element("span", {}, words.text(`app.sms.${name}`))),
        ),
      ),
      drawNumbers(app, numbers, chosen, draw),
      list,
    ];
  },
};

/**
 * @param {App} app
 * @param {readonly string[]} numbers
 * @param {{to: string}} chosen
 * @param {() => void} draw
 */
function drawNumbers({ words }, numbers, chosen, draw) {
  if (numbers.length === 1) {
    return element("p", {}, words.nodes("app.sms.number", { number: chosen.to }));
  }
  return element(
    "label",
    { class: "labelled" },
    element("span", {}, words.text("app.sms.other")),
    element(
      "select",
      {
        id: "number",
        class: "field",
        autocomplete: "off",
        onchange: (/** @type {Event} */ event) => {
          chosen.to = /** @type {HTMLSelectElement} */ (event.target).value;
          draw();
        },
      },
      numbers.map((number) => element("option", { value: number }, number)),
    ),
  );
}

/**
 * @param {App} app
 * @param {Depot} depot
 * @param {{item: Item, number: number}} report
 * @param {string} to the number
 */
function drawReport(app, depot, { item, number }, to) {
  const parts = item.texts.map((text, index) => drawPart(app, depot, item, text, index, to));
  return element(
    "section",
    { class: "stack", "data-id": item.id },
    element("h2", {}, app.words.nodes("app.outbox.report", { number })),
    element("ol", { class: "items" }, parts),
  );
}

/**
 * @param {App} app
 * @param {Depot} depot
 * @param {Item} item
 * @param {string} text
 * @param {number} index
 * @param {string} to
 */
function drawPart(app, depot, item, text, index, to) {
  const { words } = app;
  const which = { number: index + 1, total: item.texts.length };
  const mark = element("input", {
    type: "checkbox",
    autocomplete: "off",
    checked: item.opened?.includes(index) ?? false,
    onchange: () => keepOpened(depot, item, index, mark.checked),
  });
  return element(
    "li",
    { class: "item" },
    element(
      "a",
      {
        class: "button main-way wide",
        href: linkText(to, text),
        onclick: () => {
          mark.checked = true;
          void keepOpened(depot, item, index, true);
        },
      },
      icon("sms"),
      element("span", {}, words.nodes("app.sms.open", which)),
    ),
    element(
      "div",
      { class: "pair" },
      element(
        "label",
        { class: "tick" },
        mark,
        element("span", {}, words.nodes("app.sms.sent", which)),
      ),
      element(
        "button",
        {
          type: "button",
          class: "plain",
          onclick: async () => {
            const done = await copy(text);
            const key = done ? "app.sms.copied" : "app.sms.uncopied";
            app.say(words.text(key, { number: to }));
          },
        },
        element("span", {}, words.nodes("app.sms.copy", which)),
      ),
    ),
  );
}

/**
 * What the person marked is kept: the phone may close this page while the other program is open.
 *
 * @param {Depot} depot
 * @param {Item} item
 * @param {number} index of the text
 * @param {boolean} is
 */
async function keepOpened(depot, item, index, is) {
  await depot.outbox.change(
    new Map([
      [
        item.id,
        (held) => {
          const others = (held.opened ?? []).filter((one) => one !== index);
          return { ...held, opened: is ? [...others, index] : others };
        },
      ],
    ]),
  );
}

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether the browser allowed it
 */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
