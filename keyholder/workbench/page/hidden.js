/**
 * What strangers wrote, made harmless to look at: every active or invisible character is shown by
 * its number, as keyholder/terminal.py does. tests/keyholder/hidden_cases.json is run by both.
 */

import { element } from "./element.js";

const STACK = 4; // marks over one letter that are still writing; more is vandalism
const JOINERS = "\u200c\u200d";
const MARK = /[\p{Mn}\p{Me}]/u;
const BAD = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;
const SPACE = /\p{Zs}/u;
const LETTER_OR_MARK = /[\p{L}\p{M}]/u;
const INVISIBLE =
  /[\u115f\u1160\u2800\u3164\uffa0]|\u034f|[\u17b4\u17b5]|[\u180b-\u180f]|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]/u;
/** Arabic and Syriac, Indic, Tibetan, Myanmar, Mongolian, Khmer: UAX 31, section 2.3. */
const JOINING = [
  [0x0600, 0x07ff],
  [0x0860, 0x0dff],
  [0x0f00, 0x109f],
  [0x1780, 0x18af],
  [0xfb50, 0xfdff],
  [0xfe70, 0xfefe],
];
/** Nothing in it needs a second look. */
const PLAIN = /^[\x20-\x7e]*$/;

/**
 * @param {string} text
 * @returns {(string | {hidden: string})[]} pieces; `hidden` is `U+202E`
 */
export function split(text) {
  if (PLAIN.test(text)) return text === "" ? [] : [text];
  /** @type {(string | {hidden: string})[]} */
  const pieces = [];
  let seen = "";
  let marks = 0;
  const characters = [...text.replaceAll("\r\n", "\n")];
  for (const [at, character] of characters.entries()) {
    marks = MARK.test(character) ? marks + 1 : 0;
    if (character === "\n") seen += "\n";
    else if (character === "\t") seen += " ";
    else if (JOINERS.includes(character) && joins(characters, at)) seen += character;
    else if (isActive(character) || marks > STACK) {
      if (seen !== "") pieces.push(seen);
      seen = "";
      pieces.push({ hidden: name(character) });
    } else seen += SPACE.test(character) ? " " : character;
  }
  if (seen !== "") pieces.push(seen);
  return pieces;
}

/**
 * @param {unknown} text
 * @returns {(string | HTMLElement)[]} what to put into the page
 */
export function shown(text) {
  return split(String(text ?? "")).map((piece) =>
    typeof piece === "string"
      ? piece
      : element(
          "span",
          { class: "hidden-character", title: "a character that hides itself" },
          `⟨${piece.hidden}⟩`,
        ),
  );
}

/**
 * @param {unknown} text
 * @returns {string} for attributes and options, where no element can stand
 */
export function plain(text) {
  return split(String(text ?? ""))
    .map((piece) => (typeof piece === "string" ? piece : `⟨${piece.hidden}⟩`))
    .join("");
}

/**
 * @param {string[]} characters
 * @param {number} at
 */
function joins(characters, at) {
  return isJoining(characters[at - 1]) && isJoining(characters[at + 1]);
}

/** @param {string | undefined} character */
function isJoining(character) {
  if (character === undefined || !LETTER_OR_MARK.test(character)) return false;
  const number = character.codePointAt(0) ?? 0;
  return JOINING.some(([first = 0, last = 0]) => first <= number && number <= last);
}

/** @param {string} character */
function isActive(character) {
  return character === "⟨" || BAD.test(character) || INVISIBLE.test(character);
}

/** @param {string} character */
function name(character) {
  const number = character.codePointAt(0) ?? 0;
  return `U+${number.toString(16).toUpperCase().padStart(4, "0")}`;
}
