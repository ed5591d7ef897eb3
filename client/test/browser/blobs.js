import { blobLength } from "../../lib/blobs/padding.js";
import { sealBlob } from "../../lib/blobs/sealing.js";
import { concat, equal } from "../../lib/bytes.js";
import { loadSodium } from "../../lib/sodium.js";
import { openBlob } from "../opening-blobs.js";

/** @param {number} size */
function makeFile(size) {
  const content = Uint8Array.from({ length: size }, (_, index) => (index * 31 + 1) & 255);
  return { content, file: new File([content], "photo.jpg", { type: "image/jpeg" }) };
}

export const tests = {
  async "a file is sealed in pieces and opens"() {
    const sodium = await loadSodium();
    const { content, file } = makeFile(3_500_000);
    /** @type {Uint8Array[]} */
    const pieces = [];
    const began = performance.now();
    const sealed = await sealBlob(sodium, file, (_, piece) => {
      pieces.push(piece);
    });
    const took = performance.now() - began;
    const blob = concat(...pieces);
    if (pieces.length !== 4 || blob.length !== blobLength(content.length))
      throw new Error("length");
    if (!equal(await openBlob(sodium, blob, sealed), content)) throw new Error("content");
    return `a blob of 3.5 MB sealed in ${Math.round(took)} ms`;
  },
};
