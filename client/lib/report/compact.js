/**
 * The same report for sealed SMS: what costs a text and tells keyholders nothing is left out.
 *
 * The report's envelope for HTTP has all of it, under the same report id. Texts are for the time in which
 * nothing else goes out, and each of them costs money and can be counted by the phone company.
 */

/** Bytes that an envelope of a suite that may travel by SMS adds to its padded plaintext: header and boxes. */
const OVERHEADS = new Map([
  [0x01, 4 + 48],
  [0x11, 4 + 48 + 48],
]);
/** Bytes of plaintext beside the content: suite, kind, the report's id, and one of padding at least. */
const INNER = 1 + 1 + 8 + 1;
const SINGLE = 119;
const SLICE = 114;
const MAX_TEXTS = 15;

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
  const overhead = OVERHEADS.get(suite);
  if (overhead === undefined) return null;
  const length = overhead + INNER + size;
  // Two layers leave no room for a report in a single text: suite 11 has none.
  if (suite === 0x01 && length <= SINGLE) return 1;
  const texts = Math.max(2, Math.ceil(length / SLICE));
  return texts <= MAX_TEXTS ? texts : null;
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
