/**
 * One field's value, to the wire and back. Everything comes from the table.
 *
 * A reader takes a wire value as a field's value only if writing it again gives the same value. What
 * fails that test is kept as it came under `unknown`, so no report is lost for one odd field.
 */

import { equal } from "../bytes.js";
import { HeliographError } from "../errors.js";
import * as forms from "./forms.js";
import { narrow } from "./heads.js";
import { writeWire } from "./wire.js";

/**
 * @typedef {Record<string, any>} Report field name -> value. `unknown` is a Map of key -> wire value: what this
 *   table does not know
 * @typedef {import("./table.js").Field} Field
 * @typedef {import("./table.js").Fields} Fields
 * @typedef {import("./wire.js").Wire} Wire
 */

/**
 * A record (or a whole report) as a map of wire values, its `unknown` keys among them.
 * @param {Fields} fields
 * @param {unknown} record
 * @param {number} epochStart Unix seconds
 * @returns {Map<number | bigint, Wire>}
 * @throws {HeliographError} field-…, time-…, report-text
 */
export function writeFields(fields, record, epochStart) {
  const values = forms.readEntries(record);
  const unknown = values.has("unknown") ? values.get("unknown") : new Map();
  if (!(unknown instanceof Map)) throw new HeliographError("field-value");
  /** @type {Map<number | bigint, Wire>} */
  const content = new Map();
  for (const [key, value] of unknown) put(content, wholeKey(key), value);
  for (const [name, value] of values) {
    if (name === "unknown") continue;
    const field = fields.byName.get(name);
    if (field === undefined) throw new HeliographError("field-unknown");
    put(content, field.key, writeValue(field, value, epochStart, values.get("cc")));
  }
  return content;
}

/**
 * The record that a map of wire values holds; what the table does not know is in `unknown`.
 * @param {Fields} fields
 * @param {Map<number | bigint, Wire>} content
 * @param {number} epochStart Unix seconds
 * @returns {Report}
 */
export function readFields(fields, content, epochStart) {
  /** @type {Report} */
  const record = {};
  const unknown = new Map();
  for (const [key, wire] of content) {
    const field = typeof key === "number" ? fields.byKey.get(key) : undefined;
    const value = field && readValue(field, wire, epochStart, record.cc);
    if (field === undefined || value === undefined) unknown.set(key, wire);
    else record[field.name] = value;
  }
  if (unknown.size > 0) record.unknown = unknown;
  return record;
}

/**
 * @param {Field} field
 * @param {unknown} value a readable value
 * @param {number} epochStart
 * @param {unknown} cc the country beside it
 * @returns {Wire}
 */
function writeValue(field, value, epochStart, cc) {
  switch (field.type) {
    case "enum":
      return forms.writeName(field.values, value);
    case "enum-list":
      return forms.writeBits(field, value);
    case "enum-map":
      return forms.writeNibbles(field, value);
    case "int":
      return forms.checkWhole(value, field.min, field.max);
    case "time":
      return forms.writeTime(value, epochStart);
    case "text":
      return forms.checkText(value, field);
    case "text-list":
      return forms.checkItems(value, field).map((one) => forms.checkText(one, field));
    case "operators":
      return forms.checkItems(value, field).map((one) => forms.writeOperator(one, field));
    case "country":
      return forms.checkLetters(value, forms.COUNTRY);
    case "language":
      return forms.checkLetters(value, forms.LANGUAGE);
    case "region":
      return forms.writeRegion(value, cc, field);
    case "bytes":
      return forms.checkBytes(value, field);
    case "record":
      return writeFields(field.fields, value, epochStart);
    case "record-list":
      return forms
        .checkItems(value, field)
        .map((one) => writeFields(field.fields, one, epochStart));
    default:
      return forms.writeKeys(field, value);
  }
}

/**
 * @param {Field} field
 * @param {Wire} wire
 * @param {number} epochStart
 * @param {unknown} cc
 * @returns {unknown} the readable value, or undefined where it is not one
 */
function readValue(field, wire, epochStart, cc) {
  try {
    const value = readLoosely(field, wire, epochStart, cc);
    return isSame(writeValue(field, value, epochStart, cc), wire) ? value : undefined;
  } catch (error) {
    if (error instanceof HeliographError) return undefined;
    throw error;
  }
}

/**
 * @param {Field} field
 * @param {Wire} wire
 * @param {number} epochStart
 * @param {unknown} cc
 * @returns {unknown} a value that `writeValue` has still to agree with
 */
function readLoosely(field, wire, epochStart, cc) {
  switch (field.type) {
    case "enum":
      return forms.readName(field.values, wire);
    case "enum-list":
      return forms.readBits(field, wire);
    case "enum-map":
      return forms.readNibbles(field, wire);
    case "time":
      return forms.readTime(wire, epochStart);
    case "operators":
      return forms
        .checkItems(wire, field)
        .map((one) => (typeof one === "number" || typeof one === "bigint" ? String(one) : one));
    case "region":
      return typeof wire === "string" && !wire.includes("-") ? `${cc}-${wire}` : wire;
    case "record":
      return readFields(field.fields, forms.checkMap(wire), epochStart);
    case "record-list":
      return forms
        .checkItems(wire, field)
        .map((one) => readFields(field.fields, forms.checkMap(one), epochStart));
    case "field-list":
      return forms.readKeys(field, wire);
    default:
      return wire;
  }
}

/**
 * @param {Wire} one
 * @param {Wire} other
 * @returns {boolean}
 */
function isSame(one, other) {
  if (typeof one !== "object" || typeof other !== "object") return one === other;
  return equal(writeWire(one), writeWire(other));
}

/**
 * @param {Map<number | bigint, Wire>} content
 * @param {number | bigint} key
 * @param {Wire} wire
 */
function put(content, key, wire) {
  if (content.has(key)) throw new HeliographError("field-value");
  content.set(key, wire);
}

/**
 * @param {unknown} key
 * @returns {number | bigint}
 */
function wholeKey(key) {
  const narrowed = typeof key === "bigint" ? narrow(key) : key;
  if (typeof narrowed === "bigint" && narrowed > 0n && narrowed < 1n << 64n) return narrowed;
  return forms.checkWhole(narrowed, 0, Number.MAX_SAFE_INTEGER);
}
