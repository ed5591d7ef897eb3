/** What the report may be used for, and a way to reach the person: only where it is wanted. */

import { askText, askValue } from "../asking.js";
import { element, fillWith, icon } from "../element.js";

/** @typedef {import("../frame.js").App} App */

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.use.title",
  icon: "review",
  body: async (app) => {
    const contact = element("div");
    await drawContact(app, contact, "contact" in app.draft.report);
    return [await askValue(app, "consent", { legend: "app.use.consent", look: "rows" }), contact];
  },
};

/**
 * @param {App} app
 * @param {HTMLElement} place is filled
 * @param {boolean} open
 */
async function drawContact(app, place, open) {
  if (!open) {
    const button = element(
      "button",
      {
        type: "button",
        class: "plain wide",
        id: "reach",
        onclick: () => drawContact(app, place, true),
      },
      app.words.text("app.use.reach"),
    );
    fillWith(
      place,
      element(
        "div",
        { class: "stack" },
        element("h2", {}, app.words.text("app.use.contact")),
        element("p", { class: "hint" }, app.words.text("app.use.never")),
        button,
      ),
    );
    return;
  }
  const field = await askText(app, "contact", { label: "app.use.contact" });
  field.addEventListener("input", () => {
    const safety = app.draft.report.safety ?? [];
    if ("contact" in app.draft.report) {
      app.draft.set(
        "safety",
        safety.filter((/** @type {string} */ one) => one !== "nocontact"),
      );
    }
  });
  fillWith(
    place,
    element(
      "div",
      { class: "stack" },
      element(
        "p",
        { class: "note" },
        icon("warning"),
        element("span", {}, app.words.text("app.use.warning")),
      ),
      field,
    ),
  );
}
