/** What a person said, read back to them in their language. */

import { countryName, placesOf } from "./places.js";
import { findField, loadTable } from "./table.js";
import { isolate } from "./words.js";

/** @typedef {import("./frame.js").App} App */

/** Said with the field that they belong to. */
const BESIDE = new Set(["since_precision", "until_precision"]);
const WITH_CLOCK = new Set(["exact", "hour"]);

/**
 * @param {App} app
 * @param {readonly string[]} fields of a question
 * @returns {Promise<{label: string, said: (string | Node)[]}[]>} those of them that were answered
 */
export async function readBack(app, fields) {
  const table = await loadTable();
  const answered = fields.filter((name) => name in app.draft.report && !BESIDE.has(name));
  return Promise.all(
    answered.map(async (name) => {
      const field = findField(table, name);
      return { label: app.words.text(field.label), said: await readField(app, field) };
    }),
  );
}

/**
 * @param {App} app
 * @param {import("./table.js").Field} field
 * @returns {Promise<(string | Node)[]>}
 */
async function readField(app, field) {
  const { words, draft } = app;
  const { report } = draft;
  const value = report[field.name];
  /** @param {string} one */
  const label = (one) => words.label(field.values_label ?? "", one);
  /** @param {string} one */
  const member = (one) => words.label(field.members_label ?? "", one);
  switch (field.type) {
    case "enum":
      return [label(value)];
    case "enum-list":
      return [value.map(label).join(" · ")];
    case "enum-map":
      return [
        Object.entries(value)
          .map(([one, level]) =>
            field.name === "plat_works"
              ? `${member(one)}: ${words.text("app.apps.works")}`
              : `${member(one)}: ${label(level)}`,
          )
          .join(" · "),
      ];
    case "country":
      return [await countryName(value, words.lang)];
    case "region":
      return [isolate(await regionName(report.cc, value))];
    case "operators":
      return [isolate((await operatorNames(report.cc, value)).join(" · "))];
    case "time":
      return [readTime(words, value, report[`${field.name}_precision`])];
    case "record":
      return readEvidence(app, value);
    default:
      return [isolate(value)];
  }
}

/**
 * @param {import("./words.js").Words} words
 * @param {number} time Unix seconds
 * @param {string} precision
 */
function readTime(words, time, precision) {
  const date = new Date(time * 1000);
  /** @type {Intl.DateTimeFormatOptions} */
  const day = { weekday: "short", day: "numeric", month: "long" };
  if (WITH_CLOCK.has(precision)) {
    return words.date(date, { ...day, hour: "numeric", minute: "2-digit" });
  }
  const said = words.date(date, { ...day, timeZone: "UTC" });
  if (precision === "about") return `${said} (${words.label("value.precision", precision)})`;
  if (precision !== "part") return said;
  const part = ["night", "morning", "afternoon", "evening"][Math.floor(date.getUTCHours() / 6)];
  return `${said}, ${words.text(`app.when.part.${part}`)}`;
}

/** @param {App} app @param {{kinds?: string[], links?: string[]}} value */
function readEvidence(app, value) {
  const kinds = (value.kinds ?? []).map((kind) => app.words.label("value.evidence", kind));
  const links = value.links ?? [];
  /** @type {(string | Node)[]} */
  const said = [kinds.join(" · ")];
  if (kinds.length > 0 && links.length > 0) said.push(" · ");
  if (links.length > 0) said.push(isolate(links.join(" ")));
  return said;
}

/** @param {string} cc @param {string} code */
async function regionName(cc, code) {
  const { regions } = await placesOf(cc);
  return regions[code.slice(cc.length + 1)] ?? regions[code] ?? code;
}

/** @param {string} cc @param {string[]} chosen */
async function operatorNames(cc, chosen) {
  const { operators } = await placesOf(cc);
  return chosen.map((one) => operators.find((op) => op[1] === one)?.[0] ?? one);
}
