import { toHex } from "../../../lib/bytes.js";
import { readQrText, writeQrText } from "../../../lib/passing-on/qr-text.js";
import { compare } from "../vector.js";

/** @type {import("../run.js").Run} */
export function run(vector) {
  const text = vector.lines.join("\n");
  const envelope = readQrText(text);
  compare(toHex(envelope), vector.field("envelope"), "envelope");
  compare(writeQrText(envelope), text, "text");
  return "open";
}
