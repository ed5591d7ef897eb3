import { checkLock } from "../../opening.js";

/** @type {import("../run.js").Run} */
export function run(vector, sodium) {
  const keys = new Map([[vector.number("suite"), vector.payload]]);
  checkLock(sodium, vector.hex("seed"), vector.field("lock"), keys);
  return "open";
}
