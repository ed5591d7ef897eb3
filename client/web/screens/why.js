/** Why it is cut, as far as the person knows, and what was said about it. */

import { askValue } from "../asking.js";

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.why.title",
  icon: "cause",
  body: async (app) => [
    await askValue(app, "cause", { icons: true }),
    await askValue(app, "notified", { legend: "app.why.notified", icons: true, look: "row" }),
    await askValue(app, "gov", { legend: "app.why.gov", icons: true, look: "row" }),
  ],
};
