/** Choices as large cards. Beneath each is a real radio button or check box, so keys and readers work. */

import { element, icon } from "./element.js";

const LONG_WORD = 7;

/**
 * @typedef {object} Choice
 * @property {string} value
 * @property {string | Node | (string | Node)[]} label
 * @property {string} [icon]
 */

/**
 * @typedef {object} Group
 * @property {string} name of the inputs, the same for nothing else on the screen
 * @property {string} [legend] what is asked; without it, the screen's heading names the group
 * @property {Choice[]} choices
 * @property {"cards" | "rows" | "row"} [look] large cards (the default), one beneath the other, or
 *   small ones side by side
 */

/**
 * One of several, or none: what is chosen can be tapped again to take it back.
 *
 * @param {Group} group
 * @param {string | undefined} chosen
 * @param {(value: string | undefined) => void} choose
 * @returns {HTMLElement}
 */
export function oneOf(group, chosen, choose) {
  let current = chosen;
  return drawGroup(group, "radiogroup", (choice) => {
    const input = element("input", {
      type: "radio",
      name: group.name,
      value: choice.value,
      checked: choice.value === chosen,
      autocomplete: "off",
    });
    input.addEventListener("click", () => {
      if (current === choice.value) input.checked = false;
      current = input.checked ? choice.value : undefined;
      choose(current);
    });
    return input;
  });
}

/**
 * Any of several.
 *
 * @param {Group & {most?: number}} group `most`: how many at most; the others then cannot be chosen
 * @param {readonly string[]} chosen
 * @param {(values: string[]) => void} choose gets them in the order of the choices
 * @returns {HTMLElement}
 */
export function anyOf(group, chosen, choose) {
  const most = group.most ?? group.choices.length;
  /** @type {HTMLInputElement[]} */
  const inputs = [];
  const update = () => {
    const checked = inputs.filter((input) => input.checked);
    for (const input of inputs) input.disabled = !input.checked && checked.length >= most;
    return checked.map((input) => input.value);
  };
  const drawn = drawGroup(group, "group", (choice) => {
    const input = element("input", {
      type: "checkbox",
      name: group.name,
      value: choice.value,
      checked: chosen.includes(choice.value),
      autocomplete: "off",
      onchange: () => choose(update()),
    });
    inputs.push(input);
    return input;
  });
  update();
  return drawn;
}

/**
 * @param {Group} group
 * @param {"group" | "radiogroup"} role
 * @param {(choice: Choice) => HTMLInputElement} drawInput
 */
function drawGroup(group, role, drawInput) {
  const id = `${group.name}-legend`;
  const look = group.look ?? "cards";
  const bare = group.choices.some((choice) => choice.icon) ? "" : "bare";
  const pairs = look === "row" && group.choices.length === 4 && hasLongWord(group) ? "pairs" : "";
  return element(
    "div",
    { class: "group", role, "aria-labelledby": group.legend ? id : "heading" },
    group.legend
      ? element("h2", { id, class: "legend" }, element("span", { class: "name" }, group.legend))
      : null,
    element(
      "div",
      { class: `choices ${look} ${bare} ${pairs}` },
      group.choices.map((choice) =>
        element(
          "label",
          { class: "choice" },
          drawInput(choice),
          element(
            "span",
            { class: "card" },
            choice.icon ? icon(choice.icon) : null,
            element("span", { class: "name" }, choice.label),
          ),
        ),
      ),
    ),
  );
}

/**
 * Four long words do not fit side by side into 320 pixels: two and two look better than three and one.
 *
 * @param {Group} group
 */
function hasLongWord({ choices }) {
  return choices.some(({ label }) =>
    String(label)
      .split(" ")
      .some((word) => word.length > LONG_WORD),
  );
}
