/** The calculator: a cover that works. */

import { element, fillWith } from "../element.js";
import { openWords } from "./cover-words.js";
import { newSum, pressKey, showSum } from "./sums.js";
import { cutOff, drawFoot } from "./way-in.js";

/** @typedef {import("./sums.js").Sum} Sum */

/** The keys as they stand, four in a row: what is pressed, what it shows, key of its spoken name. */
const KEYS = [
  ["C", "C", "clear"],
  ["<", "⌫", "delete"],
  ["%", "%", "percent"],
  ["/", "÷", "divide"],
  ["7", "", ""],
  ["8", "", ""],
  ["9", "", ""],
  ["*", "×", "times"],
  ["4", "", ""],
  ["5", "", ""],
  ["6", "", ""],
  ["-", "−", "minus"],
  ["1", "", ""],
  ["2", "", ""],
  ["3", "", ""],
  ["+", "+", "plus"],
  ["0", "", ""],
  [".", "", "point"],
  ["=", "=", "equals"],
];
/** Keys of a keyboard that stand for another one. */
const TYPED = { Enter: "=", Backspace: "<", Delete: "C", ",": ".", x: "*", c: "C", ":": "/" };

cutOff(window);
const words = await openWords("calculator");
let sum = newSum();
const display = element("output", { class: "display", dir: "ltr" }, showSum(sum, words.lang));
const place = /** @type {HTMLElement} */ (document.getElementById("cover"));
fillWith(
  place,
  element(
    "main",
    {},
    element("h1", {}, words.text("title")),
    display,
    element("div", { class: "keys", dir: "ltr" }, KEYS.map(drawKey)),
  ),
  drawFoot(words.text("version"), window),
);
document.addEventListener("keydown", type);

/** @param {string[]} key */
function drawKey([pressed = "", shown = "", name = ""]) {
  const label =
    shown ||
    (pressed === "." ? point() : new Intl.NumberFormat(words.lang).format(Number(pressed)));
  return element(
    "button",
    {
      type: "button",
      class: /[\d.]/.test(pressed) ? "digit" : "sign",
      "data-key": pressed,
      "aria-label": name ? words.text(name) : null,
      onclick: () => press(pressed),
    },
    label,
  );
}

/** @returns {string} the language's decimal mark */
function point() {
  const parts = new Intl.NumberFormat(words.lang).formatToParts(1.5);
  return parts.find((part) => part.type === "decimal")?.value ?? ".";
}

/** @param {string} key */
function press(key) {
  sum = pressKey(sum, key);
  display.textContent = showSum(sum, words.lang);
}

/** @param {KeyboardEvent} event */
function type(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const onButton = event.target instanceof HTMLButtonElement;
  if (onButton && event.key === "Enter") return; // it presses that button
  const key = TYPED[/** @type {keyof typeof TYPED} */ (event.key)] ?? event.key;
  if (!KEYS.some(([pressed]) => pressed === key)) return;
  event.preventDefault();
  press(key);
}
