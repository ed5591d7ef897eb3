/** The first screen: what this is, who can read it, and the two ways on. */

import { element, icon } from "../element.js";
import { QUESTIONS } from "../routes.js";

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
      element(
        "button",
        {
          type: "button",
          class: "main-way wide",
          id: "write",
          onclick: () => app.go(QUESTIONS[0] ?? "review"),
        },
        icon("write"),
        element("span", {}, app.words.text("app.start.write")),
      ),
      element(
        "button",
        { type: "button", class: "plain wide", id: "waiting", onclick: () => app.go("outbox") },
        icon("waiting"),
        element("span", { id: "waiting-label" }, app.words.text("app.start.waiting")),
      ),
      element(
        "button",
        { type: "button", class: "plain wide", id: "safety", onclick: () => app.go("safety") },
        icon("safety"),
        element("span", {}, app.words.text("app.start.safety")),
      ),
    ),
  ],
};
