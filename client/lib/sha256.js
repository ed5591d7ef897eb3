/** SHA-256 by the platform: for what fits into memory at once. Long blobs are hashed piece by piece. */

/**
 * @param {Uint8Array} bytes
 * @returns {Promise<Uint8Array<ArrayBuffer>>} 32 bytes
 */
export async function sha256(bytes) {
  const digest = await crypto.subtle.digest("SHA-256", /** @type {BufferSource} */ (bytes));
  return new Uint8Array(digest);
}
