/**
 * A report to bytes and back: deterministic CBOR with the integer keys of the table (spec/report-v1.md).
 *
 * Times stand on the wire as quarter hours since the epoch's start (rounded down to a quarter),
 * negative allowed; in memory they are Unix seconds, whole multiples of 900.
 */

import { readTable } from "./table.js";
import { readFields, writeFields } from "./values.js";
import { checkWire } from "./walk.js";
import { readWire, writeWire } from "./wire.js";

/**
 * @typedef {import("./values.js").Report} Report
 *
 * @typedef {object} Codec
 * @property {(report: Report, epochStart: number) => Uint8Array} encode the report's bytes, at most 32,757.
 *   Throws HeliographError: field-unknown, field-value, field-too-large, field-too-many, time-not-quarter,
 *   time-out-of-range, report-text, report-too-large, and the codes of `decode` for what is `unknown`
 * @property {(data: Uint8Array, epochStart: number) => Report} decode the report that these bytes hold;
 *   `encode` of it gives the same bytes again. Throws HeliographError (report-…) and nothing else. A value
 *   that the table does not allow for its field is kept, as it came, under `unknown`
 */

/**
 * @param {import("./table.js").RawTable} raw spec/report-v1.json, parsed
 * @returns {Codec}
 */
export function createCodec(raw) {
  const { fields, limits } = readTable(raw);
  return {
    encode(report, epochStart) {
      const data = writeWire(writeFields(fields, report, epochStart));
      checkWire(data, limits);
      return data;
    },
    decode(data, epochStart) {
      return readFields(fields, readWire(data, limits), epochStart);
    },
  };
}
