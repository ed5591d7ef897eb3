/**
 * When to try again, and how much at once: pure functions of (what was, now, chance).
 *
 * The whole pause is drawn, not a little around a fixed one, so that a thousand phones that lost one
 * service do not come back to it together (M. Brooker, "Exponential Backoff and Jitter", 2015).
 * Times are milliseconds. Clocks of phones are wrong and jump: a stored time is never believed to be
 * further away than the pause that it ends.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
export const FIRST_PAUSE = 5 * SECOND;
export const LONGEST_PAUSE = 60 * MINUTE;
const LEAST_PAUSE = SECOND;
const DOUBLINGS = 20;

export const FIRST_PROOF_PAUSE = 10 * MINUTE;
export const LONGEST_PROOF_PAUSE = 6 * 60 * MINUTE;

/**
 * @typedef {object} Wait what is kept of failures in a row
 * @property {number} failures 1 or more
 * @property {number} pause how long to wait
 * @property {number} until by the wall's clock, in whole minutes: nothing finer is kept
 */

/**
 * @param {Wait | undefined} wait what was
 * @param {number} now by the wall's clock
 * @param {() => number} random 0 to 1
 * @param {number} [retryAfter] what the service asked for, 0 for nothing
 * @returns {Wait} after one more failure
 */
export function afterFailure(wait, now, random, retryAfter = 0) {
  const failures = (wait?.failures ?? 0) + 1;
  const bound = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failures - 1, DOUBLINGS));
  const drawn = LEAST_PAUSE + random() * (bound - LEAST_PAUSE);
  // A little of chance on top of what was asked; whoever answers must not silence us for ever.
  const asked = retryAfter > 0 ? Math.min(retryAfter, LONGEST_PAUSE) + random() * FIRST_PAUSE : 0;
  return makeWait(failures, Math.min(Math.max(drawn, asked), LONGEST_PAUSE), now);
}

/**
 * @param {Wait | undefined} wait
 * @param {number} now
 * @param {() => number} random
 * @returns {Wait} until the log is asked for a proof again: half of the pause is certain, so that a
 *   number of tries means a span of time
 */
export function afterNoProof(wait, now, random) {
  const failures = (wait?.failures ?? 0) + 1;
  const doubled = FIRST_PROOF_PAUSE * 2 ** Math.min(failures - 1, DOUBLINGS);
  const bound = Math.min(LONGEST_PROOF_PAUSE, doubled);
  return makeWait(failures, bound * (0.5 + random() / 2), now);
}

/**
 * @param {number} failures
 * @param {number} pause
 * @param {number} now
 * @returns {Wait}
 */
function makeWait(failures, pause, now) {
  const whole = Math.ceil(pause / SECOND) * SECOND;
  return { failures, pause: whole, until: Math.ceil((now + whole) / MINUTE) * MINUTE };
}

/**
 * @param {Wait | undefined} wait
 * @param {number} now by the wall's clock
 * @returns {number} how long still, by what is stored alone. A clock that was put back, by hours or
 *   by years, waits the one pause again and no longer
 */
export function remaining(wait, now) {
  if (!wait) return 0;
  return Math.min(Math.max(wait.until - now, 0), wait.pause) || 0;
}

export const BATCHES = [1, 4, 16, 64, 256];
export const BATCH_BYTES = 4 * 1024 * 1024;
export const LEAST_PIECE = 32 * 1024;
export const MOST_PIECE = 4 * 1024 * 1024;
const CARRY_SECONDS = 60;
const PIECE_SECONDS = 30;

/**
 * @typedef {object} Link what was seen of the way to a service, since the sender started
 * @property {number} step index into BATCHES
 * @property {number} rate bytes a second, 0 while unknown
 * @property {number} piece bytes of a blob to send at once
 */

/** @type {Readonly<Link>} */
export const NEW_LINK = { step: 0, rate: 0, piece: LEAST_PIECE };

/**
 * @param {Link} link
 * @param {number} bytes that were sent
 * @param {number} took from the request's start to its answer
 * @returns {Link} after a request that was answered well
 */
export function grown(link, bytes, took) {
  const seen = (bytes * SECOND) / Math.max(took, 1);
  const rate = link.rate ? (link.rate + seen) / 2 : seen;
  const carried = Math.floor((rate * PIECE_SECONDS) / LEAST_PIECE) * LEAST_PIECE;
  const piece = Math.min(Math.max(carried, LEAST_PIECE), link.piece * 2, MOST_PIECE);
  return { step: Math.min(link.step + 1, BATCHES.length - 1), rate, piece };
}

/**
 * @param {Link} link
 * @returns {Link} after a request that was not
 */
export function shrunk(link) {
  const piece = Math.floor(link.piece / 4 / LEAST_PIECE) * LEAST_PIECE;
  return {
    step: Math.max(link.step - 2, 0),
    rate: link.rate / 2,
    piece: Math.max(piece, LEAST_PIECE),
  };
}

/**
 * @param {Link} link
 * @param {number[]} sizes of envelopes in bytes, in the order in which they should go
 * @returns {number} how many of them to send at once; 1 or more, where there are any
 */
export function batchOf(link, sizes) {
  const most = BATCHES[link.step] ?? 1;
  const room = Math.min(BATCH_BYTES, link.rate * CARRY_SECONDS);
  let count = 0;
  let bytes = 0;
  for (const size of sizes.slice(0, most)) {
    bytes += size + HEAD_BYTES;
    if (count && bytes > room) break;
    count += 1;
  }
  return count;
}

const HEAD_BYTES = 5;
const SLOWEST = 600;
const PATIENCE = 40 * SECOND;
const BODY_BOUND = 150 * SECOND;

/**
 * @param {number} bytes of a request's body
 * @returns {number} after how long it is given up: what 8 kbit/s and a slow handshake need, and not
 *   much more than the service's own bound of 120 s on a body
 */
export function timeLimit(bytes) {
  return Math.min(PATIENCE + (bytes / SLOWEST) * SECOND, BODY_BOUND);
}
