/**
 * Which look the app has: its title, its icon, its manifest. The choice lies in the browser's
 * storage under a plain name, and whether this tab was opened past the cover in the tab's own.
 */

/** @typedef {"notes" | "calculator" | "calendar"} Look */

const CHOICE = "look";
const VIEW = "view";
const WEB = new URL("../", import.meta.url);

/** page: the cover that stands before the app and to which one leaves. */
const LOOKS = {
  notes: { manifest: "../manifest.webmanifest", page: "calculator.html", disguise: false },
  calculator: { manifest: "calculator.webmanifest", page: "calculator.html", disguise: true },
  calendar: { manifest: "calendar.webmanifest", page: "calendar.html", disguise: true },
};
export const NAMES = /** @type {Look[]} */ (Object.keys(LOOKS));

/**
 * @param {Window} window
 * @returns {Look} plain notes where nothing is kept, or the browser keeps nothing
 */
export function readLook(window) {
  const kept = stored(() => window.localStorage.getItem(CHOICE));
  return NAMES.find((name) => name === kept) ?? "notes";
}

/**
 * @param {Window} window
 * @param {Look} look
 * @returns {boolean} whether the browser kept it
 */
export function keepLook(window, look) {
  const done = stored(() => {
    if (look === "notes") window.localStorage.removeItem(CHOICE);
    else window.localStorage.setItem(CHOICE, look);
    window.sessionStorage.setItem(VIEW, "open");
    return true;
  });
  return done === true;
}

/**
 * @param {Look} look
 * @returns {string} address of the page that stands in front of the app
 */
export function coverPage(look) {
  return new URL(LOOKS[look].page, WEB).href;
}

/**
 * @param {Window} window
 * @returns {boolean} whether a cover is to be shown before the app: a disguise is chosen, and
 *   nobody came past it in this tab
 */
export function coverStandsFirst(window) {
  const seen = stored(() => window.sessionStorage.getItem(VIEW));
  return LOOKS[readLook(window)].disguise && seen !== "open";
}

/** @param {Window} window this tab shows the app from now on */
export function openView(window) {
  stored(() => window.sessionStorage.setItem(VIEW, "open"));
}

/** @param {Window} window the app is being left: the cover is to stand there */
export function closeView(window) {
  stored(() => window.sessionStorage.setItem(VIEW, "left"));
}

/**
 * @param {Window} window
 * @returns {boolean} whether the app was left for this page just now; true once
 */
export function tookLeave(window) {
  const left = stored(() => window.sessionStorage.getItem(VIEW)) === "left";
  if (left) stored(() => window.sessionStorage.removeItem(VIEW));
  return left;
}

/**
 * Gives the page the look's title, icon and manifest: what a tab, a list of open pages and an
 * installation take.
 *
 * @param {Document} document
 * @param {Look} look
 * @param {string} title
 */
export function wear(document, look, title) {
  document.title = title;
  setLink(document, "icon", new URL(`icons/${look}.svg`, WEB).href);
  setLink(document, "manifest", new URL(LOOKS[look].manifest, WEB).href);
}

/**
 * @param {Document} document
 * @param {string} rel
 * @param {string} href
 */
function setLink(document, rel, href) {
  const found = document.querySelector(`link[rel="${rel}"]`);
  const link = found ?? document.head.appendChild(document.createElement("link"));
  link.setAttribute("rel", rel);
  link.setAttribute("href", href);
}

/**
 * @template T
 * @param {() => T} use of the browser's storage, which may be switched off
 * @returns {T | null}
 */
function stored(use) {
  try {
    return use();
  } catch {
    return null;
  }
}
