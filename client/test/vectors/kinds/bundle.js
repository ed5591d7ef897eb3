import { toHex } from "../../../lib/bytes.js";
import { envelopeId } from "../../../lib/envelope.js";
import { readBundleFile } from "../../../lib/passing-on/bundle-file.js";
import { compare } from "../vector.js";

/** @type {import("../run.js").Run} */
export async function run(vector) {
  const told = [];
  let last = "open";
  for await (const item of readBundleFile(new Blob([vector.payload]))) {
    if (item.kind === "envelope") {
      told.push(`envelope ${toHex(await envelopeId(item.envelope))}`);
    } else if (item.kind === "blob") {
      told.push(`blob ${item.offset} ${item.blob.size}`);
    } else {
      last = item.code;
      told.push(last);
    }
  }
  compare(told.join("\n"), vector.all("item").join("\n"), "items");
  return last;
}
