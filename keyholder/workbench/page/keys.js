/** The keys that work everywhere, and the page that tells them. */

import { element, fillWith } from "./element.js";

/** @type {[string, string][]} */
const TOLD = [
  ["1 … 6", "list, incidents, timeline, map, floods, history"],
  ["/", "search"],
  ["j, k, arrows", "down and up in the list; Page Up, Page Down, Home, End too"],
  ["Enter", "open the report"],
  ["x or space", "mark the report"],
  ["t", "add a tag to the report"],
  ["m", "put the marked reports together as one incident"],
  ["u", "undo the last thing that you did"],
  ["Escape", "back to the view before"],
  ["?", "this page"],
];

/**
 * @param {Record<string, () => void>} actions by key
 */
export function listenForKeys(actions) {
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const writes = target.matches("input:not([type=checkbox]), textarea, select");
    if (writes && event.key !== "Escape") return;
    if (target.closest("dialog")) return;
    if (writes) {
      target.blur();
      return;
    }
    const act = actions[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** Shows the keys in a dialog; closing it puts the focus back. */
export function showKeys() {
  const close = element("button", { type: "button", onclick: () => dialog.close() }, "Close");
  const dialog = element(
    "dialog",
    { "aria-labelledby": "keys-title", onclose: () => dialog.remove() },
    element("h2", { id: "keys-title" }, "Keys"),
    element(
      "dl",
      { class: "fields keys" },
      TOLD.map(([key, does]) =>
        element("div", {}, element("dt", {}, element("kbd", {}, key)), element("dd", {}, does)),
      ),
    ),
    close,
  );
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
}

/**
 * @param {string} heading
 * @param {string} told
 */
export function showEnd(heading, told) {
  fillWith(
    document.body,
    element(
      "main",
      { class: "end", tabindex: -1 },
      element("h1", {}, heading),
      element("p", {}, told),
    ),
  );
  document.querySelector("main")?.focus();
}
