/** Countries, their regions and operators. The list of places may come later than the page. */

const ROOT = new URL("./", import.meta.url);

/** ISO 3166-1, Kosovo (XK) and Somaliland (XS), which browsers have no name for. */
const COUNTRIES =
  "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS " +
  "BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE " +
  "EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM " +
  "HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC " +
  "LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA " +
  "NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW " +
  "SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO " +
  "TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK XS YE YT ZA ZM ZW";
const OWN_NAMES = /** @type {Record<string, string>} */ ({ XS: "Somaliland" });

/**
 * @typedef {object} Places
 * @property {Record<string, string>} names of the country, in languages that browsers lack
 * @property {Record<string, string>} regions by the end of their code
 * @property {[name: string, code?: string][]} operators
 */
/** @typedef {{code: string, name: string, found: string}} Country `found`: what a search looks in */

/** @type {Promise<Record<string, Places>> | null} */
let loading = null;

/**
 * @param {string} lang
 * @returns {Promise<Country[]>} by name, as that language sorts them
 */
export async function countries(lang) {
  const places = await loadPlaces();
  const english = new Intl.DisplayNames(["en"], { type: "region" });
  const { compare } = new Intl.Collator(lang);
  return COUNTRIES.split(" ")
    .map((code) => {
      const name = nameOf(code, lang, places);
      return { code, name, found: fold(`${name} ${english.of(code) ?? ""} ${code}`) };
    })
    .sort((one, other) => compare(one.name, other.name));
}

/**
 * @param {string} code
 * @param {string} lang
 * @returns {Promise<string>} the country's name
 */
export async function countryName(code, lang) {
  return nameOf(code, lang, await loadPlaces());
}

/**
 * @param {readonly string[]} languages as navigator.languages has them
 * @returns {string[]} the countries that they name ("en-MM" is MM)
 */
export function likelyCountries(languages) {
  const known = new Set(COUNTRIES.split(" "));
  const regions = languages.map((one) => one.split("-").slice(1).pop()?.toUpperCase() ?? "");
  return [...new Set(regions.filter((region) => known.has(region)))];
}

/**
 * @param {string} cc
 * @returns {Promise<Places>} empty where the list is not on the phone
 */
export async function placesOf(cc) {
  return (await loadPlaces())[cc] ?? { names: {}, regions: {}, operators: [] };
}

/**
 * @param {string} cc
 * @param {string} tail as the list has it: "13" of MM, and "SO-AW" of XS
 * @returns {string} ISO 3166-2
 */
export function regionCode(cc, tail) {
  return tail.includes("-") ? tail : `${cc}-${tail}`;
}

/**
 * @param {string} text
 * @returns {string} for comparing: small letters without accents
 */
export function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** @param {string} code @param {string} lang @param {Record<string, Places>} places */
function nameOf(code, lang, places) {
  const own = OWN_NAMES[code] ?? places[code]?.names[lang];
  return own ?? new Intl.DisplayNames([lang, "en"], { type: "region" }).of(code) ?? code;
}

/** @returns {Promise<Record<string, Places>>} empty where they are not on the phone: asked for again */
async function loadPlaces() {
  loading ??= fetchPlaces();
  try {
    return await loading;
  } catch {
    loading = null;
    return {};
  }
}

async function fetchPlaces() {
  const answer = await fetch(new URL("places.json", ROOT));
  if (!answer.ok) throw new TypeError("no places");
  return answer.json();
}
