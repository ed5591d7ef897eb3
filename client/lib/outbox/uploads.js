/**
 * Blobs by tus 1.0 (spec/service-v1.md): one request of an upload at a time, so that envelopes that
 * come meanwhile go first. Where an upload is stays in the item; its offset is asked for again after
 * each start and each failure.
 */

import { readRetryAfter } from "./answers.js";
import { ask } from "./requests.js";

const PATH = "/v1/blobs";
const UPLOAD = /^\/v1\/blobs\/uploads\/[A-Za-z0-9_-]{43}$/;
const TUS = { "Tus-Resumable": "1.0.0" };
const NUMBER = /^[0-9]{1,15}$/;

/**
 * @typedef {{is: "begun", path: string}
 *   | {is: "at", offset: number, sent: number, took: number}
 *   | {is: "lost"}
 *   | {is: "unsure", retryAfter: number}
 *   | {is: "failed", retryAfter: number}} Step
 * begun: a new upload; at: what the service has, of which `sent` bytes came with this request;
 * lost: the upload is gone there; unsure: the offset has to be asked for; failed: later
 */

/**
 * @param {import("./requests.js").Way} way
 * @param {string} address
 * @param {number} length of the blob in bytes
 * @returns {Promise<Step>}
 */
export async function beginUpload(way, address, length) {
  const headers = { ...TUS, "Upload-Length": String(length) };
  const answer = await ask(way, address + PATH, { method: "POST", headers });
  const path = answer && isTus(answer, 201) ? readLocation(answer.headers, address) : null;
  if (path) return { is: "begun", path };
  return failed(answer);
}

/**
 * @param {import("./requests.js").Way} way
 * @param {string} address
 * @param {string} path
 * @param {number} length
 * @returns {Promise<Step>}
 */
export async function findOffset(way, address, path, length) {
  const answer = await ask(way, address + path, { method: "HEAD", headers: TUS });
  if (answer && isTus(answer, 200)) {
    const offset = readNumber(answer.headers, "upload-offset");
    const whole = readNumber(answer.headers, "upload-length");
    if (offset !== null && offset <= length && whole === length) {
      return { is: "at", offset, sent: 0, took: answer.took };
    }
  }
  return judge(answer);
}

/**
 * @param {import("./requests.js").Way} way
 * @param {string} address
 * @param {string} path
 * @param {number} offset
 * @param {Uint8Array} body the blob's bytes from there on, one or more
 * @returns {Promise<Step>}
 */
export async function sendPiece(way, address, path, offset, body) {
  const headers = {
    ...TUS,
    "Upload-Offset": String(offset),
    "Content-Type": "application/offset+octet-stream",
  };
  const answer = await ask(way, address + path, { method: "PATCH", headers, body });
  if (answer && isTus(answer, 204)) {
    const now = readNumber(answer.headers, "upload-offset");
    if (now !== null && now > offset && now <= offset + body.length) {
      return { is: "at", offset: now, sent: now - offset, took: answer.took };
    }
  }
  return judge(answer);
}

/**
 * @param {import("./requests.js").TimedAnswer | null} answer that brought nothing, to an upload's address
 * @returns {Step}
 */
function judge(answer) {
  // Without the header it is not the service that says so.
  if (answer && (isTus(answer, 404) || isTus(answer, 410))) return { is: "lost" };
  const isUnsure = answer && [409, 423, 460].some((status) => isTus(answer, status));
  if (isUnsure) return { is: "unsure", retryAfter: readRetryAfter(answer.headers) };
  return failed(answer);
}

/**
 * @param {import("./requests.js").TimedAnswer | null} answer
 * @returns {Step}
 */
function failed(answer) {
  return { is: "failed", retryAfter: answer ? readRetryAfter(answer.headers) : 0 };
}

/**
 * @param {import("./requests.js").TimedAnswer} answer
 * @param {number} status
 */
function isTus(answer, status) {
  return answer.status === status && answer.headers.get("tus-resumable") === TUS["Tus-Resumable"];
}

/**
 * @param {Headers} headers
 * @param {string} name
 */
function readNumber(headers, name) {
  const value = headers.get(name) ?? "";
  return NUMBER.test(value) ? Number(value) : null;
}

/**
 * @param {Headers} headers
 * @param {string} address whose own uploads alone are followed: nothing goes to another origin
 * @returns {string | null} the upload's path, below the address
 */
function readLocation(headers, address) {
  const location = headers.get("location") ?? "";
  // The service says a path; a proxy in front of it may make an address of it.
  const path = location.startsWith(address) ? location.slice(address.length) : location;
  return UPLOAD.test(path) ? path : null;
}
