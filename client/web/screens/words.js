/** The person's own words. */

import { askText } from "../asking.js";

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.words.title",
  icon: "words",
  hint: "app.words.hint",
  body: async (app) => [
    await askText(app, "text", { label: "app.words.title", labelUnseen: true, rows: 9 }),
  ],
};
