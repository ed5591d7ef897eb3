/** The one table of a report's fields, spec/report-v1.json, made ready for look-ups. */

/**
 * @typedef {{name: string, number: number}} Value one value of an enumeration, by its wire number
 *
 * @typedef {object} RawField a field as the table writes it
 * @property {string} name
 * @property {number} key
 * @property {string} type
 * @property {number} [min_bytes]
 * @property {number} [max_bytes]
 * @property {number} [max_items]
 * @property {number} [min]
 * @property {number} [max]
 * @property {Value[] | string} [values] a name in place of a list: the same values as that field
 * @property {Value[] | string} [members]
 * @property {RawField[]} [fields]
 *
 * @typedef {object} Limits bounds of one report on the wire
 * @property {number} report_bytes
 * @property {number} depth arrays and maps in each other, the report itself counted
 * @property {number} container_items items of one array or map
 * @property {number} total_items
 *
 * @typedef {{fields: RawField[], limits: Limits}} RawTable spec/report-v1.json, parsed
 *
 * @typedef {object} Names wire numbers and their names
 * @property {Map<string, number>} numbers
 * @property {Map<number, string>} names
 *
 * @typedef {object} Field
 * @property {string} name
 * @property {number} key
 * @property {string} type
 * @property {number} minBytes of one text or byte string, in UTF-8
 * @property {number} maxBytes
 * @property {number} maxItems of a list
 * @property {number} min of a whole number
 * @property {number} max
 * @property {Names} values
 * @property {Names} members
 * @property {Fields} fields of a record
 * @property {Names} keys names and keys of the whole table's fields
 *
 * @typedef {object} Fields
 * @property {Map<string, Field>} byName
 * @property {Map<number, Field>} byKey
 *
 * @typedef {{fields: Fields, limits: Limits}} Table
 */

/**
 * @param {RawTable} raw
 * @returns {Table}
 */
export function readTable(raw) {
  const shared = new Map(raw.fields.map((field) => [field.name, field]));
  const keys = indexNames(raw.fields.map(({ name, key }) => ({ name, number: key })));

  /**
   * @param {Value[] | string | undefined} listed
   * @returns {Names}
   */
  function readNames(listed) {
    const values = typeof listed === "string" ? shared.get(listed)?.values : listed;
    return indexNames(typeof values === "object" ? values : []);
  }

  /**
   * @param {RawField[]} fields
   * @returns {Fields}
   */
  function readFields(fields) {
    const read = fields.map(
      /** @returns {Field} */ (field) => ({
        name: field.name,
        key: field.key,
        type: field.type,
        minBytes: field.min_bytes ?? 0,
        maxBytes: field.max_bytes ?? 0,
        maxItems: field.max_items ?? 0,
        min: field.min ?? 0,
        max: field.max ?? 0,
        values: readNames(field.values),
        members: readNames(field.members),
        fields: readFields(field.fields ?? []),
        keys,
      }),
    );
    return {
      byName: new Map(read.map((field) => [field.name, field])),
      byKey: new Map(read.map((field) => [field.key, field])),
    };
  }

  return { fields: readFields(raw.fields), limits: raw.limits };
}

/**
 * @param {Names} names
 * @param {number} number
 * @returns {string} its name; "?9" for one that only a newer table knows
 */
export function nameOf(names, number) {
  return names.names.get(number) ?? `?${number}`;
}

/**
 * One spelling for one number: no "?07", and no "?1" for what has a name.
 * @param {Names} names
 * @param {unknown} name
 * @returns {number | undefined} its wire number, of "?9" too; undefined for what is neither
 */
export function numberOf(names, name) {
  if (typeof name !== "string") return undefined;
  const known = names.numbers.get(name);
  if (known !== undefined) return known;
  if (!/^\?(?:0|[1-9][0-9]{0,8})$/.test(name)) return undefined;
  const number = Number(name.slice(1));
  return names.names.has(number) ? undefined : number;
}

/**
 * @param {Value[]} values
 * @returns {Names}
 */
function indexNames(values) {
  return {
    numbers: new Map(values.map(({ name, number }) => [name, number])),
    names: new Map(values.map(({ name, number }) => [number, name])),
  };
}
