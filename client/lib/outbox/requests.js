/** One request to a service, bounded in time, that says nothing of who asks. */

import { readAnswer } from "./answers.js";
import { timeLimit } from "./schedule.js";

/**
 * @typedef {object} Clock
 * @property {() => number} wall milliseconds since 1970, by a clock that lies and jumps
 * @property {() => number} steady milliseconds since some moment, by one that only goes on
 */

/** @type {Clock} */
export const CLOCK = { wall: () => Date.now(), steady: () => performance.now() };

/**
 * @typedef {object} Way how requests leave
 * @property {typeof globalThis.fetch} fetch
 * @property {Clock} clock
 * @property {(bytes: number) => number} [limit] milliseconds for a request with a body of so many bytes
 * @property {AbortSignal} [signal] ends what is under way
 */

/** @typedef {import("./answers.js").Answer & {took: number}} TimedAnswer took: milliseconds */

/**
 * @param {Way} way
 * @param {string} url
 * @param {object} [what]
 * @param {string} [what.method]
 * @param {Record<string, string>} [what.headers]
 * @param {Uint8Array} [what.body]
 * @param {number} [what.most] bytes of an answer
 * @returns {Promise<TimedAnswer | null>} null: no answer. A redirect is none, for it is a captive
 *   portal's manner, and leads to an address that the keyring does not name
 */
export async function ask(way, url, { method = "GET", headers = {}, body, most } = {}) {
  const stop = new AbortController();
  const end = () => stop.abort();
  const timer = setTimeout(end, (way.limit ?? timeLimit)(body?.length ?? 0));
  way.signal?.addEventListener("abort", end);
  const started = way.clock.steady();
  try {
    if (way.signal?.aborted) return null;
    const { fetch } = way;
    const response = await fetch(url, {
      method,
      headers,
      body: /** @type {Uint8Array<ArrayBuffer>} */ (body) ?? null,
      redirect: "error",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      signal: stop.signal,
    });
    const answer = await readAnswer(response, most);
    return { ...answer, took: way.clock.steady() - started };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
    way.signal?.removeEventListener("abort", end);
    stop.abort();
  }
}
