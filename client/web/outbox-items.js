/** The outbox one by one: what each item still waits for, and the way to delete it. */

import { element, fillWith, icon } from "./element.js";
import { sayBytes } from "./measures.js";
import { isRefused } from "./outbox-situation.js";

/** @typedef {import("./frame.js").App} App */
/** @typedef {import("./depot.js").Depot} Depot */
/** @typedef {import("../lib/outbox/items.js").Item} Item */

/** @type {string | null} id of the item of which it is asked whether to delete it */
let asked = null;

/**
 * @param {App} app
 * @param {Depot} depot
 * @param {HTMLElement} place is filled
 * @param {Item[]} items
 */
export function drawItems(app, depot, place, items) {
  const draw = () =>
    fillWith(
      place,
      items.length > 0 && [
        element("h2", {}, app.words.text("app.outbox.list")),
        element("ul", { class: "items" }, items.map(drawItem)),
      ],
    );

  /**
   * @param {Item} item
   * @param {number} index
   */
  function drawItem(item, index) {
    const { words } = app;
    const number = index + 1;
    return element(
      "li",
      { class: "item", "data-id": item.id },
      element(
        "div",
        { class: "item-head" },
        element(
          "span",
          {},
          item.size > 0
            ? words.nodes("app.outbox.report", { number })
            : words.text("app.outbox.carried"),
          item.size > 0 && element("small", {}, element("bdi", {}, sayBytes(words, item.size))),
        ),
        element("span", { class: "item-state" }, words.text(`app.outbox.item.${stateOf(item)}`)),
        drawForget(item, number),
      ),
      item.blobs.map((blob) => drawBlob(app, blob)),
      asked === item.id && drawAsking(item, number),
    );
  }

  /**
   * @param {Item} item
   * @param {number} number
   */
  function drawForget(item, number) {
    return element(
      "button",
      {
        type: "button",
        class: "quiet small",
        id: `forget-${number}`,
        "aria-label": app.words.text("app.outbox.forget.label", { number }),
        "aria-expanded": asked === item.id ? "true" : "false",
        onclick: () => {
          asked = asked === item.id ? null : item.id;
          draw();
          document.getElementById(asked ? "forget-no" : `forget-${number}`)?.focus();
        },
      },
      icon("remove"),
    );
  }

  /**
   * @param {Item} item
   * @param {number} number
   */
  function drawAsking(item, number) {
    const { words } = app;
    const close = () => {
      asked = null;
      draw();
    };
    return element(
      "div",
      { class: "note stack" },
      element(
        "p",
        {},
        words.nodes(item.arrived ? "app.outbox.forget.askarrived" : "app.outbox.forget.ask", {
          number,
        }),
      ),
      element(
        "div",
        { class: "pair" },
        element(
          "button",
          { type: "button", class: "plain", id: "forget-no", onclick: close },
          words.text("app.outbox.forget.no"),
        ),
        element(
          "button",
          {
            type: "button",
            class: "plain bad",
            id: "forget-yes",
            onclick: async () => {
              close();
              await depot.outbox.forget(item.id);
              app.say(words.text("app.outbox.forgotten"));
            },
          },
          words.text("app.outbox.forget.yes"),
        ),
      ),
    );
  }

  draw();
}

/**
 * @param {App} app
 * @param {import("../lib/outbox/items.js").BlobEntry} blob
 */
function drawBlob(app, { length, offset, done }) {
  const percent = done ? 100 : Math.floor((100 * offset) / length);
  const label = app.words.text("app.outbox.attachment", {
    size: sayBytes(app.words, length),
    percent,
  });
  return element(
    "div",
    { class: "blob" },
    element("span", {}, label),
    element("progress", { max: 100, value: percent, "aria-label": label }),
  );
}

/**
 * @param {Item} item
 * @returns {"waits" | "refused" | "receipt" | "arrived"}
 */
function stateOf(item) {
  if (!item.arrived) return isRefused(item) ? "refused" : "waits";
  return item.receipt ? "receipt" : "arrived";
}
