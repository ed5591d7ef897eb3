/**
 * Where the person is and how they came there, so that the phone's back button walks the screens.
 * The browser's history gets a number, never a name, a title or an address: it is written to disk.
 */

/** What walking back to the first entry may take before we go on without it. */
const WALK_MILLISECONDS = 400;

/**
 * @typedef {object} Trail
 * @property {(name: string) => void} push a further screen
 * @property {() => void} back
 * @property {(name: string) => void} restart from this one: nothing before it can be come back to
 * @property {() => string} here
 * @property {() => string | undefined} before the screen that "back" goes to
 * @property {() => boolean} atStart
 * @property {() => Promise<void>} end walks back to the first entry that the app made, and shows
 *   nothing any more: what replaces the page then replaces the only entry before it
 */

/**
 * @param {string} first the name of the first screen
 * @param {(name: string) => void} show is called when the person has gone to another screen
 * @param {Pick<Window, "history" | "addEventListener">} window
 * @returns {Trail}
 */
export function createTrail(first, show, window) {
  // After a reload in the midst of it, the entries behind this one are still there.
  const begun = typeof window.history.state === "number" ? window.history.state : 0;
  let floor = begun;
  let at = begun;
  /** @type {string[]} names of screens, by the number in the history */
  const names = [];
  names[at] = first;
  /** @type {(() => void) | null} */
  let ended = null;
  window.history.replaceState(at, "");
  window.addEventListener("popstate", (event) => {
    if (ended) {
      ended();
      return;
    }
    at = typeof event.state === "number" ? event.state : floor;
    show(here());
  });

  function here() {
    return names[Math.max(at, floor)] ?? names[floor] ?? first;
  }

  /** @param {string} name */
  function push(name) {
    if (here() === name) return;
    go(name);
  }

  /** @param {string} name */
  function go(name) {
    at += 1;
    names.length = Math.min(names.length, at);
    names[at] = name;
    window.history.pushState(at, "");
    show(name);
  }

  return {
    push,
    back: () => window.history.back(),
    restart(name) {
      floor = at + 1;
      go(name);
    },
    here,
    before: () => (at > floor ? names[at - 1] : undefined),
    atStart: () => at <= floor,
    end: () =>
      new Promise((resolve) => {
        ended = resolve;
        if (at === 0) resolve();
        else window.history.go(-at);
        setTimeout(resolve, WALK_MILLISECONDS);
      }),
  };
}
