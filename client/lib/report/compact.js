/**
 * The same report for sealed SMS: what costs a text and tells keyholders nothing is left out.
 *
 * The report's envelope for HTTP has all of it, under the same report id. Texts are for the time in which
 * nothing else goes out, and each of them costs money and can be counted by the phone company.
 */

import { SMS_CLASS, SUITES } from "../envelope.js";
import { INNER_HEADER_SIZE, smsLengths } from "../sealing.js";

/** Fields that are left out. An attachment's key is of no use before the attachment itself can be sent. */
const WITHOUT = new Set(["written", "reply"]);
/** Fields that go with the free text: what it was before it was read, and its language. */
const FREE = new Set(["text", "raw", "lang"]);

/**
 * @param {object} wanted
 * @param {import("./codec.js").Codec} wanted.codec
 * @param {import("./codec.js").Report} wanted.report
 * @param {number} wanted.epochStart Unix seconds
 * @param {number} wanted.suite the envelope's byte
 * @param {boolean} wanted.withText whether free text and links go with it
 * @returns {{content: Uint8Array, texts: number} | null} the report's bytes and how many texts they take; null:
 *   more than 15, or a suite that does not travel by SMS
 * @throws {import("../errors.js").HeliographError} as the codec's `encode`
 */
export function writeCompact({ codec, report, epochStart, suite, withText }) {
  const content = codec.encode(shorten(report, withText), epochStart);
  const texts = countTexts(content.length, suite);
  return texts === null ? null : { content, texts };
}

/**
 * @param {number} size bytes of a report
 * @param {number} suite
 * @returns {number | null} how many texts its envelope takes
 */
export function countTexts(size, suite) {
  const known = SUITES.get(suite);
  const padded = smsLengths(suite).find((length) => length >= INNER_HEADER_SIZE + size + 1);
  const sizeClass = padded && known?.classes.get(known.overhead + padded);
  return sizeClass ? sizeClass - SMS_CLASS : null;
}

/**
 * @param {import("./codec.js").Report} report
 * @param {boolean} withText
 * @returns {import("./codec.js").Report}
 */
function shorten(report, withText) {
  const kept = Object.entries(report).filter(
    ([name]) => !WITHOUT.has(name) && (withText || !FREE.has(name)) && name !== "evidence",
  );
  const { blobs: _, links, ...evidence } = report.evidence ?? {};
  if (withText && links !== undefined) evidence.links = links;
  if (Object.keys(evidence).length > 0) kept.push(["evidence", evidence]);
  return { ...Object.fromEntries(kept), chan: "app-sms" };
}
