/** After sealing: nothing readable is left, and what happens next. */

import { element, fillWith, icon } from "../element.js";

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.sent.title",
  icon: "sealed",
  body: async (app) => {
    const { draft, words } = app;
    const { openDepot } = await import("../depot.js");
    const { outbox, sending } = await openDepot();
    const state = element("p", { class: "lead", id: "sent-waiting", role: "status" });
    const next = element("p", { class: "hint" }, words.text("app.sent.next"));
    const texts = draft.sealed?.texts
      ? element("p", {}, words.nodes("app.sent.texts", { count: draft.sealed.texts }))
      : null;
    const show = async () => {
      const { waiting, attachments } = await outbox.counts();
      const count = waiting + attachments;
      next.hidden = count === 0;
      // What has arrived needs no texts, and the outbox offers none.
      if (texts) texts.hidden = waiting === 0;
      fillWith(
        state,
        count > 0 ? words.nodes("app.sent.waiting", { count }) : words.text("app.sent.arrived"),
      );
    };
    await show();
    let stood = false; // the screen is made before it is put into the page
    const unwatch = sending.watch(() => {
      stood ||= state.isConnected;
      if (stood && !state.isConnected) unwatch();
      else void show().catch(() => undefined);
    });
    return [
      element("p", { class: "lead" }, words.text("app.sent.what")),
      state,
      texts,
      ...(draft.sealed?.warnings ?? []).map((warning) =>
        element("p", { class: "note" }, icon("warning"), words.text(`app.warning.${warning}`)),
      ),
      next,
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
