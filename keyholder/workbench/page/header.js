/** What stands above all views: how far the opening is, how much there is, when it locks itself. */

import { element, fillWith, find } from "./element.js";
import { counted } from "./words.js";

/** @param {any} state */
export function tellState(state) {
  const opening = find("opening");
  if (state.opening) {
    const { done, total, seconds_left: left } = state.opening;
    opening.textContent = `Opening: ${done.toLocaleString("en")} of ${total.toLocaleString("en")}${left === null ? "" : `, about ${counted(Math.ceil(left), "second")} left`}`;
    fillWith(find("view"), element("p", {}, "The reports are being opened, in memory alone."));
    return;
  }
  opening.textContent = [
    counted(state.reports, "report"),
    typeof state.incidents === "number" ? counted(state.incidents, "incident") : "",
  ]
    .filter(Boolean)
    .join(", ");
  const idle = state.idle_seconds;
  find("idle").textContent =
    typeof idle === "number"
      ? `locks itself in ${counted(Math.max(1, Math.round(idle / 60)), "minute")} unless used`
      : "";
}
