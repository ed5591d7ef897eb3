import { HeliographError } from "../../../lib/errors.js";
import { readBundle } from "../../../lib/keyring/bundle.js";
import { readFirst } from "../../../lib/keyring/keyring.js";
import { readMetadata, readTargetList } from "../../../lib/keyring/metadata.js";
import { readFormat, readHex, readList } from "../../../lib/keyring/strict-json.js";
import { targetName } from "../../../lib/keyring/trust.js";
import { compare } from "../vector.js";

/** Sealers leave purged.json aside, so its reader stands here: it is for services and their judges. */

const MAX_PURGED = 4096;
const ID_SIZE = 32;

/** @type {import("../run.js").Run} */
export async function run(vector, sodium) {
  const keyring = await readFirst(sodium, vector.hex("pinned root"), readBundle(vector.payload));
  const { envelopes, blobs } = findPurged(keyring);
  compare(envelopes, vector.number("envelopes"), "envelopes");
  compare(blobs, vector.number("blobs"), "blobs");
  return "open";
}

/**
 * @param {import("../../../lib/keyring/keyring.js").Keyring} keyring
 * @returns {{ envelopes: number, blobs: number }} how many ids are listed
 */
function findPurged({ files, version }) {
  const bytes = /** @type {Uint8Array} */ (files.get(`${version}.targets.json`));
  const listed = readTargetList(readMetadata(bytes, "targets")).get("purged.json");
  if (listed === undefined) return { envelopes: 0, blobs: 0 };
  const data = files.get(targetName("purged.json", listed));
  if (data === undefined) throw new HeliographError("keyring-file-missing");
  const fields = readFormat(data, "heliograph/purged/v1");
  const [envelopes, blobs] = [readIds(fields, "envelopes"), readIds(fields, "blobs")];
  if (envelopes + blobs > MAX_PURGED) throw new HeliographError("keyring-field");
  return { envelopes, blobs };
}

/**
 * @param {import("../../../lib/keyring/strict-json.js").Fields} fields
 * @param {string} name
 */
function readIds(fields, name) {
  const ids = readList(fields, name, MAX_PURGED);
  for (const id of ids) readHex(id, ID_SIZE);
  if (ids.some((id, index) => index > 0 && String(ids[index - 1]) >= String(id))) {
    throw new HeliographError("keyring-field");
  }
  return ids.length;
}
