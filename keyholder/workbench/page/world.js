/** The world's countries and where a point lies on them. tools/make_world.mjs draws alike. */

/** What the map shows when no country is chosen, in its own units (hundredths of a degree). */
export const WHOLE = { x: 0, y: 2_200, width: 36_000, height: 14_600 };

/** @type {Promise<Record<string, string>> | undefined} */
let fetched;

/** @returns {Promise<Record<string, string>>} SVG paths by ISO alpha-2 code */
export function loadWorld() {
  fetched ??= fetch("/world.json", { credentials: "omit" }).then((answer) => answer.json());
  return fetched;
}

/**
 * Mercator, as in tools/make_world.mjs.
 * @param {number} latitude degrees
 * @param {number} longitude degrees
 */
export function place(latitude, longitude) {
  const kept = Math.min(84, Math.max(-60, latitude));
  const y = (Math.log(Math.tan(Math.PI / 4 + (kept * Math.PI) / 360)) * 180) / Math.PI;
  return { x: (longitude + 180) * 100, y: (90 - y) * 100 };
}
