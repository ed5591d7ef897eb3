/** Every screen by name. Each is a module of its own, fetched when it is gone to, or soon after start. */

/** @typedef {import("./frame.js").Screen} Screen */

/** The questions, in the order in which they are asked; all of them may be skipped. */
export const QUESTIONS = ["networks", "words"];

/** @type {Record<string, () => Promise<{screen: Screen}>>} */
const MODULES = {
  start: () => import("./screens/start.js"),
  language: () => import("./screens/language.js"),
};

/**
 * @param {string} name
 * @returns {Promise<Screen>}
 */
export async function loadScreen(name) {
  const load = MODULES[name] ?? MODULES.start;
  if (load === undefined) throw new RangeError("no such screen");
  return (await load()).screen;
}

/** Fetches what is still missing, so that no question fails when the network goes. */
export async function loadRest() {
  for (const load of Object.values(MODULES)) await load().catch(() => undefined);
}
