import { toHex } from "../../../lib/bytes.js";
import { readLeaf, writeLeaf } from "../../../lib/leaf.js";
import { compare } from "../vector.js";

/** @type {import("../run.js").Run} */
export function run(vector) {
  const { header, day, envelopeId } = readLeaf(vector.payload);
  compare(header.suite, vector.number("suite"), "suite");
  compare(header.epoch, vector.number("epoch"), "epoch");
  compare(header.sizeClass, vector.number("size class"), "size class");
  compare(day, vector.number("day"), "day");
  compare(toHex(envelopeId), vector.field("id"), "id");
  compare(toHex(writeLeaf(header, day, envelopeId)), toHex(vector.payload), "leaf");
  return "open";
}
