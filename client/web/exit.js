/** The quick exit: what was written is gone, and another page stands where this one stood. */

/** @typedef {import("./draft.js").Draft} Draft */

/** @param {Draft} draft */
export function leave(draft) {
  draft.clear();
  document.getElementById("app")?.replaceChildren();
  location.replace("about:blank");
}
