/** Which apps and sites are cut, and which still work. */

import { askText, choicesOf } from "../asking.js";
import { oneOf } from "../choices.js";
import { element } from "../element.js";

/** @typedef {import("../frame.js").App} App */

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.apps.title",
  icon: "apps",
  hint: "app.apps.hint",
  body: async (app) => {
    const platforms = await choicesOf(app, "plat");
    const order = platforms.map((platform) => platform.value);
    return [
      element(
        "div",
        { class: "lines" },
        platforms.map((platform) => drawPlatform(app, platform, order)),
      ),
      await askText(app, "plat_other", { label: "field.plat_other" }),
    ];
  },
};

/**
 * @param {App} app
 * @param {import("../choices.js").Choice} platform
 * @param {string[]} order of the table
 */
function drawPlatform(app, platform, order) {
  const { report } = app.draft;
  const name = platform.value;
  const said = (report.plat ?? []).includes(name)
    ? "cut"
    : report.plat_works?.[name] === "yes"
      ? "works"
      : undefined;
  return oneOf(
    {
      name: `plat-${name}`,
      legend: String(platform.label),
      look: "row",
      choices: [
        { value: "cut", label: app.words.text("app.apps.cut"), icon: "down" },
        { value: "works", label: app.words.text("app.apps.works"), icon: "check" },
      ],
    },
    said,
    (state) => {
      const cut = new Set(app.draft.report.plat ?? []);
      const { [name]: _, ...works } = app.draft.report.plat_works ?? {};
      cut.delete(name);
      if (state === "cut") cut.add(name);
      if (state === "works") works[name] = "yes";
      app.draft.set(
        "plat",
        order.filter((one) => cut.has(one)),
      );
      app.draft.set("plat_works", works);
    },
  );
}
