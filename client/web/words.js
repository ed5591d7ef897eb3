/** The words of one language, with what is said where a machine's draft is shown. */

/** Languages in their own letters: what somebody looks for who reads no other. */
export const LANGUAGES = /** @type {const} */ ({
  en: "English",
  ar: "العربية",
  fa: "فارسی",
  ur: "اردو",
  hi: "हिन्दी",
  bn: "বাংলা",
  my: "မြန်မာ",
  am: "አማርኛ",
  ru: "Русский",
  uk: "Українська",
  be: "Беларуская",
  fr: "Français",
  es: "Español",
  pt: "Português",
  tr: "Türkçe",
  sw: "Kiswahili",
  id: "Bahasa Indonesia",
});

const RIGHT_TO_LEFT = new Set(["ar", "fa", "ur"]);
const FALLBACK = "en";
const ROOT = new URL("../", import.meta.url);
const PLACEHOLDER = /\{([a-z_]+)\}/;

/** @typedef {Record<string, {text: string, status: string}>} Catalogue */
/** @typedef {Record<string, string | number>} Params */

/**
 * @typedef {object} Words
 * @property {string} lang
 * @property {"ltr" | "rtl"} dir
 * @property {(key: string, params?: Params) => string} text one line, its placeholders filled
 * @property {(key: string, params?: Params) => (string | Node)[]} nodes the same for the page: what
 *   is filled in stands in a <bdi>, so that a number or a Latin name does not turn a line round
 * @property {(prefix: string, value: string) => string} label of a field's value
 * @property {() => boolean} drafted whether a draft was given out since this was last asked
 * @property {(date: Date, options: Intl.DateTimeFormatOptions) => string} date with Latin digits
 */

/**
 * @param {readonly string[]} wanted languages the person reads, best first (navigator.languages)
 * @returns {string} the first of them that there is, else English
 */
export function chooseLanguage(wanted) {
  for (const one of wanted) {
    const short = one.toLowerCase().split("-")[0] ?? "";
    if (Object.hasOwn(LANGUAGES, short)) return short;
    if (short === "in") return "id"; // the code that old Android phones have
  }
  return FALLBACK;
}

/**
 * @param {string} lang
 * @returns {Promise<Words>}
 * @throws {TypeError} where the words are not on the phone and cannot be fetched
 */
export async function loadWords(lang) {
  const answer = await fetch(new URL(`locales/${lang}.json`, ROOT));
  if (!answer.ok) throw new TypeError("no words");
  return createWords(lang, await answer.json());
}

/**
 * @param {string} lang
 * @param {Catalogue} catalogue
 * @returns {Words}
 */
export function createWords(lang, catalogue) {
  let drafts = false;
  /** @param {string} key */
  const find = (key) => {
    const found = catalogue[key];
    if (found?.status === "draft") drafts = true;
    return found?.text ?? key;
  };
  /** @param {string} key @param {Params} params */
  const parts = (key, params) =>
    find(key)
      .split(PLACEHOLDER)
      .map((part, index) => ({ filled: index % 2 === 1, text: fillIn(part, index, params) }));
  return {
    lang,
    dir: RIGHT_TO_LEFT.has(lang) ? "rtl" : "ltr",
    text: (key, params = {}) =>
      parts(key, params)
        .map((part) => part.text)
        .join(""),
    nodes: (key, params = {}) =>
      parts(key, params).map((part) => (part.filled ? isolate(part.text) : part.text)),
    label: (prefix, value) => find(`${prefix}.${value}`),
    drafted: () => {
      const said = drafts;
      drafts = false;
      return said;
    },
    date: (date, options) => formatDate(lang, date, options),
  };
}

/**
 * @param {string} lang
 * @param {Date} date
 * @param {Intl.DateTimeFormatOptions} options
 */
function formatDate(lang, date, options) {
  const known = Intl.DateTimeFormat.supportedLocalesOf([lang]).length > 0;
  if (known)
    return new Intl.DateTimeFormat(lang, { ...options, numberingSystem: "latn" }).format(date);
  // The browser has no names of months in this language: 26/11/2026 is read by more people than English.
  const { weekday: _, ...others } = options;
  const numbers = /** @type {const} */ ({ day: "2-digit", month: "2-digit", year: "numeric" });
  return new Intl.DateTimeFormat("en-GB", { ...others, ...numbers }).format(date);
}

/**
 * @param {string} text a code, a number, a name in another script
 * @returns {HTMLElement} that text, for whose direction the line around it does not matter
 */
export function isolate(text) {
  const made = document.createElement("bdi");
  made.textContent = text;
  return made;
}

/**
 * @param {string} part a literal part, or every second time a placeholder's name
 * @param {number} index
 * @param {Params} params
 */
function fillIn(part, index, params) {
  return index % 2 === 1 ? String(params[part] ?? `{${part}}`) : part;
}
