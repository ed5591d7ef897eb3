import { toHex } from "../../../lib/bytes.js";
import { readHeader, SUITES } from "../../../lib/envelope.js";
import { writeTexts } from "../../../lib/sealed-sms.js";
import { KINDS, seal, sealForSms } from "../../../lib/sealing.js";
import { open } from "../../opening.js";
import { compare } from "../vector.js";

/** @type {import("../run.js").Run} */
export async function run(vector, sodium) {
  const [suite, epoch] = [vector.number("suite"), vector.number("epoch")];
  const names = ["key A", "key B"].filter((name) => vector.has(name));
  const key = { suite, epoch, epochStart: 0, keys: names.map((name) => vector.hex(name)) };
  const [reportId, content] = [vector.hex("report id"), vector.payload];
  const [padded] = vector.all("padded");
  let envelope;
  if (padded === "sms") {
    envelope = await sealForSms(sodium, key, KINDS.report, reportId, content);
    compare((await writeTexts(envelope)).length, SUITES.get(suite)?.locks.length, "texts");
  } else {
    const options = { padded: padded ? Number(padded) : undefined };
    envelope = await seal(sodium, key, KINDS.report, reportId, content, options);
    compare(readHeader(envelope).sizeClass, 0, "size class");
  }
  const opened = await open(sodium, epoch, vector.seeds, envelope);
  compare(toHex(opened.reportId), toHex(reportId), "report id");
  compare(toHex(opened.content), toHex(content), "content");
  return "open";
}
