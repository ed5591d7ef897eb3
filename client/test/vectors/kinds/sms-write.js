import { writeTexts } from "../../../lib/sealed-sms.js";
import { compare } from "../vector.js";

/** @type {import("../run.js").Run} */
export async function run(vector) {
  const texts = await writeTexts(vector.payload);
  compare(texts.join("\n"), vector.all("text").join("\n"), "texts");
  return "open";
}
