/** After sealing: nothing readable is left, and what happens next. */

import { element, icon } from "../element.js";

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.sent.title",
  icon: "sealed",
  body: async (app) => {
    const { words } = app;
    const { openDepot } = await import("../depot.js");
    const { waiting, attachments } = await (await openDepot()).outbox.counts();
    const count = waiting + attachments;
    return [
      element("p", { class: "lead" }, words.text("app.sent.what")),
      element(
        "p",
        { class: "lead", id: "sent-waiting" },
        count > 0 ? words.nodes("app.sent.waiting", { count }) : words.text("app.sent.arrived"),
      ),
      element("p", { class: "hint" }, words.text("app.sent.next")),
      element(
        "div",
        { class: "stack" },
        element(
          "button",
          {
            type: "button",
            class: "main-way wide",
            id: "waiting",
            onclick: () => app.go("outbox"),
          },
          icon("waiting"),
          element("span", {}, words.text("app.start.waiting")),
        ),
        element(
          "button",
          { type: "button", class: "plain wide", id: "home", onclick: () => app.restart("start") },
          words.text("app.sent.home"),
        ),
      ),
    ];
  },
};
