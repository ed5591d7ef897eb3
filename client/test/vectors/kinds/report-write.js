import { toHex } from "../../../lib/bytes.js";
import { fromJson } from "../../report-json.js";
import { codec } from "../../report-table.js";
import { compare } from "../vector.js";

/** @type {import("../run.js").Run} */
export function run(vector) {
  const report = fromJson(vector.field("report"));
  const bytes = codec.encode(report, vector.number("epoch start"));
  compare(toHex(bytes), toHex(vector.payload), "written");
  return "open";
}
