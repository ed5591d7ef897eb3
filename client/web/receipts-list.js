/** Receipts that somebody asked for: checked when they came, here to be saved elsewhere and deleted. */

import { utf8 } from "../lib/bytes.js";
import { readLeaf } from "../lib/leaf.js";
import { readReceipt } from "../lib/log/receipts.js";
import { element, fillWith } from "./element.js";
import { saveFile } from "./saving.js";

/** @typedef {import("./frame.js").App} App */

const DAY_MILLISECONDS = 86_400_000;

/**
 * @param {App} app
 * @param {import("./depot.js").Depot} depot
 * @param {HTMLElement} place is filled
 * @param {ReadonlyMap<string, string>} receipts by the envelope's id
 */
export function drawReceipts(app, depot, place, receipts) {
  const { words } = app;
  if (receipts.size === 0) {
    fillWith(place);
    return;
  }
  const rows = [...receipts].map(([id, receipt], index) => {
    const number = index + 1;
    return element(
      "li",
      { class: "item" },
      element("p", {}, sayReceipt(app, receipt)),
      element(
        "div",
        { class: "pair" },
        element(
          "button",
          {
            type: "button",
            class: "plain",
            id: `receipt-save-${number}`,
            onclick: () => saveFile(new Blob([receipt], { type: "text/plain" }), "receipt.txt"),
          },
          words.text("app.receipts.save", { number }),
        ),
        element(
          "button",
          {
            type: "button",
            class: "plain",
            id: `receipt-delete-${number}`,
            onclick: () => void depot.outbox.forget(id),
          },
          words.text("app.receipts.delete", { number }),
        ),
      ),
    );
  });
  fillWith(
    place,
    element("h2", {}, words.text("app.receipts.title")),
    element("p", { class: "hint" }, words.text("app.receipts.what")),
    element("ul", { class: "items" }, rows),
  );
}

/**
 * @param {App} app
 * @param {string} receipt
 */
function sayReceipt({ words }, receipt) {
  try {
    const { index, extra } = readReceipt(utf8(receipt));
    const { day } = readLeaf(extra ?? new Uint8Array());
    const date = new Date(day * DAY_MILLISECONDS);
    return words.nodes("app.receipts.place", {
      index: String(index),
      day: words.date(date, { dateStyle: "medium", timeZone: "UTC" }),
    });
  } catch {
    return words.text("app.receipts.bad");
  }
}
