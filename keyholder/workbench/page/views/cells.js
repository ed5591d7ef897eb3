/** The columns of the list of reports, and what stands in them. */

import { shown } from "../hidden.js";
import { networks, placeOf, time, word } from "../words.js";

export const COLUMNS = [
  ["received", "Received"],
  ["observed", "Seen"],
  ["place", "Place"],
  ["net", "Networks"],
  ["kind", "Kind"],
  ["since", "Since"],
  ["channels", "Channels"],
  ["text", "Text"],
  ["tags", "Tags"],
];

/**
 * @param {any} row
 * @param {string} name
 */
export function cell(row, name) {
  if (name === "place") return shown(placeOf(row));
  if (name === "net") return networks(row.net);
  if (name === "observed" || name === "since") return time(row[name]);
  if (name === "text") return shown(row.text.replaceAll(/\s+/g, " "));
  if (name === "channels") return (row.channels ?? []).map(word).join(", ");
  if (name === "tags") return shown((row.tags ?? []).join(", "));
  const value = row[name];
  return shown(Array.isArray(value) ? value.map(word).join(", ") : value);
}

/** @param {number} at */
export function rowId(at) {
  return `row-${at}`;
}
