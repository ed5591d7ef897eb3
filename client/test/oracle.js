/**
 * Answers questions of Python's tests: a list of them as JSON on the input, the answers as JSON lines on the
 * output. Bytes are hex. `node test/oracle.js`
 */

import { text } from "node:stream/consumers";
import { fromHex, toHex } from "../lib/bytes.js";
import { HeliographError } from "../lib/errors.js";
import { readBundle, writeBundle } from "../lib/keyring/bundle.js";
import { sealingKey, warnings } from "../lib/keyring/choosing.js";
import { readFirst, readSuccessor } from "../lib/keyring/keyring.js";
import { writeTexts } from "../lib/sealed-sms.js";
import { seal, sealForSms } from "../lib/sealing.js";
import { loadSodium } from "../lib/sodium.js";
import { open } from "./opening.js";

const sodium = await loadSodium();

/** @type {Record<string, (question: any) => Promise<unknown>>} */
const ANSWERS = {
  async seal({ suite, epoch, keys, kind, reportId, content, sms }) {
    const key = { suite, epoch, epochStart: 0, keys: keys.map(fromHex) };
    const make = sms ? sealForSms : seal;
    const envelope = await make(sodium, key, kind, fromHex(reportId), fromHex(content));
    return { envelope: toHex(envelope), texts: sms ? await writeTexts(envelope) : [] };
  },

  async open({ epoch, seeds, envelope }) {
    const named = Object.entries(/** @type {Record<string, string>} */ (seeds));
    const bytes = Object.fromEntries(named.map(([lock, seed]) => [lock, fromHex(seed)]));
    const opened = await open(sodium, epoch, bytes, fromHex(envelope));
    return { ...opened, reportId: toHex(opened.reportId), content: toHex(opened.content) };
  },

  async keyring({ pinnedRoot, current, bundle, channels, now }) {
    const root = fromHex(pinnedRoot);
    const files = readBundle(fromHex(bundle));
    const keyring = current
      ? await readSuccessor(
          sodium,
          await readFirst(sodium, root, readBundle(fromHex(current))),
          files,
        )
      : await readFirst(sodium, root, files);
    const { version, rootVersion, signedAt, expires, development, addresses, smsNumbers } = keyring;
    /** @type {Record<string, unknown>} */
    const chosen = {};
    for (const channel of channels ?? []) {
      const { keys, ...key } = sealingKey(keyring, channel, now);
      chosen[channel] = {
        ...key,
        keys: keys.map(toHex),
        warnings: warnings(keyring, channel, now),
      };
    }
    return {
      ...{ version, rootVersion, signedAt, expires, development, addresses, smsNumbers, chosen },
      holders: keyring.holders.map(({ id, key }) => [id, toHex(key)]),
      epochs: keyring.epochs.map(({ number }) => number),
      bundle: toHex(writeBundle(keyring.files)),
    };
  },
};

for (const question of JSON.parse(await text(process.stdin))) {
  const answer = ANSWERS[question.ask];
  if (answer === undefined) throw new Error("no such question");
  let told;
  try {
    told = await answer(question);
  } catch (error) {
    if (!(error instanceof HeliographError)) throw error;
    told = { code: error.code };
  }
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
