/** Waiting reports as QR codes, one at a time, for another phone to scan. */

import { fitsQrText, writeQrText } from "../lib/passing-on/qr-text.js";
import { choosePassable } from "./carried.js";
import { openDepot } from "./depot.js";
import { element, fillWith, icon } from "./element.js";
import { drawQr } from "./qr-picture.js";

/** @typedef {import("./frame.js").App} App */

/** @type {import("./frame.js").Screen} */
export const screen = {
  title: "app.codes.title",
  icon: "codes",
  body: async (app) => {
    const { outbox } = await openDepot();
    const { reports } = choosePassable(await outbox.waiting());
    const read = await Promise.all(reports.map(({ id }) => outbox.readEnvelope(id)));
    const envelopes = read.filter((envelope) => envelope !== undefined);
    const texts = envelopes.filter(fitsQrText).map(writeQrText);
    if (texts.length === 0) {
      return [element("p", { id: "no-codes" }, app.words.text("app.codes.none"))];
    }
    const place = element("div", { class: "stack" });
    show(app, place, texts, 0);
    const missing = envelopes.length - texts.length;
    return [
      place,
      missing > 0 &&
        element("p", { class: "hint" }, app.words.nodes("app.codes.missing", { number: missing })),
      element("p", { class: "hint" }, app.words.text("app.codes.hint")),
    ];
  },
};

/**
 * @param {App} app
 * @param {HTMLElement} place
 * @param {string[]} texts
 * @param {number} at
 */
function show(app, place, texts, at) {
  const { words } = app;
  const which = { number: at + 1, total: texts.length };
  const way = (/** @type {"before" | "after"} */ name, /** @type {number} */ to) =>
    element(
      "button",
      {
        type: "button",
        id: `code-${name}`,
        class: "plain",
        disabled: texts[to] === undefined,
        onclick: () => {
          show(app, place, texts, to);
          app.say(words.text("app.codes.step", { number: to + 1, total: texts.length }), true);
          const same = document.getElementById(`code-${name}`);
          const other = name === "before" ? "code-after" : "code-before";
          (same?.hasAttribute("disabled") ? document.getElementById(other) : same)?.focus();
        },
      },
      icon(name === "before" ? "back" : "next"),
      element("span", {}, words.text(`app.codes.${name}`)),
    );
  fillWith(
    place,
    element("p", { id: "code-step" }, words.nodes("app.codes.step", which)),
    drawQr(texts[at] ?? "", words.text("app.codes.alt", which)),
    texts.length > 1 &&
      element("div", { class: "pair turns" }, way("before", at - 1), way("after", at + 1)),
  );
}
