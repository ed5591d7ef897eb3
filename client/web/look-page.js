/** The choice of name and icon: plain, or one of two disguises. */

import { coverPage, keepLook, NAMES, readLook, wear } from "./covers/choice.js";
import { element } from "./element.js";

/** @typedef {import("./frame.js").App} App */
/** @typedef {import("./covers/choice.js").Look} Look */

const WEB = new URL("./", import.meta.url);

/** @type {import("./frame.js").Screen} */
export const screen = {
  title: "app.look.title",
  icon: "apps",
  body: (app) => {
    const { words } = app;
    const now = readLook(window);
    return [
      element(
        "fieldset",
        { class: "stack" },
        element("legend", { class: "unseen" }, words.text("app.look.title")),
        NAMES.map((name) => drawChoice(app, name, name === now)),
      ),
      ...["what", "wayin", "glance"].map((key) => element("p", {}, words.text(`app.look.${key}`))),
    ];
  },
};

/**
 * @param {App} app
 * @param {Look} name
 * @param {boolean} chosen
 */
function drawChoice(app, name, chosen) {
  const { words } = app;
  const title = words.text(`app.look.${name}`);
  return element(
    "div",
    { class: "look" },
    element(
      "label",
      { class: "tick" },
      element("input", {
        type: "radio",
        name: "look",
        value: name,
        autocomplete: "off",
        checked: chosen,
        onchange: () => {
          const kept = keepLook(window, name);
          wear(document, name, title);
          app.say(words.text(kept ? "app.look.done" : "app.look.unkept", { name: title }));
        },
      }),
      element("img", {
        src: new URL(`icons/${name}.svg`, WEB).href,
        alt: "",
        width: 48,
        height: 48,
      }),
      element("span", {}, title),
    ),
    name !== "notes" &&
      element(
        "a",
        { class: "button quiet", href: coverPage(name), target: "_blank", rel: "noreferrer" },
        words.text("app.look.try"),
        element("span", { class: "unseen" }, ` ${title}`),
      ),
  );
}
