/** What looks made: marked, never hidden. */

import { element, fillWith } from "../element.js";
import { shown } from "../hidden.js";
import { whenReady } from "../ready.js";
import { counted } from "../words.js";

/**
 * @param {HTMLElement} view
 * @param {import("../desk.js").Desk} desk
 * @returns {import("../desk.js").Shown}
 */
export function showFloods(view, desk) {
  const stopped = new AbortController();
  const heading = element("h2", { tabindex: -1 }, "Floods");
  const body = element("div", {}, element("p", {}, "Looking …"));
  fillWith(
    view,
    heading,
    element(
      "p",
      {},
      "Groups of reports that look as if one hand had made them. Nothing is hidden for it: such a group counts as one teller. Unverified is not denied.",
    ),
    body,
  );
  load();

  async function load() {
    try {
      const { suspects } = await whenReady(
        () => desk.api.get("/api/floods", {}, stopped.signal),
        stopped.signal,
        () => fillWith(body, element("p", {}, "The rule is still looking at all reports …")),
      );
      fillWith(
        body,
        suspects.length === 0
          ? element("p", { class: "soft" }, "Nothing looks made.")
          : element(
              "ol",
              { class: "cards" },
              suspects.map((/** @type {any} */ suspect) => card(suspect)),
            ),
      );
    } catch (error) {
      desk.fail(error);
    }
  }

  /** @param {any} suspect */
  function card(suspect) {
    return element(
      "li",
      {},
      element("h3", {}, shown(suspect.why)),
      element(
        "p",
        {},
        `${counted(suspect.reports, "report")}${suspect.share >= 0.01 ? `, ${Math.round(suspect.share * 100)} % of all` : ""}.`,
      ),
      element(
        "p",
        {},
        "For example: ",
        suspect.sample.flatMap((/** @type {string} */ id) => [
          element(
            "button",
            { type: "button", class: "link", onclick: () => desk.go("report", { id }) },
            element("code", {}, id.slice(0, 8)),
          ),
          " ",
        ]),
      ),
    );
  }

  return { focus: () => heading.focus(), leave: () => stopped.abort() };
}
