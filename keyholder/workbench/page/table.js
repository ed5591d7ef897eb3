/** Tables, in boxes that scroll by keyboard too. */

import { element } from "./element.js";

/** @typedef {string | {title: string, number: true}} Column "" has no title: a mark or a button */

/**
 * @param {string} label what the box is called for who does not see it
 * @param {HTMLElement | HTMLElement[]} content
 * @param {{tall?: boolean}} [shape] tall: it has a height of its own
 */
export function scrolling(label, content, { tall = false } = {}) {
  return element(
    "div",
    {
      class: tall ? "wide tall" : "wide",
      tabindex: 0,
      role: "region",
      "aria-label": label,
    },
    content,
  );
}

/**
 * @param {Column[]} columns
 * @param {HTMLElement[]} rows `tr` elements
 * @param {{class?: string, caption?: string}} [dress]
 */
export function makeTable(columns, rows, { class: name, caption } = {}) {
  return element(
    "table",
    { class: name },
    caption !== undefined && element("caption", {}, caption),
    element("thead", {}, element("tr", {}, columns.map(head))),
    element("tbody", {}, rows),
  );
}

/**
 * A row of something that can be chosen, and how many reports it has.
 * @param {import("./element.js").Child[]} name
 * @param {number} number
 * @param {() => void} act
 */
export function countRow(name, number, act) {
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, linking(act, name)),
    element("td", { class: "number" }, number.toLocaleString("en")),
  );
}

/**
 * @param {() => void} act
 * @param {...(import("./element.js").Child | import("./element.js").Child[])} children
 */
export function linking(act, ...children) {
  return element("button", { type: "button", class: "link", onclick: act }, ...children);
}

/** @param {Column} column */
function head(column) {
  if (typeof column !== "string") {
    return element("th", { scope: "col", class: "number" }, column.title);
  }
  return column === "" ? element("td", {}) : element("th", { scope: "col" }, column);
}
