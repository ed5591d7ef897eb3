/**
 * Fetching the few files of a keyring that a sealer needs, from one address of the service. Nothing that
 * comes is trusted: readFirst and readSuccessor decide. The whole bundle is never asked for, because it
 * holds much that is for keyholders alone.
 */

import { concat, equal } from "../bytes.js";
import { HeliographError } from "../errors.js";
import { MAX_BUNDLE } from "./bundle.js";
import { readMetadata, readMetaList, readTargetList, wrong } from "./metadata.js";
import { readRootForm } from "./root.js";
import { checkTimestamp, rootName, TIMESTAMP, targetName } from "./trust.js";

/**
 * @typedef {import("./keyring.js").Keyring} Keyring
 * @typedef {import("./metadata.js").Listed} Listed
 */

/** Bytes of a timestamp or a snapshot; real ones have less than 4,096. */
const MAX_SMALL = 64 * 1024;
/** New roots taken at once. Who has missed more takes the next ones the next time. */
const MAX_ROOTS = 32;
/** For each file: a year's epochs over 32 kbit/s take half of it. */
const MILLISECONDS = 120_000;
const TARGETS = ["reporter.json", "holders.json"];
/** What a listed name may be before it becomes part of an address. */
const PLAIN_NAME = /^[0-9a-f]{64}\.[a-z]+\.json$/;

/**
 * @typedef {object} Source
 * @property {string} address of the service: one that the keyring names, or the page's own
 * @property {typeof globalThis.fetch} fetch
 * @property {Keyring | null} known the keyring that is held
 * @property {Uint8Array} pinnedRoot
 * @property {number} [milliseconds] the time that one file may take
 */

/**
 * @param {Source} source
 * @returns {Promise<Map<string, Uint8Array>>} files to give to readFirst (nothing is held) or readSuccessor;
 *   none when the service has what is held
 * @throws {HeliographError} service-unreachable: no answer, an answer that broke off or took too long, an
 *   error of the service. keyring-answer: there is no keyring. keyring-bundle-too-big. And as the files'
 *   form or order is wrong: keyring-metadata-form, keyring-rollback, keyring-fork, keyring-snapshot,
 *   keyring-targets-missing, keyring-file-missing, keyring-root-form
 */
export async function fetchFiles(source) {
  const { known, pinnedRoot } = source;
  const held = known?.files ?? new Map();
  const load = createLoader(source);
  const timestamp = await load(TIMESTAMP, MAX_SMALL);
  if (timestamp === null) throw new HeliographError("keyring-answer");
  const heldTimestamp = held.get(TIMESTAMP);
  if (heldTimestamp) {
    if (equal(heldTimestamp, timestamp)) return new Map();
    checkTimestamp(heldTimestamp, timestamp);
  }
  const files = new Map([[TIMESTAMP, timestamp]]);

  /**
   * Takes a file that is held, or loads it.
   * @param {string} name
   * @param {number} most bytes
   * @param {string} missing the code when the service does not have it
   * @returns {Promise<Uint8Array>}
   */
  async function take(name, most, missing) {
    const bytes = held.get(name) ?? (await load(name, most));
    if (bytes === null) throw new HeliographError(missing);
    files.set(name, bytes);
    return bytes;
  }

  const snapshotVersion = versionOf(timestamp, "timestamp", "snapshot.json");
  const snapshotName = `${snapshotVersion}.snapshot.json`;
  const snapshot = await take(snapshotName, MAX_SMALL, "keyring-snapshot");
  const targetsName = `${versionOf(snapshot, "snapshot", "targets.json")}.targets.json`;
  const targets = await take(targetsName, MAX_BUNDLE, "keyring-targets-missing");
  const list = readTargetList(readMetadata(targets, "targets"));
  for (const path of TARGETS) {
    const listed = list.get(path);
    if (listed === undefined) throw new HeliographError("keyring-file-missing");
    const name = targetName(path, listed);
    if (!PLAIN_NAME.test(name)) throw wrong();
    await take(name, listed.length ?? 0, "keyring-file-missing");
  }
  const version = known?.rootVersion ?? readRootForm(pinnedRoot).version;
  for (let next = version + 1; next <= version + MAX_ROOTS; next += 1) {
    const root = await load(rootName(next), MAX_BUNDLE);
    if (root === null) break;
    files.set(rootName(next), root);
  }
  return files;
}

/**
 * @param {Uint8Array} bytes
 * @param {string} type
 * @param {string} name
 * @returns {number} the version of `name` that the file lists
 */
function versionOf(bytes, type, name) {
  const listed = readMetaList(readMetadata(bytes, type)).get(name);
  if (listed === undefined) throw new HeliographError("keyring-snapshot");
  return listed.version;
}

/**
 * @param {Source} source
 * @returns {(name: string, most: number) => Promise<Uint8Array | null>} loads a file of at most so many
 *   bytes; null where the service does not have it. All files together have at most MAX_BUNDLE
 */
function createLoader({ address, fetch, milliseconds = MILLISECONDS }) {
  let room = MAX_BUNDLE;
  return async (name, most) => {
    // AbortSignal.timeout is younger than many phones' browsers.
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), milliseconds);
    try {
      const response = await fetch(makeUrl(address, name), {
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
        signal: stop.signal,
      });
      if (response.status === 404) {
        await response.body?.cancel();
        return null;
      }
      const bytes = response.ok ? await readBody(response, Math.min(most, room)) : null;
      if (bytes === null) {
        await response.body?.cancel();
        throw new HeliographError("service-unreachable");
      }
      room -= bytes.length;
      return bytes;
    } catch (error) {
      if (error instanceof HeliographError) throw error;
      // Whatever fetch throws holds the address: it goes no further.
      throw new HeliographError("service-unreachable");
    } finally {
      clearTimeout(timer);
    }
  };
}

/**
 * @param {Response} response
 * @param {number} most bytes: reading stops above them
 * @returns {Promise<Uint8Array>}
 * @throws {HeliographError} keyring-bundle-too-big
 */
async function readBody(response, most) {
  const reader = response.body?.getReader();
  const parts = [];
  let size = 0;
  for (;;) {
    const part = await reader?.read();
    if (part === undefined || part.done) return concat(...parts);
    size += part.value.length;
    if (size > most) {
      await reader?.cancel();
      throw new HeliographError("keyring-bundle-too-big");
    }
    parts.push(part.value);
  }
}

/**
 * @param {string} address
 * @param {string} name
 */
function makeUrl(address, name) {
  const base = address.endsWith("/") ? address : `${address}/`;
  return new URL(`v1/keyring/${name}`, base).href;
}
