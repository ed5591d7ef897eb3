/**
 * Where the person is and how they came there, so that the phone's back button walks the screens.
 * The browser's history gets a number, never a name, a title or an address: it is written to disk.
 */

/**
 * @typedef {object} Trail
 * @property {(name: string) => void} push a further screen
 * @property {() => void} back
 * @property {(name: string) => void} restart from this one: nothing before it can be come back to
 * @property {() => string} here
 * @property {() => string | undefined} before the screen that "back" goes to
 * @property {() => boolean} atStart
 */

/**
 * @param {string} first the name of the first screen
 * @param {(name: string) => void} show is called when the person has gone to another screen
 * @param {Pick<Window, "history" | "addEventListener">} window
 * @returns {Trail}
 */
export function createTrail(first, show, window) {
  /** @type {string[]} names of screens, by number */
  let names = [first];
  let at = 0;
  window.history.replaceState(0, "");
  window.addEventListener("popstate", (event) => {
    const number = typeof event.state === "number" ? event.state : 0;
    at = number < names.length ? number : 0;
    show(names[at] ?? first);
  });
  return {
    push(name) {
      if (names[at] === name) return;
      names = [...names.slice(0, at + 1), name];
      at += 1;
      window.history.pushState(at, "");
      show(name);
    },
    back: () => window.history.back(),
    restart(name) {
      names = [name];
      at = 0;
      window.history.pushState(0, "");
      show(name);
    },
    here: () => names[at] ?? first,
    before: () => names[at - 1],
    atStart: () => at === 0,
  };
}
