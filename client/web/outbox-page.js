/** What waits and what arrived: numbers, sizes and what happens next. There is no content to show. */

import { openDepot } from "./depot.js";
import { element, fillWith, icon } from "./element.js";
import { saySpan } from "./measures.js";
import { drawItems } from "./outbox-items.js";
import { readSituation } from "./outbox-situation.js";
import { drawReceipts } from "./receipts-list.js";

/** @typedef {import("./frame.js").App} App */
/** @typedef {import("./depot.js").Depot} Depot */
/** @typedef {import("./outbox-situation.js").Situation} Situation */

const TICK_MILLISECONDS = 1000;
/** @type {Record<Situation["is"], string>} */
const PICTURES = {
  all: "check",
  none: "check",
  sending: "send",
  refused: "warning",
  offline: "full",
  unknown: "unknown",
  unreached: "waiting",
  waits: "waiting",
};

/** @type {import("./frame.js").Screen} */
export const screen = {
  title: "app.outbox.title",
  icon: "waiting",
  body: async (app) => {
    const depot = await openDepot();
    const status = element("div", { class: "status" });
    const list = element("section", { class: "stack" });
    const receipts = element("section", { class: "stack" });
    await draw(app, depot, { status, list, receipts });
    follow(app, depot, { status, list, receipts });
    return [status, list, receipts];
  },
};

/** @typedef {{status: HTMLElement, list: HTMLElement, receipts: HTMLElement}} Parts */

/**
 * Draws again after each change, for as long as the screen stands there.
 *
 * @param {App} app
 * @param {Depot} depot
 * @param {Parts} parts
 */
function follow(app, depot, parts) {
  let drawing = false;
  let again = false;
  const redraw = async () => {
    again = true;
    if (drawing) return;
    drawing = true;
    while (again) {
      again = false;
      await draw(app, depot, parts).catch(() => undefined);
    }
    drawing = false;
  };
  let stood = false;
  const end = depot.sending.watch(() => void redraw());
  const ticking = window.setInterval(() => {
    stood ||= parts.status.isConnected;
    if (parts.status.isConnected) tick(app, depot, parts.status);
    else if (stood) {
      end();
      window.clearInterval(ticking);
    }
  }, TICK_MILLISECONDS);
}

/**
 * @param {App} app
 * @param {Depot} depot
 * @param {Parts} parts
 */
async function draw(app, depot, parts) {
  const situation = await readSituation(depot, navigator.onLine);
  const kept = await depot.outbox.receipts();
  keepFocus(parts.status, () => drawStatus(app, depot, parts.status, situation));
  keepFocus(parts.list, () => drawItems(app, depot, parts.list, situation.items));
  keepFocus(parts.receipts, () => drawReceipts(app, depot, parts.receipts, kept));
}

/**
 * @param {HTMLElement} part
 * @param {() => void} redraw
 */
function keepFocus(part, redraw) {
  const focused = document.activeElement;
  const id = focused && part.contains(focused) ? focused.id : "";
  redraw();
  if (id) document.getElementById(id)?.focus();
}

/**
 * @param {App} app
 * @param {Depot} depot
 * @param {HTMLElement} status
 * @param {Situation} situation
 */
function drawStatus(app, depot, status, situation) {
  const { words } = app;
  const { is, waiting, arrived } = situation;
  const busy = is === "sending";
  const number = (/** @type {string} */ name, /** @type {number} */ value) =>
    element(
      "div",
      { class: "number" },
      element("dt", {}, words.text(`app.outbox.${name}`)),
      element("dd", { id: `${name}-number` }, String(value)),
    );
  fillWith(
    status,
    element("dl", { class: "numbers" }, number("waiting", waiting), number("arrived", arrived)),
    element(
      "p",
      { class: "state", id: "state", "data-is": is },
      icon(PICTURES[is]),
      element("span", {}, words.text(`app.outbox.${is}`)),
    ),
    depot.refused() &&
      element(
        "p",
        { class: "note", id: "refused" },
        icon("warning"),
        element("span", {}, words.text("app.outbox.forged")),
      ),
    element("p", { class: "again", id: "again" }),
    waiting + situation.attachments + situation.receipts > 0 && [
      waiting + situation.attachments > 0 &&
        element("p", { class: "hint" }, words.text("app.outbox.keep")),
      element(
        "button",
        {
          type: "button",
          id: "now",
          class: "main-way wide",
          "aria-disabled": busy ? "true" : null,
          onclick: () => void (busy || sendNow(depot)),
        },
        icon("send"),
        element("span", {}, words.text(busy ? "app.outbox.sending" : "app.outbox.now")),
      ),
      situation.texts > 0 && drawWay(app, "texts", "sms"),
    ],
    drawWay(app, "pass", "share"),
  );
  tick(app, depot, status);
}

/**
 * A newer keyring is asked for beside it: where addresses are blocked, that takes minutes.
 *
 * @param {Depot} depot
 */
function sendNow({ sending, update }) {
  void update();
  void sending.sendNow();
}

/**
 * @param {App} app
 * @param {string} name of the screen
 * @param {string} picture
 */
function drawWay(app, name, picture) {
  return element(
    "button",
    { type: "button", id: `to-${name}`, class: "plain wide", onclick: () => app.go(name) },
    icon(picture),
    element("span", {}, app.words.text(`app.outbox.${name}`)),
  );
}

/**
 * The line that counts down. It is no live region: nobody wants it read out every second.
 *
 * @param {App} app
 * @param {Depot} depot
 * @param {HTMLElement} status
 */
function tick(app, depot, status) {
  const line = status.querySelector("#again");
  if (!line) return;
  const { due, busy, elsewhere } = depot.sending.state();
  const left = due === null ? 0 : due - depot.sending.now();
  if (busy || due === null || left <= 0 || !navigator.onLine) fillWith(line);
  else if (elsewhere) fillWith(line, app.words.text("app.outbox.elsewhere"));
  else fillWith(line, app.words.nodes("app.outbox.again", { time: saySpan(app.words, left) }));
}
