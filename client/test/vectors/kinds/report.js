import { toHex } from "../../../lib/bytes.js";
import { fromJson, toJson } from "../../report-json.js";
import { codec } from "../../report-table.js";
import { compare } from "../vector.js";

/** @type {import("../run.js").Run} */
export function run(vector) {
  const start = vector.number("epoch start");
  const bytes = vector.payload;
  const report = codec.decode(bytes, start);
  compare(toHex(codec.encode(report, start)), toHex(bytes), "written again");
  if (vector.has("report")) {
    const expected = vector.field("report");
    compare(toJson(report), JSON.stringify(JSON.parse(expected)), "report");
    compare(toHex(codec.encode(fromJson(expected), start)), toHex(bytes), "written");
  }
  return "open";
}
