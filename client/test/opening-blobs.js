/** Opening a blob: for tests alone, never served. The service's side has none of it, the reporter's neither. */

import {
  blobLength,
  CHUNK_OVERHEAD,
  CHUNK_SIZE,
  padded,
  STREAM_HEADER,
} from "../lib/blobs/padding.js";
import { concat, equal } from "../lib/bytes.js";
import { HeliographError } from "../lib/errors.js";
import { sha256 } from "../lib/sha256.js";

/**
 * @param {import("../lib/sodium.js").Sodium} sodium
 * @param {Uint8Array} blob
 * @param {{key: Uint8Array, id: Uint8Array, size: number}} held what the report says of it
 * @returns {Promise<Uint8Array>} its content
 * @throws {HeliographError} blob-id, blob-size, blob-chunk, blob-tag, blob-padding (spec/blob-v1.md)
 */
export async function openBlob(sodium, blob, { key, id, size }) {
  if (!equal(await sha256(blob), id)) throw new HeliographError("blob-id");
  if (size < 1 || blob.length !== blobLength(size)) throw new HeliographError("blob-size");
  const state = sodium.crypto_secretstream_xchacha20poly1305_init_pull(
    blob.subarray(0, STREAM_HEADER),
    key,
  );
  const chunks = [];
  for (let at = STREAM_HEADER; at < blob.length; at += CHUNK_SIZE + CHUNK_OVERHEAD) {
    const end = Math.min(at + CHUNK_SIZE + CHUNK_OVERHEAD, blob.length);
    const pulled = sodium.crypto_secretstream_xchacha20poly1305_pull(
      state,
      blob.subarray(at, end),
      null,
    );
    if (!pulled) throw new HeliographError("blob-chunk");
    const tag =
      end < blob.length
        ? sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
        : sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    if (pulled.tag !== tag) throw new HeliographError("blob-tag");
    chunks.push(pulled.message);
  }
  const content = concat(...chunks);
  if (content.length !== padded(size) || content.subarray(size).some((byte) => byte !== 0)) {
    throw new HeliographError("blob-padding");
  }
  return content.slice(0, size);
}
