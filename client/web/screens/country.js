/** The country, from a list that can be searched in one's own language and in English. */

import { oneOf } from "../choices.js";
import { element, fillWith, icon } from "../element.js";
import { PRIVATE } from "../fields.js";
import { countries, fold, likelyCountries } from "../places.js";

/** @typedef {import("../frame.js").App} App */

const SHOWN = 12;

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.country.title",
  icon: "place",
  body: async (app) => {
    const all = await countries(app.words.lang);
    const list = element("div");
    const search = element("input", {
      ...PRIVATE,
      type: "search",
      id: "country-search",
      class: "field",
      enterkeyhint: "search",
      oninput: () => drawList(app, list, all, search.value),
    });
    drawList(app, list, all, "");
    return [
      element(
        "div",
        { class: "field-group" },
        element("label", { for: search.id, class: "label" }, app.words.text("app.country.search")),
        element("div", { class: "with-icon" }, icon("search"), search),
      ),
      list,
    ];
  },
};

/**
 * @param {App} app
 * @param {HTMLElement} list is filled
 * @param {import("../places.js").Country[]} all
 * @param {string} wanted what was typed so far
 */
function drawList(app, list, all, wanted) {
  const chosen = app.draft.report.cc;
  const text = fold(wanted.trim());
  const first = [chosen, ...likelyCountries(navigator.languages)];
  const matching = text
    ? all.filter((country) => country.found.includes(text))
    : [
        ...all.filter((country) => first.includes(country.code)),
        ...all.filter((country) => !first.includes(country.code)),
      ];
  // Names that begin so come first; a short list keeps a slow phone quick.
  matching.sort(
    (one, other) => Number(other.found.startsWith(text)) - Number(one.found.startsWith(text)),
  );
  const shown = text ? matching.slice(0, SHOWN) : matching;
  if (text) app.say(app.words.text("app.country.found", { count: matching.length }), true);
  fillWith(
    list,
    shown.length === 0
      ? element("p", { class: "hint" }, app.words.text("app.country.none"))
      : oneOf(
          {
            name: "cc",
            look: "rows",
            choices: shown.map(({ code, name }) => ({ value: code, label: name })),
          },
          chosen,
          (code) => chooseCountry(app, code),
        ),
  );
}

/**
 * What was said about the places of another country goes with it.
 *
 * @param {App} app
 * @param {string | undefined} code
 */
function chooseCountry(app, code) {
  if (code !== app.draft.report.cc) {
    app.draft.set("region", undefined);
    app.draft.set("op", undefined);
  }
  app.draft.set("cc", code);
}
