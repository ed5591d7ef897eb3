/** What the cut harms. */

import { askValue } from "../asking.js";

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.harm.title",
  icon: "harm",
  hint: "app.several",
  body: async (app) => [await askValue(app, "impact", { icons: true })],
};
