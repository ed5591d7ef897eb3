import { open } from "../../opening.js";
import { compareOpened } from "../opened.js";

/** @type {import("../run.js").Run} */
export async function run(vector, sodium) {
  const opened = await open(sodium, vector.number("epoch"), vector.seeds, vector.payload);
  return compareOpened(vector, opened);
}
