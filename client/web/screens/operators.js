/** Whose networks are cut: the operators of the country as buttons, others in words. */

import { askText } from "../asking.js";
import { anyOf } from "../choices.js";
import { placesOf } from "../places.js";
import { isolate } from "../words.js";

const MOST = 3;

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.operators.title",
  icon: "operators",
  hint: "app.operators.hint",
  body: async (app) => {
    const { cc, op } = app.draft.report;
    const { operators } = cc ? await placesOf(cc) : { operators: [] };
    const choices = operators.map(([name, code]) => ({
      value: code ?? name,
      label: isolate(name),
    }));
    return [
      choices.length > 0 &&
        anyOf({ name: "op", choices, most: MOST }, op ?? [], (chosen) =>
          app.draft.set("op", chosen),
        ),
      await askText(app, "op_other", {
        label: choices.length > 0 ? "app.operators.other" : "app.operators.words",
      }),
    ];
  },
};
