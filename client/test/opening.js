/**
 * Opening: from an envelope to its content, with the locks' seeds. For tests alone: the library and the
 * app cannot open, and this folder is never served. See spec/envelope-v1.md.
 */

import { concat, equal, utf8 } from "../lib/bytes.js";
import { HEADER_SIZE, readHeader, SEALED_BOX_OVERHEAD, SUITES } from "../lib/envelope.js";
import { HeliographError } from "../lib/errors.js";
import { deriveKey } from "../lib/hybrid.js";
import { INFO, INNER_HEADER_SIZE, KINDS } from "../lib/sealing.js";

/** @typedef {import("../lib/sodium.js").Sodium} Sodium */

const LABEL = utf8("heliograph/lock/v1");
const SEED_SIZE = 32;
const ENCAPSULATION_SIZE = 1120;

/**
 * @typedef {object} LockKey
 * @property {number} suite
 * @property {string} lock "A" or "B"
 * @property {boolean} hybrid
 * @property {Uint8Array} secret X25519's private key, or X-Wing's
 * @property {Uint8Array} publicKey
 */

/** @typedef {{ kind: number, reportId: Uint8Array, content: Uint8Array, suite: number, epoch: number }} Opened */

/**
 * @param {Sodium} sodium
 * @param {Uint8Array} seed 32 bytes
 * @param {number} suite
 * @param {string} lock
 * @returns {LockKey}
 * @throws {HeliographError} seed-length, lock-unknown
 */
export function deriveLock(sodium, seed, suite, lock) {
  if (seed.length !== SEED_SIZE) throw new HeliographError("seed-length");
  const known = SUITES.get(suite);
  if (!known?.locks.includes(lock)) throw new HeliographError("lock-unknown");
  const secret = sodium.crypto_xof_shake256(SEED_SIZE, concat(LABEL, Uint8Array.of(suite), seed));
  if (lock !== known.hybridLock) {
    const publicKey = sodium.crypto_scalarmult_base(secret);
    return { suite, lock, hybrid: false, secret, publicKey };
  }
  const pair = sodium.crypto_kem_xwing_seed_keypair(secret);
  return { suite, lock, hybrid: true, secret: pair.privateKey, publicKey: pair.publicKey };
}

/**
 * @param {Sodium} sodium
 * @param {Uint8Array} seed
 * @param {string} lock
 * @param {ReadonlyMap<number, Uint8Array>} publicKeys the keyring's
 * @throws {HeliographError} lock-mismatch, and as deriveLock
 */
export function checkLock(sodium, seed, lock, publicKeys) {
  for (const [suite, publicKey] of publicKeys) {
    if (!equal(deriveLock(sodium, seed, suite, lock).publicKey, publicKey)) {
      throw new HeliographError("lock-mismatch");
    }
  }
}

/**
 * @param {Sodium} sodium
 * @param {number} epoch the one epoch that the seeds are of
 * @param {Record<string, Uint8Array>} seeds "A", and "B" for two locks
 * @param {Uint8Array} envelope
 * @returns {Promise<Opened>}
 * @throws {HeliographError} as spec/envelope-v1.md says
 */
export async function open(sodium, epoch, seeds, envelope) {
  const header = readHeader(envelope);
  const locks = /** @type {import("../lib/envelope.js").Suite} */ (SUITES.get(header.suite)).locks;
  if (header.epoch !== epoch || Object.keys(seeds).sort().join() !== locks.join()) {
    throw new HeliographError("no-key");
  }
  const start = envelope.subarray(0, HEADER_SIZE);
  let box = envelope.subarray(HEADER_SIZE);
  for (const lock of locks) {
    const seed = /** @type {Uint8Array} */ (seeds[lock]);
    box = await openLayer(sodium, deriveLock(sodium, seed, header.suite, lock), start, box);
  }
  return readPlaintext(header, box);
}

/**
 * Open what the holder of lock A peeled.
 * @param {Sodium} sodium
 * @param {Uint8Array} peeled the envelope's header (4 bytes) and the inner box
 * @param {LockKey} lockB
 * @returns {Promise<Opened>}
 * @throws {HeliographError}
 */
export async function openPeeled(sodium, peeled, lockB) {
  const start = peeled.subarray(0, HEADER_SIZE);
  const inner = peeled.subarray(HEADER_SIZE);
  // The outer layer is gone; what it would have been is known by its length alone.
  const header = readHeader(concat(start, new Uint8Array(SEALED_BOX_OVERHEAD), inner));
  const dual = SUITES.get(header.suite)?.locks.length === 2;
  if (!dual || lockB.suite !== header.suite || lockB.lock !== "B") {
    throw new HeliographError("no-key");
  }
  return readPlaintext(header, await openLayer(sodium, lockB, start, inner));
}

/**
 * @param {Sodium} sodium
 * @param {LockKey} lock
 * @param {Uint8Array} header
 * @param {Uint8Array} box
 * @returns {Promise<Uint8Array>}
 */
async function openLayer(sodium, lock, header, box) {
  try {
    if (!lock.hybrid) return sodium.crypto_box_seal_open(box, lock.publicKey, lock.secret);
    const encapsulation = box.subarray(0, ENCAPSULATION_SIZE);
    const shared = sodium.crypto_kem_xwing_dec(encapsulation, lock.secret);
    const { key, nonce } = await deriveKey(shared, concat(INFO, header));
    const sealed = box.subarray(ENCAPSULATION_SIZE);
    return sodium.crypto_aead_chacha20poly1305_ietf_decrypt(null, sealed, null, nonce, key);
  } catch {
    throw new HeliographError("box-not-opened");
  }
}

/**
 * @param {import("../lib/envelope.js").Header} header
 * @param {Uint8Array} plaintext
 * @returns {Opened}
 */
function readPlaintext({ suite, epoch }, plaintext) {
  if (plaintext[0] !== suite) throw new HeliographError("suite-mismatch");
  const mark = plaintext.findLastIndex((byte) => byte !== 0);
  if (plaintext[mark] !== 0x80 || mark < INNER_HEADER_SIZE) {
    throw new HeliographError("padding-invalid");
  }
  const kind = /** @type {number} */ (plaintext[1]);
  if (!Object.values(KINDS).includes(/** @type {1 | 2 | 3} */ (kind))) {
    throw new HeliographError("kind-unknown");
  }
  const reportId = plaintext.slice(2, INNER_HEADER_SIZE);
  return { kind, reportId, content: plaintext.slice(INNER_HEADER_SIZE, mark), suite, epoch };
}
