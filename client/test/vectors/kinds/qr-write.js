import { writeQrText } from "../../../lib/passing-on/qr-text.js";
import { compare } from "../vector.js";

/** @type {import("../run.js").Run} */
export function run(vector) {
  compare(writeQrText(vector.payload), vector.field("text"), "text");
  return "open";
}
