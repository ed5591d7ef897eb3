/** The same report as sealed text messages: how many they would be, and whether the person wants them. */

import { oneOf } from "./choices.js";
import { element } from "./element.js";
import { loadTable } from "./table.js";

/** @typedef {import("./frame.js").App} App */

/** What goes with the person's own words, or cannot go by text at all. */
const WORDS = new Set(["text", "evidence"]);

/**
 * @param {App} app
 * @returns {Promise<HTMLElement | null>} null where this phone has no keyring yet, where texts are not
 *   taken, or the report does not fit into them
 */
export async function drawTextsChoice(app) {
  const counts = await countTexts(app).catch(() => null);
  if (counts === null || counts.short === null) {
    app.draft.choices.texts = "none";
    return null;
  }
  const { words, draft } = app;
  const hasWords = "text" in draft.report && counts.whole !== null;
  // Without its words a report of nothing else would be an empty text that costs money and is seen.
  const hasMore = Object.keys(draft.report).some((name) => !WORDS.has(name));
  if (!hasWords && !hasMore) {
    draft.choices.texts = "none";
    return null;
  }
  if (draft.choices.texts === "whole" && !hasWords) draft.choices.texts = "short";
  if (draft.choices.texts === "short" && !hasMore) draft.choices.texts = "whole";
  const { short, whole } = counts;
  return element(
    "div",
    { class: "group" },
    oneOf(
      {
        name: "texts",
        legend: words.text("app.texts.title"),
        look: "rows",
        choices: [
          { value: "none", label: words.text("app.texts.none") },
          ...(hasMore
            ? [{ value: "short", label: words.nodes("app.texts.short", { count: short }) }]
            : []),
          ...(hasWords && whole !== null
            ? [{ value: "whole", label: words.nodes("app.texts.whole", { count: whole }) }]
            : []),
        ],
      },
      draft.choices.texts,
      (chosen) => {
        draft.choices.texts = /** @type {"none" | "short" | "whole"} */ (chosen ?? "none");
      },
    ),
    element("p", { class: "hint" }, words.text("app.texts.warning")),
  );
}

/**
 * @param {App} app
 * @returns {Promise<{short: number | null, whole: number | null} | null>}
 */
async function countTexts(app) {
  const [{ openDepot }, { sealingKey }, { createCodec }, { writeCompact }] = await Promise.all([
    import("./depot.js"),
    import("../lib/keyring/choosing.js"),
    import("../lib/report/codec.js"),
    import("../lib/report/compact.js"),
  ]);
  const depot = await openDepot();
  const keyring = await depot.loadKeyring();
  if (keyring === null || keyring.smsNumbers.length === 0) return null;
  const { epochStart, suite } = sealingKey(keyring, "app-sms", Date.now() / 1000);
  const codec = createCodec(await loadTable());
  const report = { ...app.draft.report, lang: app.words.lang };
  /** @param {boolean} withText */
  const count = (withText) =>
    writeCompact({ codec, report, epochStart, suite, withText })?.texts ?? null;
  return { short: count(false), whole: count(true) };
}
