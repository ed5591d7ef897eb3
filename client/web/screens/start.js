/** The first screen: what this is, who can read it, and the two ways on. */

import { element, icon } from "../element.js";
import { QUESTIONS } from "../questions.js";

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.start.title",
  body: (app) => [
    element("p", { class: "lead" }, app.words.text("app.start.what")),
    element(
      "ul",
      { class: "facts" },
      ["sealed", "memory", "phone"].map((name) =>
        element("li", {}, icon(name), element("span", {}, app.words.text(`app.start.${name}`))),
      ),
    ),
    element(
      "div",
      { class: "stack" },
      way(app, "write", "main-way", () => app.go(QUESTIONS[0]?.name ?? "review")),
      way(app, "words", "plain", () => app.go("words")),
      way(app, "waiting", "plain", () => app.go("outbox")),
      way(app, "safety", "plain", () => app.go("safety")),
    ),
  ],
};

/**
 * @param {import("../frame.js").App} app
 * @param {string} name of its picture, its words and its id
 * @param {string} look
 * @param {() => void} go
 */
function way(app, name, look, go) {
  return element(
    "button",
    { type: "button", class: `${look} wide`, id: name, onclick: go },
    icon(name),
    element("span", { id: `${name}-label` }, app.words.text(`app.start.${name}`)),
  );
}
