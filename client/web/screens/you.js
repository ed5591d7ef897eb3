/** How the person knows, and what those who read it must heed. */

import { askValue, choicesOf } from "../asking.js";
import { anyOf } from "../choices.js";

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.you.title",
  icon: "you",
  hint: "app.you.hint",
  body: async (app) => [
    await askValue(app, "relation", { legend: "app.you.relation" }),
    anyOf(
      {
        name: "safety",
        legend: app.words.text("app.you.safety"),
        look: "rows",
        choices: await choicesOf(app, "safety"),
      },
      app.draft.report.safety ?? [],
      (values) => {
        app.draft.set("safety", values);
        if (values.includes("nocontact")) app.draft.set("contact", undefined);
      },
    ),
  ],
};
