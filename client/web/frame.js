/** What stands around every screen: language and leaving above, the heading, and the ways on below. */

import { element, fillWith, icon } from "./element.js";
import { isAnswered, QUESTIONS, stepOf } from "./questions.js";
import { LANGUAGES } from "./words.js";

/**
 * @typedef {object} App what a screen may use
 * @property {import("./words.js").Words} words
 * @property {import("./draft.js").Draft} draft
 * @property {(name: string) => void} go to a screen, which can be come back from
 * @property {() => void} back
 * @property {() => void} next the question after this one; after the last, the review
 * @property {(name: string) => void} restart go there and forget the way (after sending)
 * @property {() => void} redraw draws the screen that stands there again
 * @property {(text: string, unseen?: boolean) => void} say tells it aloud (a live region) and shows
 *   it above the buttons below, unless it is only for those who cannot see
 * @property {(lang: string) => Promise<boolean>} speak changes the language; false where its words
 *   could not be fetched
 */

/**
 * @typedef {object} Screen
 * @property {string} title key of the heading
 * @property {string} [hint] key of a line below the heading
 * @property {string} [icon] of icons.svg
 * @property {(app: App) => import("./element.js").Child[] | Promise<import("./element.js").Child[]>} body
 * @property {(app: App) => import("./element.js").Child[]} [actions] the buttons below, in place of
 *   those of a question; "back" stands beside them except on the first screen
 */

/**
 * @typedef {object} Around what the frame needs to know of the way
 * @property {string} name of the screen
 * @property {boolean} atStart there is nothing to go back to
 * @property {boolean} changing the person came from the review, to change this one answer
 * @property {() => void} leave
 */

/** @typedef {{top: HTMLElement, main: HTMLElement, said: HTMLElement, ways: HTMLElement}} Shell */

/**
 * @param {HTMLElement} place gets the parts that stay while screens come and go
 * @returns {Shell}
 */
export function createShell(place) {
  const shell = {
    top: element("header", { class: "top" }),
    main: element("main", { class: "screen", "aria-labelledby": "heading" }),
    said: element("p", { id: "said", class: "said", role: "status" }),
    ways: element("nav", { class: "ways" }),
  };
  fillWith(
    place,
    shell.top,
    shell.main,
    element("footer", { class: "foot" }, shell.said, shell.ways),
  );
  return shell;
}

/**
 * @param {Shell} shell
 * @param {App} app
 * @param {Screen} screen
 * @param {Around} around
 * @returns {Promise<() => void>} when it stands; call what it gives to put the screen there, with
 *   the focus on its heading
 */
export async function prepareScreen(shell, app, screen, around) {
  const { words } = app;
  words.drafted();
  const heading = element("h1", { tabindex: "-1", id: "heading" }, words.text(screen.title));
  const parts = [
    around.changing ? null : drawStep(app, around.name),
    element("div", { class: "title" }, screen.icon ? icon(screen.icon) : null, heading),
    screen.hint ? element("p", { class: "hint" }, words.nodes(screen.hint)) : null,
    ...(await screen.body(app)),
  ];
  const top = drawTop(app, around.leave);
  const ways = drawWays(app, screen, around);
  if (words.drafted()) parts.push(element("p", { class: "draft-note" }, words.text("app.draft")));
  return () => {
    document.documentElement.lang = words.lang;
    document.documentElement.dir = words.dir;
    fillWith(shell.top, top);
    fillWith(shell.main, parts);
    fillWith(shell.ways, ways);
    shell.said.textContent = "";
    shell.ways.hidden = ways.length === 0;
    shell.ways.setAttribute("aria-label", words.text("app.ways"));
    window.scrollTo(0, 0);
    heading.focus({ preventScroll: true });
  };
}

/**
 * Says whether a question is answered: the button below then reads "next", else "skip".
 *
 * @param {App} app
 * @param {string} name of the screen
 */
export function updateWays(app, name) {
  const label = document.getElementById("next-label");
  if (label) label.textContent = app.words.text(nextKey(app, name));
}

/** @param {App} app @param {() => void} leave */
function drawTop(app, leave) {
  const { words } = app;
  const name = LANGUAGES[/** @type {keyof typeof LANGUAGES} */ (words.lang)];
  return [
    element(
      "button",
      { type: "button", class: "quiet", id: "language", onclick: () => app.go("language") },
      icon("language"),
      element("span", { lang: words.lang }, name),
      element("span", { class: "unseen" }, `, ${words.text("app.language.change")}`),
    ),
    element(
      "button",
      { type: "button", class: "quiet leave", id: "leave", onclick: leave },
      icon("leave"),
      element("span", {}, words.text("app.leave")),
    ),
  ];
}

/** @param {App} app @param {string} name of the screen */
function drawStep(app, name) {
  const number = stepOf(name);
  if (number === 0) return null;
  const total = QUESTIONS.length;
  return element(
    "p",
    { class: "step" },
    element("progress", { max: total, value: number, "aria-hidden": "true" }),
    element("span", {}, app.words.nodes("app.step", { number, total })),
  );
}

/** @param {App} app @param {Screen} screen @param {Around} around */
function drawWays(app, screen, around) {
  const { words } = app;
  const back = element(
    "button",
    { type: "button", class: "plain back square", id: "back", onclick: () => app.back() },
    icon("back"),
    element("span", { class: "unseen" }, words.text("app.back")),
  );
  const ways = screen.actions?.(app) ?? drawQuestionWays(app, around);
  return around.atStart || around.changing ? ways : [back, ...ways];
}

/** @param {App} app @param {Around} around */
function drawQuestionWays(app, around) {
  const { words } = app;
  if (stepOf(around.name) === 0) return [];
  if (around.changing) {
    return [
      element(
        "button",
        { type: "button", class: "main-way", id: "done", onclick: () => app.back() },
        icon("check"),
        element("span", {}, words.text("app.done")),
      ),
    ];
  }
  return [
    element(
      "button",
      { type: "button", class: "plain", id: "end", onclick: () => app.go("review") },
      words.text("app.end"),
    ),
    element(
      "button",
      { type: "button", class: "main-way", id: "next", onclick: () => app.next() },
      element("span", { id: "next-label" }, words.text(nextKey(app, around.name))),
      icon("next"),
    ),
  ];
}

/** @param {App} app @param {string} name of the screen */
function nextKey(app, name) {
  return isAnswered(app.draft, name) ? "app.next" : "app.skip";
}
