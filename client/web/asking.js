/** Asks for one field of the table: its values as choices, its text as a field. */

import { anyOf, oneOf } from "./choices.js";
import { textField } from "./fields.js";
import { findField, loadTable, valuesOf } from "./table.js";

/** @typedef {import("./frame.js").App} App */
/** @typedef {import("./choices.js").Choice} Choice */

/** Values whose picture has another name than they. */
const PICTURES = /** @type {Record<string, string>} */ ({
  ok: "check",
  yes: "check",
  no: "leave",
});

/**
 * @param {App} app
 * @param {string} path of a field with values, such as "kind"
 * @param {{icons?: boolean, part?: "values" | "members"}} [options]
 * @returns {Promise<Choice[]>} in the table's order, "not known" last
 */
export async function choicesOf(app, path, { icons = false, part = "values" } = {}) {
  const table = await loadTable();
  const field = findField(table, path);
  const label = (part === "values" ? field.values_label : field.members_label) ?? "";
  const names = valuesOf(table, path, part);
  const isLast = (/** @type {string} */ name) => name === "unknown" || name === "other";
  return [...names.filter((name) => !isLast(name)), ...names.filter(isLast)].map((value) => ({
    value,
    label: app.words.label(label, value),
    ...(icons ? { icon: PICTURES[value] ?? value } : {}),
  }));
}

/**
 * One value, or several, of a field of the report.
 *
 * @param {App} app
 * @param {string} field
 * @param {{legend?: string, icons?: boolean, look?: "cards" | "rows" | "row"}} [options]
 * @returns {Promise<HTMLElement>}
 */
export async function askValue(app, field, { legend, icons = false, look = "cards" } = {}) {
  const { type } = findField(await loadTable(), field);
  const group = {
    name: field,
    look,
    choices: await choicesOf(app, field, { icons }),
    ...(legend ? { legend: app.words.text(legend) } : {}),
  };
  const said = app.draft.report[field];
  if (type === "enum-list") {
    return anyOf(group, said ?? [], (values) => app.draft.set(field, values));
  }
  return oneOf(group, said, (value) => app.draft.set(field, value));
}

/**
 * A field of words of the report.
 *
 * @param {App} app
 * @param {string} field
 * @param {{label: string, hint?: string, rows?: number, labelUnseen?: boolean}} options keys of the
 *   catalogue
 * @returns {Promise<HTMLElement>}
 */
export async function askText(app, field, { label, hint, rows, labelUnseen = false }) {
  const { max_bytes: maxBytes = 0 } = findField(await loadTable(), field);
  return textField(app, {
    id: field.replace("_", "-"),
    label: app.words.text(label),
    value: app.draft.report[field] ?? "",
    maxBytes,
    labelUnseen,
    ...(hint ? { hint: app.words.text(hint) } : {}),
    ...(rows ? { rows } : {}),
    change: (value) => app.draft.set(field, value),
  });
}
