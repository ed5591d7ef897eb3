/**
 * The form of TUF's files (TUF 1.0, section 4), and what exactly was signed. What is read here is not
 * trusted yet: signatures are checked in trust.js.
 */

import { utf8 } from "../bytes.js";
import { HeliographError } from "../errors.js";
import { readJson } from "./json-reader.js";

/** @typedef {import("./json-reader.js").Json} Json */

/**
 * One TUF file.
 * @typedef {object} Metadata
 * @property {string} type "root", "targets", "snapshot" or "timestamp"
 * @property {number} version
 * @property {number} expires Unix seconds
 * @property {ReadonlyMap<string, Json>} signed
 * @property {Uint8Array} payload what the signatures are over: `signed` in canonical form
 * @property {ReadonlyMap<Json, Json>} signatures key id -> hex
 */

/**
 * What a file says of another one. Length (bytes) and hashes may be absent in snapshot and timestamp.
 * @typedef {object} Listed
 * @property {number} version 0 for a target
 * @property {number | null} length
 * @property {ReadonlyMap<string, string>} hashes algorithm -> hex
 */

const EXPIRES = /^([1-9]\d{3}-\d\d-\d\d)T((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)Z$/;
const SPEC_VERSION = /^1\.\d+(?:\.\d+)?$/;
const ALGORITHMS = ["sha256", "sha512"];

/**
 * @param {Uint8Array} bytes
 * @param {string} type
 * @returns {Metadata}
 * @throws {HeliographError} keyring-metadata-form
 */
export function readMetadata(bytes, type) {
  const fields = parse(bytes);
  const signed = need(fields.get("signed"));
  const version = readVersion(signed.get("version"));
  if (signed.get("_type") !== type) throw wrong();
  const spec = signed.get("spec_version");
  if (typeof spec !== "string" || !SPEC_VERSION.test(spec)) throw wrong();
  return {
    type,
    version,
    expires: readTime(signed.get("expires")),
    signed,
    payload: utf8(writeCanonical(signed)),
    signatures: readSignatures(fields.get("signatures")),
  };
}

/**
 * @param {Metadata} targets
 * @returns {Map<string, Listed>} target path -> what is listed of it
 * @throws {HeliographError} keyring-metadata-form
 */
export function readTargetList({ signed }) {
  // Delegations would say more than our readers follow.
  if (signed.has("delegations")) throw wrong();
  return new Map(
    [...need(signed.get("targets"))].map(([path, value]) => {
      const fields = need(value);
      const [length, hashes] = [readLength(fields), readHashes(fields)];
      if (length === null || hashes.size === 0) throw wrong();
      return [path, { version: 0, length, hashes }];
    }),
  );
}

/**
 * @param {Metadata} metadata a timestamp or a snapshot
 * @returns {Map<string, Listed>} file name -> what is listed of it
 * @throws {HeliographError} keyring-metadata-form
 */
export function readMetaList({ signed, type }) {
  const listed = new Map(
    [...need(signed.get("meta"))].map(([name, value]) => {
      const fields = need(value);
      const version = readVersion(fields.get("version"));
      return [name, { version, length: readLength(fields), hashes: readHashes(fields) }];
    }),
  );
  if (type === "timestamp" && !(listed.size === 1 && listed.has("snapshot.json"))) throw wrong();
  return listed;
}

/**
 * @param {Json} value without fractions, in printable ASCII
 * @returns {string} TUF's canonical JSON: names sorted, no spaces, only quotes and backslashes escaped
 */
export function writeCanonical(value) {
  if (typeof value === "string") return `"${value.replace(/["\\]/g, "\\$&")}"`;
  if (Array.isArray(value)) return `[${value.map(writeCanonical).join()}]`;
  if (!(value instanceof Map)) return String(value);
  const names = [...value.keys()].sort();
  return `{${names
    .map((name) => `${writeCanonical(name)}:${writeCanonical(value.get(name) ?? null)}`)
    .join()}}`;
}

/** @param {Uint8Array} bytes */
function parse(bytes) {
  try {
    return need(readJson(bytes));
  } catch {
    throw wrong();
  }
}

/**
 * @param {Json | undefined} value
 * @returns {Map<string, Json>}
 */
export function need(value) {
  if (!(value instanceof Map)) throw wrong();
  return value;
}

/** @param {Json | undefined} value */
function readVersion(value) {
  if (typeof value !== "number" || value < 1) throw wrong();
  return value;
}

/** @param {Json | undefined} value */
function readTime(value) {
  const match = typeof value === "string" ? EXPIRES.exec(value) : null;
  const milliseconds = match ? Date.parse(`${match[0].slice(0, -1)}.000Z`) : Number.NaN;
  // Date.parse takes the 31st of February for a day of March.
  if (
    Number.isNaN(milliseconds) ||
    !new Date(milliseconds).toISOString().startsWith(match?.[1] ?? "")
  ) {
    throw wrong();
  }
  return milliseconds / 1000;
}

/** @param {Json | undefined} value */
function readSignatures(value) {
  if (!Array.isArray(value)) throw wrong();
  /** @type {Map<Json, Json>} */
  const signatures = new Map();
  for (const signature of value) {
    const [id, hex] = ["keyid", "sig"].map((name) => need(signature).get(name));
    if (typeof id !== "string" || hex === undefined || signatures.has(id)) throw wrong();
    signatures.set(id, hex);
  }
  return signatures;
}

/** @param {ReadonlyMap<string, Json>} fields */
function readLength(fields) {
  const length = fields.get("length");
  if (length === undefined) return null;
  if (typeof length !== "number") throw wrong();
  return length;
}

/** @param {ReadonlyMap<string, Json>} fields */
function readHashes(fields) {
  /** @type {Map<string, string>} */
  const hashes = new Map();
  if (!fields.has("hashes")) return hashes;
  for (const [algorithm, hex] of need(fields.get("hashes"))) {
    if (typeof hex !== "string" || !ALGORITHMS.includes(algorithm)) throw wrong();
    hashes.set(algorithm, hex);
  }
  if (hashes.size === 0) throw wrong();
  return hashes;
}

export function wrong() {
  return new HeliographError("keyring-metadata-form");
}
