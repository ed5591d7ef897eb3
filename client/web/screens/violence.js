/** Violence and abuse: asked in the app alone, never by SMS or USSD. */

import { askValue } from "../asking.js";

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.violence.title",
  icon: "violence",
  hint: "app.violence.hint",
  body: async (app) => [
    await askValue(app, "violence", {
      legend: "app.violence.violence",
      icons: true,
      look: "row",
    }),
    await askValue(app, "abuse", { legend: "app.violence.abuse", icons: true, look: "row" }),
  ],
};
