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

/** @typedef {import("../../lib/reporting.js").Queued} Queued */

/** Somebody who goes back and comes again while it is sealed must not send it twice. */
/** @type {Promise<Queued> | null} */
let sealing = null;
/** @type {(done: number, all: number) => void} */
let onProgress = () => undefined;

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
    onProgress = (done, all) => {
      progress.value = all > 0 ? done / all : 0;
    };
    sealing ??= seal(app).finally(() => {
      sealing = null;
    });
    const { texts, warnings } = await sealing;
    if (draft.sealed !== null) return; // the other one that waited for it has gone on
    draft.clear();
    draft.sealed = { texts, warnings };
    app.restart("sent");
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

/** @param {App} app @returns {Promise<Queued>} */
async function seal(app) {
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
  draft.sealed = null;
  const { texts, receipt } = draft.choices;
  // Who goes back and changes an answer, or leaves, does not want the old report sent.
  const stop = new AbortController();
  const unwatch = draft.watch(() => stop.abort());
  return sealReport({
    signal: stop.signal,
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
    onProgress: (done, all) => onProgress(done, all),
  }).finally(unwatch);
}
