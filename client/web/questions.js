/** Which fields of spec/report-v1.json stand on which screen. A test holds this against the table. */

/**
 * The questions in the order in which they are asked; each may be skipped.
 *
 * @type {readonly {name: string, fields: readonly string[]}[]}
 */
export const QUESTIONS = [
  { name: "networks", fields: ["net"] },
  { name: "kind", fields: ["kind"] },
  { name: "apps", fields: ["plat", "plat_works", "plat_other"] },
  { name: "country", fields: ["cc"] },
  { name: "place", fields: ["region", "area", "scope"] },
  { name: "operators", fields: ["op", "op_other"] },
  { name: "since", fields: ["since", "since_precision"] },
  { name: "status", fields: ["status", "until", "until_precision"] },
  { name: "why", fields: ["cause", "notified", "gov"] },
  { name: "harm", fields: ["impact"] },
  { name: "violence", fields: ["violence", "abuse"] },
  { name: "words", fields: ["text"] },
  { name: "files", fields: ["evidence"] },
  { name: "you", fields: ["relation", "safety"] },
  { name: "use", fields: ["consent", "contact"] },
];

/** What the app says by itself when a report is sealed. */
export const FILLED_BY_APP = {
  chan: "app where it is installed, else web",
  lang: "the language in which it was asked",
  written: "the quarter hour of sealing",
};

/** Fields that a person could be asked for, and why this app does not ask. */
export const NOT_ASKED = {
  obs: "since, until and written say it; a further time would only confuse",
  asn: "opt-in by the design, and few people know what it is",
  election: "an election is one of the causes",
  reply: "follow-up is not built yet: no key is made that nobody would use",
};

/**
 * @param {string} name of a screen
 * @returns {readonly string[]} the fields it asks for; none where it is no question
 */
export function fieldsOf(name) {
  return QUESTIONS.find((question) => question.name === name)?.fields ?? [];
}

/**
 * @param {string} name of a screen
 * @returns {number} its place among the questions from 1 on; 0 where it is none
 */
export function stepOf(name) {
  return QUESTIONS.findIndex((question) => question.name === name) + 1;
}

/**
 * @param {import("./draft.js").Draft} draft
 * @param {string} name of a screen
 * @returns {boolean} whether something of what it asks was said
 */
export function isAnswered(draft, name) {
  if (name === "files" && draft.files.length > 0) return true;
  return fieldsOf(name).some((field) => field in draft.report);
}
