import { toHex } from "../../../lib/bytes.js";
import { join, readText } from "../../../lib/sealed-sms.js";
import { compare } from "../vector.js";

/** @type {import("../run.js").Run} */
export async function run(vector) {
  const envelopes = [];
  /** @type {Map<string, { ref: Uint8Array, slices: Uint8Array[][] }>} */
  const groups = new Map();
  for (const line of vector.lines) {
    const read = readText(line);
    if ("envelope" in read) {
      envelopes.push(toHex(read.envelope));
      continue;
    }
    const name = `${toHex(read.ref)}/${read.count}`;
    const slices = Array.from({ length: read.count }, () => /** @type {Uint8Array[]} */ ([]));
    const group = groups.get(name) ?? { ref: read.ref, slices };
    group.slices[read.index]?.push(read.slice);
    groups.set(name, group);
  }
  for (const { ref, slices } of groups.values()) {
    envelopes.push(...(await join(ref, slices)).map(toHex));
  }
  compare(envelopes.sort().join("\n"), vector.all("envelope").sort().join("\n"), "envelopes");
  return envelopes.length > 0 ? "open" : "nothing";
}
