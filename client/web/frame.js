/** What stands around every screen: language and leaving above, the heading, and the ways on below. */

import { element, fillWith, icon } from "./element.js";
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
 * @property {(text: string) => void} say tells it aloud and shows it (a live region)
 * @property {(lang: string) => Promise<boolean>} speak changes the language; false where its words
 *   could not be fetched
 */

/**
 * @typedef {object} Screen
 * @property {string} title key of the heading
 * @property {string} [hint] key of a line below the heading
 * @property {string} [icon] of icons.svg
 * @property {string[]} [fields] of the report that it asks for: it is then a question, with "skip"
 *   or "next" and "to the end" below
 * @property {boolean} [asks] a question though it has no fields (photos)
 * @property {(app: App) => boolean} [answered] where that is not: a field of it is set
 * @property {(app: App) => import("./element.js").Child[] | Promise<import("./element.js").Child[]>} body
 * @property {(app: App) => import("./element.js").Child[]} [actions] the buttons below, in place of
 *   those of a question; "back" is always there except on the first screen
 */

/**
 * @param {HTMLElement} place is filled
 * @param {App} app
 * @param {Screen} screen
 * @param {{leave: () => void, atStart: boolean, step: {number: number, of: number} | null}} around
 * @returns {Promise<void>} when it stands and its heading has the focus
 */
export async function drawFrame(place, app, screen, around) {
  app.words.drafted();
  const body = await screen.body(app);
  const heading = element("h1", { tabindex: "-1", id: "heading" }, app.words.text(screen.title));
  const main = element(
    "main",
    { class: "screen", "aria-labelledby": "heading" },
    around.step && drawStep(app, around.step),
    element("div", { class: "title" }, screen.icon ? icon(screen.icon) : null, heading),
    screen.hint ? element("p", { class: "hint" }, app.words.nodes(screen.hint)) : null,
    body,
  );
  const nav = drawNav(app, screen, around.atStart);
  const top = drawTop(app, around.leave);
  const drafted = app.words.drafted();
  if (drafted) main.append(element("p", { class: "draft-note" }, app.words.text("app.draft")));
  app.words.drafted();
  fillWith(place, top, main, nav, element("div", { id: "said", class: "said", role: "status" }));
  document.documentElement.lang = app.words.lang;
  document.documentElement.dir = app.words.dir;
  window.scrollTo(0, 0);
  heading.focus({ preventScroll: true });
}

/**
 * Says whether a question is answered: the button below then reads "next", else "skip".
 *
 * @param {App} app
 * @param {Screen} screen
 */
export function updateNav(app, screen) {
  const label = document.getElementById("next-label");
  if (label) label.textContent = app.words.text(nextKey(app, screen));
}

/** @param {App} app @param {() => void} leave */
function drawTop(app, leave) {
  const { words } = app;
  const name = LANGUAGES[/** @type {keyof typeof LANGUAGES} */ (words.lang)];
  return element(
    "header",
    { class: "top" },
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
  );
}

/** @param {App} app @param {{number: number, of: number}} step */
function drawStep(app, step) {
  return element(
    "p",
    { class: "step" },
    element("progress", { max: step.of, value: step.number, "aria-hidden": "true" }),
    element("span", {}, app.words.nodes("app.step", { number: step.number, total: step.of })),
  );
}

/** @param {App} app @param {Screen} screen @param {boolean} atStart */
function drawNav(app, screen, atStart) {
  const { words } = app;
  const asks = screen.asks || screen.fields !== undefined;
  const back = element(
    "button",
    { type: "button", class: "plain back", id: "back", onclick: () => app.back() },
    icon("back"),
    element("span", {}, words.text("app.back")),
  );
  const ways = screen.actions?.(app) ?? (asks ? drawWays(app, screen) : []);
  if (atStart && ways.length === 0) return null;
  return element(
    "nav",
    { class: "ways", "aria-label": words.text("app.ways") },
    atStart ? null : back,
    ways,
  );
}

/** @param {App} app @param {Screen} screen */
function drawWays(app, screen) {
  const { words } = app;
  return [
    element(
      "button",
      { type: "button", class: "plain", id: "end", onclick: () => app.go("review") },
      words.text("app.end"),
    ),
    element(
      "button",
      { type: "button", class: "main-way", id: "next", onclick: () => app.next() },
      element("span", { id: "next-label" }, words.text(nextKey(app, screen))),
      icon("next"),
    ),
  ];
}

/** @param {App} app @param {Screen} screen */
function nextKey(app, screen) {
  const { report } = app.draft;
  const answered = screen.answered?.(app) ?? (screen.fields ?? []).some((field) => field in report);
  return answered ? "app.next" : "app.skip";
}
