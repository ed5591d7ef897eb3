/** Builds the page's nodes. Text is always text: there is no way in here for markup. */

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Node | string | null | undefined | false} Child */
/** @typedef {string | number | boolean | null | undefined | ((event: any) => void)} Attribute */

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name such as "button"
 * @param {Record<string, Attribute>} [attributes] a function is listened to, true is an empty
 *   attribute, false, null and undefined are none
 * @param {...(Child | Child[])} children null, undefined and false are left out
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  dress(made, attributes, children);
  return made;
}

/**
 * @param {string} name such as "circle"
 * @param {Record<string, Attribute>} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {SVGElement}
 */
export function drawing(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  dress(made, attributes, children);
  return made;
}

/**
 * @param {Element} parent loses what it has and holds these
 * @param {...(Child | Child[])} children
 */
export function fillWith(parent, ...children) {
  parent.replaceChildren(...present(children.flat()));
}

/**
 * @param {string} id of an element that index.html has
 * @returns {HTMLElement}
 */
export function find(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error("the page is incomplete");
  return found;
}

/**
 * @param {Element} made
 * @param {Record<string, Attribute>} attributes
 * @param {(Child | Child[])[]} children
 */
function dress(made, attributes, children) {
  for (const [attribute, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(attribute.slice("on".length), value);
    else if (value === true) made.setAttribute(attribute, "");
    else if (value !== false && value !== null && value !== undefined) {
      made.setAttribute(attribute, String(value));
    }
  }
  made.append(...present(children.flat()));
}

/**
 * @param {Child[]} children
 * @returns {(Node | string)[]}
 */
function present(children) {
  return /** @type {(Node | string)[]} */ (
    children.filter((child) => child !== null && child !== undefined && child !== false)
  );
}
