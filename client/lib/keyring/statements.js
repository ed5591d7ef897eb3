/**
 * What the keyring's signed files say: reporter.json and holders.json, read strictly. See
 * spec/keyring-v1.md. Fields that this program does not know are ignored, so that a newer keyring may say
 * more.
 */

import { toHex } from "../bytes.js";
import { HYBRID_KEY_SIZE, SUITES } from "../envelope.js";
import { HeliographError } from "../errors.js";
import { readFormat, readHex, readInteger, readList, readObject } from "./strict-json.js";

/** @typedef {import("./strict-json.js").Json} Json */
/** @typedef {import("./strict-json.js").Fields} Fields */

export const REPORTER_FORMAT = "heliograph/keyring/v1";
export const HOLDERS_FORMAT = "heliograph/holders/v1";

const MAX_EPOCHS = 128;
const MAX_HOLDERS = 256;
/** Channels an epoch names. */
const MAX_CHANNELS = 16;
/** Entries of each list of addresses, numbers, codes and log keys. */
const MAX_TEXTS = 64;
/** Characters of each such entry. */
const MAX_TEXT = 256;
/** Unix seconds; far enough for any clock, and exact. */
const MAX_TIME = 2 ** 40;
const MAX_EPOCH = 0xffff;

const X25519_KEY_SIZE = 32;
const HOLDER_ID_SIZE = 8;
const HOLDER_KEY_SIZE = 32;
const CHANNEL = /^[a-z][a-z-]{0,15}$/;
const SUITE_NAMES = new Map(
  [...SUITES.keys()].map((suite) => [toHex(Uint8Array.of(suite)), suite]),
);

/**
 * A period with its own keys. Times are Unix seconds.
 * @typedef {object} Epoch
 * @property {number} number u16, in every envelope of this epoch
 * @property {number} sealFrom
 * @property {number} sealUntil
 * @property {number} destroyAfter
 * @property {boolean} fallback serves when no other epoch is current
 * @property {ReadonlyMap<string, number>} suites channel -> the suite to seal with
 * @property {ReadonlyMap<string, ReadonlyMap<number, Uint8Array>>} locks "A" (and "B") -> suite -> public key
 */

/**
 * @typedef {object} Holder
 * @property {string} id 16 hex digits
 * @property {Uint8Array} key Ed25519 public key, 32 bytes
 */

/**
 * What reporter.json says.
 * @typedef {object} Reporter
 * @property {number} signedAt Unix seconds by the officers' clock
 * @property {readonly Epoch[]} epochs
 * @property {readonly string[]} addresses
 * @property {readonly string[]} smsNumbers
 * @property {readonly string[]} ussdCodes
 * @property {readonly string[]} logKeys
 */

/**
 * @param {Uint8Array} bytes reporter.json
 * @returns {Reporter}
 * @throws {HeliographError} keyring-json, -format, -field, -epoch, -key
 */
export function readReporter(bytes) {
  const fields = readFormat(bytes, REPORTER_FORMAT);
  const epochs = readList(fields, "epochs", MAX_EPOCHS).map(readEpoch);
  if (new Set(epochs.map((epoch) => epoch.number)).size !== epochs.length) {
    throw new HeliographError("keyring-epoch");
  }
  return {
    signedAt: readInteger(fields, "signed_at", MAX_TIME),
    epochs,
    addresses: readTexts(fields, "addresses"),
    smsNumbers: readTexts(fields, "sms_numbers"),
    ussdCodes: readTexts(fields, "ussd_codes"),
    logKeys: readTexts(fields, "log_keys"),
  };
}

/**
 * @param {Uint8Array} bytes holders.json
 * @returns {Holder[]}
 * @throws {HeliographError} keyring-json, -format, -field, -key
 */
export function readHolders(bytes) {
  const fields = readFormat(bytes, HOLDERS_FORMAT);
  const holders = readList(fields, "holders", MAX_HOLDERS).map((value) => {
    const holder = readObject(value);
    return {
      id: toHex(readHex(holder.get("id"), HOLDER_ID_SIZE)),
      key: readHex(holder.get("key"), HOLDER_KEY_SIZE),
    };
  });
  if (new Set(holders.map((holder) => holder.id)).size !== holders.length) {
    throw new HeliographError("keyring-field");
  }
  return holders;
}

/**
 * @param {Json} value
 * @returns {Epoch}
 */
function readEpoch(value) {
  const fields = readObject(value);
  const fallback = fields.get("fallback");
  if (typeof fallback !== "boolean") throw new HeliographError("keyring-field");
  const epoch = {
    number: readInteger(fields, "epoch", MAX_EPOCH),
    sealFrom: readInteger(fields, "seal_from", MAX_TIME),
    sealUntil: readInteger(fields, "seal_until", MAX_TIME),
    destroyAfter: readInteger(fields, "destroy_after", MAX_TIME),
    fallback,
    suites: readSuites(readObject(fields.get("suites"))),
    locks: new Map(
      [...readObject(fields.get("locks"))].map(([lock, keys]) => [
        lock,
        readKeys(lock, readObject(keys)),
      ]),
    ),
  };
  if (epoch.sealFrom >= epoch.sealUntil || epoch.sealUntil > epoch.destroyAfter) {
    throw new HeliographError("keyring-epoch");
  }
  checkLocks(epoch);
  return epoch;
}

/** @param {Fields} fields */
function readSuites(fields) {
  const channels = [...fields.keys()];
  if (channels.length > MAX_CHANNELS || !channels.every((channel) => CHANNEL.test(channel))) {
    throw new HeliographError("keyring-field");
  }
  const suites = new Map([...fields].map(([channel, suite]) => [channel, readSuite(suite)]));
  const forTexts = suites.get("app-sms");
  if (forTexts !== undefined && !SUITES.get(forTexts)?.sms) {
    throw new HeliographError("keyring-epoch");
  }
  return suites;
}

/** @param {Json} value */
function readSuite(value) {
  if (typeof value !== "number" || !SUITES.has(value)) throw new HeliographError("keyring-field");
  return value;
}

/**
 * @param {string} lock
 * @param {Fields} fields
 */
function readKeys(lock, fields) {
  /** @type {Map<number, Uint8Array>} */
  const keys = new Map();
  for (const [name, key] of fields) {
    const number = SUITE_NAMES.get(name);
    const suite = number === undefined ? undefined : SUITES.get(number);
    if (number === undefined || !suite?.locks.includes(lock)) {
      throw new HeliographError("keyring-epoch");
    }
    keys.set(number, readHex(key, lock === suite.hybridLock ? HYBRID_KEY_SIZE : X25519_KEY_SIZE));
  }
  return keys;
}

/**
 * One lock or two, never mixed: a single suite beside dual ones would go round dual control.
 * @param {Epoch} epoch
 */
function checkLocks({ locks, suites }) {
  const listed = [...(locks.get("A")?.keys() ?? [])];
  const names = new Set(listed.map((suite) => SUITES.get(suite)?.locks.join()));
  const same = [...locks.values()].every(
    (keys) => keys.size === listed.length && listed.every((suite) => keys.has(suite)),
  );
  const [expected] = names;
  if (
    names.size !== 1 ||
    [...locks.keys()].sort().join() !== expected ||
    !same ||
    ![...suites.values()].every((suite) => listed.includes(suite))
  ) {
    throw new HeliographError("keyring-epoch");
  }
}

/**
 * @param {Fields} fields
 * @param {string} name
 * @returns {string[]}
 */
function readTexts(fields, name) {
  return readList(fields, name, MAX_TEXTS).map((text) => {
    if (typeof text !== "string" || text.length === 0 || text.length > MAX_TEXT) {
      throw new HeliographError("keyring-field");
    }
    return text;
  });
}
