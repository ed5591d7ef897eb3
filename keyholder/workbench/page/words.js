/** The page's words for what the interface calls by short names. English, as `keyholder` is. */

/** @type {Record<string, string>} */
const WORDS = {
  "app-sms": "app, by SMS",
  domestic: "domestic only",
  "domestic-only": "domestic only",
  down: "cut",
  mains: "mains power",
  ok: "works",
  "on-off": "on and off",
  sms: "SMS",
  ussd: "USSD",
  vpn: "VPN",
  dns: "DNS",
};

/** What the interface calls by a short name: never a word of a stranger with a capital or digit. */
const NAME = /^[a-z]+(?:[-_][a-z]+)*$/;

/** Fields of a report as titles, in the order in which the report's page shows them. */
export const FIELDS = new Map([
  ["cc", "Country"],
  ["region", "Region"],
  ["area", "Place"],
  ["scope", "Extent"],
  ["net", "Networks"],
  ["kind", "Kind"],
  ["plat", "Platforms"],
  ["plat_other", "Other platforms"],
  ["op", "Operators"],
  ["asn", "Network numbers"],
  ["since", "Since"],
  ["since_precision", "Since, how exact"],
  ["status", "Status"],
  ["until", "Until"],
  ["until_precision", "Until, how exact"],
  ["obs", "Seen"],
  ["written", "Written"],
  ["recv", "Received by the gateway"],
  ["cause", "Cause"],
  ["notified", "Announced"],
  ["gov", "Government says"],
  ["impact", "Impact"],
  ["violence", "Violence"],
  ["abuse", "Abuse of rights"],
  ["evidence", "Evidence held"],
  ["relation", "Reporter"],
  ["safety", "Safety"],
  ["consent", "May be used for"],
  ["lang", "Language"],
]);

export const GRADES = [
  "lone",
  "three",
  "ten",
  "plausible",
  "measured",
  "official",
  "doubted",
  "refuted",
];
/** @type {Record<string, string>} */
const GRADE_WORDS = {
  lone: "lone",
  three: "3 or more independent",
  ten: "10 or more independent",
  measured: "measured",
  official: "official",
  doubted: "doubted",
};

/**
 * @param {unknown} name as the interface has it
 * @returns {string}
 */
export function word(name) {
  const text = String(name ?? "");
  const known = WORDS[text] ?? GRADE_WORDS[text];
  if (known !== undefined) return known;
  return NAME.test(text) ? text.replaceAll(/[-_]/g, " ") : text; // what people wrote stays as it is
}

/**
 * @param {number} count
 * @param {string} one such as "report"
 * @param {string} [many]
 */
export function counted(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/**
 * @param {unknown} moment as the interface has it, such as 2026-01-31T12:15:00Z
 * @returns {string} shorter, and still UTC
 */
export function time(moment) {
  const text = String(moment ?? "");
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? text.slice(0, 16).replace("T", " ") : text;
}

/**
 * @param {Record<string, string> | null | undefined} net network -> level
 * @returns {string} the worst first
 */
export function networks(net) {
  const told = Object.entries(net ?? {});
  return ["down", "slow", "ok"]
    .map((level) => [
      level,
      told
        .filter(([, found]) => found === level)
        .map(([name]) => word(name))
        .join(", "),
    ])
    .filter(([, names]) => names)
    .map(([level, names]) => `${word(level)}: ${names}`)
    .join("; ");
}

/**
 * @param {any} row with cc, region, region_name, area
 * @returns {string}
 */
export function placeOf(row) {
  return [row.area, row.region_name ?? row.region, row.cc].filter(Boolean).join(", ");
}
