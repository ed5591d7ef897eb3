/** The filters above all views: one form, one set of conditions. */

import { element, fillWith } from "./element.js";
import { plain } from "./hidden.js";
import { GRADES, word } from "./words.js";

/** @typedef {Record<string, string>} Conditions by the interface's names; none is empty */

const TYPING = 250; // ms without a key before a text is searched for

/**
 * @param {HTMLElement} form
 * @param {import("./desk.js").State} state
 * @param {(conditions: Conditions) => void} onChange
 */
export function createFilters(form, state, onChange) {
  /** @type {Conditions} */
  let conditions = {};
  let waiting = 0;

  const text = field("text", "Search", element("input", { type: "search", id: "filter-text" }));
  const inputs = {
    text,
    country: choice("country", "Country", named(state.countries)),
    status: choice("status", "Status", pairs(state.values.status)),
    kind: choice("kind", "Kind", pairs(state.values.kind)),
    net: choice(
      "net",
      "Network",
      state.values.net.flatMap((net) =>
        state.values.level
          .filter((level) => level !== "unknown")
          .map(
            (level) =>
              /** @type {[string, string]} */ ([`${net}=${level}`, `${word(net)}: ${word(level)}`]),
          ),
      ),
    ),
    channel: choice("channel", "Channel", pairs(state.values.channel)),
    grade: choice("grade", "Confidence", pairs(GRADES)),
    since: field("since", "From", element("input", { type: "date", id: "filter-since" })),
    until: field("until", "Until", element("input", { type: "date", id: "filter-until" })),
    tag: field("tag", "Tag", element("input", { type: "text", id: "filter-tag", size: 10 })),
  };
  const others = element("div", { class: "chips", id: "filter-others" });
  const clear = element("button", { type: "button", onclick: () => set({}) }, "Clear");
  fillWith(
    form,
    Object.values(inputs).map(({ label }) => label),
    clear,
    others,
  );
  form.addEventListener("input", (event) => {
    window.clearTimeout(waiting);
    const typed = /** @type {HTMLElement} */ (event.target).matches("input:not([type=date])");
    waiting = window.setTimeout(read, typed ? TYPING : 0);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    window.clearTimeout(waiting);
    read();
  });

  function read() {
    const known = Object.fromEntries(
      Object.entries(inputs).map(([name, { input }]) => [name, input.value.trim()]),
    );
    const kept = Object.fromEntries(
      Object.entries(conditions).filter(([name]) => !(name in inputs)),
    );
    apply({ ...kept, ...known });
  }

  /** @param {Conditions} wanted */
  function apply(wanted) {
    conditions = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== ""));
    fillWith(
      others,
      Object.entries(conditions)
        .filter(([name]) => !(name in inputs))
        .map(([name, value]) =>
          element(
            "button",
            { type: "button", class: "chip", onclick: () => set({ ...conditions, [name]: "" }) },
            `${word(name)}: ${plain(value)} ✕`,
            element("span", { class: "unseen" }, " (take away)"),
          ),
        ),
    );
    onChange(conditions);
  }

  /** @param {Conditions} wanted takes the place of all conditions */
  function set(wanted) {
    for (const [name, { input }] of Object.entries(inputs)) input.value = wanted[name] ?? "";
    apply(wanted);
  }

  /** @param {import("./desk.js").State} told countries that were not there before are added */
  function learn(told) {
    const { input } = inputs.country;
    const known = new Set([...input.querySelectorAll("option")].map(({ value }) => value));
    for (const [value, shown] of named(told.countries)) {
      if (!known.has(value)) input.append(element("option", { value }, shown));
    }
  }

  return {
    get conditions() {
      return conditions;
    },
    set,
    learn,
    focus: () => text.input.focus(),
  };
}

/** @typedef {ReturnType<typeof createFilters>} Filters */

/**
 * @param {string} name
 * @param {string} title
 * @param {HTMLInputElement | HTMLSelectElement} input
 */
function field(name, title, input) {
  input.id = `filter-${name}`;
  input.setAttribute("autocomplete", "off");
  input.setAttribute("spellcheck", "false");
  const label = element(
    "label",
    { class: `filter filter-${name}` },
    element("span", {}, title),
    input,
  );
  return { label, input };
}

/**
 * @param {string} name
 * @param {string} title
 * @param {[string, string][]} options
 */
function choice(name, title, options) {
  const input = element(
    "select",
    {},
    element("option", { value: "" }, "any"),
    options.map(([value, shown]) => element("option", { value }, shown)),
  );
  return field(name, title, input);
}

/**
 * @param {import("./desk.js").State["countries"]} countries
 * @returns {[string, string][]} by name
 */
function named(countries) {
  return countries
    .flatMap(({ code, name }) =>
      code === null ? [] : [/** @type {[string, string]} */ ([code, plain(name)])],
    )
    .sort((a, b) => a[1].localeCompare(b[1], "en"));
}

/**
 * @param {string[]} names
 * @returns {[string, string][]}
 */
function pairs(names) {
  return names.map((name) => [name, word(name)]);
}
