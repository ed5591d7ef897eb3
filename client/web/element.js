/** Builds the page's nodes. Text is always text: there is no way in here for markup. */

const SVG = "http://www.w3.org/2000/svg";
const SPRITE = new URL("./icons.svg", import.meta.url).href;

/** @typedef {Node | string | null | undefined | false} Child */
/** @typedef {string | number | boolean | null | undefined | ((event: any) => void)} Attribute */

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name such as "button"
 * @param {Record<string, Attribute>} [attributes] `{class: "wide", hidden: true, onclick: go}`; a
 *   function is listened to, true is an empty attribute, false, null and undefined are none
 * @param {...(Child | Child[])} children nodes and texts; null, undefined and false are left out
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(attribute.slice("on".length), value);
    else if (value === true) made.setAttribute(attribute, "");
    else if (value !== false && value !== null && value !== undefined) {
      made.setAttribute(attribute, String(value));
    }
  }
  made.append(...present(children.flat()));
  return made;
}

/**
 * @param {string} name one of icons.svg
 * @returns {SVGElement} a picture that only decorates: the words stand beside it
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${SPRITE}#${name}`);
  svg.append(use);
  return svg;
}

/**
 * @param {Element} parent loses what it has and holds these
 * @param {...(Child | Child[])} children
 */
export function fillWith(parent, ...children) {
  parent.replaceChildren(...present(children.flat()));
}

/**
 * @param {Child[]} children
 * @returns {(Node | string)[]}
 */
function present(children) {
  return children.filter((child) => child !== null && child !== undefined && child !== false);
}
