/** Sealing: what was written becomes envelopes, and is then forgotten. */

import { element, fillWith, icon } from "../element.js";
import { loadTable } from "../table.js";

/** @typedef {import("../frame.js").App} App */

/** What is said for an error's code; all others are "app.fault.seal". */
const FAULTS = /** @type {Record<string, string>} */ ({
  "keyring-missing": "app.fault.keyring",
  "no-epoch": "app.fault.keyring",
  "outbox-full": "app.fault.full",
  "outbox-unavailable": "app.fault.unavailable",
  "blob-too-large": "app.fault.large",
  "blob-unreadable": "app.fault.unreadable",
  "blob-empty": "app.fault.unreadable",
  "report-too-large": "app.fault.long",
});

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.sending.title",
  icon: "sealed",
  body: (app) => {
    const state = element("div", { class: "stack" });
    void run(app, state);
    return [state];
  },
};

/**
 * @param {App} app
 * @param {HTMLElement} state is filled with how far it is
 */
async function run(app, state) {
  const { words, draft } = app;
  const progress = element("progress", { max: 1, "aria-labelledby": "heading" });
  fillWith(state, progress, element("p", { class: "hint" }, words.text("app.sending.stay")));
  try {
    const queued = await seal(app, (done, all) => {
      progress.value = all > 0 ? done / all : 0;
    });
    draft.clear();
    app.restart("sent");
    for (const warning of queued.warnings) app.say(words.text(`app.warning.${warning}`));
  } catch (error) {
    const code = /** @type {{code?: string}} */ (error).code ?? "";
    const text = words.text(FAULTS[code] ?? "app.fault.seal");
    fillWith(
      state,
      element(
        "div",
        { class: "note", role: "alert" },
        icon("warning"),
        element("div", {}, element("p", {}, text), element("p", {}, words.text("app.fault.kept"))),
      ),
      element(
        "button",
        {
          type: "button",
          class: "main-way wide",
          id: "again",
          onclick: () => void run(app, state),
        },
        words.text("app.fault.again"),
      ),
    );
  }
}

/**
 * @param {App} app
 * @param {(done: number, all: number) => void} onProgress
 */
async function seal(app, onProgress) {
  const { draft, words } = app;
  const [{ openDepot }, { sealReport }, { createCodec }, { loadSodium }] = await Promise.all([
    import("../depot.js"),
    import("../../lib/reporting.js"),
    import("../../lib/report/codec.js"),
    import("../../lib/sodium.js"),
  ]);
  const depot = await openDepot();
  let keyring = await depot.loadKeyring();
  if (keyring === null) {
    await depot.update();
    keyring = await depot.loadKeyring();
  }
  const { texts, receipt } = draft.choices;
  return sealReport({
    sodium: await loadSodium(),
    keyring,
    codec: createCodec(await loadTable()),
    report: draft.report,
    lang: words.lang,
    files: draft.files.map((attachment) => attachment.file),
    channel: matchMedia("(display-mode: standalone)").matches ? "app" : "web",
    sms: texts === "none" ? null : { withText: texts === "whole" },
    receipt,
    now: Math.floor(Date.now() / 1000),
    outbox: depot.outbox,
    onProgress,
  });
}
