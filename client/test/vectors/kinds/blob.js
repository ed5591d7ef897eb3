import { concat, toHex } from "../../../lib/bytes.js";
import { sha256 } from "../../../lib/sha256.js";
import { openBlob } from "../../opening-blobs.js";
import { compare } from "../vector.js";

/** @type {import("../run.js").Run} */
export async function run(vector, sodium) {
  const content = await openBlob(sodium, readBlob(vector), {
    key: vector.hex("key"),
    id: vector.hex("id"),
    size: vector.number("size"),
  });
  compare(toHex(await sha256(content)), vector.field("content"), "content");
  return "open";
}

/** @param {import("../vector.js").Vector} vector */
function readBlob(vector) {
  let blob = vector.payload;
  for (const zeros of vector.all("zeros")) {
    const [at = 0, count = 0] = zeros.split(" ").map(Number);
    if (blob.length < at) throw new Error("zeros behind the end");
    blob = concat(blob.subarray(0, at), new Uint8Array(count), blob.subarray(at));
  }
  return blob;
}
