import { SUITES } from "../../../lib/envelope.js";
import { deriveLock, openPeeled } from "../../opening.js";
import { compareOpened } from "../opened.js";

const DUAL_HYBRID = 0x12;

/** @type {import("../run.js").Run} */
export async function run(vector, sodium) {
  const suite = vector.payload[1] ?? 0;
  const dual = SUITES.get(suite)?.locks.length === 2;
  const lock = deriveLock(sodium, vector.hex("seed B"), dual ? suite : DUAL_HYBRID, "B");
  return compareOpened(vector, await openPeeled(sodium, vector.payload, lock));
}
