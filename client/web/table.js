/** The table of a report's fields, spec/report-v1.json: the one place where fields and values stand. */

const ROOT = new URL("../", import.meta.url);

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {number} key
 * @property {string} type
 * @property {string} label key of its name in the catalogue
 * @property {string[]} set_by
 * @property {string} [values_label]
 * @property {string} [members_label]
 * @property {number} [max_bytes]
 * @property {number} [max_items]
 * @property {{name: string, number: number}[] | string} [values] or the field that has the same ones
 * @property {{name: string, number: number}[] | string} [members]
 * @property {Field[]} [fields]
 */

/** @typedef {{fields: Field[], limits: import("../lib/report/table.js").Limits}} Table */

/** @type {Promise<Table> | null} */
let loading = null;

/**
 * @returns {Promise<Table>} fetched once
 * @throws {TypeError} where it is not on the phone and cannot be fetched
 */
export function loadTable() {
  loading ??= fetchTable().catch((fault) => {
    loading = null;
    throw fault;
  });
  return loading;
}

/**
 * @param {Table} table
 * @param {string} path such as "net" or "evidence.kinds"
 * @returns {Field}
 */
export function findField(table, path) {
  const names = path.split(".");
  let fields = table.fields;
  /** @type {Field | undefined} */
  let found;
  for (const name of names) {
    found = fields.find((field) => field.name === name);
    fields = found?.fields ?? [];
  }
  if (found === undefined) throw new RangeError("no such field");
  return found;
}

/**
 * @param {Table} table
 * @param {string} path of a field with values
 * @param {"values" | "members"} [part]
 * @returns {string[]} their names
 */
export function valuesOf(table, path, part = "values") {
  const listed = findField(table, path)[part];
  if (typeof listed === "string") return valuesOf(table, listed);
  return (listed ?? []).map((value) => value.name);
}

async function fetchTable() {
  const answer = await fetch(new URL("spec/report-v1.json", ROOT));
  if (!answer.ok) throw new TypeError("no table");
  return /** @type {Promise<Table>} */ (answer.json());
}
