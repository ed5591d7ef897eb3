/** Fields for words. The browser keeps nothing of them: no completion, no spelling service. */

import { element } from "./element.js";

/** What every field has, so that nothing typed goes to the browser's memory or to a server. */
export const PRIVATE = {
  autocomplete: "off",
  autocorrect: "off",
  autocapitalize: "sentences",
  spellcheck: "false",
  dir: "auto",
};

const FEW = 64;

/**
 * @param {import("./frame.js").App} app
 * @param {object} options
 * @param {string} options.id
 * @param {string} options.label already in the person's language
 * @param {string} [options.hint]
 * @param {string} options.value
 * @param {number} options.maxBytes of UTF-8; more cannot be typed
 * @param {number} [options.rows] more than one line
 * @param {boolean} [options.labelUnseen] the screen's heading says it already
 * @param {(value: string) => void} options.change gets it without white space around
 * @returns {HTMLElement}
 */
export function textField(app, options) {
  const { id, maxBytes } = options;
  const left = element("p", { class: "left", id: `${id}-left` });
  const hint = options.hint
    ? element("p", { class: "hint", id: `${id}-hint` }, options.hint)
    : null;
  const attributes = {
    ...PRIVATE,
    id,
    class: "field",
    "aria-describedby": `${hint ? `${id}-hint ` : ""}${id}-left`,
  };
  const field =
    options.rows === undefined
      ? element("input", { ...attributes, type: "text" })
      : element("textarea", { ...attributes, rows: options.rows });
  field.value = options.value;
  const showLeft = () => {
    const room = maxBytes - byteLength(field.value);
    left.replaceChildren(...app.words.nodes("app.field.left", { count: room }));
    left.classList.toggle("few", room <= FEW);
  };
  field.addEventListener("input", (event) => {
    const composing = /** @type {InputEvent} */ (event).isComposing;
    if (!composing && byteLength(field.value) > maxBytes) {
      field.value = cutToBytes(field.value, maxBytes);
      app.say(app.words.text("app.field.full"));
    }
    showLeft();
    options.change(cutToBytes(field.value, maxBytes).trim());
  });
  showLeft();
  return element(
    "div",
    { class: "field-group" },
    element("label", { for: id, class: options.labelUnseen ? "unseen" : "label" }, options.label),
    hint,
    field,
    left,
  );
}

/**
 * @param {string} text
 * @returns {number} of its UTF-8
 */
export function byteLength(text) {
  return new TextEncoder().encode(text).length;
}

/**
 * @param {string} text
 * @param {number} maxBytes
 * @returns {string} as much of its beginning as fits, whole characters
 */
export function cutToBytes(text, maxBytes) {
  if (byteLength(text) <= maxBytes) return text;
  let kept = "";
  let used = 0;
  for (const character of text) {
    used += byteLength(character);
    if (used > maxBytes) break;
    kept += character;
  }
  return kept;
}
