/** The Merkle tree over the log's leaves (RFC 6962, section 2.1): that a leaf is in it. */

import { concat, equal } from "../bytes.js";
import { HeliographError } from "../errors.js";
import { sha256 } from "../sha256.js";

export const HASH_SIZE = 32;

/**
 * @param {Uint8Array} leaf
 * @returns {Promise<Uint8Array>} 32 bytes
 */
export function hashLeaf(leaf) {
  return sha256(concat(Uint8Array.of(0x00), leaf));
}

/**
 * Check that a leaf is at `index` of the tree of `size` leaves (RFC 9162, 2.1.3.2).
 * @param {object} claim
 * @param {bigint} claim.index
 * @param {bigint} claim.size
 * @param {Uint8Array} claim.leafHash
 * @param {Uint8Array[]} claim.proof the leaf's sibling first; 32 bytes each
 * @param {Uint8Array} claim.root
 * @throws {HeliographError} inclusion-wrong
 */
export async function checkInclusion({ index, size, leafHash, proof, root }) {
  if (index >= size) throw new HeliographError("inclusion-wrong");
  let place = index;
  let last = size - 1n;
  let found = leafHash;
  for (const one of proof) {
    if (last === 0n) throw new HeliographError("inclusion-wrong");
    if (place & 1n || place === last) {
      found = await hashNode(one, found);
      // Above a right child's left neighbour nothing is joined until it is a right child again.
      while (place !== 0n && !(place & 1n)) [place, last] = [place >> 1n, last >> 1n];
    } else {
      found = await hashNode(found, one);
    }
    [place, last] = [place >> 1n, last >> 1n];
  }
  if (last !== 0n || !equal(found, root)) throw new HeliographError("inclusion-wrong");
}

/**
 * @param {Uint8Array} left
 * @param {Uint8Array} right
 * @returns {Promise<Uint8Array>}
 */
function hashNode(left, right) {
  return sha256(concat(Uint8Array.of(0x01), left, right));
}
