/** Stands where a part of the app is not on the phone and cannot be fetched. */

import { element } from "../element.js";

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.fault.title",
  icon: "warning",
  body: (app) => [
    element("p", { class: "lead" }, app.words.text("app.fault.screen")),
    element(
      "button",
      { type: "button", class: "main-way wide", id: "again", onclick: () => app.redraw() },
      app.words.text("app.fault.again"),
    ),
  ],
};
