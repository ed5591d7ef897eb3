/** The quick exit: what was written is gone, and another page stands where this one stood. */

import { closeView, coverPage, readLook } from "./covers/choice.js";

/** Two presses of Escape further apart than this are two presses of Escape. */
const TWICE_MILLISECONDS = 1500;

/**
 * Leaves no entry of the app in the tab's history: the first one is replaced by the cover, which
 * cuts off those behind it. What was sent before stays in the outbox.
 *
 * @param {object} app
 * @param {import("./draft.js").Draft} app.draft
 * @param {import("./trail.js").Trail} app.trail
 * @param {HTMLElement} app.place where the screens are drawn
 */
export async function leave({ draft, trail, place }) {
  draft.clear();
  place.replaceChildren();
  document.title = "";
  closeView(window);
  await trail.end();
  location.replace(coverPage(readLook(window)));
}

/**
 * @param {Document} document
 * @param {() => void} go is called when Escape was pressed twice
 */
export function watchEscape(document, go) {
  let last = Number.NEGATIVE_INFINITY;
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || event.repeat) return;
      if (event.timeStamp - last <= TWICE_MILLISECONDS) go();
      last = event.timeStamp;
    },
    { capture: true },
  );
}
