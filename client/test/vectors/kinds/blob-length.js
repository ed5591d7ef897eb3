import { blobLength, padded, readBlobLength } from "../../../lib/blobs/padding.js";
import { compare } from "../vector.js";

/** @type {import("../run.js").Run} */
export function run(vector) {
  if (vector.has("size")) {
    const size = vector.number("size");
    compare(blobLength(size), vector.field("length"), "length");
    compare(padded(size), vector.field("padded"), "padded");
  }
  compare(readBlobLength(vector.number("length")), vector.field("padded"), "padded");
  return "open";
}
