/** TUF's root: who may sign what. Its form, and whose signatures count. */

import { fromHex } from "../bytes.js";
import { HeliographError } from "../errors.js";
import { need, readMetadata, wrong } from "./metadata.js";

/**
 * @typedef {import("./json-reader.js").Json} Json
 * @typedef {import("./metadata.js").Metadata} Metadata
 * @typedef {import("../sodium.js").Sodium} Sodium
 */

/**
 * @typedef {object} Role
 * @property {readonly string[]} keyIds
 * @property {number} threshold
 */

/**
 * @typedef {object} Root
 * @property {Metadata} metadata
 * @property {number} version
 * @property {number} expires Unix seconds
 * @property {boolean} development whether it is marked as a development root
 * @property {ReadonlyMap<string, Uint8Array>} keys key id -> Ed25519 public key
 * @property {ReadonlyMap<string, Role>} roles by TUF's names
 */

/** A root with this field set to true is a development root. */
const DEVELOPMENT_MARK = "x-heliograph-development";
const ROLES = ["root", "snapshot", "targets", "timestamp"];
const KEY = /^[0-9a-f]{64}$/;
/** Hex as Python's bytes.fromhex reads it: capitals, and spaces between bytes. */
const SIGNATURE = /^ *(?:[0-9a-f]{2} *){64}$/i;

/**
 * @param {Uint8Array} bytes
 * @returns {Root} whose signatures are not checked
 * @throws {HeliographError} keyring-root-form
 */
export function readRootForm(bytes) {
  try {
    const metadata = readMetadata(bytes, "root");
    const { signed, version, expires } = metadata;
    if (signed.get("consistent_snapshot") === null) throw wrong();
    return {
      metadata,
      version,
      expires,
      development: signed.get(DEVELOPMENT_MARK) === true,
      keys: readKeys(need(signed.get("keys"))),
      roles: readRoles(need(signed.get("roles"))),
    };
  } catch {
    throw new HeliographError("keyring-root-form");
  }
}

/**
 * Every public key is a point of Ed25519's main subgroup. Of one of low order anybody can make signatures,
 * and libraries differ on whether they count.
 * @param {Sodium} sodium
 * @param {Root} root
 * @throws {HeliographError} keyring-root-form
 */
export function checkPoints(sodium, { keys }) {
  try {
    for (const key of keys.values()) sodium.crypto_sign_ed25519_pk_to_curve25519(key);
  } catch {
    throw new HeliographError("keyring-root-form");
  }
}

/**
 * @param {Sodium} sodium
 * @param {Metadata} metadata
 * @param {Root} root
 * @returns {boolean} whether enough of the keys signed it to which the root gives its role
 */
export function isSigned(sodium, metadata, root) {
  const role = /** @type {Role} */ (root.roles.get(metadata.type));
  const signed = role.keyIds.filter((id) => {
    const [key, signature] = [root.keys.get(id), metadata.signatures.get(id)];
    if (key === undefined || typeof signature !== "string" || !SIGNATURE.test(signature))
      return false;
    const bytes = fromHex(signature.replaceAll(" ", "").toLowerCase());
    return sodium.crypto_sign_verify_detached(bytes, metadata.payload, key);
  });
  return signed.length >= role.threshold;
}

/**
 * One algorithm, and no key twice: a threshold counts key ids, and must mean as many people.
 * @param {ReadonlyMap<string, Json>} fields
 */
function readKeys(fields) {
  /** @type {Map<string, Uint8Array>} */
  const keys = new Map();
  const seen = new Set();
  for (const [id, value] of fields) {
    const key = need(value);
    const hex = need(key.get("keyval")).get("public");
    if (key.get("keytype") !== "ed25519" || key.get("scheme") !== "ed25519") throw wrong();
    if (typeof hex !== "string" || !KEY.test(hex) || seen.has(hex)) throw wrong();
    seen.add(hex);
    keys.set(id, fromHex(hex));
  }
  return keys;
}

/** @param {ReadonlyMap<string, Json>} fields */
function readRoles(fields) {
  if ([...fields.keys()].sort().join() !== ROLES.join()) throw wrong();
  return new Map([...fields].map(([name, value]) => [name, readRole(need(value))]));
}

/**
 * @param {Map<string, Json>} fields
 * @returns {Role}
 */
function readRole(fields) {
  const [keyIds, threshold] = [fields.get("keyids"), fields.get("threshold")];
  if (typeof threshold !== "number" || threshold < 1 || !Array.isArray(keyIds)) throw wrong();
  if (!keyIds.every((id) => typeof id === "string") || new Set(keyIds).size !== keyIds.length) {
    throw wrong();
  }
  return { keyIds: /** @type {string[]} */ (keyIds), threshold };
}
