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

export const GRADES = ["lone", "three", "ten", "measured", "official", "doubted"];
export const LEVELS = ["down", "slow", "ok"];
export const NETWORKS = ["data", "fixed", "sms", "voice", "satellite", "power"];
export const CHANNELS = ["app", "web", "app-sms", "sms", "ussd", "relay", "import"];
export const STATUSES = ["ongoing", "ended", "on-off", "unknown"];

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
  return WORDS[text] ?? GRADE_WORDS[text] ?? text.replaceAll("-", " ").replaceAll("_", " ");
}

/**
 * @param {number} count
 * @param {string} one such as "report"
 * @param {string} [many]
 */
export function counted(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
