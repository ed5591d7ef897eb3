/** The way from a cover to the app: the small line at its foot, pressed three times. */

import { element } from "../element.js";
import { openView, tookLeave } from "./choice.js";

const PRESSES = 3;
/** Presses further apart than this are somebody's who does not mean it. */
const PAUSE_MILLISECONDS = 3000;
const APP = new URL("../../", import.meta.url).href;

/**
 * @param {string} label such as "Version 1.0"
 * @param {Window} window
 * @returns {HTMLElement} the cover's foot
 */
export function drawFoot(label, window) {
  let pressed = 0;
  let last = Number.NEGATIVE_INFINITY;
  const press = (/** @type {Event} */ event) => {
    pressed = event.timeStamp - last > PAUSE_MILLISECONDS ? 1 : pressed + 1;
    last = event.timeStamp;
    if (pressed < PRESSES) return;
    openView(window);
    window.location.replace(APP);
  };
  return element(
    "footer",
    { class: "foot" },
    element("button", { type: "button", class: "version", onclick: press }, label),
  );
}

/**
 * After the quick exit the tab's history may hold entries of the app in front of this page, which a
 * forward button would open. A further entry of the cover cuts them off.
 *
 * @param {Window} window
 */
export function cutOff(window) {
  if (tookLeave(window)) window.history.pushState(null, "");
}
