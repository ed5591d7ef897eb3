/** What is done to the network. */

import { askValue } from "../asking.js";

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.kind.title",
  icon: "full",
  hint: "app.several",
  body: async (app) => [await askValue(app, "kind", { icons: true })],
};
