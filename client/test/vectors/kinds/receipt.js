import { checkReceipt } from "../../../lib/log/receipts.js";
import { compare } from "../vector.js";

/** @type {import("../run.js").Run} */
export async function run(vector, sodium) {
  const { index, size, day } = await checkReceipt({
    sodium,
    receipt: vector.payload,
    envelope: vector.hex("envelope"),
    logKeys: vector.all("log key"),
  });
  compare(index, vector.number("index"), "index");
  compare(size, vector.number("size"), "size");
  compare(day, vector.number("day"), "day");
  return "open";
}
