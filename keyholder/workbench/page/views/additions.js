/** What keyholders added to a report: tags, confidence, translations, notes. */

import { element } from "../element.js";
import { shown } from "../hidden.js";
import { GRADES, word } from "../words.js";

/**
 * @param {any} told
 * @param {import("../desk.js").Desk} desk
 * @param {() => void} reload
 */
export function showAdditions(told, desk, reload) {
  const added = told.annotations ?? {};
  /** @param {Record<string, unknown>} operation */
  const act = async (operation) => {
    if (await desk.operate({ report: told.id, target: told.id, ...operation })) reload();
  };
  return element(
    "section",
    {},
    element("h3", {}, "What keyholders added"),
    element(
      "p",
      {},
      (added.tags ?? []).map((/** @type {string} */ tag) =>
        element(
          "button",
          { type: "button", class: "chip", onclick: () => act({ op: "untag", tag }) },
          shown(tag),
          " ✕",
          element("span", { class: "unseen" }, " (take the tag away)"),
        ),
      ),
    ),
    entry("Add a tag", "input", (tag) => act({ op: "tag", tag })),
    element(
      "label",
      { class: "entry" },
      element("span", {}, "Confidence"),
      element(
        "select",
        { onchange: (/** @type {any} */ event) => act({ op: "grade", level: event.target.value }) },
        element("option", { value: "" }, "not said"),
        GRADES.slice(3).map((level) =>
          element("option", { value: level, selected: level === added.grade }, word(level)),
        ),
      ),
    ),
    notes("Translations", added.translations ?? []),
    entry("Add a translation into English", "textarea", (text) =>
      act({ op: "translate", lang: "en", text }),
    ),
    notes("Notes", added.notes ?? []),
    entry("Add a note", "textarea", (text) => act({ op: "comment", text })),
    element(
      "p",
      { class: "soft" },
      "What you add is signed with your key, sealed, and shared with the other keyholders at the next sync.",
    ),
  );
}

/**
 * @param {string} name
 * @param {any[]} found
 */
function notes(name, found) {
  if (found.length === 0) return null;
  return element(
    "div",
    {},
    element("h4", {}, name),
    found.map((one) =>
      element(
        "figure",
        {},
        element(
          "figcaption",
          {},
          `${one.who ?? one.holder ?? ""} ${one.time ?? ""} ${one.lang ?? ""}`,
        ),
        element("blockquote", { dir: "auto" }, shown(one.text)),
      ),
    ),
  );
}

/**
 * @param {string} name
 * @param {"input" | "textarea"} kind
 * @param {(text: string) => void} onSend
 */
function entry(name, kind, onSend) {
  const input = element(kind, {
    autocomplete: "off",
    spellcheck: "false",
    ...(kind === "input" ? { type: "text", maxlength: 64 } : { rows: 2 }),
  });
  return element(
    "form",
    {
      class: "entry",
      autocomplete: "off",
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        const text = input.value.trim();
        if (text !== "") onSend(text);
      },
    },
    element("label", {}, element("span", {}, name), input),
    element("button", {}, "Add"),
  );
}
