/** Every screen by name. Each is a module of its own, fetched when it is gone to, or soon after start. */

/** @typedef {import("./frame.js").Screen} Screen */

/** @type {Record<string, () => Promise<{screen: Screen}>>} */
const MODULES = {
  start: () => import("./screens/start.js"),
  language: () => import("./screens/language.js"),
  networks: () => import("./screens/networks.js"),
  kind: () => import("./screens/kind.js"),
  apps: () => import("./screens/apps.js"),
  country: () => import("./screens/country.js"),
  place: () => import("./screens/place.js"),
  operators: () => import("./screens/operators.js"),
  since: () => import("./screens/since.js"),
  status: () => import("./screens/status.js"),
  why: () => import("./screens/why.js"),
  harm: () => import("./screens/harm.js"),
  violence: () => import("./screens/violence.js"),
  words: () => import("./screens/words.js"),
  files: () => import("./screens/files.js"),
  you: () => import("./screens/you.js"),
  use: () => import("./screens/use.js"),
  outbox: () => import("./outbox-page.js"),
  texts: () => import("./texts-page.js"),
  pass: () => import("./passing-on-page.js"),
  codes: () => import("./codes-page.js"),
  scan: () => import("./scan-page.js"),
  safety: () => import("./safety-page.js"),
  look: () => import("./look-page.js"),
  wipe: () => import("./wipe-page.js"),
  review: () => import("./screens/review.js"),
  send: () => import("./screens/send.js"),
  sent: () => import("./screens/sent.js"),
};

/**
 * @param {string} name
 * @returns {Promise<Screen>}
 */
export async function loadScreen(name) {
  const load = MODULES[name];
  if (load === undefined) throw new RangeError("no such screen");
  return (await load()).screen;
}

/** Fetches what is still missing, so that no question fails when the network goes. */
export async function loadRest() {
  for (const load of Object.values(MODULES)) await load().catch(() => undefined);
}
