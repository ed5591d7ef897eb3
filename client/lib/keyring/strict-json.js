/**
 * The fields of reporter.json and holders.json, read strictly. Everything here throws HeliographError:
 * keyring-json, keyring-format, keyring-field, keyring-key.
 */

import { fromHex } from "../bytes.js";
import { HeliographError } from "../errors.js";
import { readJson } from "./json-reader.js";

/**
 * @typedef {import("./json-reader.js").Json} Json
 * @typedef {ReadonlyMap<string, Json>} Fields
 */

const HEX = /^[0-9a-f]*$/;

/**
 * @param {Uint8Array} bytes
 * @param {string} format
 * @returns {Fields} the fields of a file whose `format` is this
 */
export function readFormat(bytes, format) {
  const fields = readObject(readJson(bytes));
  if (fields.get("format") !== format) throw new HeliographError("keyring-format");
  return fields;
}

/**
 * @param {Json | undefined} value
 * @returns {Fields} it, which must be an object
 */
export function readObject(value) {
  if (!(value instanceof Map)) throw new HeliographError("keyring-field");
  return value;
}

/**
 * @param {Fields} fields
 * @param {string} name
 * @param {number} longest entries
 * @returns {Json[]}
 */
export function readList(fields, name, longest) {
  const value = fields.get(name);
  if (!Array.isArray(value) || value.length > longest) throw new HeliographError("keyring-field");
  return value;
}

/**
 * @param {Fields} fields
 * @param {string} name
 * @param {number} biggest
 * @returns {number} from 0 to `biggest`
 */
export function readInteger(fields, name, biggest) {
  const value = fields.get(name);
  if (typeof value !== "number" || value > biggest) throw new HeliographError("keyring-field");
  return value;
}

/**
 * @param {Json | undefined} value
 * @param {number} size bytes
 * @returns {Uint8Array<ArrayBuffer>} it, which must be exactly so many bytes as lower-case hex digits
 */
export function readHex(value, size) {
  if (typeof value !== "string" || value.length !== 2 * size || !HEX.test(value)) {
    throw new HeliographError("keyring-key");
  }
  return fromHex(value);
}
