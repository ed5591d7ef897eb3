/**
 * What a person is writing. It is held in memory and nowhere else: gone when the page is left, on
 * reload, on sending, and on the quick exit.
 */

/**
 * @typedef {object} Attachment
 * @property {Blob} file as it will be sealed: cleaned where it could be
 * @property {"photo" | "video" | "document"} kind
 * @property {boolean} cleaned whether what the camera wrote into it is gone
 * @property {Blob} [source] of a photo, as long as its size can still be chosen
 * @property {boolean} [original] a photo that keeps its size in pixels
 */

/**
 * @typedef {object} Draft
 * @property {Record<string, any>} report fields of spec/report-v1.json, as the codec takes them
 * @property {Attachment[]} files
 * @property {{texts: "none" | "short" | "whole", receipt: boolean}} choices
 * @property {{texts: number, warnings: string[]} | null} sealed what came of the last report that was
 *   sealed: none of it says what was in it
 * @property {(name: string, value: unknown) => void} set undefined, "" and empty lists and maps
 *   take the field away
 * @property {(files: Attachment[]) => void} attach in place of those that were there
 * @property {() => boolean} isEmpty
 * @property {() => void} clear
 * @property {(listener: () => void) => () => void} watch calls back after each change; gives what
 *   ends that
 */

/** @returns {Draft} */
export function createDraft() {
  /** @type {Set<() => void>} */
  const listeners = new Set();
  /** @type {Draft} */
  const draft = {
    report: {},
    files: [],
    choices: { texts: "none", receipt: false },
    sealed: null,
    set(name, value) {
      if (isNothing(value)) delete draft.report[name];
      else draft.report[name] = value;
      tell(listeners);
    },
    attach(files) {
      draft.files = files;
      tell(listeners);
    },
    isEmpty: () => draft.files.length === 0 && Object.keys(draft.report).length === 0,
    clear() {
      draft.report = {};
      draft.files = [];
      draft.choices = { texts: "none", receipt: false };
      draft.sealed = null;
      tell(listeners);
    },
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return draft;
}

/**
 * Asks before the page is left while something is written (the browser's own words).
 *
 * @param {Draft} draft
 * @param {Window} window
 */
export function warnBeforeLeaving(draft, window) {
  window.addEventListener("beforeunload", (event) => {
    if (!draft.isEmpty()) event.preventDefault();
  });
}

/**
 * A page that was left may lie in memory, whole, for whoever presses "back": it lies there empty, and
 * begins anew.
 *
 * @param {Draft} draft
 * @param {HTMLElement} place where the screens are drawn
 * @param {Window} window
 */
export function forgetWhenLeft(draft, place, window) {
  window.addEventListener("pagehide", () => {
    draft.clear();
    place.replaceChildren();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
}

/** @param {Set<() => void>} listeners */
function tell(listeners) {
  for (const listener of listeners) listener();
}

/** @param {unknown} value */
function isNothing(value) {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
