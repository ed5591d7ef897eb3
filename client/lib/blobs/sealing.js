/**
 * Sealing an attachment as a blob (spec/blob-v1.md): libsodium's secretstream over padded content, under a
 * fresh key. A film is longer than a cheap phone's memory, so it is read, sealed and handed out in pieces.
 */

import { sha256 } from "../../vendor/noble/sha2.js";
import { HeliographError } from "../errors.js";
import { blobLength, CHUNK_SIZE, MAX_BLOB, padded } from "./padding.js";

/** Bytes of the blob in each piece but the last. */
export const PIECE_SIZE = 1_048_576;

/**
 * @typedef {object} Sealed what goes into the report, and the blob's length
 * @property {Uint8Array} key 32 bytes
 * @property {Uint8Array} id SHA-256 of the whole blob, 32 bytes
 * @property {number} size bytes of content
 * @property {number} length bytes of the blob
 */

/**
 * @param {import("../sodium.js").Sodium} sodium
 * @param {Blob} file
 * @param {(index: number, piece: Uint8Array<ArrayBuffer>) => Promise<void> | void} keepPiece is given each
 *   piece of the blob in order and waited for. The piece is its own to keep
 * @param {object} [options]
 * @param {(done: number, length: number) => void} [options.onProgress] bytes of the blob that are kept, of all
 * @param {AbortSignal} [options.signal] stops between two chunks; what was kept is then the caller's to delete
 * @returns {Promise<Sealed>}
 * @throws {HeliographError} blob-empty and blob-too-large, before anything is read; blob-unreadable: the
 *   file is gone, or changed meanwhile. What `keepPiece` throws comes through; a signal ends it
 *   with an AbortError
 */
export async function sealBlob(sodium, file, keepPiece, { onProgress, signal } = {}) {
  const size = file.size;
  const length = blobLength(size);
  if (length > MAX_BLOB) throw new HeliographError("blob-too-large");
  const key = sodium.crypto_secretstream_xchacha20poly1305_keygen();
  const hash = sha256.create();
  let index = 0;
  let done = 0;
  for await (const piece of cut(sealChunks(sodium, file, key, signal), length)) {
    hash.update(piece);
    await keepPiece(index, piece);
    index += 1;
    done += piece.length;
    onProgress?.(done, length);
  }
  return { key, id: hash.digest(), size, length };
}

/**
 * @param {import("../sodium.js").Sodium} sodium
 * @param {Blob} file
 * @param {Uint8Array} key
 * @param {AbortSignal | undefined} signal
 * @returns {AsyncGenerator<Uint8Array>} the stream's header, then its chunks
 */
async function* sealChunks(sodium, file, key, signal) {
  const { state, header } = sodium.crypto_secretstream_xchacha20poly1305_init_push(key);
  yield header;
  const end = padded(file.size);
  for (let at = 0; at < end; at += CHUNK_SIZE) {
    if (signal?.aborted) throw new DOMException("", "AbortError");
    const chunk = new Uint8Array(Math.min(CHUNK_SIZE, end - at));
    chunk.set(await read(file, at, chunk.length));
    const tag =
      at + CHUNK_SIZE < end
        ? sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
        : sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    yield sodium.crypto_secretstream_xchacha20poly1305_push(state, chunk, null, tag);
  }
}

/**
 * @param {Blob} file
 * @param {number} at
 * @param {number} size
 * @returns {Promise<Uint8Array>} at most `size` bytes of the file from `at` on, fewer at its end, none behind it
 */
async function read(file, at, size) {
  try {
    const slice = file.slice(at, at + size);
    const bytes = new Uint8Array(await slice.arrayBuffer());
    if (bytes.length === slice.size) return bytes;
  } catch {
    // The browser's own error may name the file.
  }
  throw new HeliographError("blob-unreadable");
}

/**
 * @param {AsyncIterable<Uint8Array>} chunks
 * @param {number} length bytes of all of them
 * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>>} the same bytes in pieces
 */
async function* cut(chunks, length) {
  let left = length;
  let piece = new Uint8Array(Math.min(PIECE_SIZE, left));
  let filled = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + piece.length - filled);
      piece.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < piece.length) continue;
      yield piece;
      left -= filled;
      piece = new Uint8Array(Math.min(PIECE_SIZE, left));
      filled = 0;
    }
  }
}
