import { toHex } from "../../../lib/bytes.js";
import { readKey } from "../../../lib/log/notes.js";
import { compare } from "../vector.js";

/** @type {import("../run.js").Run} */
export async function run(vector) {
  const key = await readKey(vector.field("key"));
  compare(key.name, vector.field("name"), "name");
  compare(key.kind, vector.number("kind byte"), "kind");
  compare(toHex(key.id), vector.field("key id"), "id");
  compare(toHex(key.publicKey), toHex(vector.payload), "key");
  return "open";
}
