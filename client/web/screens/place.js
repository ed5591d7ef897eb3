/** Where in the country, coarsely: a region, a place in words, and how wide. Never a position. */

import { askText, askValue } from "../asking.js";
import { element } from "../element.js";
import { placesOf, regionCode } from "../places.js";

/** @typedef {import("../frame.js").App} App */

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.place.title",
  icon: "place",
  body: async (app) => [
    await drawRegions(app),
    await askText(app, "area", { label: "app.place.area", hint: "app.place.coarse" }),
    await askValue(app, "scope", { legend: "field.scope", icons: true }),
  ],
};

/** @param {App} app */
async function drawRegions(app) {
  const { cc, region } = app.draft.report;
  const { regions } = cc ? await placesOf(cc) : { regions: {} };
  const { compare } = new Intl.Collator(app.words.lang);
  const listed = Object.entries(regions).sort((one, other) => compare(one[1], other[1]));
  if (listed.length === 0) return null;
  const select = element(
    "select",
    {
      id: "region",
      class: "field",
      autocomplete: "off",
      onchange: () => app.draft.set("region", select.value),
    },
    element("option", { value: "" }, app.words.text("app.place.any")),
    listed.map(([tail, name]) => {
      const code = regionCode(cc, tail);
      return element("option", { value: code, selected: code === region }, name);
    }),
  );
  return element(
    "div",
    { class: "field-group" },
    element("label", { for: select.id, class: "label" }, app.words.text("field.region")),
    select,
  );
}
