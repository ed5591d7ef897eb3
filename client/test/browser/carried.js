import { openOutbox } from "../../lib/outbox/outbox.js";
import { writeBundleFile } from "../../lib/passing-on/bundle-file.js";
import { takeFile } from "../../web/carried.js";

const COUNT = 600;

/** Random bytes in the form of an envelope. */
function makeEnvelope() {
  const envelope = crypto.getRandomValues(new Uint8Array(564));
  envelope.set([1, 1, 0, 7]);
  return envelope;
}

/** @param {(outbox: import("../../lib/outbox/outbox.js").Outbox, told: string[]) => Promise<void>} use */
async function withOutbox(use) {
  const name = `outbox ${crypto.randomUUID()}`;
  const outbox = await openOutbox({ name });
  const channel = new BroadcastChannel(name);
  /** @type {string[]} */
  const told = [];
  channel.onmessage = ({ data }) => told.push(data.type);
  try {
    await use(outbox, told);
  } finally {
    channel.close();
    outbox.close();
    indexedDB.deleteDatabase(name);
  }
}

/** @param {unknown} found @param {unknown} wanted */
function same(found, wanted) {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (one !== other) throw new Error(`${one} is not ${other}`);
}

export const tests = {
  async "a large file is kept whole, and pages look at the outbox a few times"() {
    await withOutbox(async (outbox, told) => {
      const file = writeBundleFile({ envelopes: Array.from({ length: COUNT }, makeEnvelope) });
      same((await takeFile(outbox, file)).reports, COUNT);
      same((await outbox.counts()).waiting, COUNT);
      await new Promise((done) => setTimeout(done, 0)); // what was told is delivered
      same(told.length <= 3, true);
      same((await takeFile(outbox, file)).reports, COUNT);
      same((await outbox.counts()).waiting, COUNT);
    });
  },

  async "of a file that cannot be read on, what came is kept"() {
    await withOutbox(async (outbox) => {
      const file = writeBundleFile({ envelopes: Array.from({ length: 200 }, makeEnvelope) });
      const slice = file.slice.bind(file);
      file.slice = (start, end) => {
        if (start) throw new DOMException("the card was pulled out", "NotReadableError");
        return slice(start, end);
      };
      let failed = false;
      await takeFile(outbox, file).catch(() => {
        failed = true;
      });
      same([failed, (await outbox.counts()).waiting > 100], [true, true]);
    });
  },
};
