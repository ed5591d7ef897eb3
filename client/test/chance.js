/** Random inputs from a seed that is printed: `SEED=… node --test …` makes the same again. */

/**
 * @typedef {object} Chance
 * @property {number} seed
 * @property {(below: number) => number} integer from 0 to below - 1
 * @property {<T>(values: readonly T[]) => T} choose
 * @property {(size: number) => Uint8Array<ArrayBuffer>} bytes
 */

/**
 * @param {import("node:test").TestContext} context where the seed is told
 * @returns {Chance}
 */
export function createChance(context) {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
  context.diagnostic(`SEED=${seed}`);
  let state = seed >>> 0;

  // Mulberry32.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  /** @param {number} below */
  const integer = (below) => next() % below;
  return {
    seed,
    integer,
    choose: (values) => /** @type {any} */ (values[integer(values.length)]),
    bytes: (size) => Uint8Array.from({ length: size }, () => integer(256)),
  };
}

/**
 * @param {Chance} chance
 * @param {Uint8Array} bytes
 * @returns {Uint8Array<ArrayBuffer>} the same with a bit turned, or a piece cut out, doubled or exchanged
 */
export function spoil(chance, bytes) {
  const [one, other] = [chance.integer(bytes.length + 1), chance.integer(bytes.length + 1)];
  const [from, to] = [Math.min(one, other), Math.max(one, other)];
  const near = Math.min(to, from + chance.integer(8));
  switch (chance.integer(5)) {
    case 0: {
      const turned = new Uint8Array(bytes);
      const at = Math.min(from, bytes.length - 1);
      if (at >= 0) turned[at] = (turned[at] ?? 0) ^ (1 << chance.integer(8));
      return turned;
    }
    case 1:
      return new Uint8Array(bytes.subarray(0, from));
    case 2:
      return Uint8Array.from([...bytes.subarray(0, from), ...bytes.subarray(near)]);
    case 3:
      return Uint8Array.from([...bytes.subarray(0, near), ...bytes.subarray(from)]);
    default:
      return Uint8Array.from([
        ...bytes.subarray(0, from),
        ...chance.bytes(3),
        ...bytes.subarray(near),
      ]);
  }
}
