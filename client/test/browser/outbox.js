import { openOutbox } from "../../lib/outbox/outbox.js";
import { keepSending } from "../../lib/outbox/rounds.js";
import { createSender } from "../../lib/outbox/sending.js";

/**
 * @param {(outbox: import("../../lib/outbox/outbox.js").Outbox) => Promise<unknown>} use an outbox of
 *   its own
 */
async function withOutbox(use) {
  const name = `outbox ${crypto.randomUUID()}`;
  const outbox = await openOutbox({ name });
  try {
    return await use(outbox);
  } finally {
    outbox.close();
    indexedDB.deleteDatabase(name);
  }
}

/** @param {number} [size] */
function makeEnvelope(size = 580) {
  return crypto.getRandomValues(new Uint8Array(size));
}

/** @param {unknown} found @param {unknown} wanted */
function same(found, wanted) {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (one !== other) throw new Error(`${one} is not ${other}`);
}

const readHeld = async () => ({
  addresses: ["https://a.example", "https://b.example"],
  logKeys: [],
});

/** @param {unknown} value @param {number} [status] */
function json(value, status = 200) {
  return new Response(JSON.stringify(value), {
    status,
    headers: { "content-type": "application/json" },
  });
}

const stored = async () => json({ status: "stored" });

export const tests = {
  async "what is added is there, and gone when a service has it"() {
    await withOutbox(async (outbox) => {
      for (let index = 0; index < 9; index += 1) {
        await outbox.add({ envelope: makeEnvelope(580 + index), texts: ["t"] });
      }
      same((await outbox.counts()).waiting, 9);
      /** @type {string[]} */
      const urls = [];
      const sender = createSender({
        outbox,
        readHeld,
        fetch: async (url, init) => {
          urls.push(String(url));
          const type = new Headers(init?.headers).get("content-type");
          if (type === "application/octet-stream") return json({ status: "stored" });
          return json({ results: Array(4).fill({ status: "known" }) });
        },
      });
      const outcome = await sender.run();
      same(outcome, { busy: false, arrived: 9, waiting: 0, next: null });
      same(urls.length, 3);
      same(await outbox.counts(), { waiting: 0, attachments: 0, unproven: 0, arrived: 9 });
    });
  },

  async "whoever opens the app waits for no pause of the last time"() {
    await withOutbox(async (outbox) => {
      await outbox.add({ envelope: makeEnvelope() });
      const fails = createSender({
        outbox,
        readHeld,
        fetch: () => Promise.reject(new TypeError()),
      });
      const { arrived, next } = await fails.run();
      if (arrived || !next) throw new Error("it was to fail");
      const again = await createSender({ outbox, readHeld, fetch: stored }).run();
      same([again.arrived, again.waiting], [0, 1]); // a sender alone keeps the pause
      const sender = createSender({ outbox, readHeld, fetch: stored });
      const name = crypto.randomUUID();
      await new Promise((resolve, reject) => {
        const rounds = keepSending({
          sender,
          name,
          onOutcome({ arrived }) {
            rounds.stop();
            if (arrived === 1) resolve(undefined);
            else reject(new Error("the pause went on"));
          },
        });
      });
    });
  },

  async "what nobody takes stays"() {
    await withOutbox(async (outbox) => {
      const id = await outbox.add({ envelope: makeEnvelope() });
      const sender = createSender({
        outbox,
        readHeld,
        fetch: async () => new Response("<html>", { headers: { "content-type": "text/html" } }),
      });
      const outcome = await sender.run();
      same([outcome.arrived, outcome.waiting], [0, 1]);
      if (!outcome.next) throw new Error("no next try");
      same(
        (await outbox.waiting()).map((item) => [item.id, item.tries]),
        [[id, 2]],
      );
    });
  },

  async "a blob is kept in pieces and uploaded from where the service is"() {
    await withOutbox(async (outbox) => {
      const writer = await outbox.startBlob();
      const bytes = crypto.getRandomValues(new Uint8Array(65_536));
      for (let index = 0; index < 40; index += 1) await writer.keepPiece(index, bytes);
      const blob = await writer.finish();
      await outbox.add({ envelope: makeEnvelope(), blobs: [blob] });
      let offset = 0;
      const tus = { "Tus-Resumable": "1.0.0" };
      const sender = createSender({
        outbox,
        readHeld,
        fetch: async (_url, init) => {
          const headers = new Headers(init?.headers);
          if (!headers.has("tus-resumable")) return json({ status: "stored" });
          if (init?.method === "POST") {
            const Location = `/v1/blobs/uploads/${"A".repeat(43)}`;
            return new Response(null, { status: 201, headers: { ...tus, Location } });
          }
          same(Number(headers.get("upload-offset")), offset);
          offset += (await new Response(init?.body ?? null).arrayBuffer()).byteLength;
          return new Response(null, {
            status: 204,
            headers: { ...tus, "Upload-Offset": String(offset) },
          });
        },
      });
      const outcome = await sender.run();
      same(outcome, { busy: false, arrived: 1, waiting: 0, next: null });
      same(offset, 40 * 65_536);
    });
  },

  async "what is asked for while a run ends is done"() {
    await withOutbox(async (outbox) => {
      /** @type {Promise<unknown> | null} */
      let late = null;
      const locks = /** @type {any} */ ({
        /** @param {string} _name @param {object} _how @param {(lock: object) => Promise<unknown>} use */
        async request(_name, _how, use) {
          const outcome = await use({});
          if (!late) {
            await outbox.add({ envelope: makeEnvelope() });
            late = sender.run();
          }
          return outcome;
        },
      });
      const fetch = async () => json({ status: "stored" });
      const sender = createSender({ outbox, readHeld, locks, fetch });
      await sender.run();
      await late;
      same((await outbox.counts()).waiting, 0);
    });
  },

  async "pieces of what is kept are not dropped, whatever came after the commit"() {
    await withOutbox(async (outbox) => {
      const writer = await outbox.startBlob();
      await writer.keepPiece(0, makeEnvelope(65_536));
      const blob = await writer.finish();
      await outbox.add({ envelope: makeEnvelope(), blobs: [blob] });
      await outbox.dropBlobs([blob]);
      same((await outbox.readBlob(blob, 0, 65_536)).length, 65_536);
    });
  },

  async "a page that ends does not make what was kept look lost"() {
    await withOutbox(async (outbox) => {
      outbox.close();
      await outbox.add({ envelope: makeEnvelope() });
      same((await outbox.counts()).waiting, 1);
    });
  },
};
