/** "Delete everything on this phone": what would be lost, then a second question, then nothing is left. */

import { openDepot } from "./depot.js";
import { element, fillWith, icon } from "./element.js";
import { wipe } from "./wiping.js";

/** @typedef {import("./frame.js").App} App */

/** @type {import("./frame.js").Screen} */
export const screen = {
  title: "app.wipe.title",
  icon: "remove",
  body: async (app) => {
    const { words } = app;
    const losses = await countLosses(app);
    const lost = Object.values(losses).some((value) => value > 0);
    const sure = element("input", { type: "checkbox", id: "sure", autocomplete: "off" });
    const go = element(
      "button",
      {
        type: "button",
        id: "go",
        class: "plain bad wide",
        "aria-disabled": lost ? "true" : null,
        onclick: () => void ((!lost || sure.checked) && wipeAll(app)),
      },
      icon("remove"),
      element("span", {}, words.text("app.wipe.go")),
    );
    sure.addEventListener("change", () => {
      if (sure.checked) go.removeAttribute("aria-disabled");
      else go.setAttribute("aria-disabled", "true");
    });
    return [
      element("p", {}, words.text("app.wipe.what")),
      element("p", { class: "hint" }, words.text("app.wipe.not")),
      element(
        "div",
        { class: "note stack", id: "losses" },
        losses.reports > 0 && line(app, "lost", losses.reports),
        losses.files > 0 && line(app, "files", losses.files),
        losses.draft > 0 && element("p", {}, words.text("app.wipe.draft")),
        !lost && element("p", {}, words.text("app.wipe.none")),
        lost &&
          element(
            "label",
            { class: "tick" },
            sure,
            element("span", {}, words.text("app.wipe.sure")),
          ),
      ),
      go,
    ];
  },
};

/**
 * @param {App} app
 * @param {"lost" | "files"} key
 * @param {number} number
 */
function line({ words }, key, number) {
  return element("p", { id: key }, words.nodes(`app.wipe.${key}`, { number }));
}

/** @param {App} app */
async function countLosses(app) {
  const draft = app.draft.isEmpty() ? 0 : 1;
  try {
    const items = await (await openDepot()).outbox.waiting();
    const files = items.flatMap((item) => item.blobs).filter((blob) => !blob.done);
    return { reports: items.filter((item) => !item.arrived).length, files: files.length, draft };
  } catch {
    // A database that cannot be opened can still be deleted.
    return { reports: 0, files: 0, draft };
  }
}

/**
 * What is drawn afterwards is all here already: nothing is fetched, nothing is kept again.
 *
 * @param {App} app
 */
async function wipeAll(app) {
  const { words } = app;
  const depot = await openDepot().catch(() => null);
  depot?.outbox.tell("wiped");
  depot?.close();
  app.draft.clear();
  const done = await wipe(window);
  const place = /** @type {HTMLElement} */ (document.getElementById("app"));
  const heading = element(
    "h1",
    { tabindex: "-1" },
    words.text(done ? "app.wipe.done" : "app.wipe.title"),
  );
  const close = () => {
    window.history.replaceState(null, "");
    window.location.replace("about:blank");
  };
  fillWith(
    place,
    element(
      "main",
      { class: "screen", id: "wiped" },
      heading,
      element("p", {}, words.text(done ? "app.wipe.gone" : "app.wipe.failed")),
      element(
        "button",
        {
          type: "button",
          class: "main-way wide",
          onclick: done ? close : () => void wipeAll(app),
        },
        words.text(done ? "app.wipe.close" : "app.wipe.go"),
      ),
    ),
  );
  heading.focus();
}
