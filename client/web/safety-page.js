/** What can be seen, by whom, whatever this app does: short and plain. */

import { element, icon } from "./element.js";

/** @typedef {import("./frame.js").App} App */

/** Each heading with the lines below it, and their pictures. */
const PARTS = {
  ways: { https: "websites", tor: "vpn", texts: "sms", carried: "codes", plain: "warning" },
  searched: {
    there: "search",
    history: "memory",
    draft: "write",
    gallery: "photo",
    keyboard: "words",
  },
  changed: { server: "power", phone: "phone" },
};

/** @type {import("./frame.js").Screen} */
export const screen = {
  title: "app.safety.title",
  icon: "safety",
  body: (app) => {
    const { words } = app;
    const line = (/** @type {string} */ key, /** @type {string} */ picture) =>
      element("li", {}, icon(picture), element("span", {}, words.text(key)));
    const part = (/** @type {string} */ name, /** @type {Record<string, string>} */ lines) => {
      const prefix = name === "ways" ? "app.safety.way" : `app.safety.${name}`;
      return element(
        "section",
        { class: "stack" },
        element("h2", {}, words.text(`app.safety.${name}`)),
        element(
          "ul",
          { class: "facts" },
          Object.entries(lines).map(([key, picture]) => line(`${prefix}.${key}`, picture)),
        ),
      );
    };
    return [
      element(
        "section",
        { class: "stack" },
        element("h2", {}, words.text("app.safety.leave")),
        element("p", {}, words.text("app.safety.leave.what")),
        drawWay(app, "look", "apps"),
        drawWay(app, "wipe", "remove"),
      ),
      Object.entries(PARTS).map(([name, lines]) => part(name, lines)),
    ].flat();
  },
};

/**
 * @param {App} app
 * @param {"look" | "wipe"} name of the screen
 * @param {string} picture
 */
function drawWay(app, name, picture) {
  return element(
    "button",
    { type: "button", id: `to-${name}`, class: "plain wide", onclick: () => app.go(name) },
    icon(picture),
    element("span", {}, app.words.text(`app.safety.${name}`)),
  );
}
