/** Whether it goes on, and until when it lasted where it is over. */

import { choicesOf } from "../asking.js";
import { oneOf } from "../choices.js";
import { element, fillWith } from "../element.js";
import { whenGroup } from "../when.js";

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.status.title",
  icon: "intermittent",
  body: async (app) => {
    const end = element("div");
    const drawEnd = () =>
      fillWith(
        end,
        app.draft.report.status === "ended" &&
          whenGroup(app, "until", app.words.text("app.status.until")),
      );
    drawEnd();
    const status = oneOf(
      { name: "status", choices: await choicesOf(app, "status", { icons: true }) },
      app.draft.report.status,
      (value) => {
        app.draft.set("status", value);
        if (value !== "ended") {
          app.draft.set("until", undefined);
          app.draft.set("until_precision", undefined);
        }
        drawEnd();
      },
    );
    return [status, end];
  },
};
