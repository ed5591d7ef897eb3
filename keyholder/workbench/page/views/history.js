/** Who did what, newest first, and undo. */

import { element, fillWith } from "../element.js";
import { shown } from "../hidden.js";
import { word } from "../words.js";

/**
 * @param {HTMLElement} view
 * @param {import("../desk.js").Desk} desk
 * @returns {import("../desk.js").Shown}
 */
export function showHistory(view, desk) {
  const stopped = new AbortController();
  const heading = element("h2", { tabindex: -1 }, "Who did what");
  const body = element("div", {}, element("p", {}, "Reading …"));
  fillWith(
    view,
    heading,
    element("p", { class: "soft" }, "Nothing is ever taken away: undoing is written down too."),
    body,
  );
  load();

  async function load() {
    try {
      const { entries } = await desk.api.get("/api/history", {}, stopped.signal);
      fillWith(
        body,
        entries.length === 0
          ? element("p", { class: "soft" }, "Nobody added anything yet.")
          : element(
              "ol",
              { class: "cards" },
              entries.map((/** @type {any} */ entry) => card(entry)),
            ),
      );
    } catch (error) {
      desk.fail(error);
    }
  }

  /** @param {any} entry */
  function card(entry) {
    return element(
      "li",
      { class: entry.undone ? "undone" : "" },
      element("strong", {}, word(entry.op)),
      " ",
      element("span", { dir: "auto" }, shown(entry.what)),
      element("span", { class: "soft" }, shown(` ${entry.who} · ${entry.time}`)),
      " ",
      entry.undone
        ? element("span", { class: "stamp guess" }, "undone")
        : element("button", { type: "button", onclick: () => undo(entry) }, "Undo"),
    );
  }

  /** @param {any} entry */
  async function undo(entry) {
    if (await desk.operate({ op: "undo", holder: entry.holder, counter: entry.counter })) load();
  }

  return { focus: () => heading.focus(), leave: () => stopped.abort() };
}
