/**
 * What an answer means. An answer that is not whole, or not the service's own (a network's sign-in
 * page with 200, JSON of another shape), is no answer at all: the same bytes are sent again later.
 */

const ANSWER_BYTES = 256 * 1024;
const CODE = /^[a-z][a-z0-9-]{0,63}$/;
const SECONDS = /^[0-9]{1,9}$/;
/** Codes that judge the envelope's form; all others pass with time. */
const FOR_GOOD = /^envelope-/;
/** What may stand behind the results of a batch that did not arrive whole. */
const CUT = new Set([
  "body-cut-off",
  "body-too-slow",
  "body-too-large",
  "batch-too-many",
  "batch-malformed",
]);

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {Headers} headers
 * @property {Uint8Array | null} body null where it was longer than what a service says, or cut off
 */

/** @typedef {{is: "arrived"} | {is: "refused", code: string} | {is: "later"}} Result */

/**
 * @param {Response} response
 * @param {number} [most] bytes
 * @returns {Promise<Answer>} no more of it than a service says. Rejects where the connection ends
 */
export async function readAnswer(response, most = ANSWER_BYTES) {
  const { status, headers } = response;
  const chunks = [];
  let size = 0;
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      await reader.cancel().catch(() => undefined);
      return { status, headers, body: null };
    }
    chunks.push(value);
  }
  return { status, headers, body: new Uint8Array(await new Blob(chunks).arrayBuffer()) };
}

/**
 * @param {Answer} answer to one envelope as application/octet-stream
 * @returns {Result}
 */
export function readSingle(answer) {
  if (isMade(answer, 200, "application/json")) return readResult(readJson(answer.body));
  if (answer.status === 400 && isMade(answer, 400, "application/problem+json")) {
    const code = readCode(readJson(answer.body));
    if (code && FOR_GOOD.test(code)) return { is: "refused", code };
  }
  return { is: "later" };
}

/**
 * @param {Answer} answer to a batch
 * @param {number} count of its items
 * @returns {Result[] | null} of each item in order, of fewer where the batch did not arrive whole;
 *   null: nothing of it counts
 */
export function readBatch(answer, count) {
  if (!isMade(answer, 200, "application/json")) return null;
  const said = readJson(answer.body);
  if (!hasOnly(said, ["results"]) || !Array.isArray(said.results)) return null;
  const { results } = said;
  if (results.length === 0 || results.length > count) return null;
  if (!results.every(isResult)) return null;
  const isCut = CUT.has(readCode(results.at(-1)) ?? "");
  // Fewer without a word why is not how a service speaks: who knows which items it means?
  if (results.length < count && !isCut) return null;
  return (isCut ? results.slice(0, -1) : results).map(readResult);
}

/**
 * @param {Headers} headers
 * @returns {number} milliseconds that the service asks for; 0 where it does not. Seconds alone (RFC
 *   9110, 10.2.3): the other form is a date, and clocks lie
 */
export function readRetryAfter(headers) {
  const value = headers.get("retry-after") ?? "";
  return SECONDS.test(value) ? Number(value) * 1000 : 0;
}

/**
 * @param {Answer} answer to GET /v1/log/proof/…
 * @returns {string | null} the receipt's text, unchecked
 */
export function readProof(answer) {
  if (!isMade(answer, 200, "text/plain")) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(answer.body ?? undefined);
  } catch {
    return null;
  }
}

/**
 * @param {Answer} answer
 * @returns {boolean} whether it is the service that says: not in the log (yet)
 */
export function isNotFound(answer) {
  return (
    isMade(answer, 404, "application/problem+json") &&
    readCode(readJson(answer.body)) === "not-found"
  );
}

/**
 * @param {Answer} answer
 * @param {number} status
 * @param {string} type
 */
function isMade(answer, status, type) {
  const given = answer.headers.get("content-type") ?? "";
  return (
    answer.status === status &&
    answer.body !== null &&
    given.split(";")[0]?.trim().toLowerCase() === type
  );
}

/**
 * @param {any} one
 * @returns {Result}
 */
function readResult(one) {
  if (!isResult(one)) return { is: "later" };
  if (one.status !== "problem") return { is: "arrived" };
  return FOR_GOOD.test(one.code) ? { is: "refused", code: one.code } : { is: "later" };
}

/** @param {any} one */
function isResult(one) {
  if (hasOnly(one, ["status"])) return one.status === "stored" || one.status === "known";
  return hasOnly(one, ["status", "code"]) && one.status === "problem" && readCode(one) !== null;
}

/**
 * @param {any} value
 * @param {string[]} names
 */
function hasOnly(value, names) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const found = Object.keys(value);
  return found.length === names.length && names.every((name) => found.includes(name));
}

/**
 * @param {any} problem
 * @returns {string | null} its code
 */
function readCode(problem) {
  const code = problem?.code;
  return typeof code === "string" && CODE.test(code) ? code : null;
}

/**
 * @param {Uint8Array | null} body
 * @returns {any} undefined for what is no JSON
 */
function readJson(body) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body ?? undefined));
  } catch {
    return undefined;
  }
}
