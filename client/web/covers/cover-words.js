/** A cover's words, in the phone's language; English ones stand here, for a phone that has none. */

import { chooseLanguage, loadWords } from "../words.js";

/** @type {Record<string, string>} */
const ENGLISH = {
  version: "Version 1.0",
  clear: "Clear",
  delete: "Delete one digit",
  percent: "Percent",
  divide: "Divided by",
  times: "Times",
  minus: "Minus",
  plus: "Plus",
  point: "Decimal point",
  equals: "Equals",
  previous: "Month before",
  next: "Month after",
  today: "Today",
};

/**
 * @typedef {object} CoverWords
 * @property {string} lang of numbers and dates
 * @property {(name: string) => string} text
 */

/**
 * Gives the page its language and title as well.
 *
 * @param {"calculator" | "calendar"} cover
 * @returns {Promise<CoverWords>}
 */
export async function openWords(cover) {
  const lang = chooseLanguage(navigator.languages);
  const found = await loadWords(lang).catch(() => null);
  const root = document.documentElement;
  const name = (/** @type {string} */ key) => {
    const known = found?.text(`app.cover.${key}`) ?? "";
    return known === "" || known.startsWith("app.cover.") ? (ENGLISH[key] ?? "") : known;
  };
  root.lang = found ? lang : "en";
  root.dir = found?.dir ?? "ltr";
  const title = name(cover) || document.title;
  document.title = title;
  // Of the person's country, where it is known. Not every browser has the months of every language.
  const local = navigator.languages.filter((one) => chooseLanguage([one]) === root.lang);
  const known = Intl.DateTimeFormat.supportedLocalesOf([...local, root.lang]);
  return { lang: known[0] ?? "en", text: (key) => (key === "title" ? title : name(key)) };
}
