/**
 * The hybrid layer: RFC 9180 base mode with ML-KEM-768 + X25519 (KEM 0x647A, which is X-Wing). KDF
 * HKDF-SHA256, AEAD ChaCha20-Poly1305, empty AAD, one message. libsodium has the KEM and the AEAD; what
 * is here is RFC 9180's key schedule (section 5.1).
 */

import { concat, utf8 } from "./bytes.js";

/** @typedef {import("./sodium.js").Sodium} Sodium */

/** "HPKE", KEM 0x647A, KDF 0x0001, AEAD 0x0003. */
const SUITE_ID = concat(utf8("HPKE"), Uint8Array.of(0x64, 0x7a, 0x00, 0x01, 0x00, 0x03));
const VERSION_LABEL = utf8("HPKE-v1");
const BASE_MODE = Uint8Array.of(0x00);
const NOTHING = new Uint8Array();
/** HMAC pads a shorter key with zero bytes: this is the empty salt, as the platform accepts it. */
const EMPTY_SALT = new Uint8Array(32);
const KEY_SIZE = 32;
const NONCE_SIZE = 12;

/**
 * @param {Sodium} sodium
 * @param {Uint8Array} plaintext
 * @param {Uint8Array} publicKey 1,216 bytes
 * @param {Uint8Array} info
 * @returns {Promise<Uint8Array<ArrayBuffer>>} encapsulation (1,120 bytes) and ciphertext (plaintext + 16)
 * @throws {Error} libsodium's, if the key has another length, an ML-KEM part that is not canonical, or an
 *   X25519 point of low order
 */
export async function sealHybrid(sodium, plaintext, publicKey, info) {
  const { ciphertext, sharedSecret } = sodium.crypto_kem_xwing_enc(publicKey);
  const { key, nonce } = await deriveKey(sharedSecret, info);
  const sealed = sodium.crypto_aead_chacha20poly1305_ietf_encrypt(
    plaintext,
    null,
    null,
    nonce,
    key,
  );
  return concat(ciphertext, sealed);
}

/**
 * RFC 9180's KeySchedule in base mode.
 * @param {Uint8Array} sharedSecret the KEM's, 32 bytes
 * @param {Uint8Array} info
 * @returns {Promise<{ key: Uint8Array, nonce: Uint8Array }>} of the one message that is sealed
 */
export async function deriveKey(sharedSecret, info) {
  const context = concat(
    BASE_MODE,
    await labeledExtract(EMPTY_SALT, "psk_id_hash", NOTHING),
    await labeledExtract(EMPTY_SALT, "info_hash", info),
  );
  const secret = await labeledExtract(sharedSecret, "secret", NOTHING);
  return {
    key: await labeledExpand(secret, "key", context, KEY_SIZE),
    nonce: await labeledExpand(secret, "base_nonce", context, NONCE_SIZE),
  };
}

/**
 * @param {Uint8Array} salt
 * @param {string} label
 * @param {Uint8Array} material
 */
function labeledExtract(salt, label, material) {
  return hmac(salt, concat(VERSION_LABEL, SUITE_ID, utf8(label), material));
}

/**
 * @param {Uint8Array} secret
 * @param {string} label
 * @param {Uint8Array} context
 * @param {number} size bytes, at most 32: HKDF-Expand is then one HMAC
 */
async function labeledExpand(secret, label, context, size) {
  const info = concat(Uint8Array.of(0, size), VERSION_LABEL, SUITE_ID, utf8(label), context);
  return (await hmac(secret, concat(info, Uint8Array.of(1)))).subarray(0, size);
}

/**
 * @param {Uint8Array} key
 * @param {Uint8Array} message
 * @returns {Promise<Uint8Array<ArrayBuffer>>} HMAC-SHA256: 32 bytes
 */
async function hmac(key, message) {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const material = /** @type {BufferSource} */ (key);
  const imported = await crypto.subtle.importKey("raw", material, algorithm, false, ["sign"]);
  const code = await crypto.subtle.sign("HMAC", imported, /** @type {BufferSource} */ (message));
  return new Uint8Array(code);
}
