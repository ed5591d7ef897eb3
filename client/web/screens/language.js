/** The choice of language, each named in its own letters. */

import { element } from "../element.js";
import { LANGUAGES } from "../words.js";

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.language",
  icon: "language",
  body: (app) => [
    element(
      "ul",
      { class: "choices" },
      Object.entries(LANGUAGES).map(([lang, name]) =>
        element(
          "li",
          {},
          element(
            "button",
            {
              type: "button",
              class: "choice",
              lang,
              "aria-current": lang === app.words.lang ? "true" : null,
              onclick: async () => {
                if (await app.speak(lang)) app.back();
                else app.say(app.words.text("app.fault.language"));
              },
            },
            name,
          ),
        ),
      ),
    ),
  ],
};
