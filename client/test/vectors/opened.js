/** What opened, against what a vector says that it holds. */

import { toHex } from "../../lib/bytes.js";
import { KINDS } from "../../lib/sealing.js";
import { compare } from "./vector.js";

/** @type {Record<string, number>} */
const NAMES = { report: KINDS.report, "follow-up": KINDS.followUp, record: KINDS.record };

/**
 * @param {import("./vector.js").Vector} vector
 * @param {import("../opening.js").Opened} opened
 */
export function compareOpened(vector, opened) {
  compare(opened.kind, NAMES[vector.field("holds")], "kind");
  compare(toHex(opened.reportId), vector.field("report id"), "report id");
  compare(toHex(opened.content), vector.field("content"), "content");
  return "open";
}
